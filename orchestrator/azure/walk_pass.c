/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From one NIC to another: the peering between their VNets, and what the NIC that gets the packet
 * takes. */
#include "azure/walk_priv.h"

/* Drops the packet if the peering between n's VNet and that of `to` does not let it through. */
enum step walk_pass(struct walker *x, const struct nic *n, const struct subnet *to)
{
	const struct subnet *from = n->subnet;
	const struct peering *p;
	const struct vnet *a = from->vnet, *z = to->vnet;
	enum pair_rule rule = subnet_pair_rule(x->m, from, to, &p);

	if (rule == PAIR_OTHER_SUBNETS)
		return walk_drop(x,
		                 "peering %s of %s is for some subnets only (peerCompleteVnets "
		                 "false), and nothing passes between subnets %s of %s and %s of "
		                 "%s: name both on both sides",
		                 p->name, p->vnet->name, from->name, a->name, to->name, z->name);

	if (rule == PAIR_CLOSED && p)
		return walk_drop(x,
		                 "peering %s of %s has allowVirtualNetworkAccess false: nothing "
		                 "passes between %s and %s; set it to true on both sides",
		                 p->name, p->vnet->name, a->name, z->name);
	if (rule == PAIR_CLOSED)
		return walk_drop(x, "%s and %s are not peered", a->name, z->name);
	/* Packets from a gateway do not count as forwarded traffic: gateway transit lets them in.
	 */
	if (rule == PAIR_OWN_SOURCES && n->vm->role != VM_GATEWAY && !vnet_has(a, x->p.src))
		return walk_drop(x,
		                 "%s does not take forwarded traffic from %s: the source %s is not "
		                 "in %s's address space, and peering %s of %s has "
		                 "allowForwardedTraffic false; set it to true there",
		                 z->name, a->name, IP4_STR(x->p.src), a->name, p->name, z->name);
	return STEP_NIC;
}

/* Peering, and the check of the NIC that gets the packet. */
enum step walk_receive(struct walker *x, const struct nic *from, const struct nic *to)
{
	if (walk_pass(x, from, to->subnet) == STEP_END)
		return STEP_END;
	if (!vm_runs(x->env->rt, to->vm))
		return walk_drop(x, "%s, which has %s, is stopped (deallocated); start it",
		                 to->vm->name, IP4_STR(to->ip));
	return walk_into_nic(x, to);
}
