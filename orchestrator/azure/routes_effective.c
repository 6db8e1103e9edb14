/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Effective routes, built source by source, each row with the reason for its state.
 *
 * Rules (azure-behaviour 2.1 to 2.4; where tables printed by Azure say more, they are followed):
 * - longest prefix over usable rows; same prefix: User, then BGP, then system routes;
 * - what a UDR beats stays, Invalid; what BGP beats (the Internet row) is absent;
 * - BGP prefixes equal to or inside the address space of the NIC's VNet, or of a VNet peered with
 *   it, are absent: system routes to VNets come before BGP even when they are shorter;
 * - a 0/0 of the user or of BGP removes all None rows, a UDR equal to one removes that one. */
#include "azure/routes_build.h"
#include "azure/routes_gateway.h"

enum { INDEX_FROM = 48 }; /* with fewer Active rows a scan is as fast as the trie */

static void set_prefixes(struct lpm *t, const struct vnet *v)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (!lpm_get(t, v->prefixes[i]))
			lpm_set(t, v->prefixes[i], (void *)v);
}

static void set_peered(struct lpm *t, const struct peering *p)
{
	for (size_t i = 0; i < peering_n_prefixes(p); i++)
		if (!lpm_get(t, peering_prefix(p, i)))
			lpm_set(t, peering_prefix(p, i), p->remote);
}

static void prepare(struct build *b)
{
	b->local = lpm_new();
	b->originated = lpm_new();
	b->services = lpm_new();
	b->user = lpm_new();
	b->bgp = lpm_new();
	set_prefixes(b->local, b->v);
	for (size_t i = 0; i < b->v->n_peerings; i++)
		if (peering_connected(&b->v->peerings[i]))
			set_peered(b->local, &b->v->peerings[i]);
	build_group_spaces(b);
	for (size_t i = 0; i < b->s->n_services; i++)
		lpm_set(b->services, b->s->services[i].prefix, &b->s->services[i]);
	build_user_wins(b);
	if (!b->rs || !b->learned->n)
		return;
	set_prefixes(b->originated, b->rs->vnet);
	for (size_t i = 0; i < b->rs->vnet->n_peerings; i++) {
		const struct peering *p = &b->rs->vnet->peerings[i];

		if (peering_connected(p) && vnet_programmed_by(p->remote) == b->rs)
			set_peered(b->originated, p);
	}
}

/* How many rows, shown or hidden, there can be at most. */
static size_t count(const struct build *b)
{
	size_t n = b->v->n_prefixes + NONE_ROWS_MAX + 1 + b->s->n_services + b->m->n_endpoints;

	for (size_t i = 0; i < b->v->n_peerings; i++)
		if (b->v->peerings[i].remote)
			n += peering_n_prefixes(&b->v->peerings[i]);
	for (size_t i = 0; i < b->v->n_groups; i++)
		for (size_t k = 0; k < b->v->groups[i]->n_vnets; k++)
			n += b->v->groups[i]->vnets[k]->n_prefixes;
	if (b->s->route_table)
		n += b->s->route_table->n_routes;
	return n + b->learned->n;
}

static void build_index(struct eff_table *t)
{
	if (t->n < INDEX_FROM)
		return;
	t->index = lpm_new();
	for (size_t i = 0; i < t->n; i++)
		if (t->routes[i].state == ST_ACTIVE && !lpm_get(t->index, t->routes[i].prefix))
			lpm_set(t->index, t->routes[i].prefix, &t->routes[i]);
}

static struct eff_table *build(const struct model *m, const struct subnet *s, unsigned instance,
                               const struct rib *rib, const struct runtime *rt, bool plain)
{
	struct arena *arena = arena_new();
	struct eff_table *t = arena_alloc(arena, sizeof(*t));
	struct build b = { .m = m, .s = s, .v = s->vnet, .rt = rt, .plain = plain, .t = t };

	t->arena = arena;
	t->subnet = s;
	t->instance = instance;
	t->disable_bgp = s->route_table && s->route_table->disable_bgp;
	b.rib = rib;
	b.rs = vnet_programmed_by(s->vnet);
	b.by = vnet_served_by(s->vnet);
	struct rib_table learned = gateway_merge(
	    m, b.by, rib,
	    b.rs && rib && b.rs->idx < rib->n_tables ? &rib->tables[b.rs->idx][instance] : NULL);

	b.learned = &learned;
	size_t max = count(&b);

	t->routes = arena_array(arena, max, sizeof(*t->routes));
	t->hidden = arena_array(arena, max, sizeof(*t->hidden));
	prepare(&b);
	build_bgp_wins(&b);
	build_local(&b);
	build_peerings(&b, false);
	build_groups(&b);
	build_services(&b);
	build_bgp(&b);
	build_internet(&b);
	build_none(&b);
	build_user(&b);
	build_peerings(&b, true);
	build_private(&b);
	if (!plain)
		build_index(t);
	lpm_free(b.local);
	lpm_free(b.originated);
	lpm_free(b.services);
	lpm_free(b.user);
	lpm_free(b.bgp);
	free(b.owners);
	free(learned.routes);
	return t;
}

struct eff_table *effective_routes(const struct model *m, const struct subnet *s, unsigned instance,
                                   const struct rib *rib, const struct runtime *rt)
{
	return build(m, s, instance, rib, rt, false);
}

struct eff_table *effective_routes_plain(const struct model *m, const struct subnet *s,
                                         unsigned instance, const struct rib *rib,
                                         const struct runtime *rt)
{
	return build(m, s, instance, rib, rt, true);
}
