/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers: azure-behaviour 5. */
#include <netinet/in.h>

#include "azure/check.h"
#include "azure/lb.h"
#include "azure/outside.h"
#include "azure/routes.h"
#include "azure/sessions.h"
#include "azure/subnet.h"
#include "base/str.h"

static void check_frontend(const struct load_balancer *lb, struct findings *f)
{
	const struct subnet *s = lb->subnet;
	_cleanup_free_ char *ptr = xasprintf("%s/privateIPAddress", lb->ptr);
	_cleanup_free_ char *hint =
	    prefix_size(s->prefix) < 8
	        ? NULL
	        : xasprintf("take one from %s to %s", IP4_STR(subnet_first(s->prefix)),
	                    IP4_STR(subnet_last(s->prefix)));

	if (!prefix_has(s->prefix, lb->ip))
		error_at(f, "LB-ADDR-01", "PrivateIPAddressNotInSubnet", ptr, hint,
		         "%s is not in subnet \"%s/%s\" (%s)", IP4_STR(lb->ip), s->vnet->name,
		         s->name, PREFIX_STR(s->prefix));
	else if (subnet_keeps(s->prefix, lb->ip))
		error_at(f, "LB-ADDR-01", "PrivateIPAddressInReservedRange", ptr, hint,
		         "%s is reserved: the first four addresses and the last one of subnet "
		         "\"%s/%s\" (%s) are Azure's",
		         IP4_STR(lb->ip), s->vnet->name, s->name, PREFIX_STR(s->prefix));
	for (size_t i = 0; i < s->n_nics; i++)
		if (s->nics[i]->ip == lb->ip)
			error_at(f, "LB-ADDR-02", "PrivateIPAddressIsAllocated", ptr,
			         "give one of them another address, or leave it out to get a free "
			         "one",
			         "%s belongs to NIC \"%s\" of \"%s\" already", IP4_STR(lb->ip),
			         s->nics[i]->name, s->nics[i]->vm->name);
	for (size_t i = 0; i < s->n_lbs; i++)
		if (s->lbs[i]->idx < lb->idx && s->lbs[i]->ip == lb->ip)
			error_at(f, "LB-ADDR-02", "PrivateIPAddressIsAllocated", ptr,
			         "give one of them another address",
			         "%s belongs to load balancer \"%s\" already", IP4_STR(lb->ip),
			         s->lbs[i]->name);
	if (streq(s->name, "RouteServerSubnet") || streq(s->name, "GatewaySubnet"))
		error_at(f, "LB-SUBNET-01", NULL, lb->ptr, "put it into another subnet",
		         "the frontend of load balancer \"%s\" is in %s, which holds nothing else",
		         lb->name, s->name);
}

static void check_pool(const struct load_balancer *lb, struct findings *f)
{
	const struct vnet *v = lb->vnet;

	for (size_t i = 0; i < lb->n_backends; i++) {
		const struct nic *n = lb->backends[i];
		_cleanup_free_ char *ptr = xasprintf("%s/backends/%zu", lb->ptr, i);

		if (n->subnet->vnet != v)
			error_at(f, "LB-POOL-01", NULL, ptr,
			         "put the load balancer and all of its backends into one VNet",
			         "NIC \"%s\" is in virtual network \"%s\", the %s of load "
			         "balancer \"%s\" in \"%s\"",
			         n->name, n->subnet->vnet->name,
			         lb->subnet ? "frontend" : "pool before it", lb->name, v->name);
		for (size_t k = 0; k < i; k++)
			if (lb->backends[k] == n)
				error_at(f, "LB-POOL-02", NULL, ptr, "remove it",
				         "NIC \"%s\" is in the pool of \"%s\" twice", n->name,
				         lb->name);
	}
	if (!lb->n_backends && lb->n_rules)
		warning_at(f, "LB-POOL-03", NULL, lb->ptr, "add NICs to its backends",
		           "the pool of load balancer \"%s\" is empty: it drops everything",
		           lb->name);
	if (!lb->n_rules && !lb->n_nat_rules && !lb->outbound)
		warning_at(f, "LB-RULE-05", NULL, lb->ptr,
		           "add one, for appliances HA ports: protocol All, both ports 0",
		           "load balancer \"%s\" has no rules: it drops everything", lb->name);
}

