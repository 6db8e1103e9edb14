/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/lb_links.h"

#include <stdio.h>
#include <string.h>

#include "kernel/nl.h"
#include "plan/names.h"

struct links {
	char (*names)[IFNAMSIZ]; /* "l..." */
	size_t n, cap;
};

static int collect(const struct nl_link *l, void *arg)
{
	struct links *x = arg;

	/* "lo" has two letters */
	if (l->name[0] == 'l' && strlen(l->name) == 13)
		memcpy(VEC_PUSH(x->names, x->n, x->cap), l->name, IFNAMSIZ);
	return 0;
}

static bool has(const struct links *x, const char *name)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->names[i], name) == 0)
			return true;
	return false;
}

static bool wanted(const struct model *m, const char *name)
{
	char port[IFNAMSIZ];

	for (size_t i = 0; i < m->n_load_balancers; i++)
		if (strcmp(port_name_lb(&m->load_balancers[i], port), name) == 0)
			return true;
	return false;
}

static int add(struct plug *plug, const struct load_balancer *lb, struct err *e)
{
	char out[IFNAMSIZ], in[IFNAMSIZ], alias[256];
	uint8_t mac[6];

	port_name_lb(lb, out);
	port_name_lb_in(lb, in);
	mac_lb(lb, mac);
	snprintf(alias, sizeof(alias), "load balancer %s", lb->name);
	return plug_loop(plug, out, in, alias, mac, e);
}

static int update(struct plug *plug, struct links *have, const struct model *m, struct err *e)
{
	char name[IFNAMSIZ];
	size_t gone = 0;
	int r = 0;

	for (size_t i = 0; i < m->n_load_balancers && r == 0; i++)
		if (!has(have, port_name_lb(&m->load_balancers[i], name)))
			r = add(plug, &m->load_balancers[i], e);
	for (size_t i = 0; i < have->n; i++)
		if (!wanted(m, have->names[i]))
			memcpy(have->names[gone++], have->names[i], IFNAMSIZ);
	if (r == 0 && gone)
		r = guest_unplug(plug, (const char(*)[IFNAMSIZ])have->names, gone, e);
	return r;
}

int lb_links_apply(struct plug *plug, int fabric_ns, const struct model *m, struct err *e)
{
	struct links have = { 0 };
	struct nl *nl = NULL;
	int r = nl_open(fabric_ns, &nl, e);

	if (r == 0)
		r = nl_links_many(nl, collect, &have, e);
	if (r == 0)
		r = update(plug, &have, m, e);
	nl_close(nl);
	free(have.names);
	return r < 0 ? err_wrap(e, "links of load balancers") : 0;
}
