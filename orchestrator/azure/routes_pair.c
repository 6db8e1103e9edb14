/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may pass between two VNets, and whether a VM runs. */
#include "azure/routes.h"

bool vm_runs(const struct runtime *rt, const struct node *vm)
{
	return !(rt && rt->vm_stopped ? rt->vm_stopped[vm->idx] : vm->deallocated);
}

bool vnet_has(const struct vnet *v, ip4 a)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_has(v->prefixes[i], a))
			return true;
	return false;
}

static bool in_group(const struct vnet *a, const struct vnet *z)
{
	for (size_t i = 0; i < a->n_groups; i++)
		for (size_t k = 0; k < z->n_groups; k++)
			if (a->groups[i] == z->groups[k] && group_connects(a->groups[i], a, z))
				return true;
	return false;
}

static const struct peering *find_peering_to(const struct vnet *v, const struct vnet *remote)
{
	for (size_t i = 0; i < v->n_peerings; i++)
		if (v->peerings[i].remote == remote && peering_connected(&v->peerings[i]))
			return &v->peerings[i];
	return NULL;
}

/* allowVirtualNetworkAccess=false: the documentation says that only the VirtualNetwork tag shrinks,
 * a measurement shows complete loss while the route stays; setting strictAccess
 * (azure-behaviour 3.2). allowForwardedTraffic=false is what the receiving side says of packets
 * that the other VNet's NICs send but did not make; setting strictForwarded. */
static enum pair_rule rule_of(const struct model *m, const struct vnet *from, const struct vnet *to,
                              const struct peering **ret_into, const struct peering **ret_decides)
{
	const struct peering *p = NULL, *decides = NULL;
	enum pair_rule rule = PAIR_OPEN;

	if (from != to) {
		/* A hub may have hundreds of peerings: look on the side with fewer. */
		if (to->n_peerings <= from->n_peerings)
			p = find_peering_to(to, from);
		else if ((p = find_peering_to(from, to)))
			p = p->reverse;
		if (!p) {
			rule = in_group(from, to) ? PAIR_OPEN : PAIR_CLOSED;
		} else if (peering_shut(m, p)) {
			rule = PAIR_CLOSED;
			decides = p->allow_access ? p->reverse : p;
		} else if (m->settings.strict_forwarded && !p->allow_forwarded) {
			rule = PAIR_OWN_SOURCES;
			decides = p;
		}
	}
	*ret_into = p;
	*ret_decides = decides;
	return rule;
}

enum pair_rule vnet_pair_rule(const struct model *m, const struct vnet *from, const struct vnet *to,
                              const struct peering **ret_peering)
{
	const struct peering *into, *decides;
	enum pair_rule r = rule_of(m, from, to, &into, &decides);

	if (ret_peering)
		*ret_peering = decides;
	return r;
}

enum pair_rule subnet_pair_rule(const struct model *m, const struct subnet *from,
                                const struct subnet *to, const struct peering **ret_peering)
{
	const struct peering *into, *decides;
	enum pair_rule r = rule_of(m, from->vnet, to->vnet, &into, &decides);

	if (into && !pair_drops(r) &&
	    !(peering_has_local(into, to) && peering_has_remote(into, from))) {
		r = PAIR_OTHER_SUBNETS;
		decides = into;
	}
	if (ret_peering)
		*ret_peering = decides;
	return r;
}

const char *pair_reason(struct arena *a, enum pair_rule r, const struct peering *p)
{
	if (r == PAIR_OTHER_SUBNETS)
		return arena_printf(a,
		                    "peering %s of %s is for some subnets only (peerCompleteVnets "
		                    "false), and not for both of these",
		                    p->name, p->vnet->name);
	return arena_printf(a, "allowVirtualNetworkAccess is false on peering %s of %s", p->name,
	                    p->vnet->name);
}