static void check_lb_ports(const struct lb_rule *r, struct findings *f)
{
	if (!r->protocol && (r->frontend_port || r->backend_port))
		error_at(f, "LB-RULE-01", NULL, r->ptr,
		         "set both ports to 0, or the protocol to Tcp or Udp",
		         "rule \"%s\" has protocol All, which takes all ports: frontendPort and "
		         "backendPort are 0",
		         r->name);
	else if (r->protocol && (!r->frontend_port || !r->backend_port))
		error_at(f, "LB-RULE-02", NULL, r->ptr,
		         "give both, or set the protocol to All for HA ports",
		         "rule \"%s\" needs a frontendPort and a backendPort from 1 to 65534",
		         r->name);
}

static bool same_proto(const struct lb_rule *a, const struct lb_rule *b)
{
	return a->protocol == b->protocol && !a->broken && !b->broken;
}

static void check_lb_rules(const struct load_balancer *lb, struct findings *f)
{
	for (size_t i = 0; i < lb->n_rules; i++) {
		const struct lb_rule *r = &lb->rules[i];

		if (r->broken)
			continue;
		check_lb_ports(r, f);
		for (size_t k = 0; k < i; k++) {
			const struct lb_rule *o = &lb->rules[k];

			if (!same_proto(r, o))
				continue;
			if (r->frontend_port == o->frontend_port)
				error_at(f, "LB-RULE-03", NULL, r->ptr, "remove one of them",
				         "rules \"%s\" and \"%s\" of \"%s\" take the same protocol "
				         "and port",
				         o->name, r->name, lb->name);
			else if (r->backend_port == o->backend_port && !r->floating && !o->floating)
				error_at(f, "LB-RULE-04", "RulesUseSameBackendPortProtocolAndPool",
				         r->ptr, "use another backendPort, or enableFloatingIP",
				         "rules \"%s\" and \"%s\" of \"%s\" lead to the same "
				         "backend port",
				         o->name, r->name, lb->name);
		}
	}
}

/* Ports of inbound NAT rules are nobody else's (azure-behaviour 5.1). */
static void check_nat_rules(const struct load_balancer *lb, struct findings *f)
{
	for (size_t i = 0; i < lb->n_nat_rules; i++) {
		const struct lb_nat_rule *r = &lb->nat_rules[i];
		const char *other = NULL;

		if (r->broken)
			continue;
		for (size_t k = 0; k < i; k++)
			if (!lb->nat_rules[k].broken && lb->nat_rules[k].protocol == r->protocol &&
			    lb->nat_rules[k].frontend_port == r->frontend_port)
				other = lb->nat_rules[k].name;
		for (size_t k = 0; k < lb->n_rules; k++)
			if (lb->rules[k].protocol == r->protocol &&
			    lb->rules[k].frontend_port == r->frontend_port)
				other = lb->rules[k].name;
		if (other)
			error_at(
			    f, "LB-NAT-01", NULL, r->ptr, "use another frontendPort",
			    "rules \"%s\" and \"%s\" of \"%s\" take the same protocol and port",
			    other, r->name, lb->name);
		if (r->nic->subnet->vnet != lb->vnet)
			error_at(f, "LB-POOL-01", NULL, r->ptr,
			         "put the load balancer and all of its backends into one VNet",
			         "NIC \"%s\" is in virtual network \"%s\", the other ones of load "
			         "balancer \"%s\" in \"%s\"",
			         r->nic->name, r->nic->subnet->vnet->name, lb->name,
			         lb->vnet->name);
	}
}

static void add_closed(const struct load_balancer *lb, const struct nic *n, struct str *names)
{
	if (!n->broken && !n->subnet->broken && balancer_closed(lb, n))
		str_printf(names, "%s\"%s\"", names->n ? ", " : "", n->name);
}

/* Checks what a public frontend alone has. */
static void check_public_frontend(const struct load_balancer *lb, struct findings *f)
{
	_cleanup_str_ struct str closed = { 0 };

	for (size_t i = 0; i < lb->n_rules; i++)
		if (!lb->rules[i].broken && !lb->rules[i].protocol)
			error_at(f, "LB-PUBLIC-01", NULL, lb->rules[i].ptr,
			         "give it a protocol and ports: Tcp or Udp",
			         "rule \"%s\" has protocol All (HA ports), which internal load "
			         "balancers alone take, and the frontend of \"%s\" is public",
			         lb->rules[i].name, lb->name);
	for (size_t i = 0; lb->n_rules && i < lb->n_backends; i++)
		add_closed(lb, lb->backends[i], &closed);
	for (size_t i = 0; i < lb->n_nat_rules; i++)
		if (!lb->n_rules && !lb->nat_rules[i].broken)
			add_closed(lb, lb->nat_rules[i].nic, &closed);
	if (closed.n)
		warning_at(
		    f, "LB-PUBLIC-02", NULL, lb->ptr,
		    "attach a networkSecurityGroup with an inbound rule for what shall come "
		    "in, to the NICs or their subnet",
		    "load balancer \"%s\" is of SKU Standard, which lets nothing in from the "
		    "Internet until a security group of the backend does; these have none: %s",
		    lb->name, str_get(&closed));
}

