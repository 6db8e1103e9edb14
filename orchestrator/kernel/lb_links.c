/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/lb_links.h"

#include <string.h>

#include "kernel/nl.h"

struct links {
	char (*names)[IFNAMSIZ]; /* "l..." */
	size_t n, cap;
};

static int collect_lb_link(const struct nl_link *l, void *arg)
{
	struct links *x = arg;

	/* "lo" has two letters */
	if (l->name[0] == 'l' && strlen(l->name) == 13)
		memcpy(VEC_PUSH(x->names, x->n, x->cap), l->name, IFNAMSIZ);
	return 0;
}

static bool has_lb_link(const struct links *x, const char *name)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->names[i], name) == 0)
			return true;
	return false;
}

static bool is_wanted(const struct fabric_link *want, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(want[i].name, name) == 0)
			return true;
	return false;
}

static int update_lb_links(struct plug *plug, struct links *have, const struct fabric_link *want,
                           size_t n, struct err *e)
{
	size_t gone = 0;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		if (!has_lb_link(have, want[i].name))
			r = plug_loop(plug, want[i].name, want[i].in, want[i].alias, want[i].mac,
			              e);
	for (size_t i = 0; i < have->n; i++)
		if (!is_wanted(want, n, have->names[i]))
			memcpy(have->names[gone++], have->names[i], IFNAMSIZ);
	if (r == 0 && gone)
		r = guest_unplug(plug, (const char(*)[IFNAMSIZ])have->names, gone, e);
	return r;
}

int lb_links_apply(struct plug *plug, int fabric_ns, const struct fabric_link *want, size_t n,
                   struct err *e)
{
	struct links have = { 0 };
	struct nl *nl = NULL;
	int r = nl_open(fabric_ns, &nl, e);

	if (r == 0)
		r = nl_links_many(nl, collect_lb_link, &have, e);
	if (r == 0)
		r = update_lb_links(plug, &have, want, n, e);
	nl_close(nl);
	free(have.names);
	return r < 0 ? err_wrap(e, "links of load balancers") : 0;
}
