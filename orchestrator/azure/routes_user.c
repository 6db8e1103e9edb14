/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of user-defined routes: which of them win, and what their next hops come to (azure-behaviour
 * 2.3, 2.4). */
#include "azure/hybrid.h"
#include "azure/routes_build.h"
#include "azure/service_tags.h"

/* A route for just this prefix comes before routes to service tags that have it, among these the
 * narrower tag (azure-behaviour 2.6). */
static unsigned tag_rank_of(const struct route *u)
{
	return u->tag ? service_tag_rank(u->tag) : 0;
}

static void set_user(struct lpm *t, const struct route *u)
{
	const struct route *there = lpm_get(t, u->prefix);

	if (!there || tag_rank_of(u) < tag_rank_of(there))
		lpm_set(t, u->prefix, (void *)u);
}

void build_user_wins(struct build *b)
{
	const struct route_table *rt = b->s->route_table;

	for (size_t i = 0; rt && i < rt->n_routes; i++)
		if (!build_service_first(b, &rt->routes[i]))
			set_user(b->user, &rt->routes[i]);
}

static bool is_vnet_local(const struct vnet *v, struct prefix p)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_covers(v->prefixes[i], p))
			return true;
	return false;
}

static void say_what_it_beats(struct build *b, const struct route *u, struct str *why)
{
	const struct vnet *v = lpm_get(b->local, u->prefix);

	if (v == b->v)
		str_printf(why, "; beats the route to the VNet itself");
	else if (v)
		str_printf(why, "; beats the peering route to %s", v->name);
	const struct service_prefix *e = lpm_get(b->services, u->prefix);

	if (e)
		str_printf(why, "; beats service endpoint %s", e->service);
	if (lpm_get(b->bgp, u->prefix))
		str_add(why, "; beats the BGP route with the same prefix");
	else if (!u->prefix.len)
		str_add(why, "; beats the system route to the Internet");
	if (!u->prefix.len)
		str_add(why, "; removes the None routes");
	if (!v && (v = lpm_cover(b->local, u->prefix)))
		str_printf(why,
		           "; for these addresses it comes before the route to %s, being longer",
		           v->name);
}

/* azure-behaviour 2.4: a VPN gateway, and none beside it.  Azure prints no address. */
static void add_gateway_hops(struct build *b, struct eff_route *r, struct str *why)
{
	const struct gateway *g = b->by ? b->by->gateway[GW_VPN] : NULL;

	if (g && !g->broken && !b->by->gateway[GW_EXPRESSROUTE]) {
		build_next_hops(b, r, g->instance, g->n, why);
		r->shown = arena_array(b->t->arena, 1, sizeof(*r->shown));
		return;
	}
	r->type = NH_NONE;
	if (g)
		str_add(why, "; dropped: beside an ExpressRoute gateway a VPN gateway takes none");
	else
		str_printf(why, "; dropped: %s has no VPN gateway", b->v->name);
}

static void add_user_row(struct build *b, const struct route *u)
{
	_cleanup_str_ struct str why = { 0 };
	struct eff_route *r = build_row(b, u->prefix, SRC_USER, u->type);
	const struct route *wins = lpm_get(b->user, u->prefix);
	const char *service = build_service_first(b, u);

	r->name = u->name;
	r->ptr = u->ptr;
	str_printf(&why, "user-defined route %s of route table %s", u->name,
	           b->s->route_table->name);
	if (u->tag) {
		r->of = u->ptr;
		str_printf(&why, ", a prefix of service tag %s", u->tag);
	}
	if (service) {
		r->state = ST_INVALID;
		str_add(&why, service);
	} else if (wins == u) {
		say_what_it_beats(b, u, &why);
	} else {
		r->state = ST_INVALID;
		str_printf(&why, "; beaten by user-defined route %s: %s", wins->name,
		           !wins->tag ? "a route for just this prefix comes before one to a "
		                        "service tag"
		                      : "its service tag is narrower");
	}
	switch (u->type) {
	case NH_VIRTUAL_APPLIANCE:
		/* azure-behaviour 2.4: the address stays, the type shows that nobody is there */
		if (!build_next_hops(b, r, &u->next_hop, 1, &why))
			r->type = NH_NONE;
		break;
	case NH_VNET_LOCAL:
		r->vnet = (struct vnet *)b->v;
		if (!is_vnet_local(b->v, u->prefix)) {
			r->type = NH_NONE;
			str_printf(&why, "; dropped: VnetLocal, but not in the address space of %s",
			           b->v->name);
		}
		break;
	case NH_VIRTUAL_NETWORK_GATEWAY:
		add_gateway_hops(b, r, &why);
		break;
	default:
		break;
	}
	build_finish(b, r, &why);
}

void build_user(struct build *b)
{
	const struct route_table *rt = b->s->route_table;

	for (size_t i = 0; rt && i < rt->n_routes; i++) {
		const struct route *u = &rt->routes[i];

		/* of two with one prefix, which Azure refuses, the first */
		if (u->tag || lpm_get(b->user, u->prefix) == u || build_service_first(b, u))
			add_user_row(b, u);
	}
}