enum floating { FLOATING_TOO, NOT_FLOATING };

/* True if a rule takes every protocol and port (HA ports). */
static bool has_ha_ports(const struct load_balancer *lb, enum floating which)
{
	for (size_t i = 0; i < lb->n_rules; i++)
		if (!lb->rules[i].protocol && (which == FLOATING_TOO || !lb->rules[i].floating))
			return true;
	return false;
}

/* An ipconfig takes part in one HA ports rule without floating IP. */
static void check_ha_ports(const struct load_balancer *lb, const struct load_balancer **taken,
                           struct findings *f)
{
	for (size_t i = 0; has_ha_ports(lb, NOT_FLOATING) && i < lb->n_backends; i++) {
		const struct load_balancer **t = &taken[lb->backends[i]->idx];

		if (*t && *t != lb)
			error_at(f, "LB-HA-01", NULL, lb->ptr,
			         "set enableFloatingIP on one of the two rules",
			         "NIC \"%s\" has an HA ports rule without floating IP from \"%s\" "
			         "already, and \"%s\" brings another",
			         lb->backends[i]->name, (*t)->name, lb->name);
		*t = lb;
	}
}

/* A backend of a balancer that is a next hop needs enableIPForwarding. */
static void check_backends_forward(const struct model *m, const struct load_balancer *lb,
                                   struct findings *f)
{
	bool next_hop = false;

	for (size_t i = 0; i < m->n_route_tables && !next_hop; i++)
		for (size_t k = 0; k < m->route_tables[i].n_routes; k++)
			next_hop |= m->route_tables[i].routes[k].next_hop == lb->ip &&
			            m->route_tables[i].routes[k].type == NH_VIRTUAL_APPLIANCE;
	for (size_t i = 0; i < m->n_vms && !next_hop; i++)
		next_hop = m->vms[i].guest.bgp.present && m->vms[i].guest.bgp.next_hop == lb->ip;
	if (!next_hop)
		return;
	for (size_t i = 0; i < lb->n_backends; i++)
		if (!lb->backends[i]->forwarding)
			warning_at(f, "LB-FORWARD-01", NULL, lb->backends[i]->ptr,
			           "set enableIPForwarding on the NIC",
			           "load balancer \"%s\" is the next hop of routes, and NIC \"%s\" "
			           "of \"%s\" drops what is not for its own address",
			           lb->name, lb->backends[i]->name, lb->backends[i]->vm->name);
	if (!has_ha_ports(lb, FLOATING_TOO))
		warning_at(f, "LB-HA-02", NULL, lb->ptr,
		           "add a rule with protocol All and both ports 0",
		           "load balancer \"%s\" is the next hop of routes, but without HA ports "
		           "it takes only the ports of its rules",
		           lb->name);
}

/* azure-behaviour 5: a probe is answered by the NIC that it came to, or not at all. */
static void check_probe_answers(const struct load_balancer *lb, struct findings *f)
{
	for (size_t i = 0; lb->probe.present && i < lb->n_backends; i++) {
		const struct nic *n = lb->backends[i];

		if (n->broken || n->subnet->broken || n->vm->broken || !lb_answers_by(n))
			continue;
		_cleanup_free_ char *hint = xasprintf(
		    "add to the routes of \"%s\": { \"prefix\": \"0.0.0.0/0\", \"via\": "
		    "\"%s\", \"from\": \"%s\" }",
		    n->vm->name, IP4_STR(subnet_gateway(n->subnet->prefix)), IP4_STR(n->ip));

		warning_at(
		    f, "LB-PROBE-01", NULL, n->ptr, hint,
		    "\"%s\" answers the probes of load balancer \"%s\", which come to NIC "
		    "\"%s\", by NIC \"%s\": Azure drops that, and the backend counts as down",
		    n->vm->name, lb->name, n->name, lb_answers_by(n)->name);
	}
}

