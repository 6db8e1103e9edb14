/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of connected groups (Azure Virtual Network Manager's mesh).
 *
 * As printed by Azure: type ConnectedGroup, one row with all prefixes of the other members.  Where
 * members overlap, Azure lets them be in one group and drops what goes between the overlapping
 * ranges (connectedGroupAddressOverlap); then there is no row for them.  A peering between two
 * members comes before the group. */
#include "azure/routes_build.h"

/* The VNet, this one or one next to it, whose address space overlaps a member's prefix; NULL: none
 * does. */
static const struct vnet *find_overlapping_vnet(const struct build *b, const struct vnet *member,
                                                struct prefix p)
{
	for (size_t i = 0; i < b->v->n_prefixes; i++)
		if (prefix_overlaps(b->v->prefixes[i], p))
			return b->v;
	for (size_t i = 0; i < b->v->n_peerings; i++) {
		const struct peering *x = &b->v->peerings[i];

		for (size_t k = 0; peering_connected(x) && k < peering_n_prefixes(x); k++)
			if (prefix_overlaps(peering_prefix(x, k), p))
				return x->remote;
	}
	for (size_t i = 0; i < b->v->n_groups; i++) {
		const struct connected_group *g = b->v->groups[i];

		for (size_t k = 0; k < g->n_vnets; k++) {
			const struct vnet *o = g->vnets[k];

			for (size_t j = 0;
			     o != member && group_connects(g, b->v, o) && j < o->n_prefixes; j++)
				if (prefix_overlaps(o->prefixes[j], p))
					return o;
		}
	}
	return NULL;
}

static void add_member_rows(struct build *b, const struct connected_group *g, const struct vnet *o)
{
	for (size_t i = 0; i < o->n_prefixes; i++) {
		const struct vnet *other = find_overlapping_vnet(b, o, o->prefixes[i]);
		_cleanup_str_ struct str why = { 0 };

		if (other) {
			build_hide(b, o->prefixes[i], SRC_DEFAULT,
			           TEXT(b,
			                "address space of %s, in connected group %s with %s: it "
			                "overlaps with %s, and nothing passes between the two",
			                o->name, g->name, b->v->name, other->name));
			continue;
		}
		struct eff_route *r = build_row(b, o->prefixes[i], SRC_DEFAULT, NH_CONNECTED_GROUP);

		r->ptr = g->ptr;
		r->vnet = (struct vnet *)o;
		r->of = g;
		str_printf(&why, "system route: address space of %s, in connected group %s with %s",
		           o->name, g->name, b->v->name);
		build_beaten_by_user(b, r, &why);
		build_finish(b, r, &why);
	}
}

void build_groups(struct build *b)
{
	for (size_t i = 0; i < b->v->n_groups; i++) {
		const struct connected_group *g = b->v->groups[i];

		for (size_t k = 0; k < g->n_vnets; k++)
			if (vnet_group_route(b->v, g, g->vnets[k]))
				add_member_rows(b, g, g->vnets[k]);
	}
}

void build_group_spaces(struct build *b)
{
	for (size_t i = 0; i < b->v->n_groups; i++) {
		const struct connected_group *g = b->v->groups[i];

		for (size_t k = 0; k < g->n_vnets; k++) {
			const struct vnet *o = g->vnets[k];

			for (size_t j = 0; vnet_group_route(b->v, g, o) && j < o->n_prefixes; j++)
				if (!find_overlapping_vnet(b, o, o->prefixes[j]) &&
				    !lpm_get(b->local, o->prefixes[j]))
					lpm_set(b->local, o->prefixes[j], (void *)o);
		}
	}
}
