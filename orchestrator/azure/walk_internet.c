/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet's edge: how packets leave a VNet and come in (azure-behaviour 1.8). */
#include "azure/hybrid.h"
#include "azure/lb.h"
#include "azure/outside.h"
#include "azure/walk_priv.h"

static bool leads_nowhere(ip4 a)
{
	static const struct prefix others[] = { { IP4(100, 64, 0, 0), 10 },
		                                { IP4(127, 0, 0, 0), 8 },
		                                { IP4(169, 254, 0, 0), 16 } };
	bool other = false;

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		other |= prefix_has(others[i], a);
	return other || ip4_is_private(a);
}

static const struct nic *nic_by_public_ip(const struct model *m, ip4 a)
{
	for (size_t i = 0; ip4_is_set(a) && i < m->n_nics; i++)
		if (m->nics[i].public_ip == a)
			return &m->nics[i];
	return NULL;
}

/* An address that the edge knows as n's. */
static bool is_its_own(const struct nic *n, ip4 a)
{
	return a == n->ip || vm_has_instance(n->vm, a);
}

/* The address that a packet from n has outside, *ret_how says whose; 0: it cannot get out, *ret_how
 * says why. */
static ip4 address_outside(struct walker *x, const struct nic *n, const char **ret_how)
{
	const struct walk *to = x->env->reply_to;
	const struct load_balancer *lb = lb_by_public_ip(x->m, x->p.src);

	if (lb && lb_leads_to(lb, n)) { /* an answer, or a floating IP */
		*ret_how = TEXT(x, "frontend of load balancer %s", lb->name);
		return lb->ip;
	}
	if (!is_its_own(n, x->p.src) && to) { /* what was asked did not come in by n */
		*ret_how = TEXT(x,
		                "the Internet edge translates only the NIC's own address %s, and "
		                "the answer comes from %s; the way back must leave by the NIC that "
		                "the question came in by",
		                IP4_STR(n->ip), IP4_STR(x->p.src));
		return IP4_NONE;
	}
	if (!is_its_own(n, x->p.src) && n->vm->role == VM_GATEWAY) {
		*ret_how = TEXT(x,
		                "gateway %s has no default route, and does not translate: give it "
		                "a default site (gatewayDefaultSite), or have a site announce "
		                "0.0.0.0/0 by BGP",
		                vm_gateway(n->vm)->name);
		return IP4_NONE;
	}
	if (!is_its_own(n, x->p.src)) {
		*ret_how = TEXT(x,
		                "the Internet edge translates only the NIC's own address %s, and "
		                "the source is %s; let %s translate it (sourceNat)",
		                IP4_STR(n->ip), IP4_STR(x->p.src), n->vm->name);
		return IP4_NONE;
	}
	struct outside o =
	    outside_address(n, x->p.ip_proto, subnet_service(n->subnet, x->p.dst) != NULL);

	/* An answer leaves as the question came in. */
	if (ip4_is_set(n->public_ip) && to && to->sent.dst == n->public_ip)
		o = (struct outside){ n->public_ip, OUTSIDE_PUBLIC };
	*ret_how = outside_text(x->w->arena, n, &o);
	return o.ip;
}

enum step walk_to_internet(struct walker *x, const struct nic *n, struct walk_hop *hop)
{
	const char *how = NULL, *route = hop->route ? walk_route_text(x, hop->route) : hop->reason;
	struct walk_packet before = x->p;

	if (leads_nowhere(x->p.dst))
		return walk_drop(x,
		                 "route %s on NIC %s sends %s to the Internet, where private "
		                 "addresses lead nowhere; the destination needs a route",
		                 route, n->name, IP4_STR(x->p.dst));
	ip4 outside = address_outside(x, n, &how);

	if (ip4_is_none(outside))
		return walk_drop(x, "route %s on NIC %s leads to the Internet, but %s", route,
		                 n->name, how);
	x->p.src = outside;
	walk_nat_add(x, NULL, n, &before);
	const struct service_prefix *service = subnet_service(n->subnet, before.dst);

	if (service)
		hop->reason = TEXT(x, "route %s: by service endpoint %s, as %s", route,
		                   service->service, IP4_STR(outside));
	else
		hop->reason =
		    TEXT(x, "route %s: to the Internet as %s (%s)", route, IP4_STR(outside), how);
	return STEP_INTERNET;
}

/* The last hop is "internet". */
static enum step end_at_host(struct walker *x, const struct internet_host *host)
{
	const struct walk *to = x->env->reply_to;

