/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/fabric.h"

#include <stdlib.h>

#include "base/str.h"
#include "plan/filter/nsg.h"
#include "plan/names.h"

/* Who is not in the map goes on at the next rule. */
#define MARK_QUICK "meta mark set iifgroup . ip saddr map @quick "
/* 255 cannot be raised, but proves to a BGP neighbour that there was no hop (kernel/ttl.h). */
#define KEEP_255 "ip ttl 254 ip ttl set 255"

/* Load balancers (azure-behaviour 5; azure/lb.c has the same hash).  Connections are tracked for
 * them only: a flow's backend is its connection's mark, which both directions have, so they meet
 * the same backend, and stay there as long as they last.  Bit 15 of it says that it is not TCP:
 * such flows leave a backend that fails its probe (fabric_apply.c). */
#define LB_SKELETON \
	"	set lb_in { type ifname; }\n" \
	"	set lb_tracked { type ifname; }\n" \
	"	set lb_front { type ifname . ipv4_addr; }\n" \
	"	set lb_fronts { type ipv4_addr; }\n" \
	"	map lb_zone { typeof iifname : ct zone; }\n" \
	"	map lb_nat_zone { typeof iifname : ct zone; }\n" \
	"	map lb_ha { type ifname : mark; }\n" \
	"	map lb_rule { type ifname . inet_proto . inet_service : mark; }\n" \
	"	map lb_slot { type ifname . mark : mark; }\n" \
	"	map lb_addr { type mark : ipv4_addr; }\n" \
	"	map lb_port { type ifname . inet_proto . inet_service : inet_service; }\n" \
	"	set lb_floating { type ifname . inet_proto . inet_service; }\n" \
	"	set lb_floats { type ifname; }\n" \
	"	chain lb_by_flow {\n" \
	"		meta l4proto != { 6, 17 } meta mark set jhash ip saddr . ip daddr . " \
	"meta l4proto mod 60 seed 0x564e4c42 offset 1\n" \
	"		meta l4proto { 6, 17 } meta mark set jhash ip saddr . ip daddr . " \
	"meta l4proto . th sport . th dport mod 60 seed 0x564e4c42 offset 1\n" \
	"	}\n" \
	"	chain lb_by_ip {\n" \
	"		meta mark set jhash ip saddr . ip daddr mod 60 seed 0x564e4c42 offset 1\n" \
	"	}\n" \
	"	chain lb_by_protocol {\n" \
	"		meta mark set jhash ip saddr . ip daddr . meta l4proto mod 60 seed " \
	"0x564e4c42 offset 1\n" \
	"	}\n"

