/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/fabric.h"

#include <stdlib.h>

#include "plan/filter/back.h"
#include "plan/filter/balancer.h"
#include "plan/filter/nsg.h"
#include "plan/filter/share.h"
#include "plan/names.h"

/* A packet whose key is not in the map goes on at the next rule. */
#define MARK_QUICK "meta mark set iifgroup . ip saddr map @quick "

/* Every packet passes from_port and to_port, so they are short, and only what a lab has costs it
 * anything: the rest of what is checked comes and goes with who needs it (enum fab_part).
 *
 *  - A NIC that sends with its own address gets its mark (routing class and VNet) by one look-up,
 *    and is done when TTL (64) and protocol (ICMP or UDP; TCP), two bytes side by side, are what
 *    they almost always are. Others take the long way: raise maps TTL to TTL (kernel/ttl.h).
 *    0xffee leaves 1 (ICMP) and 17 (UDP) alike, and 0 and 16, which are harmless; not 4 and 47.
 *    The TTL becomes 65, so that the kernel's own hop leaves 64. For that the header checksum, the
 *    two bytes behind, has to become one less in its upper byte; where that byte ends in a one and
 *    up to four zeroes (31 of 32) turning bits does both at once, at a third of what nft needs to
 *    write a TTL. The look-up is by the port's link group, a number of four bytes where a name has
 *    16, and in a plain hash table, which a map with a size is. Who is not in it (two ports may
 *    have one group) has his mark from ports.
 *  - azure-behaviour 1.4: no broadcast, no multicast, no IP-in-IP, no GRE. The kernel forwards no
 *    frame that was sent to more than one, and no multicast.
 *  - 1.6: without IP forwarding a NIC sends only with its own address (from_port), and receives
 *    only what is for it (to_port).
 *  - 1.7: platform addresses are not subject to the subnet's routes: the class is taken off the
 *    mark, so that the answer goes straight to the NIC that asked, in its own VNet.
 *  - 3.2, strictForwarded: into a VNet whose peering does not allow forwarded traffic only sources
 *    of the sending VNet go.
 *  - 1.8: only a NIC's own address is translated at the edge: an NVA has to do so first.
 *  - 1.5: no ICMP error ever comes from the virtual router; drops are silent. */
static const struct filter_fixed FABRIC_CHAIN_LIST[] = {
	{ .name = "ports",
	  .rules = "meta mark set iifname . ip saddr map @own accept\n"
	           "meta pkttype != host drop\n"
	           "iifname @lb_in accept\n"
	           "meta mark set iifname map @port_mark\n"
	           "ip saddr @platform iifname != \"lo\" drop\n"
	           "iifname @open accept\n"
	           "iifname \"lo\" accept\n"
	           "drop\n" },
	{ .name = FABRIC_FILTER_RAISE, .rules = "" },
	{ .name = "from_port",
	  .hook = "type filter hook prerouting priority 0; policy drop;",
	  .rules = "@nh,64,32 & 0xffee0100 == 0x40000100 " MARK_QUICK
	           "@nh,64,32 set @nh,64,32 ^ 0x01000100 accept\n"
	           "@nh,64,32 & 0xffee0300 == 0x40000200 " MARK_QUICK
	           "@nh,64,32 set @nh,64,32 ^ 0x01000300 accept\n"
	           "@nh,64,32 & 0xffee0700 == 0x40000400 " MARK_QUICK
	           "@nh,64,32 set @nh,64,32 ^ 0x01000700 accept\n"
	           "@nh,64,32 & 0xffee0f00 == 0x40000800 " MARK_QUICK
	           "@nh,64,32 set @nh,64,32 ^ 0x01000f00 accept\n"
	           "@nh,64,32 & 0xffee1f00 == 0x40001000 " MARK_QUICK
	           "@nh,64,32 set @nh,64,32 ^ 0x01001f00 accept\n"
	           "@nh,64,16 & 0xffee == 0x4000 " MARK_QUICK "ip ttl set 65 accept\n"
	           "@nh,64,16 0x4006 " MARK_QUICK "ip ttl set 65 accept\n"
	           "ip protocol { 4, 47 } drop\n"
	           "jump " FABRIC_FILTER_RAISE "\n"
	           "goto ports\n" },
	{ .name = "to_fabric",
	  .hook = "type filter hook input priority 0; policy accept;",
	  .rules = "meta pkttype != host drop\n"
	           "meta mark set meta mark and 0xffff0000\n" },
	{ .name = "between_vnets",
	  .rules = "iifname . ip saddr @spaces return\n"
	           "meta mark set oifname map @port_vnet\n"
	           "iifname . meta mark @pairs drop\n" },
	{ .name = "checks",
	  .part = FAB_PART_CHECKS,
	  .rules = "oifname \"" SINK "\" drop\n"
	           "iifname @pair_from jump between_vnets\n"
	           "oifname . ip daddr @own accept\n"
	           "oifname @edge iifname . ip saddr != @own drop\n"
	           "oifname @open accept\n"
	           "drop\n" },
	/* It accepts all: whatever a port without IP forwarding sent has its own address, and what
	 * the delivery tables send to a port is for it; until somebody forwards, or routes name
	 * next hops.  255 cannot be raised, but proves to a BGP neighbour that there was no hop
	 * (kernel/ttl.h). */
	{ .name = "to_port",
	  .hook = "type filter hook forward priority 0; policy accept;",
	  .rules = "ip ttl 254 ip ttl set 255\n",
	  .with_part = FAB_PART_CHECKS,
	  .rules_with = "ip ttl 254 ip ttl set 255\ngoto checks\n" },
	{ .name = "from_fabric",
	  .hook = "type filter hook output priority 0; policy accept;",
	  .rules = "icmp type { destination-unreachable, time-exceeded, redirect, "
	           "parameter-problem, source-quench } drop\n" },
};

