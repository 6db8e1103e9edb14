/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/outside.h"

#include <netinet/in.h>

#include "base/str.h"

/* The NAT gateway's address for a packet of that protocol; none: it does not translate it, or n's
 * own public address comes first (settings.natGatewayBeforePublicIP). */
static ip4 nat_gateway_address(const struct nic *n, unsigned ip_proto)
{
	const struct nat_gateway *g = n->subnet->nat_gateway;

	if (!g || !g->n_ips || (ip4_is_set(n->public_ip) && !g->first))
		return IP4_NONE;
	return g->icmp || ip_proto == IPPROTO_TCP || ip_proto == IPPROTO_UDP ? g->ips[0] : IP4_NONE;
}

static const struct nic *nic_with_public_ip(const struct node *vm)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (ip4_is_set(vm->nics[i]->public_ip))
			return vm->nics[i];
	return NULL;
}

/* A service that Azure runs in its own subnet leaves by addresses of its own (azure-behaviour 1.8).
 */
static bool is_managed_subnet(const struct subnet *s)
{
	return strieq(s->name, "GatewaySubnet") || strieq(s->name, "AzureBastionSubnet");
}

struct outside outside_address(const struct nic *n, unsigned ip_proto, bool by_service)
{
	const struct nat_gateway *g = n->subnet->nat_gateway;
	ip4 translated = nat_gateway_address(n, ip_proto);

	if (by_service && ip4_is_none(n->public_ip))
		return (struct outside){ DEFAULT_OUTBOUND_IP, OUTSIDE_SERVICE };
	if (ip4_is_set(translated))
		return (struct outside){ translated, OUTSIDE_NAT };
	if (ip4_is_set(n->public_ip))
		return (struct outside){ n->public_ip, OUTSIDE_PUBLIC };
	if (n->leaves_by && (ip_proto == IPPROTO_TCP || ip_proto == IPPROTO_UDP))
		return (struct outside){ n->leaves_by->ip, OUTSIDE_BALANCER };
	if (n->leaves_by)
		return (struct outside){ IP4_NONE, OUTSIDE_LB_PROTOCOL };
	if (n->public_balancer)
		return (struct outside){ DEFAULT_OUTBOUND_IP, OUTSIDE_BALANCER };
	if (g)
		return (struct outside){ IP4_NONE,
			                 g->n_ips ? OUTSIDE_NAT_PROTOCOL : OUTSIDE_NAT_EMPTY };
	if (nic_with_public_ip(n->vm))
		return (struct outside){ IP4_NONE, OUTSIDE_OTHER_NIC };
	if (n->vm->role == VM_FIREWALL)
		return (struct outside){ IP4_NONE, OUTSIDE_FIREWALL_BARE };
	if (!n->subnet->default_outbound && !is_managed_subnet(n->subnet))
		return (struct outside){ IP4_NONE, OUTSIDE_CLOSED };
	if (n->in_pool_of)
		return (struct outside){ IP4_NONE, OUTSIDE_POOL };
	return (struct outside){ DEFAULT_OUTBOUND_IP, OUTSIDE_DEFAULT };
}

/* No security group opens n. */
static bool has_no_group(const struct nic *n)
{
	return n->vm->role == VM_USER && !n->nsg && !n->subnet->nsg;
}

bool public_ip_closed(const struct nic *n)
{
	return ip4_is_set(n->public_ip) && !n->public_basic && has_no_group(n);
}

bool balancer_closed(const struct load_balancer *lb, const struct nic *n)
{
	return !lb->subnet && !lb->basic && has_no_group(n);
}

/* A pool keeps what it has taken: the cure is of the balancer's sort. */
static const char *pool_text(struct arena *a, const struct nic *n)
{
	if (!n->in_pool_of->subnet)
		return arena_printf(
		    a,
		    "NIC %s is in the pool of public load balancer %s, whose rules "
		    "translate nothing that leaves (disableOutboundSnat); give it an "
		    "outboundRule, or the subnet a NAT gateway",
		    n->name, n->in_pool_of->name);
	return arena_printf(a,
	                    "NIC %s is in the pool of internal load balancer %s (SKU "
	                    "Standard), which takes default outbound access from it; give "
	                    "it a publicIPAddress, or its subnet a NAT gateway",
	                    n->name, n->in_pool_of->name);
}

const char *outside_text(struct arena *a, const struct nic *n, const struct outside *o)
{
	const struct nat_gateway *g = n->subnet->nat_gateway;
	const struct nic *other = nic_with_public_ip(n->vm);

	switch (o->why) {
	case OUTSIDE_PUBLIC:
		return "its public address";
	case OUTSIDE_SERVICE:
		return "service endpoint";
	case OUTSIDE_NAT:
		return arena_printf(a, "NAT gateway %s", g->name);
	case OUTSIDE_DEFAULT:
		return "default outbound access";
	case OUTSIDE_NAT_EMPTY:
		return arena_printf(a,
		                    "NAT gateway %s of subnet %s has no public address; give it "
		                    "one in publicIPAddresses",
		                    g->name, n->subnet->name);
	case OUTSIDE_NAT_PROTOCOL:
		return arena_printf(a,
		                    "NAT gateway %s of subnet %s translates TCP and UDP only; try "
		                    "those (the setting natGatewayIcmp lets all pass)",
		                    g->name, n->subnet->name);
	case OUTSIDE_OTHER_NIC:
		return arena_printf(a,
		                    "NIC %s has no public address, and a VM with one on another "
		                    "NIC (%s) has no default outbound access; give this NIC one, "
		                    "or send by that one",
		                    n->name, other ? other->name : "none");
	case OUTSIDE_FIREWALL_BARE:
		return arena_printf(a,
		                    "firewall %s has no public address; give it one "
		                    "in publicIPAddresses",
		                    n->vm->name);
	case OUTSIDE_BALANCER:
		if (n->leaves_by)
			return arena_printf(a, "frontend of load balancer %s", n->leaves_by->name);
		return "a public load balancer's rule";
	case OUTSIDE_LB_PROTOCOL:
		return arena_printf(a,
		                    "load balancer %s, by which NIC %s leaves, translates TCP and "
		                    "UDP only; try those",
		                    n->leaves_by->name, n->name);
	case OUTSIDE_POOL:
		return pool_text(a, n);
	case OUTSIDE_CLOSED:
		break;
	}
	return arena_printf(a,
	                    "NIC %s has no public address, and subnet %s has "
	                    "defaultOutboundAccess false; give it a publicIPAddress, or a route "
	                    "to an appliance",
	                    n->name, n->subnet->name);
}
