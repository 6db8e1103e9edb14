/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about what appliances announce, and what becomes of it: azure-behaviour 7.2, 7.6, 7.11. */
#include "azure/own_bgp.h"
#include "azure/sessions.h"
#include "base/str.h"
#include "kinds/routeserver/check.h"

/* Why the Route Server discards a prefix: its own VNet, or one that uses it, as far as the peering
 * goes; NULL: it does not. */
static const struct vnet *find_discarding_vnet(const struct route_server *rs, struct prefix p)
{
	const struct vnet *v = rs->vnet;

	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_covers(v->prefixes[i], p))
			return v;
	for (size_t i = 0; i < v->n_peerings; i++) {
		const struct peering *x = &v->peerings[i];

		if (x->broken || !peering_connected(x) || vnet_programmed_by(x->remote) != rs)
			continue;
		for (size_t k = 0; k < peering_n_prefixes(x); k++)
			if (prefix_covers(peering_prefix(x, k), p))
				return x->remote;
	}
	return NULL;
}

/* The subnet's own route to exactly that prefix, or no routes of Route Servers at all. */
static bool is_shielded(const struct subnet *s, struct prefix p)
{
	const struct route_table *t = s->route_table;

	if (t && t->disable_bgp)
		return true;
	for (size_t i = 0; t && i < t->n_routes; i++)
		if (t->routes[i].broken || prefix_eq(t->routes[i].prefix, p))
			return true;
	return false;
}

/* The NIC that packets for what is announced are sent to; NULL: nobody's. */
static const struct nic *find_target(const struct bgp_connection *c, const struct node *vm)
{
	return ip4_is_set(vm->guest.bgp.next_hop)
	           ? model_nic_by_ip(c->rs->vnet, vm->guest.bgp.next_hop)
	           : c->nic;
}

/* A default route, or a half of one, comes back to the appliance: what it sends to the Internet
 * leaves by its primary NIC, whose subnet gets that route as well. */
static void check_loop(const struct bgp_connection *c, const struct node *vm, struct prefix p,
                       struct findings *f)
{
	const struct nic *to = find_target(c, vm);
	const struct nic *out = to ? to->vm->nics[0] : NULL;

	if (p.len > 1 || !out || out->broken || vnet_programmed_by(out->subnet->vnet) != c->rs ||
	    is_shielded(out->subnet, p))
		return;
	_cleanup_free_ char *hint =
	    xasprintf("attach a route table to subnet \"%s\" with %s to Internet, or one with "
	              "disableBgpRoutePropagation",
	              out->subnet->name, PREFIX_STR(p));

	if (out->vm == vm)
		warning_at(f, "RS-LOOP-01", NULL, out->subnet->ptr, hint,
		           "\"%s\" announces %s, and its own subnet gets that route too: its "
		           "Internet traffic comes back to itself, for ever",
		           vm->name, PREFIX_STR(p));
	else
		warning_at(f, "RS-LOOP-01", NULL, out->subnet->ptr, hint,
		           "\"%s\" announces %s with next hop \"%s\", whose subnet gets that route "
		           "too: its Internet traffic comes back to itself, for ever",
		           vm->name, PREFIX_STR(p), out->vm->name);
}

static void check_announced_prefix(const struct bgp_connection *c, const struct node *vm, size_t i,
                                   struct findings *f)
{
	struct prefix p = vm->guest.bgp.advertise[i];
	const struct vnet *v = find_discarding_vnet(c->rs, p);
	_cleanup_free_ char *ptr = xasprintf("%s/advertise/%zu", vm->guest.bgp.ptr, i);

	if (v)
		warning_at(
		    f, "RS-FILTER-01", NULL, ptr,
		    "a Route Server cannot steer traffic inside its VNets: announce a bigger "
		    "prefix, or use a route table",
		    "%s is equal to or inside virtual network \"%s\": Route Server \"%s\" "
		    "discards it silently",
		    PREFIX_STR(p), v->name, c->rs->name);
	for (size_t k = 0; k < i; k++)
		if (prefix_eq(vm->guest.bgp.advertise[k], p))
			warning_at(f, "BGP-ADVERTISE-01", NULL, ptr, "remove one of them",
			           "%s is in the list twice", PREFIX_STR(p));
	check_loop(c, vm, p, f);
}

static void check_next_hop(const struct bgp_connection *c, const struct node *vm,
                           struct findings *f)
{
	const struct nic *to = find_target(c, vm);
	_cleanup_free_ char *ptr = xasprintf("%s/nextHop", vm->guest.bgp.ptr);