/* The base chains: they make the kernel track connections, so they come with the first balancer. */
#define LB_HOOKS \
	"	chain lb_track {\n" \
	"		type filter hook prerouting priority -300; policy accept;\n" \
	"		iifname != @lb_tracked notrack accept\n" \
	"		iifname . ip daddr @lb_front ct zone set iifname map @lb_nat_zone " \
	"accept\n" /* what a backend sends to a frontend is new when it comes in there */ \
	"		iifname != @lb_in ip daddr @lb_fronts notrack accept\n" \
	"		ct zone set iifname map @lb_zone\n" \
	"	}\n" \
	"	chain lb {\n" \
	"		type filter hook prerouting priority -120; policy accept;\n" \
	"		iifname != @lb_in accept\n" \
	"		meta mark set ct mark and 0xffff7fff\n" \
	"		meta mark != 0 accept\n" \
	"		iifname . ip daddr @lb_front meta l4proto != { 6, 17 } drop\n" \
	"		meta mark set iifname map @lb_ha\n" \
	"		meta l4proto { 6, 17 } meta mark set iifname . meta l4proto . th dport " \
	"map " \
	"@lb_rule\n" \
	"		meta mark vmap { 0 : drop, 1 : jump lb_by_flow, 2 : jump lb_by_ip, " \
	"3 : jump lb_by_protocol }\n" \
	"		meta mark set iifname . meta mark map @lb_slot\n" \
	"		meta mark < 0xffff0000 drop\n" \
	"		ct mark set meta mark\n" \
	"		meta l4proto != 6 ct mark set meta mark or 0x8000\n" \
	"	}\n" \
	"	chain lb_nat {\n" \
	"		type nat hook prerouting priority -100; policy accept;\n" \
	"		iifname . ip daddr != @lb_front accept\n" \
	"		iifname . meta l4proto . th dport @lb_floating accept\n" \
	"		meta l4proto { 6, 17 } dnat to meta mark map @lb_addr : iifname . " \
	"meta l4proto . th dport map @lb_port\n" \
	"		iifname @lb_floats accept\n" \
	"		dnat to meta mark map @lb_addr\n" \
	"	}\n"

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
const char FABRIC_NFT_SKELETON[] =
    "table ip vnetlab {\n"
    "	map port_mark { type ifname : mark; }\n"
    "	map own { type ifname . ipv4_addr : mark; }\n"
    "	map quick { type devgroup . ipv4_addr : mark; size 65536; }\n"
    "	set open { type ifname; }\n"
    "	set edge { type ifname; }\n"
    "	map port_vnet { type ifname : mark; }\n"
    "	set pair_from { type ifname; }\n"
    "	set pairs { type ifname . mark; }\n"
    "	set spaces { type ifname . ipv4_addr; flags interval; }\n"
    "	set platform { type ipv4_addr; elements = { 168.63.129.16, 169.254.169.254 }; "
    "}\n" LB_SKELETON NSG_SKELETON "	chain ports {\n"
    "		meta mark set iifname . ip saddr map @own accept\n"
    "		meta pkttype != host drop\n"
    "		iifname @lb_in accept\n"
    "		meta mark set iifname map @port_mark\n"
    "		ip saddr @platform iifname != \"lo\" drop\n"
    "		iifname @open accept\n"
    "		iifname \"lo\" accept\n"
    "		drop\n"
    "	}\n"
    "	chain raise {\n"
    "	}\n"
    "	chain from_port {\n"
    "		type filter hook prerouting priority 0; policy drop;\n"
    "		@nh,64,32 & 0xffee0100 == 0x40000100 " MARK_QUICK
    "@nh,64,32 set @nh,64,32 ^ 0x01000100 accept\n"
    "		@nh,64,32 & 0xffee0300 == 0x40000200 " MARK_QUICK
    "@nh,64,32 set @nh,64,32 ^ 0x01000300 accept\n"
    "		@nh,64,32 & 0xffee0700 == 0x40000400 " MARK_QUICK
    "@nh,64,32 set @nh,64,32 ^ 0x01000700 accept\n"
    "		@nh,64,32 & 0xffee0f00 == 0x40000800 " MARK_QUICK
    "@nh,64,32 set @nh,64,32 ^ 0x01000f00 accept\n"
    "		@nh,64,32 & 0xffee1f00 == 0x40001000 " MARK_QUICK
    "@nh,64,32 set @nh,64,32 ^ 0x01001f00 accept\n"
    "		@nh,64,16 & 0xffee == 0x4000 " MARK_QUICK "ip ttl set 65 accept\n"
    "		@nh,64,16 0x4006 " MARK_QUICK "ip ttl set 65 accept\n"
    "		ip protocol { 4, 47 } drop\n"
    "		jump raise\n"
    "		goto ports\n"
    "	}\n"
    "	chain to_fabric {\n"
    "		type filter hook input priority 0; policy accept;\n"
    "		meta pkttype != host drop\n"
    "		meta mark set meta mark and 0xffff0000\n"
    "	}\n"
    "	chain between_vnets {\n"
    "		iifname . ip saddr @spaces return\n"
    "		meta mark set oifname map @port_vnet\n"
    "		iifname . meta mark @pairs drop\n"
    "	}\n"
    "	chain to_port {\n"
    "		type filter hook forward priority 0; policy accept;\n"
    "		" KEEP_255 "\n"
    "	}\n"
    "	chain from_fabric {\n"
    "		type filter hook output priority 0; policy accept;\n"
    "		icmp type { destination-unreachable, time-exceeded, redirect, "
    "parameter-problem, source-quench } drop\n"
    "	}\n"
    "}\n";

/* to_port accepts all: whatever a port without IP forwarding sent has its own address, and what the
 * delivery tables send to a port is for it. */
#define UNCHECKED \
	"flush chain ip vnetlab to_port\n" \
	"add rule ip vnetlab to_port " KEEP_255 "\n"
/* ... until somebody forwards, or routes name next hops. */
#define CHECKED \
	"table ip vnetlab {\n" \
	"	chain checks {\n" \
	"		oifname \"" SINK "\" drop\n" \
	"		iifname @pair_from jump between_vnets\n" \
	"		oifname . ip daddr @own accept\n" \
	"		oifname @edge iifname . ip saddr != @own drop\n" \
	"		oifname @open accept\n" \
	"		drop\n" \
	"	}\n" \
	"}\n" \
	"flush chain ip vnetlab to_port\n" \
	"add rule ip vnetlab to_port " KEEP_255 "\n" \
	"add rule ip vnetlab to_port goto checks\n"

static const struct {
	const char *add, *del;
	const char *chains[4]; /* that add makes; the first one says that it is there */
} PARTS[FAB_PARTS] = {
	[FAB_PART_CHECKS] = { CHECKED, UNCHECKED, { "checks" } },
	[FAB_PART_LB] = { "table ip vnetlab {\n" LB_HOOKS "}\n",
	                  "",
	                  { "lb", "lb_track", "lb_nat" } },
	[FAB_PART_NSG] = { "table ip vnetlab {\n" NSG_HOOKS "}\n", "", { "nsg_from", "nsg_to" } },
};

