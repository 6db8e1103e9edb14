/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/guest.h"

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/subnet.h"
#include "plan/names.h"

enum {
	METRIC = 100, /* of the default route, as the images' DHCP client sets it */
	TUNNEL_MTU = 1450,
	IPSEC_MTU = 1400,          /* azure-behaviour 8.1 */
	FIRST_SOURCE_TABLE = 1000, /* of what leaves with one source */
};

_Static_assert(sizeof(struct guest_link) == 2 * 4 + 2 * IFNAMSIZ + 256 + 8 + 5 * 4, "no gaps");
_Static_assert(sizeof(struct guest_addr) == 4 * 4, "no gaps");
_Static_assert(sizeof(struct guest_hop) == 11 * 4, "no gaps");
_Static_assert(sizeof(struct guest_rule) == 2 * 4, "no gaps");
_Static_assert(sizeof(struct guest_neigh) == 2 * 4, "no gaps");

static uint32_t ifindex_of(const struct nic *n)
{
	return GUEST_FIRST_IFINDEX + (uint32_t)n->index;
}

static struct guest_link *add_guest_link(struct guest_plan *p, enum guest_link_kind kind,
                                         uint32_t ifindex)
{
	struct guest_link *l = &VEC_PUSH(p->links, p->n_links, p->cap_links);

	memset(l, 0, sizeof(*l));
	l->kind = kind;
	l->ifindex = ifindex;
	return l;
}

static void add_guest_addr(struct guest_plan *p, uint32_t ifindex, ip4 ip, uint32_t len, bool alone)
{
	VEC_PUSH(p->addrs, p->n_addrs, p->cap_addrs) =
	    (struct guest_addr){ ifindex, len, ip, alone };
}

/* As `ip route replace`: one route per destination and metric, the last one counts. */
static void replace_route(struct guest_plan *p, struct guest_hop h)
{
	for (size_t i = 0; i < p->n_routes; i++)
		if (p->routes[i].dst == h.dst && p->routes[i].len == h.len &&
		    p->routes[i].metric == h.metric && p->routes[i].table == h.table) {
			p->routes[i] = h;
			return;
		}
	VEC_PUSH(p->routes, p->n_routes, p->cap_routes) = h;
}

static void add_link_route(struct guest_plan *p, struct prefix dst, uint32_t ifindex,
                           uint32_t metric, ip4 src)
{
	replace_route(p, (struct guest_hop){ .dst = dst.addr,
	                                     .len = dst.len,
	                                     .ifindex = ifindex,
	                                     .protocol = RTPROT_STATIC,
	                                     .scope = RT_SCOPE_LINK,
	                                     .metric = metric,
	                                     .src = src });
}

/* --- NICs in the fabric ---------------------------------------------------------------------- */

static struct guest_link *add_port_link(struct guest_plan *p, const struct nic *n)
{
	struct guest_link *l = add_guest_link(p, GUEST_PORT, ifindex_of(n));

	snprintf(l->name, sizeof(l->name), "eth%zu", n->index);
	port_name_nic(n, l->port);
	mac_nic(n, l->mac);
	return l;
}

/* All neighbour entries of a machine that may age share one table of 1,024 (a setting of the
 * machine that is not ours to change): a hundred guests of one subnet that talk to each other would
 * fill it, for the machine itself too.  So the gateway's entry, whose address never changes, is
 * permanent, and does not count; and a plain VM reaches its own subnet through the gateway.  The
 * frame is the same, since the fabric answers ARP for everybody with one address (azure-behaviour
 * 1.4).  An appliance has its subnet attached, as its daemons expect. */
static void attach_subnet(struct guest_plan *p, const struct nic *n)
{
	const struct subnet *s = n->subnet;
	bool appliance = n->vm->guest.image && !strieq(n->vm->guest.image, "host");

	VEC_PUSH(p->neighs, p->n_neighs, p->cap_neighs) =
	    (struct guest_neigh){ ifindex_of(n), subnet_gateway(s->prefix) };
	add_guest_addr(p, ifindex_of(n), n->ip, s->prefix.len, !appliance);
	if (!appliance)
		replace_route(p, (struct guest_hop){ .dst = s->prefix.addr,
		                                     .len = s->prefix.len,
		                                     .ifindex = ifindex_of(n),
		                                     .via = subnet_gateway(s->prefix),
		                                     .onlink = true,
		                                     .protocol = RTPROT_DHCP,
		                                     .metric = METRIC,
		                                     .src = n->ip });
}

