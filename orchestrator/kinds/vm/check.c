/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs and what is inside guests: azure-behaviour 1.3. */
#include "azure/check.h"
#include "azure/hybrid.h"
#include "azure/own_filter.h"
#include "azure/subnet.h"
#include "base/str.h"

static char *point_to_address(const struct nic *n)
{
	return xasprintf("%s/privateIPAddress", n->ptr);
}

static void check_nic_address(const struct nic *n, struct findings *f)
{
	const struct subnet *s = n->subnet;
	_cleanup_free_ char *ptr = point_to_address(n), *hint = NULL;

	if (!prefix_has(s->prefix, n->ip)) {
		if (prefix_size(s->prefix) >= 8)
			hint = xasprintf("take one from %s to %s", IP4_STR(subnet_first(s->prefix)),
			                 IP4_STR(subnet_last(s->prefix)));
		error_at(f, "NIC-ADDR-01", "PrivateIPAddressNotInSubnet", ptr, hint,
		         "%s is not in subnet \"%s/%s\" (%s)", IP4_STR(n->ip), s->vnet->name,
		         s->name, PREFIX_STR(s->prefix));
	} else if (subnet_keeps(s->prefix, n->ip)) {
		if (prefix_size(s->prefix) >= 8)
			hint = xasprintf("take one from %s to %s", IP4_STR(subnet_first(s->prefix)),
			                 IP4_STR(subnet_last(s->prefix)));
		error_at(f, "NIC-ADDR-02", "PrivateIPAddressInReservedRange", ptr, hint,
		         "%s is reserved: the first four addresses and the last one of subnet "
		         "\"%s/%s\" (%s) are Azure's",
		         IP4_STR(n->ip), s->vnet->name, s->name, PREFIX_STR(s->prefix));
	}
}

static void check_same_address(const struct subnet *s, struct findings *f)
{
	for (size_t i = 1; s->nics_by_ip && i < s->n_nics; i++) {
		const struct nic *a = s->nics_by_ip[i - 1], *b = s->nics_by_ip[i];

		if (ip4_is_none(a->ip) || a->ip != b->ip || a->broken || b->broken)
			continue;
		_cleanup_free_ char *ptr = point_to_address(b);

		error_at(f, "NIC-ADDR-03", "PrivateIPAddressIsAllocated", ptr,
		         "give one of them another address, or leave it out to get a free one",
		         "%s belongs to NIC \"%s\" of \"%s\" already", IP4_STR(b->ip), a->name,
		         a->vm->name);
	}
}

static bool is_on_link_of_vm(const struct node *vm, ip4 ip)
{
	bool unknown = false;

	for (size_t i = 0; i < vm->n_nics; i++) {
		if (vm->nics[i]->peer)
			continue;
		if (vm->nics[i]->broken)
			unknown = true;
		else if (prefix_has(vm->nics[i]->subnet->prefix, ip))
			return true;
	}
	return unknown || !vm->n_nics || vm_tunnel_to(vm, ip);
}

static void check_guest_routes(const struct node *vm, struct findings *f)
{
	for (size_t i = 0; i < vm->guest.n_routes; i++) {
		const struct guest_route *r = &vm->guest.routes[i];

		if (!is_on_link_of_vm(vm, r->via)) {
			_cleanup_free_ char *hint =
			    xasprintf("the first address of its subnet leads everywhere: %s",
			              IP4_STR(vm->nics[0]->broken
			                          ? 0
			                          : subnet_gateway(vm->nics[0]->subnet->prefix)));

			error_at(f, "GUEST-ROUTE-01", NULL, r->ptr, hint,
			         "\"%s\": no NIC is in a subnet that has the next hop %s", vm->name,
			         IP4_STR(r->via));
		}
		for (size_t k = 0; k < vm->n_nics; k++)
			if (vm->nics[k]->ip == r->via)
				error_at(f, "GUEST-ROUTE-02", NULL, r->ptr,
				         "name the router that packets go to",
				         "\"%s\": %s is its own address", vm->name,
				         IP4_STR(r->via));
		if (ip4_is_set(r->from) && !vm_has_address(vm, r->from))
			error_at(
			    f, "GUEST-ROUTE-04", NULL, r->ptr,
			    "give an address of its NICs, or of its loopbacks",
			    "\"%s\" has no address %s, so that nothing leaves with that source",
			    vm->name, IP4_STR(r->from));
		for (size_t k = 0; k < i; k++)
			if (prefix_eq(vm->guest.routes[k].prefix, r->prefix) &&
			    vm->guest.routes[k].from == r->from &&
			    vm->guest.routes[k].via != r->via)
				error_at(f, "GUEST-ROUTE-03", NULL, r->ptr, "remove one of them",
				         "\"%s\" has two routes to %s", vm->name,
				         PREFIX_STR(r->prefix));
	}
}

