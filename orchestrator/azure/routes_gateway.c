/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/routes_gateway.h"

const struct rib_table *gateway_table(const struct model *m, const struct rib *rib,
                                      const struct gateway *g, unsigned k)
{
	size_t i = m->n_route_servers + g->idx;

	return rib && i < rib->n_tables ? &rib->tables[i][k] : NULL;
}

struct merge {
	const struct model *m;
	struct rib_table t, own; /* own: of one gateway */
	const struct gateway *g;
	const struct rib *rib;
	bool beside_rs; /* the VNet has a Route Server */
};

static void add_leg(struct rib_table *t, struct prefix p, ip4 instance)
{
	const struct rib_route *have = rib_get(t, p);
	ip4 hops[RIB_MAX_NEXT_HOPS];
	unsigned n = 0;

	for (; have && n < have->n_next_hops && n + 1 < RIB_MAX_NEXT_HOPS; n++)
		hops[n] = have->next_hops[n];
	hops[n++] = instance;
	rib_set(t, p, hops, n);
}

/* Instances of an active-active gateway that have lost each other: NICs keep the second one's
 * routes alone, static ones included.  Captured once, with a route of GatewaySubnet between the
 * two. */
static bool instance_is_silent(const struct merge *x, const struct gateway *g, unsigned k)
{
	const struct rib_table *t = gateway_table(x->m, x->rib, g, k);

	return t && t->silent;
}

static void add_static_legs(void *ctx, struct prefix p, const struct connection *c)
{
	struct merge *x = ctx;

	(void)c;
	for (unsigned k = 0; k < x->g->n; k++)
		if (!instance_is_silent(x, x->g, k))
			add_leg(&x->own, p, x->g->instance[k]);
}

static void add_gateway(struct merge *x, const struct gateway *g)
{
	x->g = g;
	x->own = (struct rib_table){ 0 };
	for (unsigned k = 0; k < g->n; k++) {
		const struct rib_table *t = gateway_table(x->m, x->rib, g, k);

		for (size_t i = 0; t && !t->silent && i < t->n; i++)
			add_leg(&x->own, t->routes[i].prefix, g->instance[k]);
	}
	gateway_statics(x->m, g, add_static_legs, x);
	for (size_t i = 0; i < x->own.n; i++) {
		const struct rib_route *r = &x->own.routes[i];

		if (x->beside_rs && gateway_has_peer(x->m, g, r->prefix))
			continue;
		if (!rib_get(&x->t, r->prefix))
			rib_set(&x->t, r->prefix, r->next_hops, r->n_next_hops);
	}
	free(x->own.routes);
}

struct rib_table gateway_merge(const struct model *m, const struct vnet *by, const struct rib *rib,
                               const struct rib_table *learned)
{
	struct merge x = { .m = m, .rib = rib, .beside_rs = learned != NULL };

	if (learned)
		rib_copy(&x.t, learned);
	/* The ExpressRoute gateway's routes go first: of two with one prefix, add_gateway() keeps
	 * the first (azure-behaviour 8.2). */
	if (by && by->gateway[GW_EXPRESSROUTE] && !by->gateway[GW_EXPRESSROUTE]->broken)
		add_gateway(&x, by->gateway[GW_EXPRESSROUTE]);
	if (by && by->gateway[GW_VPN] && !by->gateway[GW_VPN]->broken)
		add_gateway(&x, by->gateway[GW_VPN]);
	return x.t;
}

/* --- as Azure prints it ---------------------------------------------------------------------- */

const struct gateway *gateway_of_hop(const struct eff_route *r, unsigned i)
{
	return r->owners && r->owners[i] ? gateway_of_vm(NULL, r->owners[i]->vm, NULL) : NULL;
}

static void show_address(struct eff_route *r, ip4 a)
{
	for (unsigned i = 0; i < r->n_shown; i++)
		if (r->shown[i] == a)
			return;
	if (r->n_shown < RIB_MAX_NEXT_HOPS)
		r->shown[r->n_shown++] = a;
}

/* The MSEEs by which instance k reaches the prefix: its own next hops. */
static void show_msees(const struct model *m, const struct rib *rib, const struct gateway *g,
                       unsigned k, struct eff_route *r)
{
	const struct rib_table *t = gateway_table(m, rib, g, k);
	const struct rib_route *own = t ? rib_get(t, r->prefix) : NULL;

	for (unsigned i = 0; own && i < own->n_next_hops; i++)
		for (size_t c = 0; c < m->n_circuits; c++)
			if (own->next_hops[i] == m->circuits[c].msee_ip[0] ||
			    own->next_hops[i] == m->circuits[c].msee_ip[1])
				show_address(r, own->next_hops[i]);
}

void gateway_show(const struct model *m, const struct rib *rib, struct arena *a,
                  struct eff_route *r)
{
	bool any = false;

	for (unsigned i = 0; i < r->n_next_hops; i++)
		any |= gateway_of_hop(r, i) != NULL;
	if (!any)
		return;
	r->shown = arena_array(a, RIB_MAX_NEXT_HOPS, sizeof(*r->shown));
	for (unsigned i = 0; i < r->n_next_hops; i++) {
		const struct gateway *g = gateway_of_hop(r, i);
		unsigned before = r->n_shown;

		if (g && g->type == GW_EXPRESSROUTE)
			show_msees(m, rib, g, r->owners[i]->vm->part.instance, r);
		else if (g && g->n == 1 && ip4_is_set(g->public_ip[0]))
			show_address(r, g->public_ip[0]);
		if (r->n_shown == before && (!g || g->type == GW_VPN))
			show_address(r, r->next_hops[i]);
	}
}