static void plan_vm_nic(struct guest_plan *p, const struct nic *n)
{
	struct guest_link *l = add_port_link(p, n);

	snprintf(l->alias, sizeof(l->alias), "%s/%s", n->vm->name, n->name);
	attach_subnet(p, n);
	if (n->index == 0)
		replace_route(p, (struct guest_hop){ .ifindex = ifindex_of(n),
		                                     .via = subnet_gateway(n->subnet->prefix),
		                                     .onlink = true,
		                                     .protocol = RTPROT_DHCP,
		                                     .metric = METRIC });
}

/* Like a Route Server instance a gateway finds everybody on its link; VNets by routes of their own,
 * so that a default route from on-premises does not lead them astray. */
static void plan_gateway_nic(struct guest_plan *p, const struct nic *n)
{
	const struct gateway *g = vm_gateway(n->vm);
	const struct vnet *v = g ? g->vnet : NULL;

	if (!v)
		return;
	struct guest_link *l = add_port_link(p, n);
	uint32_t ifindex = ifindex_of(n);

	snprintf(l->alias, sizeof(l->alias), "%s", n->vm->name);
	add_guest_addr(p, ifindex, n->ip, 32, false);
	add_link_route(p, (struct prefix){ 0, 0 }, ifindex, METRIC, n->ip);
	for (size_t i = 0; i < v->n_prefixes; i++)
		add_link_route(p, v->prefixes[i], ifindex, 0, n->ip);
	for (size_t i = 0; i < v->n_peerings; i++)
		for (size_t k = 0;
		     peering_connected(&v->peerings[i]) && k < peering_n_prefixes(&v->peerings[i]);
		     k++)
			add_link_route(p, peering_prefix(&v->peerings[i], k), ifindex, 0, n->ip);
	/* A gateway does not lower the TTL (azure-behaviour 1.5). */
	p->set.no_hop = true;
	p->set.clamp_mss = g->type == GW_VPN;
}

/* The table of what leaves with that source; a new one has its rule. */
static uint32_t table_from(struct guest_plan *p, ip4 from)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].from == from)
			return p->rules[i].table;
	uint32_t table = FIRST_SOURCE_TABLE + (uint32_t)p->n_rules;

	VEC_PUSH(p->rules, p->n_rules, p->cap_rules) = (struct guest_rule){ from, table };
	return table;
}

static void add_static_route(struct guest_plan *p, const struct node *vm,
                             const struct guest_route *g)
{
	struct guest_hop h = {
		.dst = g->prefix.addr,
		.len = g->prefix.len,
		.ifindex = GUEST_FIRST_IFINDEX,
		.via = g->via,
		/* The fabric takes what it is sent, by any name; so no address is out of reach. */
		.onlink = true,
		.protocol = RTPROT_STATIC,
		.table = ip4_is_set(g->from) ? table_from(p, g->from) : 0,
	};

	for (size_t i = 0; i < vm->n_nics; i++) {
		if (!vm->nics[i]->peer && prefix_has(vm->nics[i]->subnet->prefix, g->via)) {
			h.ifindex = GUEST_FIRST_IFINDEX + (uint32_t)i;
			break;
		}
	}
	replace_route(p, h);
}

/* --- wires and tunnels ----------------------------------------------------------------------- */

static void add_routes_by(struct guest_plan *p, const struct nic *n, ip4 src)
{
	const struct node *vm = n->vm;

	for (size_t i = 0; i < vm->guest.n_routes; i++) {
		const struct guest_route *g = &vm->guest.routes[i];

		if (n->tunnel ? vm_tunnel_to(vm, g->via) == n : g->via == n->peer->ip)
			replace_route(p, (struct guest_hop){ .dst = g->prefix.addr,
			                                     .len = g->prefix.len,
			                                     .ifindex = ifindex_of(n),
			                                     .via = g->via,
			                                     .protocol = RTPROT_STATIC,
			                                     .src = src });
	}
}