	x->w->hops[x->w->n - 1].reason =
	    TEXT(x, "%s is Internet host %s", IP4_STR(host->ip), host->name);
	if (to && (x->p.src != to->sent.dst || x->p.dst != to->sent.src))
		return walk_drop(x,
		                 "Internet host %s asked %s, and the answer comes from %s: nobody "
		                 "waits for it; the way back must leave by the NIC that the "
		                 "question came in by",
		                 host->name, IP4_STR(to->sent.dst), IP4_STR(x->p.src));
	return walk_end(x, WALK_DELIVERED,
	                TEXT(x, "Internet host %s has %s", host->name, IP4_STR(host->ip)));
}

/* The packet answers one that left with its destination as source. */
static bool answers_outgoing(const struct walker *x)
{
	const struct walk *to = x->env->reply_to;

	for (size_t i = 0; to && i < to->n_nats; i++)
		if (!to->nats[i].vm && !to->nats[i].lb && to->nats[i].after.src == x->p.dst &&
		    to->nats[i].after.dst == x->p.src)
			return true;
	return false;
}

/* A public address leads straight to its NIC; no route is asked on the way in. */
static enum step enter_by_public_ip(struct walker *x, const struct nic *n, ip4 ip)
{
	struct walk_packet before = x->p;
	bool answer = answers_outgoing(x);

	x->p.dst = ip;
	walk_hop_add(x, "internet", NULL)->reason =
	    TEXT(x, "%s leads to NIC %s of %s, as %s", IP4_STR(before.dst), n->name, n->vm->name,
	         IP4_STR(ip));
	if (!vm_runs(x->env->rt, n->vm))
		return walk_drop(x, "%s, which has %s, is stopped (deallocated); start it",
		                 n->vm->name, IP4_STR(before.dst));
	if (!answer && public_ip_closed(n))
		return walk_drop(
		    x,
		    "public address %s of NIC %s is of SKU Standard, which lets nothing "
		    "in until a security group does, and neither the NIC nor subnet "
		    "%s has one; attach a group with an inbound rule that allows it",
		    IP4_STR(before.dst), n->name, n->subnet->name);
	return walk_filter(x, n, false);
}

enum step walk_at_internet(struct walker *x, const struct nic **ret_nic)
{
	const struct walk_nat *nat;
	ip4 dst = x->p.dst;

	for (size_t i = 0; i < x->m->n_internet; i++)
		if (x->m->internet[i].ip == dst) {
			walk_hop_add(x, "internet", NULL);
			return end_at_host(x, &x->m->internet[i]);
		}
	if ((*ret_nic = nic_by_public_ip(x->m, dst)) && !(*ret_nic)->vm->n_instances)
		return enter_by_public_ip(x, *ret_nic, (*ret_nic)->ip);
	if ((nat = walk_nat_back(x, NULL))) {
		ip4 inside = x->p.dst;

		x->p.dst = dst;
		*ret_nic = nat->nic;
		return enter_by_public_ip(x, nat->nic, inside);
	}
	if (*ret_nic) /* a firewall's: what is new goes to the address in front of its instances */
		return enter_by_public_ip(x, *ret_nic, (*ret_nic)->ip);
	const struct load_balancer *lb = lb_by_public_ip(x->m, dst);

	walk_hop_add(x, "internet", NULL);
	if (lb) {
		x->w->hops[x->w->n - 1].reason =
		    TEXT(x, "%s is the frontend of load balancer %s", IP4_STR(dst), lb->name);
		return walk_to_balancer(x, NULL, lb, ret_nic);
	}
	for (size_t i = 0; i < x->m->n_nat_gateways; i++)
		for (size_t k = 0; k < x->m->nat_gateways[i].n_ips; k++)
			if (x->m->nat_gateways[i].ips[k] == dst)
				return walk_drop(x,
				                 "%s is an address of NAT gateway %s; nothing "
				                 "comes in by it unasked",
				                 IP4_STR(dst), x->m->nat_gateways[i].name);
	if (dst == DEFAULT_OUTBOUND_IP)
		return walk_drop(x,
		                 "%s is what VMs without a public address leave as; nothing comes "
		                 "in by it unasked",
		                 IP4_STR(dst));
	if (leads_nowhere(dst))
		return walk_drop(x,
		                 "%s is private and not reachable from the Internet; the NIC needs "
		                 "a publicIPAddress",
		                 IP4_STR(dst));
	if (x->env->whole_internet)
		return end_at_host(x, &(struct internet_host){ .name = "outside", .ip = dst });
	return walk_drop(x, "no such host in the lab's Internet: %s; add it to internet.hosts",
	                 IP4_STR(dst));
}
