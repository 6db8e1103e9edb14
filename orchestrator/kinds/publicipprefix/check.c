/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP prefixes: the rules, and what `status` tells ("Public IP address prefix"). */
#include "azure/check_rules.h"
#include "base/str.h"
#include "kinds/publicipprefix/publicipprefix.h"

static size_t count_used(const struct public_ip_prefix *p)
{
	size_t used = 0;

	for (size_t i = 0; i < prefix_size(p->range); i++)
		used += p->owners[i] || p->nat;
	return used;
}

static void check_overlaps(const struct public_ip_prefix *v, size_t i, struct findings *f)
{
	for (size_t k = 0; k < i; k++)
		if (!v[k].broken && (prefix_covers(v[k].range, v[i].range) ||
		                     prefix_covers(v[i].range, v[k].range)))
			error_at(f, "PREFIX-OVERLAP-01", NULL, v[i].ptr,
			         "leave out \"ipPrefix\" to get a free range",
			         "public IP prefixes \"%s\" (%s) and \"%s\" (%s) overlap",
			         v[k].name, PREFIX_STR(v[k].range), v[i].name,
			         PREFIX_STR(v[i].range));
}

void prefix_check(const struct model *m, struct findings *f)
{
	size_t n;
	const struct public_ip_prefix *v = kind_items(m, PREFIXES, &n);

	for (size_t i = 0; i < n; i++) {
		if (v[i].broken)
			continue;
		if (v[i].range.len != v[i].length)
			error_at(f, "PREFIX-LEN-01", NULL, v[i].ptr, "make them equal",
			         "public IP prefix \"%s\" is %s, but its prefixLength is %u",
			         v[i].name, PREFIX_STR(v[i].range), v[i].length);
		check_overlaps(v, i, f);
		if (!count_used(&v[i]))
			info_at(
			    f, "PREFIX-USED-01", v[i].ptr, NULL,
			    "no public IP address and no NAT gateway takes one of public IP prefix "
			    "\"%s\"",
			    v[i].name);
	}
}

static char *describe_prefix(const struct public_ip_prefix *p)
{
	struct str s = { 0 };

	str_printf(&s, "%s, %zu of %zu addresses in use", PREFIX_STR(p->range), count_used(p),
	           (size_t)prefix_size(p->range));
	for (size_t i = 0; i < prefix_size(p->range); i++)
		if (p->owners[i])
			str_printf(&s, ", %s by %s", IP4_STR(p->range.addr + (ip4)i), p->owners[i]);
	if (p->nat)
		str_printf(&s, ", the rest by NAT gateway %s", p->nat);
	return str_take(&s);
}

json_t *prefix_status(const struct model *m)
{
	size_t n;
	const struct public_ip_prefix *v = kind_items(m, PREFIXES, &n);
	json_t *rows = json_array();

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *state = describe_prefix(&v[i]);

		json_array_append_new(rows,
		                      json_pack("{s:s, s:s, s:s}", "name", v[i].name, "ipPrefix",
		                                PREFIX_STR(v[i].range), "state", state));
	}
	return rows;
}