static void plan_wire(struct guest_plan *p, const struct nic *n)
{
	struct guest_link *l = add_guest_link(p, GUEST_WIRE, ifindex_of(n));

	snprintf(l->name, sizeof(l->name), "eth%zu", n->index);
	snprintf(l->alias, sizeof(l->alias), "%s", n->peer->vm->name);
	l->local = n->ip;
	l->remote = n->peer->ip;
	l->mtu = n->ipsec ? IPSEC_MTU : 0;
	if (n->wire_len) {
		add_guest_addr(p, ifindex_of(n), n->ip, n->wire_len, false);
		return;
	}
	/* A gateway's instance has an address in its subnet, and may have others for BGP. */
	if (n->vm->role == VM_SITE_HOST || (n->vm->role == VM_GATEWAY && ip4_is_link_local(n->ip)))
		add_guest_addr(p, ifindex_of(n), n->ip, 32, false);
	add_link_route(p, prefix_host(n->peer->ip), ifindex_of(n), 0, n->ip);
	add_routes_by(p, n, n->ip);
}

static void plan_tunnel(struct guest_plan *p, const struct nic *n)
{
	struct guest_link *l = add_guest_link(p, GUEST_TUNNEL, ifindex_of(n));

	snprintf(l->name, sizeof(l->name), "%s", n->tunnel->name);
	snprintf(l->alias, sizeof(l->alias), "%s", n->peer->vm->name);
	l->local = tunnel_outer_ip(n);
	l->remote = tunnel_outer_ip(n->peer);
	l->vni = n->tunnel->vni;
	l->vxlan_port = n->tunnel->port;
	l->mtu = TUNNEL_MTU;
	add_guest_addr(p, ifindex_of(n), n->ip, n->wire_len, false);
	add_routes_by(p, n, IP4_NONE);
}

static void plan_nic(struct guest_plan *p, const struct nic *n)
{
	if (n->peer && n->tunnel)
		plan_tunnel(p, n);
	else if (n->peer)
		plan_wire(p, n);
	else if (vm_is_hybrid(n->vm))
		plan_gateway_nic(p, n);
	else
		plan_vm_nic(p, n);
}

/* --- nodes ----------------------------------------------------------------------------------- */

static ip4 own_address(const struct node *vm)
{
	return vm->role == VM_MSEE          ? vm_circuit(vm)->msee_ip[vm->part.instance]
	       : vm->role == VM_SITE_ROUTER ? vm_site(vm)->bgp_ip
	                                    : 0;
}

static void plan_source_nat(struct guest_plan *p, const struct node *vm)
{
	static const struct prefix private[] = { { IP4(10, 0, 0, 0), 8 },
		                                 { IP4(172, 16, 0, 0), 12 },
		                                 { IP4(192, 168, 0, 0), 16 } };
	const struct prefix *list = vm->guest.nat_except ? vm->guest.nat_except : private;
	size_t n = vm->guest.nat_except ? vm->guest.n_nat_except : ARRAY_LEN(private);

	p->set.source_nat = vm->guest.source_nat;
	for (size_t i = 0; vm->guest.source_nat && i < n; i++) {
		p->set.except[i].addr = list[i].addr;
		p->set.except[i].len = list[i].len;
		p->set.n_except++;
	}
}

struct guest_plan *guest_plan_vm(const struct node *vm, bool forwarding)
{
	struct guest_plan *p = xcalloc(1, sizeof(*p));

	p->set.forwarding = forwarding;
	p->set.no_ping = vm->role == VM_ENDPOINT;
	plan_source_nat(p, vm);
	if (ip4_is_set(own_address(vm)))
		add_guest_addr(p, GUEST_LO, own_address(vm), 32, false);
	for (size_t i = 0; i < vm->guest.n_loopbacks; i++)
		add_guest_addr(p, GUEST_LO, vm->guest.loopbacks[i], 32, false);
	for (size_t i = 0; i < vm->n_instances; i++)
		add_guest_addr(p, GUEST_LO, vm->instances[i], 32, false);
	for (size_t i = 0; i < vm->n_nics; i++)
		if (!vm->nics[i]->peer)
			plan_nic(p, vm->nics[i]);
	for (size_t i = 0; vm->role == VM_USER && i < vm->guest.n_routes; i++)
		if (!vm_tunnel_to(vm, vm->guest.routes[i].via))
			add_static_route(p, vm, &vm->guest.routes[i]);
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->peer)
			plan_nic(p, vm->nics[i]);
	return p;
}

