/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/own_filter.h"

#include "base/str.h"

const struct own_filter own_filters[OWN_FILTERS] = {
	{ "iptables.rules", "/etc/iptables/rules.v4", "iptables-restore", "iptables" },
	{ "nftables.conf", "/etc/nftables.conf", "nft", "nftables" },
};

const struct own_filter *own_filter_named(const char *name)
{
	for (size_t i = 0; i < OWN_FILTERS; i++)
		if (streq(own_filters[i].name, name))
			return &own_filters[i];
	return NULL;
}

static bool words_contain(const char *w, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == n && memcmp(w, *words, n) == 0)
			return true;
	return false;
}

/* A line that has one of the words before what begins a comment; the name of a chain is none. */
static bool line_translates(const char *line, size_t n)
{
	static const char *const translate[] = { "MASQUERADE", "SNAT", "masquerade", "snat", NULL };
	static const char *const before_name[] = { "chain", "jump", "goto", NULL };
	bool name = false;

	for (size_t i = 0; i < n && line[i] != '#'; i++) {
		size_t k = 0;

		while (i + k < n && line[i + k] != '#' && !strchr(" \t;{}", line[i + k]))
			k++;
		if (!name && words_contain(line + i, k, translate))
			return true;
		if (k)
			name = words_contain(line + i, k, before_name);
		i += k ? k - 1 : 0;
	}
	return false;
}

bool own_filter_translates(const struct config_file *f)
{
	for (const char *at = f->content; at && *at;) {
		size_t n = strcspn(at, "\n");

		if (line_translates(at, n))
			return true;
		at += n + (at[n] == '\n');
	}
	return false;
}
