/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/share.h"

#include "plan/filter/fabric.h"

static const struct filter_fixed SHARE_CHAIN_LIST[] = {
	{ .name = "share",
	  .part = FAB_PART_SHARE,
	  .hook = "type filter hook forward priority 20; policy accept;",
	  .rules = "oifname != @share_ports accept\n"
	           "rt nexthop != @share_fronts accept\n"
	           "oifname . ip daddr != @share_own accept\n"
	           "jump lb_by_flow\n"
	           "meta mark . ip daddr != @share_slots drop\n" },
};

const struct filter_block filter_share = { "", SHARE_CHAIN_LIST, ARRAY_LEN(SHARE_CHAIN_LIST) };

bool filter_needs_share(const struct fabric *f)
{
	for (size_t i = 0; i < f->n_ports; i++)
		if (f->ports[i].n_instances)
			return true;
	return false;
}

void filter_add_share(const struct fabric *f, struct nft_elems *v)
{
	for (size_t i = 0; i < f->n_ports; i++) {
		const struct fab_port *p = &f->ports[i];

		if (!p->n_instances)
			continue;
		nft_elems_add(v, SET_SHARE_PORTS, p->name, 0, 0, 0);
		nft_elems_add(v, SET_SHARE_FRONTS, NULL, p->ip, 0, 0);
		for (size_t k = 0; k < p->n_instances; k++)
			nft_elems_add(v, SET_SHARE_OWN, p->name, p->instances[k], 0, 0);
		for (unsigned slot = 0; slot < LB_SLOTS; slot++)
			nft_elems_add_number(v, SET_SHARE_SLOTS, slot + 1,
			                     p->instances[slot % p->n_instances], 0);
	}
}