unsigned fabric_nft_parts(const struct fabric *f)
{
	bool checks = f->n_pairs || f->n_balancers;

	for (size_t i = 0; i < f->n_ports && !checks; i++)
		checks = f->ports[i].forwarding;
	for (size_t i = 0; i < f->n_routes && !checks; i++)
		checks = f->routes[i].table < TABLE_DELIVERY_BASE &&
		         (f->routes[i].kind == FAB_PORT || f->routes[i].kind == FAB_MULTIPATH);
	return (checks ? 1u << FAB_PART_CHECKS : 0) | (f->n_balancers ? 1u << FAB_PART_LB : 0) |
	       (f->n_binds ? 1u << FAB_PART_NSG : 0);
}

unsigned fabric_nft_parts_parse(const json_t *listed, unsigned *ret_broken)
{
	unsigned parts = 0;

	*ret_broken = 0;
	for (unsigned p = 0; p < FAB_PARTS; p++) {
		size_t n = 0, there = 0;

		for (const char *const *c = PARTS[p].chains; *c; c++, n++)
			there += nft_has_chain(listed, *c);
		if (there == n)
			parts |= 1u << p;
		else if (there)
			*ret_broken |= 1u << p;
	}
	return parts;
}

/* Also those that are not there: "add chain" leaves alone one that is. */
static void remove_chains(const char *const *chains, struct str *ret)
{
	for (; *chains; chains++)
		str_printf(ret,
		           "add chain ip vnetlab %s\nflush chain ip vnetlab %s\n"
		           "delete chain ip vnetlab %s\n",
		           *chains, *chains, *chains);
}

void fabric_nft_parts_text(unsigned have, unsigned broken, unsigned want, struct str *ret)
{
	for (unsigned p = 0; p < FAB_PARTS; p++)
		if (broken & 1u << p)
			remove_chains(PARTS[p].chains, ret);
	for (unsigned p = 0; p < FAB_PARTS; p++) {
		if ((have ^ want) & 1u << p)
			str_add(ret, want & 1u << p ? PARTS[p].add : PARTS[p].del);
		if (have & ~want & 1u << p)
			remove_chains(PARTS[p].chains, ret);
	}
}

const struct nft_set FABRIC_NFT_SETS[FAB_SETS] = {
	[SET_PORT_MARK] = { "port_mark", KEY_PORT, VALUE_NUMBER },
	[SET_OWN] = { "own", KEY_PORT_IP, VALUE_NUMBER },
	[SET_QUICK] = { "quick", KEY_NUMBER_IP, VALUE_NUMBER },
	[SET_OPEN] = { "open", KEY_PORT, VALUE_NONE },
	[SET_EDGE] = { "edge", KEY_PORT, VALUE_NONE },
	[SET_PORT_VNET] = { "port_vnet", KEY_PORT, VALUE_NUMBER },
	[SET_PAIR_FROM] = { "pair_from", KEY_PORT, VALUE_NONE },
	[SET_PAIRS] = { "pairs", KEY_PORT_NUMBER, VALUE_NONE },
	[SET_SPACES] = { "spaces", KEY_PORT_PREFIX, VALUE_NONE },
	[SET_LB_IN] = { "lb_in", KEY_PORT, VALUE_NONE },
	[SET_LB_TRACKED] = { "lb_tracked", KEY_PORT, VALUE_NONE },
	[SET_LB_FRONT] = { "lb_front", KEY_PORT_IP, VALUE_NONE },
	[SET_LB_FRONTS] = { "lb_fronts", KEY_IP, VALUE_NONE },
	[SET_LB_ZONE] = { "lb_zone", KEY_PORT, VALUE_NUMBER },
	[SET_LB_NAT_ZONE] = { "lb_nat_zone", KEY_PORT, VALUE_NUMBER },
	[SET_LB_HA] = { "lb_ha", KEY_PORT, VALUE_NUMBER },
	[SET_LB_RULE] = { "lb_rule", KEY_PORT_SERVICE, VALUE_NUMBER },
	[SET_LB_SLOT] = { "lb_slot", KEY_PORT_NUMBER, VALUE_NUMBER },
	[SET_LB_ADDR] = { "lb_addr", KEY_NUMBER, VALUE_IP },
	[SET_LB_PORT] = { "lb_port", KEY_PORT_SERVICE, VALUE_NUMBER },
	[SET_LB_FLOATING] = { "lb_floating", KEY_PORT_SERVICE, VALUE_NONE },
	[SET_NSG_PORTS] = { "nsg_ports", KEY_PORT, VALUE_NONE },
	[SET_LB_FLOATS] = { "lb_floats", KEY_PORT, VALUE_NONE },
};