static const struct filter_block FABRIC = {
	.own_sets = "	set platform { type ipv4_addr; elements = { 168.63.129.16, "
	            "169.254.169.254 }; }\n",
	.chains = FABRIC_CHAIN_LIST,
	.n_chains = ARRAY_LEN(FABRIC_CHAIN_LIST),
};

#define NSG_MAP "type ifname : verdict;"
static const struct nft_set FABRIC_SET_LIST[FAB_SETS] = {
	[SET_PORT_MARK] = { "port_mark", KEY_PORT, VALUE_NUMBER, "type ifname : mark;" },
	[SET_OWN] = { "own", KEY_PORT_IP, VALUE_NUMBER, "type ifname . ipv4_addr : mark;" },
	[SET_QUICK] = { "quick", KEY_NUMBER_IP, VALUE_NUMBER,
	                "type devgroup . ipv4_addr : mark; size 65536;" },
	[SET_OPEN] = { "open", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_EDGE] = { "edge", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_PORT_VNET] = { "port_vnet", KEY_PORT, VALUE_NUMBER, "type ifname : mark;" },
	[SET_PAIR_FROM] = { "pair_from", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_PAIRS] = { "pairs", KEY_PORT_NUMBER, VALUE_NONE, "type ifname . mark;" },
	[SET_SPACES] = { "spaces", KEY_PORT_PREFIX, VALUE_NONE,
	                 "type ifname . ipv4_addr; flags interval;" },
	[SET_LB_IN] = { "lb_in", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_LB_TRACKED] = { "lb_tracked", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_LB_FRONT] = { "lb_front", KEY_PORT_IP, VALUE_NONE, "type ifname . ipv4_addr;" },
	[SET_LB_FRONTS] = { "lb_fronts", KEY_IP, VALUE_NONE, "type ipv4_addr;" },
	[SET_LB_ZONE] = { "lb_zone", KEY_PORT, VALUE_NUMBER, "typeof iifname : ct zone;" },
	[SET_LB_NAT_ZONE] = { "lb_nat_zone", KEY_PORT, VALUE_NUMBER, "typeof iifname : ct zone;" },
	[SET_LB_HA] = { "lb_ha", KEY_PORT, VALUE_NUMBER, "type ifname : mark;" },
	[SET_LB_RULE] = { "lb_rule", KEY_PORT_SERVICE, VALUE_NUMBER,
	                  "type ifname . inet_proto . inet_service : mark;" },
	[SET_LB_SLOT] = { "lb_slot", KEY_PORT_NUMBER, VALUE_NUMBER, "type ifname . mark : mark;" },
	[SET_LB_ADDR] = { "lb_addr", KEY_NUMBER, VALUE_IP, "type mark : ipv4_addr;" },
	[SET_LB_PORT] = { "lb_port", KEY_PORT_SERVICE, VALUE_NUMBER,
	                  "type ifname . inet_proto . inet_service : inet_service;" },
	[SET_LB_FLOATING] = { "lb_floating", KEY_PORT_SERVICE, VALUE_NONE,
	                      "type ifname . inet_proto . inet_service;" },
	[SET_NSG_PORTS] = { "nsg_ports", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_LB_FLOATS] = { "lb_floats", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_NSG_NIC_OUT] = { "nsg_nic_out", KEY_PORT, VALUE_CHAIN, NSG_MAP, NSG_PREFIX },
	[SET_NSG_SUBNET_OUT] = { "nsg_subnet_out", KEY_PORT, VALUE_CHAIN, NSG_MAP, NSG_PREFIX },
	[SET_NSG_SUBNET_IN] = { "nsg_subnet_in", KEY_PORT, VALUE_CHAIN, NSG_MAP, NSG_PREFIX },
	[SET_NSG_NIC_IN] = { "nsg_nic_in", KEY_PORT, VALUE_CHAIN, NSG_MAP, NSG_PREFIX },
	[SET_BACK_FROM] = { "back_from", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_BACK_TO] = { "back_to", KEY_PORT, VALUE_NUMBER, "type ifname : mark;" },
	[SET_SHARE_PORTS] = { "share_ports", KEY_PORT, VALUE_NONE, "type ifname;" },
	[SET_SHARE_FRONTS] = { "share_fronts", KEY_IP, VALUE_NONE, "type ipv4_addr;" },
	[SET_SHARE_OWN] = { "share_own", KEY_PORT_IP, VALUE_NONE, "type ifname . ipv4_addr;" },
	[SET_SHARE_SLOTS] = { "share_slots", KEY_NUMBER_IP, VALUE_NONE, "type mark . ipv4_addr;" },
};