	if (ip4_is_none(vm->guest.bgp.next_hop) || !c->rs->vnet ||
	    (to && (to->broken || to->vm == vm)))
		return;
	if (!to && model_lb_by_ip(c->rs->vnet, vm->guest.bgp.next_hop))
		return;
	if (!to)
		warning_at(
		    f, "RS-NEXTHOP-01", NULL, ptr,
		    "name an address in the Route Server's VNet or in one that is peered "
		    "with it",
		    "no NIC in reach of virtual network \"%s\" has %s: what \"%s\" announces "
		    "becomes next hop type None",
		    c->rs->vnet->name, IP4_STR(vm->guest.bgp.next_hop), vm->name);
	else if (!to->forwarding)
		warning_at(f, "RS-NEXTHOP-02", NULL, ptr, "set enableIPForwarding on that NIC",
		           "\"%s\" announces routes via NIC \"%s\" (%s), whose enableIPForwarding "
		           "is false: packets are dropped",
		           vm->name, to->name, IP4_STR(to->ip));
}

/* The same of the VM's own files, where what they announce is plain: azure/own_bgp.h. */
static void announced_by_files(const struct bgp_connection *c, const struct node *vm,
                               struct findings *f)
{
	struct own_neighbor n;

	if (ip4_is_none(c->rs->instance[0]) || !own_bgp_neighbor(vm, c->rs->instance[0], &n) ||
	    n.filtered || n.muted)
		return;
	for (size_t i = 0; i < vm->guest.own->n_networks; i++) {
		const struct own_network *x = &vm->guest.own->networks[i];
		const struct vnet *v = find_discarding_vnet(c->rs, x->prefix);

		if (v)
			warning_at(
			    f, "RS-FILTER-01", NULL, x->file->ptr,
			    "a Route Server cannot steer traffic inside its VNets: announce a "
			    "bigger prefix, or use a route table",
			    "%s, line %u: %s is equal to or inside virtual network \"%s\": Route "
			    "Server \"%s\" discards it silently",
			    x->file->path, x->line, PREFIX_STR(x->prefix), v->name, c->rs->name);
		check_loop(c, vm, x->prefix, f);
	}
}

static void appliance_with_files(const struct model *m, const struct node *vm, struct findings *f)
{
	const struct bgp_connection *c = NULL;

	while ((c = vm_connection(m, vm, c)))
		if (!c->rs->broken && !c->broken && !c->nic->broken)
			announced_by_files(c, vm, f);
}

/* Some connection is meant for it, and another finding says what is wrong there. */
static bool is_meant(const struct model *m, const struct node *vm)
{
	for (size_t k = 0; k < vm->n_nics; k++)
		if (vm->nics[k]->broken || vm->nics[k]->peer)
			return true;
	for (size_t i = 0; i < m->n_route_servers; i++) {
		const struct route_server *rs = &m->route_servers[i];

		for (size_t j = 0; j < rs->n_conns; j++) {
			if (rs->conns[j].broken)
				return true;
			for (size_t k = 0; k < vm->n_nics; k++)
				if (vm->nics[k]->ip == rs->conns[j].peer_ip)
					return true;
		}
	}
	return false;
}

static void check_appliance(const struct model *m, const struct node *vm, struct findings *f)
{
	const struct bgp_connection *c = NULL;
	size_t peers = 0;

	while ((c = vm_connection(m, vm, c))) {
		peers++;
		if (c->rs->broken || c->broken || c->nic->broken)
			continue;
		for (size_t i = 0; i < vm->guest.bgp.n_advertise; i++)
			check_announced_prefix(c, vm, i, f);
		check_next_hop(c, vm, f);
		if (vm->guest.bgp.n_advertise > m->settings.max_routes_per_peer)
			warning_at(f, "RS-LIMIT-01", NULL, vm->guest.bgp.ptr, "announce less",
			           "\"%s\" announces %zu prefixes; over %u the Route Server drops "
			           "the session",
			           vm->name, vm->guest.bgp.n_advertise,
			           m->settings.max_routes_per_peer);
		else if (m->settings.count_repeats &&
		         vm->guest.bgp.n_advertise * 2 > m->settings.max_routes_per_peer)
			warning_at(
			    f, "RS-LIMIT-02", NULL, vm->guest.bgp.ptr,
			    "announce at most half of the limit, or summaries",
			    "\"%s\" announces %zu prefixes; when it announces them again, as "
			    "it must after each new VNet peering, they count %zu, and over %u "
			    "the Route Server drops the session",
			    vm->name, vm->guest.bgp.n_advertise, vm->guest.bgp.n_advertise * 2,
			    m->settings.max_routes_per_peer);
	}
	if (!peers && !is_meant(m, vm))
		warning_at(f, "BGP-PEER-01", NULL, vm->guest.bgp.ptr,
		           "add a bgpConnection with its address and AS number to a Route Server",
		           "\"%s\" has \"bgp\", but no Route Server peers with it", vm->name);
}

void route_server_check_announced(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_vms; i++) {
		const struct node *vm = &m->vms[i];

		if (vm->role != VM_USER || vm->broken)
			continue;
		if (vm->guest.bgp.present)
			check_appliance(m, vm, f);
		else if (vm->guest.own)
			appliance_with_files(m, vm, f);
	}
}