struct guest_plan *guest_plan_nic(const struct nic *n)
{
	struct guest_plan *p = xcalloc(1, sizeof(*p));

	plan_nic(p, n);
	return p;
}

struct guest_plan *guest_plan_rs(const struct route_server *rs, unsigned instance,
                                 bool answers_ping)
{
	struct guest_plan *p = xcalloc(1, sizeof(*p));
	_cleanup_free_ char *name = node_name_rs(rs, instance);
	struct guest_link *l = add_guest_link(p, GUEST_PORT, GUEST_FIRST_IFINDEX);

	snprintf(l->name, sizeof(l->name), "eth0");
	snprintf(l->alias, sizeof(l->alias), "%s", name);
	port_name_rs(rs, instance, l->port);
	mac_rs(rs, instance, l->mac);
	add_guest_addr(p, GUEST_FIRST_IFINDEX, rs->instance[instance], 32, false);
	add_link_route(p, (struct prefix){ 0, 0 }, GUEST_FIRST_IFINDEX, 0, IP4_NONE);
	/* BIRD keeps the last bit of a message back until the one before it is acknowledged, which
	 * takes 40 ms otherwise. */
	p->routes[p->n_routes - 1].quickack = true;
	p->set.no_ping = !answers_ping;
	p->set.bgp_open = true;
	return p;
}

struct guest_plan *guest_plan_free(struct guest_plan *p)
{
	if (!p)
		return NULL;
	free(p->links);
	free(p->addrs);
	free(p->routes);
	free(p->rules);
	free(p->neighs);
	free(p);
	return NULL;
}

void guest_plan_free_p(struct guest_plan **p)
{
	guest_plan_free(*p);
}

/* --- comparing ------------------------------------------------------------------------------- */

uint64_t guest_plan_hash(const struct guest_plan *p)
{
	uint64_t h = BYTES_HASH_SEED;

	for (size_t i = 0; i < p->n_links; i++)
		h = bytes_hash(h, &p->links[i], offsetof(struct guest_link, alias));
	h = bytes_hash(h, p->addrs, p->n_addrs * sizeof(*p->addrs));
	h = bytes_hash(h, p->neighs, p->n_neighs * sizeof(*p->neighs));
	h = bytes_hash(h, p->rules, p->n_rules * sizeof(*p->rules));
	return bytes_hash(h, &p->set, sizeof(p->set));
}

uint64_t guest_routes_hash(const struct guest_plan *p)
{
	return bytes_hash(BYTES_HASH_SEED, p->routes, p->n_routes * sizeof(*p->routes));
}

const struct guest_hop *guest_plan_route(const struct guest_plan *p, const struct guest_hop *like)
{
	for (size_t i = 0; i < p->n_routes; i++)
		if (p->routes[i].dst == like->dst && p->routes[i].len == like->len &&
		    p->routes[i].metric == like->metric && p->routes[i].table == like->table)
			return &p->routes[i];
	return NULL;
}

bool guest_plan_has_table(const struct guest_plan *p, uint32_t table)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].table == table)
			return true;
	return table == RT_TABLE_MAIN;
}

void guest_hop_text(const struct guest_plan *p, const struct guest_hop *h, struct str *ret)
{
	const char *dev = h->ifindex == GUEST_LO ? "lo" : "?";

	for (size_t i = 0; i < p->n_links; i++)
		if (p->links[i].ifindex == h->ifindex)
			dev = p->links[i].name;
	str_printf(ret, "route %s", PREFIX_STR(((struct prefix){ h->dst, (uint8_t)h->len })));
	if (ip4_is_set(h->via))
		str_printf(ret, " via %s", IP4_STR(h->via));
	str_printf(ret, " dev %s", dev);
	for (size_t i = 0; h->table && i < p->n_rules; i++)
		if (p->rules[i].table == h->table)
			str_printf(ret, " for what is from %s", IP4_STR(p->rules[i].from));
}
