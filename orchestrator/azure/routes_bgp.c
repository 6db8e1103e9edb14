/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of what Route Servers and gateways have learned: which of them are programmed, and what
 * their next hops come to. */
#include "azure/routes_build.h"
#include "azure/routes_gateway.h"

/* Why a learned route is not programmed; NULL: it is.  azure-behaviour 2.3, and as observed:
 * the filter is that of the NIC's own VNet. */
static const char *bgp_hidden(struct build *b, struct prefix p)
{
	const struct service_prefix *e;
	const struct vnet *v;

	if (b->t->disable_bgp)
		return TEXT(b, "route table %s has disableBgpRoutePropagation",
		            b->s->route_table->name);
	if ((v = lpm_cover(b->local, p)))
		return v == b->v
		           ? TEXT(b,
		                  "equal to or inside the address space of %s, its own VNet: the "
		                  "system route comes before BGP, even for a longer prefix",
		                  v->name)
		           : TEXT(b,
		                  "equal to or inside the address space of %s, which is peered "
		                  "with %s: the system route comes before BGP, even for a longer "
		                  "prefix",
		                  v->name, b->v->name);
	if ((e = lpm_cover(b->services, p)))
		return TEXT(b,
		            "equal to or inside a prefix of service endpoint %s: the system route "
		            "comes before BGP, even for a longer prefix",
		            e->service);
	/* azure-behaviour 7.6; an ExpressRoute gateway needs it, since it passes it on */
	if (!p.len && subnet_is_gateways(b->s) && !b->v->gateway[GW_EXPRESSROUTE])
		return "GatewaySubnet does not get a default route by BGP";
	if ((v = lpm_get(b->originated, p)))
		return TEXT(
		    b,
		    "%s announces it itself, as the address space of %s: a learned copy does "
		    "not replace it",
		    b->rs->name, v->name);
	return NULL;
}

/* Collects in b->originated the prefixes that the Route Server announces itself: those of its VNet
 * and of those that it serves. */
static void set_originated(struct build *b)
{
	build_set_vnet(b->originated, b->rs->vnet);
	for (size_t i = 0; i < b->rs->vnet->n_peerings; i++) {
		const struct peering *p = &b->rs->vnet->peerings[i];

		if (peering_connected(p) && vnet_programmed_by(p->remote) == b->rs)
			build_set_peered(b->originated, p);
	}
}

void build_bgp_wins(struct build *b)
{
	const struct rib *rib = b->rib;
	bool known = b->rs && rib && b->rs->idx < rib->n_tables;

	b->learned = gateway_merge(b->m, b->by, rib,
	                           known ? &rib->tables[b->rs->idx][b->t->instance] : NULL);
	if (b->rs && b->learned.n)
		set_originated(b);
	for (size_t i = 0; i < b->learned.n; i++) {
		struct rib_route *l = &b->learned.routes[i];
		const char *hidden = bgp_hidden(b, l->prefix);

		if (!hidden)
			lpm_set(b->bgp, l->prefix, l);
		else if (!b->plain)
			build_hide(b, l->prefix, SRC_VNG, hidden);
	}
}

static void say_learned(struct build *b, const struct rib_route *l, struct str *why)
{
	if (b->rs)
		str_printf(why, "BGP: learned by instance %u of %s, next hop ", b->t->instance,
		           b->rs->name);
	else
		str_printf(why, "brought by the gateway of %s, next hop ", b->by->name);
	for (unsigned i = 0; i < l->n_next_hops; i++)
		str_printf(why, "%s%s", i ? ", " : "", build_owner(b, l->next_hops[i])->name);
	if (l->n_next_hops > 1)
		str_printf(why, "; %u equal paths, each flow takes one (ECMP)", l->n_next_hops);
}

/* An address of the VNet or of one next to it is a next hop, whoever has it: nobody looks whether
 * there is a NIC (azure-behaviour 7.11). */
static bool any_next_hop_near(const struct build *b, const struct rib_route *l)
{
	for (unsigned i = 0; i < l->n_next_hops; i++)
		if (lpm_match(b->local, l->next_hops[i]))
			return true;
	return false;
}

static void add_bgp_row(struct build *b, const struct rib_route *l)
{
	_cleanup_str_ struct str why = { 0 };
	struct eff_route *r = build_row(b, l->prefix, SRC_VNG, NH_VIRTUAL_NETWORK_GATEWAY);

	r->ptr = b->rs ? b->rs->ptr : b->by->ptr;
	if (!b->plain)
		say_learned(b, l, &why);
	if (!build_next_hops(b, r, l->next_hops, l->n_next_hops, &why)) {
		if (any_next_hop_near(b, l))
			str_add(&why, "; the row keeps its type, since the address is in a VNet in "
			              "reach");
		else
			r->type = NH_NONE;
	}
	gateway_show(b->m, b->rib, b->t->arena, r);
	build_beaten_by_user(b, r, &why);
	for (unsigned i = 0; !b->plain && i < r->n_next_hops; i++)
		if (r->state == ST_ACTIVE && r->owners[i] && r->owners[i]->subnet == b->s)
			str_printf(&why,
			           "; %s is in this subnet: what it sends there itself comes back "
			           "to it",
			           r->owners[i]->vm->name);
	if (b->plain)
		r->reason = "";
	else
		build_finish(b, r, &why);
}

void build_bgp(struct build *b)
{
	const struct rib_route *dflt = lpm_get(b->bgp, build_anything);

	for (size_t i = 0; i < b->learned.n; i++) {
		const struct rib_route *l = &b->learned.routes[i];

		if (l->prefix.len && lpm_get(b->bgp, l->prefix))
			add_bgp_row(b, l);
	}
	if (dflt)
		add_bgp_row(b, dflt);
}
