/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route tables: azure-behaviour 2.3, 2.4, 1.8. */
#include "kinds/routetable/check.h"
#include "azure/hybrid.h"
#include "base/str.h"

enum { MAX_ROUTES = 400, MAX_TAGS = 25 };

static int route_cmp(const void *pa, const void *pb)
{
	const struct route *a = *(const struct route *const *)pa,
	                   *b = *(const struct route *const *)pb;
	int d = prefix_cmp(a->prefix, b->prefix);

	return d ? d : (a > b) - (a < b); /* elements of one array */
}

static void check_same_prefix(const struct route_table *t, struct findings *f)
{
	_cleanup_free_ const struct route **s = xcalloc(t->n_routes, sizeof(*s));
	size_t n = 0;

	for (size_t i = 0; i < t->n_routes; i++)
		if (!t->routes[i].broken && !t->routes[i].tag)
			s[n++] = &t->routes[i];
	qsort(s, n, sizeof(*s), route_cmp);
	for (size_t i = 1; i < n; i++)
		if (prefix_eq(s[i]->prefix, s[i - 1]->prefix))
			error_at(f, "RT-PREFIX-01", "RouteConflict", s[i]->ptr,
			         "remove one of them",
			         "routes \"%s\" and \"%s\" of route table \"%s\" are both for %s; "
			         "user-defined routes cannot share load",
			         s[i - 1]->name, s[i]->name, t->name, PREFIX_STR(s[i]->prefix));
}

/* Where several tags stand for one prefix, one wins; the same tag twice is a conflict. */
static void check_tags(const struct route_table *t, struct findings *f)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_routes; i++) {
		const struct route *r = &t->routes[i];

		if (!r->tag || r->more)
			continue;
		n++;
		for (size_t k = 0; k < i; k++) {
			const struct route *o = &t->routes[k];

			if (o->tag && !o->more && strieq(o->tag, r->tag))
				error_at(f, "RT-PREFIX-01", "RouteConflict", r->ptr,
				         "remove one of them",
				         "routes \"%s\" and \"%s\" of route table \"%s\" are both "
				         "for service tag %s",
				         o->name, r->name, t->name, r->tag);
		}
	}
	if (n > MAX_TAGS)
		error_at(f, "RT-TAG-02", NULL, t->ptr, "use wider tags, or prefixes",
		         "route table \"%s\" has %zu routes to service tags; the limit is %d",
		         t->name, n, MAX_TAGS);
}

static void check_next_hop_form(const struct route *r, struct findings *f)
{
	if (r->type == NH_VIRTUAL_APPLIANCE && ip4_is_none(r->next_hop))
		error_at(f, "RT-HOP-01", "MissingNextHopIpAddress", r->ptr, "add nextHopIpAddress",
		         "route \"%s\" to a VirtualAppliance needs nextHopIpAddress", r->name);
	if (r->type != NH_VIRTUAL_APPLIANCE && ip4_is_set(r->next_hop))
		error_at(
		    f, "RT-HOP-02", NULL, r->ptr,
		    "remove nextHopIpAddress, or use VirtualAppliance",
		    "route \"%s\" has nextHopIpAddress, which only VirtualAppliance takes; its "
		    "type is %s",
		    r->name, next_hop_type_str(r->type));
}

/* "VM of this table": the appliance's own NICs use the route themselves. */
static bool all_nics_use(const struct node *vm, const struct route_table *t)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (!vm->nics[i]->peer &&
		    (vm->nics[i]->broken || vm->nics[i]->subnet->route_table != t))
			return false;
	return vm->n_nics;
}

/* Packets end at the appliance: one of its own addresses is what the route is for. */
static bool ends_at(const struct node *vm, struct prefix p)
{
	for (size_t i = 0; i < vm->guest.n_loopbacks; i++)
		if (prefix_has(p, vm->guest.loopbacks[i]))
			return true;
	return false;
}

static void check_appliance_hop(const struct route_table *t, const struct route *r,
                                const struct nic *n, struct findings *f)
{
	const struct node *vm = n->vm;

	if (!n->forwarding)
		warning_at(
		    f, "RT-HOP-04", NULL, r->ptr,
		    "set enableIPForwarding on that NIC, and forward in the guest",
		    "route \"%s\" sends to NIC \"%s\" (%s), whose enableIPForwarding is false: "
		    "packets are dropped",
		    r->name, n->name, IP4_STR(r->next_hop));
	if (vm->deallocated)
		warning_at(f, "RT-HOP-05", NULL, r->ptr, "start it, or expect a drop",
		           "route \"%s\" sends to \"%s\" (%s), which is deallocated: the effective "
		           "next hop is None",
		           r->name, vm->name, IP4_STR(r->next_hop));
	if (all_nics_use(vm, t) && !ends_at(vm, r->prefix) &&
	    (r->prefix.len == 0 || !prefix_covers(n->subnet->prefix, r->prefix)))
		warning_at(
		    f, "RT-LOOP-01", NULL, r->ptr,
		    "give the appliance's subnet another route table",
		    "\"%s\" is in subnet \"%s\" that has route \"%s\" itself: what it forwards "
		    "to %s comes back to it",
		    vm->name, n->subnet->name, r->name, PREFIX_STR(r->prefix));
}

