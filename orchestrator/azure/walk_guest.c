/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest's kernel does by the design alone: Linux with the addresses of its NICs, its static
 * routes, and a default route by the primary NIC. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/walk_priv.h"

/* The network that a NIC is in: its subnet, a tunnel's own, or the other end of a wire. */
static struct prefix network_of_nic(const struct nic *n)
{
	if (!n->peer)
		return n->subnet->prefix;
	return n->tunnel && n->wire_len ? prefix_around(n->ip, n->wire_len)
	                                : prefix_host(n->peer->ip);
}

/* The NIC whose network has the address: a connected route. */
static const struct nic *connected(const struct node *vm, ip4 a)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (prefix_has(network_of_nic(vm->nics[i]), a))
			return vm->nics[i];
	return NULL;
}

struct way {
	const struct nic *out;
	const struct guest_route *route; /* NULL: connected, or the default route */
	uint8_t len;
};

static bool vnet_or_transit_has(const struct vnet *v, ip4 a)
{
	bool found = vnet_has(v, a);

	for (size_t i = 0; i < v->n_peerings && !found; i++)
		found = peering_is_transit(&v->peerings[i]) && vnet_has(v->peerings[i].remote, a);
	return found;
}

/* Behind the VM at the other end of a wire, as far as the design says. */
static bool leads_to(const struct node *far, ip4 a, bool through)
{
	if (far->role == VM_GATEWAY)
		return vnet_or_transit_has(vm_gateway(far)->vnet, a);
	for (size_t i = 0; vm_site(far) && i < vm_site(far)->n_prefixes; i++)
		if (prefix_has(vm_site(far)->prefixes[i], a))
			return true;
	/* An MSEE is between: what is behind its other wires. */
	for (size_t i = 0; through && far->role == VM_MSEE && i < far->n_nics; i++)
		if (leads_to(far->nics[i]->peer->vm, a, false))
			return true;
	return false;
}

/* By the design alone, which knows no routes: who has the prefix. */
static const struct nic *walk_wire_towards(const struct node *vm, ip4 dst)
{
	if (vm->role == VM_GATEWAY && vnet_or_transit_has(vm_gateway(vm)->vnet, dst))
		return vm->nics[0];
	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *n = vm->nics[i];

		if (n->peer && n->peer->vm->role != VM_SITE_HOST && !n->wire_len &&
		    leads_to(n->peer->vm, dst, true))
			return n;
	}
	return vm->nics[0];
}

/* Routes for what is from one of its addresses are a table that is asked first. */
static bool look_up_by_source(const struct node *vm, ip4 dst, ip4 src, struct way *ret)
{
	for (size_t i = 0; ip4_is_set(src) && i < vm->guest.n_routes; i++) {
		const struct guest_route *r = &vm->guest.routes[i];
		const struct nic *out = r->from == src ? connected(vm, r->via) : NULL;

		if (out && prefix_has(r->prefix, dst) && (!ret->route || r->prefix.len > ret->len))
			*ret = (struct way){ .out = out, .route = r, .len = r->prefix.len };
	}
	return ret->route != NULL;
}

/* src: 0 while the kernel has not chosen it. */
static struct way look_up_guest_way(const struct node *vm, ip4 dst, ip4 src)
{
	struct way best = { .out = vm->nics[0] };
	const struct nic *c = connected(vm, dst);

	if (look_up_by_source(vm, dst, src, &best))
		return best;
	if (c)
		best = (struct way){ .out = c, .len = network_of_nic(c).len };
	else if (vm_is_hybrid(vm))
		best.out = walk_wire_towards(vm, dst);
	for (size_t i = 0; i < vm->guest.n_routes; i++) {
		const struct guest_route *r = &vm->guest.routes[i];
		const struct nic *out = connected(vm, r->via);

		/* connected routes come first among equals, as in the kernel (metric 0) */
		/* A route with a source (r->from) is not for what is forwarded: that has the
		 * sources of others. */
		if (out && ip4_is_none(r->from) && prefix_has(r->prefix, dst) &&
		    (r->prefix.len > best.len ||
		     (!r->prefix.len && !best.len && !best.route && !c)))
			best = (struct way){ .out = out, .route = r, .len = r->prefix.len };
	}
	return best;
}

const struct nic *walk_source_nic(const struct node *vm, ip4 dst, ip4 src)
{
	return look_up_guest_way(vm, dst, src).out;
}

ip4 walk_next_hop(const struct nic *from, const struct walk_packet *p)
{
	ip4 own = vm_has_address(from->vm, p->src) ? p->src : IP4_NONE;
	struct way w = look_up_guest_way(from->vm, p->dst, own);

	if (w.out != from)
		return IP4_NONE;
	return w.route ? w.route->via : p->dst;
}

static bool vm_forwards(const struct node *vm)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->forwarding)
			return true;
	return false;
}

void walk_guest_default(const struct walk_env *env, const struct nic *in,
                        const struct walk_packet *p, struct walk_guest *ret)
{
	const struct node *vm = in->vm;

	(void)env;
	*ret = (struct walk_guest){ .act = GUEST_DROP };
	if (vm_has_address(vm, p->src)) {
		snprintf(ret->reason, sizeof(ret->reason),
		         "the source %s is its own address, and Linux takes no packet from itself "
		         "from outside (martian source)",
		         IP4_STR(p->src));
		return;
	}
	if (vm_has_address(vm, p->dst)) {
		ret->act = GUEST_LOCAL;
		snprintf(ret->reason, sizeof(ret->reason), "has the address");
		return;
	}
	if (!vm_forwards(vm)) {
		snprintf(
		    ret->reason, sizeof(ret->reason),
		    "not its address, and ip_forward is off in the guest; set enableIPForwarding");
		return;
	}
	struct way w = look_up_guest_way(vm, p->dst, IP4_NONE);

	ret->act = GUEST_FORWARD;
	ret->out = w.out;
	if (vm_translates(vm, p->dst))
		ret->src = w.out->ip;
	if (w.route)
		snprintf(ret->reason, sizeof(ret->reason), "forwards by its route %s via %s",
		         PREFIX_STR(w.route->prefix), IP4_STR(w.route->via));
	else
		snprintf(ret->reason, sizeof(ret->reason), "forwards by its %s, out of NIC %s",
		         w.len ? "connected subnet" : "default route", w.out->name);
}

bool vm_translates(const struct node *vm, ip4 dst)
{
	if (!vm->guest.source_nat || !vm->guest.nat_except)
		return vm->guest.source_nat && !ip4_is_private(dst);
	for (size_t i = 0; i < vm->guest.n_nat_except; i++)
		if (prefix_has(vm->guest.nat_except[i], dst))
			return false;
	return true;
}

struct walk_packet walk_reply(const struct walk *w)
{
	struct walk_packet p = w->arrived;

	p.src = w->arrived.dst;
	p.dst = w->arrived.src;
	p.sport = w->arrived.dport;
	p.dport = w->arrived.sport;
	return p;
}