static void add_pairs(const struct fabric *f, const struct fab_port *p, struct nft_elems *v)
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

static void add_lb_rule(const struct fab_balancer *b, const struct fab_lb_rule *r,
                        struct nft_elems *v)
{
	uint32_t service = r->protocol << 16 | r->frontend_port;

	if (!r->protocol) {
		nft_elems_add(v, SET_LB_HA, b->in, 0, 0, r->mode);
		if (r->floating)
			nft_elems_add(v, SET_LB_FLOATS, b->in, 0, 0, 0);
		return;
	}
	nft_elems_add(v, SET_LB_RULE, b->in, service, 0, r->mode);
	if (r->floating)
		nft_elems_add(v, SET_LB_FLOATING, b->in, service, 0, 0);
	else
		nft_elems_add(v, SET_LB_PORT, b->in, service, 0, r->backend_port);
}

static void add_balancer(const struct fab_balancer *b, struct nft_elems *v)
{
	nft_elems_add(v, SET_LB_IN, b->in, 0, 0, 0);
	nft_elems_add(v, SET_LB_TRACKED, b->in, 0, 0, 0);
	nft_elems_add(v, SET_LB_FRONT, b->in, b->ip, 0, 0);
	nft_elems_add(v, SET_LB_FRONTS, NULL, b->ip, 0, 0);
	nft_elems_add(v, SET_LB_ZONE, b->in, 0, 0, b->zone);
	nft_elems_add(v, SET_LB_NAT_ZONE, b->in, 0, 0, b->vnet);
	for (size_t i = 0; i < b->n_rules; i++)
		add_lb_rule(b, &b->rules[i], v);
	for (unsigned i = 0; i < LB_SLOTS; i++)
		if (b->slots[i])
			nft_elems_add(v, SET_LB_SLOT, b->in, i + 1, 0, b->slots[i]);
}

static void add_balancers(const struct fabric *f, struct nft_elems *v)
{
	for (size_t i = 0; i < f->n_balancers; i++)
		add_balancer(&f->balancers[i], v);
	for (size_t i = 0; i < f->n_backends; i++) {
		const struct fab_backend *b = &f->backends[i];

		nft_elems_add(v, SET_LB_TRACKED, b->port, 0, 0, 0);
		nft_elems_add(v, SET_LB_ZONE, b->port, 0, 0, b->vnet);
		nft_elems_add(v, SET_LB_ADDR, NULL, b->mark, 0, b->ip);
	}
}

static int by_number(const void *pa, const void *pb)
{
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;

	return (a > b) - (a < b);
}

static void add_quick(const struct fabric *f, struct nft_elems *v)
{
	_cleanup_free_ uint32_t *groups = xcalloc(f->n_ports + 1, sizeof(*groups));

	for (size_t i = 0; i < f->n_ports; i++)
		groups[i] = port_group(f->ports[i].name);
	qsort(groups, f->n_ports, sizeof(*groups), by_number);
	for (size_t i = 0; i < f->n_ports; i++) {
		const struct fab_port *p = &f->ports[i];
		uint32_t group = port_group(p->name);
		const uint32_t *at =
		    bsearch(&group, groups, f->n_ports, sizeof(*groups), by_number);
		bool shared = (at > groups && at[-1] == group) ||
		              (at + 1 < groups + f->n_ports && at[1] == group);

		if (!p->edge && !p->balancer && !shared)
			nft_elems_add_number(v, SET_QUICK, group, p->ip, p->mark);
	}
}

void fabric_nft_elems(const struct fabric *f, struct nft_elems *ret)
{
	struct nft_elems v = { 0 };

	for (size_t i = 0; i < f->n_ports; i++) {
		const struct fab_port *p = &f->ports[i];

		nft_elems_add(&v, SET_PORT_MARK, p->name, 0, 0, p->mark);
		if (!p->edge && !p->balancer)
			nft_elems_add(&v, SET_OWN, p->name, p->ip, 0, p->mark);
		if (p->edge)
			nft_elems_add(&v, SET_EDGE, p->name, 0, 0, 0);
		if (p->edge || p->balancer || p->forwarding)
			nft_elems_add(&v, SET_OPEN, p->name, 0, 0, 0);
		if (f->n_pairs && !p->edge)
			add_pairs(f, p, &v);
	}
	add_quick(f, &v);
	add_balancers(f, &v);
	for (size_t i = 0; i < f->n_binds; i++)
		nft_elems_add(&v, SET_NSG_PORTS, f->binds[i].port, 0, 0, 0);
	nft_elems_sort(&v);
	*ret = v;
}