static bool local_to(const struct vnet *v, struct prefix p)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_covers(v->prefixes[i], p))
			return true;
	return v->broken;
}

/* azure-behaviour 2.4 */
static void check_gateway_hop(const struct route *r, const struct vnet *v, struct findings *f)
{
	const struct vnet *by = vnet_served_by(v);

	if (r->type != NH_VIRTUAL_NETWORK_GATEWAY)
		return;
	if (!by || !vnet_has_gateway(by))
		warning_at(
		    f, "RT-HOP-06", NULL, r->ptr,
		    "to reach an appliance, use VirtualAppliance with its address",
		    "route \"%s\" goes to a VirtualNetworkGateway, but there is none: packets "
		    "are dropped",
		    r->name);
	else if (by->gateway[GW_EXPRESSROUTE])
		warning_at(
		    f, "RT-HOP-08", NULL, r->ptr, "remove the route",
		    "route \"%s\" goes to a VirtualNetworkGateway, which takes a VPN gateway "
		    "alone; \"%s\" has an ExpressRoute gateway: packets are dropped",
		    r->name, by->name);
}

/* One VNet that uses the table: is the next hop in its reach? */
static void check_hops_from(const struct route_table *t, const struct vnet *v, struct findings *f)
{
	for (size_t i = 0; i < t->n_routes; i++) {
		const struct route *r = &t->routes[i];
		const struct nic *n;

		if (r->broken || r->more)
			continue;
		check_gateway_hop(r, v, f);
		if (r->type == NH_VNET_LOCAL && !local_to(v, r->prefix))
			warning_at(f, "RT-HOP-07", NULL, r->ptr,
			           "use it for prefixes of the VNet only",
			           "route \"%s\" says VnetLocal for %s, which is not in virtual "
			           "network \"%s\": the effective next hop is None",
			           r->name, PREFIX_STR(r->prefix), v->name);
		if (r->type != NH_VIRTUAL_APPLIANCE || ip4_is_none(r->next_hop))
			continue;
		n = model_nic_by_ip(v, r->next_hop);
		if (!n && model_lb_by_ip(v, r->next_hop))
			continue;
		if (!n)
			warning_at(
			    f, "RT-HOP-03", NULL, r->ptr,
			    "name an appliance in the VNet or in one that is peered with it",
			    "route \"%s\": no NIC in reach of virtual network \"%s\" has %s; "
			    "packets are dropped",
			    r->name, v->name, IP4_STR(r->next_hop));
		else if (!n->broken)
			check_appliance_hop(t, r, n, f);
	}
}

/* 0.0.0.0/0, or a half of it. */
static const struct route *default_to_appliance(const struct route_table *t)
{
	for (size_t i = 0; t && i < t->n_routes; i++)
		if (!t->routes[i].broken && t->routes[i].prefix.len <= 1 &&
		    t->routes[i].type == NH_VIRTUAL_APPLIANCE)
			return &t->routes[i];
	return NULL;
}

/* Answers of a VM with a public address leave by the appliance: azure-behaviour 1.8. */
static void tell_public_behind(const struct subnet *s, struct findings *f)
{
	const struct route *r = default_to_appliance(s->route_table);

	for (size_t i = 0; r && i < s->n_nics; i++)
		if (ip4_is_set(s->nics[i]->public_ip) && s->nics[i]->ip != r->next_hop)
			info_at(
			    f, "RT-DEFAULT-01", s->nics[i]->ptr,
			    "reach it through the appliance instead",
			    "NIC \"%s\" has a public address, but route \"%s\" sends its answers "
			    "to %s: it cannot be reached directly from the Internet",
			    s->nics[i]->name, r->name, IP4_STR(r->next_hop));
}

static void check_table(const struct model *m, const struct route_table *t, struct findings *f)
{
	_cleanup_free_ bool *done = xcalloc(m->n_vnets, sizeof(*done));
	bool used = false;

	check_same_prefix(t, f);
	for (size_t i = 0; i < t->n_routes; i++)
		if (!t->routes[i].broken && !t->routes[i].more)
			check_next_hop_form(&t->routes[i], f);
	check_tags(t, f);
	if (t->n_declared > MAX_ROUTES)
		error_at(f, "RT-LIMIT-01", NULL, t->ptr, "summarize, or split the table",
		         "route table \"%s\" has %zu routes; the limit is %d", t->name,
		         t->n_declared, MAX_ROUTES);
	for (size_t i = 0; i < m->n_subnets; i++) {
		const struct subnet *s = &m->subnets[i];

		if (s->route_table != t)
			continue;
		used = true;
		if (!done[s->vnet->idx])
			check_hops_from(t, s->vnet, f);
		done[s->vnet->idx] = true;
	}
	if (!used && !f->errors)
		info_at(f, "RT-USED-01", t->ptr, "attach it to a subnet: \"routeTable\"",
		        "route table \"%s\" is not used", t->name);
}

static void check_route_tables(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_route_tables; i++)
		check_table(m, &m->route_tables[i], f);
	for (size_t i = 0; i < m->n_subnets; i++)
		tell_public_behind(&m->subnets[i], f);
	route_table_check_reach(m, f);
}

const struct rules route_table_rules = { check_route_tables };