static bool leads_to_internet(const struct model *m, const struct subnet *s)
{
	_cleanup_(eff_table_free_p) struct eff_table *t =
	    effective_routes_plain(m, s, 0, NULL, NULL);
	const struct eff_route *r = eff_lookup(t, m->internet[0].ip);

	return r && r->type == NH_INTERNET;
}

/* Backends whose way to the Internet ends, since they are in the pool: azure-behaviour 1.8. */
static void check_backend_way_out(const struct model *m, const struct load_balancer *lb,
                                  struct findings *f)
{
	_cleanup_str_ struct str names = { 0 };
	const struct subnet *asked = NULL;
	bool internet = false;
	size_t n = 0;

	for (size_t i = 0; i < lb->n_backends && m->n_internet; i++) {
		const struct nic *b = lb->backends[i];

		if (b->in_pool_of != lb || b->broken || b->subnet->broken ||
		    outside_address(b, IPPROTO_TCP, false).why != OUTSIDE_POOL)
			continue;
		if (asked != b->subnet) {
			asked = b->subnet;
			internet = leads_to_internet(m, asked);
		}
		if (internet && n++ < 3)
			str_printf(&names, "%s\"%s\"", names.n ? ", " : "", b->name);
	}
	if (n > 3)
		str_printf(&names, " and %zu more", n - 3);
	if (n)
		warning_at(f, "LB-OUTBOUND-01", NULL, lb->ptr,
		           "give their subnet a NAT gateway, or each a publicIPAddress; a route to "
		           "an appliance will do, too",
		           "NICs in the pool of load balancer \"%s\" have no way to the Internet: "
		           "%s; %s",
		           lb->name, str_get(&names),
		           lb->subnet
		               ? "an internal one of SKU Standard takes default outbound "
		                 "access from them"
		               : "its rules have disableOutboundSnat, it has no outboundRule, "
		                 "and SKU Standard takes default outbound access from them");
}

/* azure-behaviour 7.11 */
static void check_lb_region(const struct model *m, const struct load_balancer *lb,
                            struct findings *f)
{
	const char *here = lb->vnet->location;

	for (size_t i = 0; here && i < m->n_vms; i++) {
		const struct node *vm = &m->vms[i];
		const struct bgp_connection *c = NULL;

		if (!vm->guest.bgp.present || vm->guest.bgp.next_hop != lb->ip)
			continue;
		while ((c = vm_connection(m, vm, c))) {
			const char *there = c->rs->vnet ? c->rs->vnet->location : NULL;
			_cleanup_free_ char *ptr = xasprintf("%s/nextHop", vm->guest.bgp.ptr);

			if (there && !strieq(here, there))
				error_at(f, "LB-REGION-01", NULL, ptr,
				         "use a load balancer in the Route Server's region",
				         "\"%s\" announces next hop %s to \"%s\" in %s, but that "
				         "is load balancer \"%s\" in %s: nothing gets there",
				         vm->name, IP4_STR(lb->ip), c->rs->name, there, lb->name,
				         here);
		}
	}
}

static void check_load_balancers(const struct model *m, struct findings *f)
{
	_cleanup_free_ const struct load_balancer **taken = xcalloc(m->n_nics + 1, sizeof(*taken));

	for (size_t i = 0; i < m->n_load_balancers; i++) {
		const struct load_balancer *lb = &m->load_balancers[i];

		check_lb_rules(lb, f);
		if (lb->broken)
			continue;
		if (lb->basic)
			info_at(
			    f, "LB-SKU-01", lb->ptr, "use Standard",
			    "load balancer \"%s\" is of SKU Basic, which Azure has retired in "
			    "2025; here it differs from Standard only in that its backends keep "
			    "default outbound access",
			    lb->name);
		if (lb->subnet && !lb->dynamic)
			check_frontend(lb, f);
		if (!lb->subnet)
			check_public_frontend(lb, f);
		check_nat_rules(lb, f);
		check_pool(lb, f);
		check_ha_ports(lb, taken, f);
		check_backends_forward(m, lb, f);
		check_backend_way_out(m, lb, f);
		check_probe_answers(lb, f);
		if (lb->subnet)
			check_lb_region(m, lb, f);
	}
}

const struct rules load_balancer_rules = { check_load_balancers };
