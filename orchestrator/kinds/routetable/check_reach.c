/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route tables: next hops behind a peering that lets nothing pass (azure-behaviour 3). */
#include "azure/routes.h"
#include "kinds/routetable/check.h"

static void check_hops_in_reach(const struct model *m, const struct subnet *s, struct findings *f)
{
	const struct route_table *t = s->route_table;

	for (size_t i = 0; t && i < t->n_routes; i++) {
		const struct route *u = &t->routes[i];
		const struct peering *p = NULL;
		const struct nic *n = NULL;

		if (u->type == NH_VIRTUAL_APPLIANCE && !u->broken && !u->more)
			n = model_nic_by_ip(s->vnet, u->next_hop);
		if (!n || n->broken)
			continue;
		enum pair_rule r = subnet_pair_rule(m, s, n->subnet, &p);

		if (pair_drops(r) && p)
			warning_at(
			    f, "RT-HOP-09", NULL, u->ptr,
			    "use an appliance that subnet reaches, or change the peering",
			    "nothing passes from subnet \"%s/%s\" to \"%s\" (%s), which route "
			    "\"%s\" sends to: %s",
			    s->vnet->name, s->name, n->vm->name, IP4_STR(u->next_hop), u->name,
			    pair_reason(m->arena, r, p));
	}
}

void route_table_check_reach(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_subnets; i++)
		if (!m->subnets[i].broken)
			check_hops_in_reach(m, &m->subnets[i], f);
}
