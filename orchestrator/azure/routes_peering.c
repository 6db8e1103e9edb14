/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of the VNet itself and of the VNets that it is peered with. */
#include "azure/routes_build.h"

void build_local(struct build *b)
{
	for (size_t i = 0; i < b->v->n_prefixes; i++) {
		_cleanup_str_ struct str why = { 0 };
		struct eff_route *r = build_row(b, b->v->prefixes[i], SRC_DEFAULT, NH_VNET_LOCAL);

		r->ptr = b->v->ptr;
		r->vnet = (struct vnet *)b->v;
		str_printf(&why, "system route: address space of %s", b->v->name);
		build_beaten_by_user(b, r, &why);
		build_finish(b, r, &why);
	}
}

static bool is_global(const struct peering *p)
{
	const char *a = p->vnet->location, *z = p->remote->location;

	return a && z && !strieq(a, z);
}

static void add_peering_row(struct build *b, const struct peering *p, size_t i)
{
	const struct vnet *remote = p->remote;
	bool global = is_global(p);
	_cleanup_str_ struct str why = { 0 };
	struct eff_route *r = build_row(b, peering_prefix(p, i), SRC_DEFAULT,
	                                global ? NH_VNET_GLOBAL_PEERING : NH_VNET_PEERING);
	const struct peering *closed = NULL;
	enum pair_rule rule = vnet_pair_rule(b->m, b->v, remote, &closed);

	r->ptr = p->ptr;
	r->vnet = p->remote;
	r->peering = p;
	if (p->complete)
		str_printf(&why, "system route: address space of %s", remote->name);
	else
		str_printf(&why, "system route: subnet %s of %s", p->remote_subnets[i]->name,
		           remote->name);
	str_printf(&why, ", %speered with %s", global ? "globally " : "", b->v->name);
	if (rule == PAIR_CLOSED && closed)
		str_printf(&why, "; nothing passes: %s", pair_reason(b->t->arena, rule, closed));
	else if (!peering_has_local(p, b->s))
		str_printf(&why,
		           "; nothing passes: the route is in all subnets, but subnet %s takes no "
		           "part in peering %s (localSubnetNames)",
		           b->s->name, p->name);
	build_beaten_by_user(b, r, &why);
	build_finish(b, r, &why);
}

static void hide_half_peering(struct build *b, const struct peering *p)
{
	for (size_t i = 0; p->remote && i < peering_n_prefixes(p); i++)
		build_hide(b, peering_prefix(p, i), SRC_DEFAULT,
		           TEXT(b,
		                "peering %s is half-made (Initiated): %s has no peering back to %s",
		                p->name, p->remote->name, b->v->name));
}

static void add_peering_rows(struct build *b, bool global)
{
	for (size_t i = 0; i < b->v->n_peerings; i++) {
		const struct peering *p = &b->v->peerings[i];

		if (peering_connected(p)) {
			for (size_t k = 0; is_global(p) == global && k < peering_n_prefixes(p); k++)
				add_peering_row(b, p, k);
		} else if (!global) {
			hide_half_peering(b, p);
		}
	}
}

void build_peerings(struct build *b)
{
	add_peering_rows(b, false);
}

void build_global_peerings(struct build *b)
{
	add_peering_rows(b, true);
}

/* --- which prefixes those are ---------------------------------------------------------------- */

void build_set_vnet(struct lpm *t, const struct vnet *v)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (!lpm_get(t, v->prefixes[i]))
			lpm_set(t, v->prefixes[i], (void *)v);
}

void build_set_peered(struct lpm *t, const struct peering *p)
{
	for (size_t i = 0; i < peering_n_prefixes(p); i++)
		if (!lpm_get(t, peering_prefix(p, i)))
			lpm_set(t, peering_prefix(p, i), p->remote);
}

void build_local_spaces(struct build *b)
{
	build_set_vnet(b->local, b->v);
}

void build_peering_spaces(struct build *b)
{
	for (size_t i = 0; i < b->v->n_peerings; i++)
		if (peering_connected(&b->v->peerings[i]))
			build_set_peered(b->local, &b->v->peerings[i]);
}