static const struct filter_block *const FABRIC_BLOCK_LIST[] = { &FABRIC,       &filter_balancers,
	                                                        &filter_nsgs,  &filter_back,
	                                                        &filter_share, NULL };

const struct filter_shape fabric_filter_shape = { FABRIC_SET_LIST, FAB_SETS, FABRIC_BLOCK_LIST };

static unsigned parts_of(const struct fabric *f)
{
	bool checks = f->n_pairs || f->n_balancers;

	for (size_t i = 0; i < f->n_ports && !checks; i++)
		checks = f->ports[i].forwarding;
	for (size_t i = 0; i < f->n_routes && !checks; i++)
		checks = f->routes[i].table < TABLE_DELIVERY_BASE &&
		         (f->routes[i].kind == FAB_PORT || f->routes[i].kind == FAB_MULTIPATH);
	return (checks ? FAB_PART_CHECKS : 0) | (f->n_balancers ? FAB_PART_LB : 0) |
	       (f->n_binds ? FAB_PART_NSG : 0) | (filter_needs_back(f) ? FAB_PART_BACK : 0) |
	       (filter_needs_share(f) ? FAB_PART_SHARE : 0);
}

static void add_pairs_of_port(const struct fabric *f, const struct fab_port *p, struct nft_elems *v)
{
	uint32_t vnet = p->mark >> MARK_VNET_SHIFT;
	bool from = false;

	for (size_t i = 0; i < f->n_pairs; i++) {
		const struct fab_pair *pair = &f->pairs[i];

		if (pair->to == vnet)
			nft_elems_add(v, SET_PORT_VNET, p->name, 0, 0, vnet);
		if (pair->from != vnet || !p->forwarding || p->gateway)
			continue;
		nft_elems_add(v, SET_PAIRS, p->name, pair->to, 0, 0);
		from = true;
	}
	if (!from)
		return;
	nft_elems_add(v, SET_PAIR_FROM, p->name, 0, 0, 0);
	for (size_t i = 0; i < f->n_spaces; i++)
		if (f->spaces[i].vnet == vnet)
			nft_elems_add(v, SET_SPACES, p->name, f->spaces[i].prefix.addr,
			              f->spaces[i].prefix.len, 0);
}

static int by_group_number(const void *pa, const void *pb)
{
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;

	return (a > b) - (a < b);
}

static void add_quick_marks(const struct fabric *f, struct nft_elems *v)
{
	_cleanup_free_ uint32_t *groups = xcalloc(f->n_ports + 1, sizeof(*groups));

	for (size_t i = 0; i < f->n_ports; i++)
		groups[i] = port_group(f->ports[i].name);
	qsort(groups, f->n_ports, sizeof(*groups), by_group_number);
	for (size_t i = 0; i < f->n_ports; i++) {
		const struct fab_port *p = &f->ports[i];
		uint32_t group = port_group(p->name);
		const uint32_t *at =
		    bsearch(&group, groups, f->n_ports, sizeof(*groups), by_group_number);
		bool shared = at && ((at > groups && at[-1] == group) ||
		                     (at + 1 < groups + f->n_ports && at[1] == group));

		if (!p->edge && !p->balancer && !shared)
			nft_elems_add_number(v, SET_QUICK, group, p->ip, p->mark);
	}
}

static void add_port_elems(const struct fabric *f, const struct fab_port *p, struct nft_elems *v)
{
	nft_elems_add(v, SET_PORT_MARK, p->name, 0, 0, p->mark);
	if (!p->edge && !p->balancer)
		nft_elems_add(v, SET_OWN, p->name, p->ip, 0, p->mark);
	for (size_t i = 0; i < p->n_instances; i++)
		nft_elems_add(v, SET_OWN, p->name, p->instances[i], 0, p->mark);
	if (p->edge)
		nft_elems_add(v, SET_EDGE, p->name, 0, 0, 0);
	if (p->edge || p->balancer || p->forwarding)
		nft_elems_add(v, SET_OPEN, p->name, 0, 0, 0);
	if (f->n_pairs && !p->edge)
		add_pairs_of_port(f, p, v);
}

void fabric_filter(const struct fabric *f, struct filter *ret)
{
	*ret = (struct filter){ .shape = &fabric_filter_shape, .parts = parts_of(f) };
	for (size_t i = 0; i < f->n_ports; i++)
		add_port_elems(f, &f->ports[i], &ret->elems);
	add_quick_marks(f, &ret->elems);
	filter_add_balancers(f, &ret->elems);
	filter_add_nsgs(f, ret);
	filter_add_back(f, &ret->elems);
	filter_add_share(f, &ret->elems);
	filter_sort(ret);
}