static bool is_no_hosts(ip4 ip)
{
	static const struct prefix v[] = { { IP4(0, 0, 0, 0), 8 },
		                           { IP4(127, 0, 0, 0), 8 },
		                           { IP4(224, 0, 0, 0), 3 },
		                           { PLATFORM_IP, 32 },
		                           { METADATA_IP, 32 } };

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (prefix_has(v[i], ip))
			return true;
	return false;
}

/* Addresses that no host can have, or that a NIC of it has already. */
static void check_loopbacks(const struct node *vm, struct findings *f)
{
	for (size_t i = 0; i < vm->guest.n_loopbacks; i++) {
		ip4 ip = vm->guest.loopbacks[i];
		bool own = false;
		_cleanup_free_ char *ptr = xasprintf("%s/loopbacks/%zu", vm->ptr, i);

		for (size_t k = 0; k < vm->n_nics; k++)
			own |= !vm->nics[k]->peer && vm->nics[k]->ip == ip;
		for (size_t k = 0; k < i; k++)
			own |= vm->guest.loopbacks[k] == ip;
		if (own)
			error_at(f, "GUEST-LOOPBACK-01", NULL, ptr, "remove it",
			         "\"%s\" has the address %s already", vm->name, IP4_STR(ip));
		else if (is_no_hosts(ip))
			error_at(f, "GUEST-LOOPBACK-01", NULL, ptr,
			         "use an address of the prefix that the appliance announces",
			         "%s cannot be the address of a host", IP4_STR(ip));
	}
}

static void check_nics_of_vm(const struct node *vm, struct findings *f)
{
	const struct vnet *v = NULL;

	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *n = vm->nics[i];

		if (n->broken || n->peer)
			continue;
		check_nic_address(n, f);
		if (v && n->subnet->vnet != v)
			error_at(
			    f, "NIC-VNET-01", NULL, n->ptr,
			    "connect the VNets by a peering instead",
			    "NIC \"%s\" is in virtual network \"%s\", other NICs of \"%s\" are "
			    "in \"%s\": all NICs of a VM are in one VNet",
			    n->name, n->subnet->vnet->name, vm->name, v->name);
		v = v ? v : n->subnet->vnet;
	}
}

/* Both would translate, and which one is first is nobody's to say. */
static void check_own_filter(const struct node *vm, struct findings *f)
{
	for (size_t i = 0; vm->guest.source_nat && i < vm->guest.n_filters; i++)
		if (own_filter_translates(&vm->guest.filters[i]))
			error_at(f, "GUEST-FILTER-01", NULL, vm->guest.filters[i].ptr,
			         "leave sourceNat out, or that rule",
			         "\"%s\" has sourceNat, and \"%s\" translates sources, too: a "
			         "packet's source is translated once",
			         vm->name, vm->guest.filters[i].path);
}

static void check_vms(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_vms; i++) {
		if (vm_is_hybrid(&m->vms[i]))
			continue;
		check_nics_of_vm(&m->vms[i], f);
		check_guest_routes(&m->vms[i], f);
		check_loopbacks(&m->vms[i], f);
		check_own_filter(&m->vms[i], f);
	}
	for (size_t i = 0; i < m->n_subnets; i++)
		check_same_address(&m->subnets[i], f);
}

const struct rules vm_rules = { check_vms };
