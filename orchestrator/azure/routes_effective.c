/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Effective routes, built source by source, each row with the reason for its state.
 *
 * Rules (azure-behaviour 2.1 to 2.4; where tables printed by Azure say more, they are followed):
 * - longest prefix over usable rows; same prefix: User, then BGP, then system routes;
 * - what a UDR beats stays, Invalid; what BGP beats (the Internet row) is absent;
 * - BGP prefixes equal to or inside the address space of the NIC's VNet, or of a VNet peered with
 *   it, are absent: system routes to VNets come before BGP even when they are shorter;
 * - a 0/0 of the user or of BGP removes all None rows, a UDR equal to one removes that one. */
#include "azure/hybrid.h"
#include "azure/routes_build.h"

enum { INDEX_FROM = 48 }; /* with fewer Active rows a scan is as fast as the trie */

/* The sources of routes, in az's order of rows, as observed.  A virtual hub will be one more. */
static const struct source {
	/* Marks which prefixes the source has (b->local, b->services, b->bgp, b->user): all do so
	 * before the first row is made, since whether a row stands depends on the others.  NULL:
	 * none depends on this source. */
	void (*spaces)(struct build *b);
	void (*rows)(struct build *b);
} sources[] = {
	{ build_local_spaces, build_local },
	{ build_peering_spaces, build_peerings },
	{ build_group_spaces, build_groups },
	{ build_service_spaces, build_services },
	{ build_bgp_wins, build_bgp }, /* after those above; gateways, too */
	{ NULL, build_missing },
	{ NULL, build_internet },
	{ NULL, build_none },
	{ build_user_wins, build_user }, /* after b->services */
	{ NULL, build_global_peerings },
	{ NULL, build_private },
};

static void build_index(struct eff_table *t)
{
	if (t->n < INDEX_FROM)
		return;
	t->index = lpm_new();
	for (size_t i = 0; i < t->n; i++)
		if (t->routes[i].state == ST_ACTIVE && !lpm_get(t->index, t->routes[i].prefix))
			lpm_set(t->index, t->routes[i].prefix, &t->routes[i]);
}

static struct eff_table *build_table(const struct model *m, const struct subnet *s,
                                     unsigned instance, const struct rib *rib,
                                     const struct runtime *rt, bool plain)
{
	struct arena *arena = arena_new();
	struct eff_table *t = arena_alloc(arena, sizeof(*t));
	struct build b = {
		.m = m,
		.s = s,
		.v = s->vnet,
		.rs = vnet_programmed_by(s->vnet),
		.by = vnet_served_by(s->vnet),
		.rib = rib,
		.rt = rt,
		.plain = plain,
		.t = t,
		.local = lpm_new(),
		.originated = lpm_new(),
		.services = lpm_new(),
		.user = lpm_new(),
		.bgp = lpm_new(),
	};

	t->arena = arena;
	t->subnet = s;
	t->instance = instance;
	t->disable_bgp = s->route_table && s->route_table->disable_bgp;
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (sources[i].spaces)
			sources[i].spaces(&b);
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		sources[i].rows(&b);
	if (!plain)
		build_index(t);
	lpm_free(b.local);
	lpm_free(b.originated);
	lpm_free(b.services);
	lpm_free(b.user);
	lpm_free(b.bgp);
	free(b.owners);
	free(b.learned.routes);
	return t;
}

struct eff_table *effective_routes(const struct model *m, const struct subnet *s, unsigned instance,
                                   const struct rib *rib, const struct runtime *rt)
{
	return build_table(m, s, instance, rib, rt, false);
}

struct eff_table *effective_routes_plain(const struct model *m, const struct subnet *s,
                                         unsigned instance, const struct rib *rib,
                                         const struct runtime *rt)
{
	return build_table(m, s, instance, rib, rt, true);
}
