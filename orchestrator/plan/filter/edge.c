/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/edge.h"

#include <netinet/in.h>

#include "azure/outside.h"
#include "plan/names.h"

#define FROM_INTERNET "iifname \"" EDGE_UPLINK "\" "
#define TO_INTERNET "oifname \"" EDGE_UPLINK "\" "

/* A packet's way out: its zone is that of its link; the connection remembers the link; its source
 * becomes public behind routing.  Back: the connection is found by the public address (in the
 * common zone, or in the link's where the address is one NIC's alone), and says which link.
 *
 * A NAT gateway's address is one link's alone, too: beside it a NIC may have its own for what comes
 * in, so that both are in the link's zone.
 *
 * A public load balancer is the fabric's.  The edge hands over what is for a port of its rules, and
 * lets its answers out, both as they are and without a connection: the same address may be that of
 * what its pool sends, which has connections, and to which all else is an answer.
 *
 * From outside a public address leads to its NIC, all else dies.  A packet between two public
 * addresses of the lab goes out and comes back in: the Internet's node forwards it. */
static const struct filter_fixed EDGE_CHAIN_LIST[] = {
	/* The first rule that sets a zone wins. */
	{ .name = "zones",
	  .hook = "type filter hook prerouting priority -300; policy accept;",
	  .rules = FROM_INTERNET
	  "meta l4proto { tcp, udp } ip daddr . meta l4proto . th dport @services notrack accept\n"
	  "iifname . ip saddr @frontends notrack accept\n"
	  "iifname . ip saddr . ip daddr @service ct original zone set iifname map "
	  "@link_zone\n"
	  "ct zone set iifname . ip saddr map @nic_zone\n"
	  "ct original zone set iifname map @link_zone\n" FROM_INTERNET
	  "ct zone set ip daddr map @public_zone\n" },
	{ .name = "links",
	  .hook = "type filter hook prerouting priority -150; policy accept;",
	  .rules = FROM_INTERNET "ct state untracked meta mark set ip daddr map @public accept\n"
	                         "ct state new ct mark set iifname map @link\n" FROM_INTERNET
	                         "ct state new ct mark set ip daddr map @public\n" FROM_INTERNET
	                         "meta mark set ct mark\n" },
	{ .name = "inwards",
	  .hook = "type nat hook prerouting priority -100; policy accept;",
	  .rules = FROM_INTERNET "dnat to ip daddr map @leads_to\n" },
	{ .name = "outwards",
	  .hook = "type nat hook postrouting priority 100; policy accept;",
	  .rules = TO_INTERNET
	  "iifname . ip saddr . ip daddr @service snat to 20.100.255.254\n" TO_INTERNET
	  "meta l4proto { tcp, udp } snat to iifname . ip saddr map "
	  "@translated\n" TO_INTERNET "snat to iifname . ip saddr map @leaves_as\n" },
	/* A packet that comes in leads to a NIC, or answers one that has left by it: a closed
	 * public address leads nowhere.  The last of the rules for packets that leave is for errors
	 * about those that the NAT gateway translated. */
	{ .name = "between",
	  .hook = "type filter hook forward priority 0; policy drop;",
	  .rules =
	      "ct state invalid drop\n" TO_INTERNET
	      "iifname . ip saddr @may_leave accept\n" TO_INTERNET
	      "iifname . ip saddr . ip daddr @service accept\n" TO_INTERNET
	      "iifname . ip saddr @may_translate meta l4proto { tcp, udp } accept\n" TO_INTERNET
	      "iifname . ip saddr @may_translate ct state established,related "
	      "accept\n" FROM_INTERNET "oifname != \"" EDGE_UPLINK
	      "\" ct state established,related accept\n" FROM_INTERNET "oifname != \"" EDGE_UPLINK
	      "\" ct status dnat accept\n" FROM_INTERNET "oifname != \"" EDGE_UPLINK
	      "\" ct state untracked accept\n" TO_INTERNET
	      "iifname . ip saddr @frontends accept\n" },
	{ .name = "own", .hook = "type filter hook output priority 0; policy drop;", .rules = "" },
};

static const struct filter_block EDGE = { "", EDGE_CHAIN_LIST, ARRAY_LEN(EDGE_CHAIN_LIST) };
static const struct filter_block *const EDGE_BLOCK_LIST[] = { &EDGE, NULL };

static const struct nft_set EDGE_SET_LIST[EDGE_SETS] = {
	[SET_LINK] = { "link", KEY_PORT, VALUE_NUMBER, "type ifname : mark;" },
	[SET_LINK_ZONE] = { "link_zone", KEY_PORT, VALUE_NUMBER, "typeof iifname : ct zone;" },
	[SET_NIC_ZONE] = { "nic_zone", KEY_PORT_IP, VALUE_NUMBER,
	                   "typeof iifname . ip saddr : ct zone;" },
	[SET_PUBLIC] = { "public", KEY_IP, VALUE_NUMBER, "type ipv4_addr : mark;" },
	[SET_PUBLIC_ZONE] = { "public_zone", KEY_IP, VALUE_NUMBER, "typeof ip daddr : ct zone;" },
	[SET_LEADS_TO] = { "leads_to", KEY_IP, VALUE_IP, "type ipv4_addr : ipv4_addr;" },
	[SET_LEAVES_AS] = { "leaves_as", KEY_PORT_IP, VALUE_IP,
	                    "type ifname . ipv4_addr : ipv4_addr;" },
	[SET_MAY_LEAVE] = { "may_leave", KEY_PORT_IP, VALUE_NONE, "type ifname . ipv4_addr;" },
	[SET_SERVICE] = { "service", KEY_PORT_IP_PREFIX, VALUE_NONE,
	                  "type ifname . ipv4_addr . ipv4_addr; flags interval;" },
	[SET_TRANSLATED] = { "translated", KEY_PORT_IP, VALUE_IP,
	                     "type ifname . ipv4_addr : ipv4_addr;" },
	[SET_MAY_TRANSLATE] = { "may_translate", KEY_PORT_IP, VALUE_NONE,
	                        "type ifname . ipv4_addr;" },
	[SET_FRONTENDS] = { "frontends", KEY_PORT_IP, VALUE_NONE, "type ifname . ipv4_addr;" },
	[SET_SERVICES] = { "services", KEY_IP_SERVICE, VALUE_NONE,
	                   "type ipv4_addr . inet_proto . inet_service;" },
};

const struct filter_shape edge_filter_shape = { EDGE_SET_LIST, EDGE_SETS, EDGE_BLOCK_LIST };

/* An instance of a firewall leaves as the firewall does. */
static void add_instance_translations(struct nft_elems *v, const struct nic *n, const char *link,
                                      uint32_t number)
{
	const struct outside ports = outside_address(n, IPPROTO_TCP, false),
	                     other = outside_address(n, IPPROTO_ICMP, false);

	for (size_t i = 0; i < n->vm->n_instances; i++) {
		ip4 a = n->vm->instances[i];

		if (ip4_is_set(n->public_ip) || ports.why == OUTSIDE_NAT)
			nft_elems_add(v, SET_NIC_ZONE, link, a, 0, number);
		if (ip4_is_set(other.ip)) {
			nft_elems_add(v, SET_LEAVES_AS, link, a, 0, other.ip);
			nft_elems_add(v, SET_MAY_LEAVE, link, a, 0, 0);
		}
		if (ports.why == OUTSIDE_NAT) {
			nft_elems_add(v, SET_TRANSLATED, link, a, 0, ports.ip);
			nft_elems_add(v, SET_MAY_TRANSLATE, link, a, 0, 0);
		}
	}
}

static void add_nic_translations(struct nft_elems *v, const struct nic *n, const char *link,
                                 uint32_t number)
{
	/* The address that TCP and UDP leave with, and that of all other protocols. */
	const struct outside ports = outside_address(n, IPPROTO_TCP, false),
	                     other = outside_address(n, IPPROTO_ICMP, false);
	bool translated =
	    ports.why == OUTSIDE_NAT || (ports.why == OUTSIDE_BALANCER && n->leaves_by);

	add_instance_translations(v, n, link, number);
	if (ip4_is_set(n->public_ip) || translated)
		nft_elems_add(v, SET_NIC_ZONE, link, n->ip, 0, number);
	if (ip4_is_set(n->public_ip)) {
		nft_elems_add(v, SET_PUBLIC, NULL, n->public_ip, 0, number);
		nft_elems_add(v, SET_PUBLIC_ZONE, NULL, n->public_ip, 0, number);
		if (!public_ip_closed(n))
			nft_elems_add(v, SET_LEADS_TO, NULL, n->public_ip, 0, n->ip);
	}
	if (ip4_is_set(other.ip)) {
		nft_elems_add(v, SET_LEAVES_AS, link, n->ip, 0, other.ip);
		nft_elems_add(v, SET_MAY_LEAVE, link, n->ip, 0, 0);
	}
	if (translated) {
		nft_elems_add(v, SET_TRANSLATED, link, n->ip, 0, ports.ip);
		nft_elems_add(v, SET_MAY_TRANSLATE, link, n->ip, 0, 0);
	}
	/* NICs with default outbound access need no elements for service endpoints: the address is
	 * the same. */
	if (outside_address(n, IPPROTO_TCP, true).why != OUTSIDE_SERVICE ||
	    ports.why == OUTSIDE_DEFAULT)
		return;
	for (size_t i = 0; i < n->subnet->n_services; i++)
		nft_elems_add_from(v, SET_SERVICE, link, n->ip, n->subnet->services[i].prefix);
}

static void add_frontend(struct nft_elems *v, const struct load_balancer *lb, uint32_t number)
{
	char link[IFNAMSIZ];

	port_name_edge(lb->vnet, link);
	nft_elems_add(v, SET_FRONTENDS, link, lb->ip, 0, 0);
	nft_elems_add(v, SET_PUBLIC, NULL, lb->ip, 0, number);
	nft_elems_add(v, SET_PUBLIC_ZONE, NULL, lb->ip, 0, number);
	for (size_t i = 0; i < lb->n_rules; i++)
		nft_elems_add_number(v, SET_SERVICES, lb->ip,
		                     lb->rules[i].protocol << 16 | lb->rules[i].frontend_port, 0);
	for (size_t i = 0; i < lb->n_nat_rules; i++)
		nft_elems_add_number(
		    v, SET_SERVICES, lb->ip,
		    lb->nat_rules[i].protocol << 16 | lb->nat_rules[i].frontend_port, 0);
}

void edge_filter(const struct model *m, const uint32_t *number, struct filter *ret)
{
	struct nft_elems v = { 0 };
	char link[IFNAMSIZ];

	for (size_t i = 0; i < m->n_vnets; i++) {
		if (!number[i])
			continue;
		port_name_edge(&m->vnets[i], link);
		nft_elems_add(&v, SET_LINK, link, 0, 0, number[i]);
		nft_elems_add(&v, SET_LINK_ZONE, link, 0, 0, number[i]);
	}
	for (size_t i = 0; i < m->n_nics; i++) {
		const struct nic *n = &m->nics[i];
		const struct vnet *vnet = n->subnet->vnet;

		if (number[vnet->idx])
			add_nic_translations(&v, n, port_name_edge(vnet, link), number[vnet->idx]);
	}
	for (size_t i = 0; i < m->n_nat_gateways; i++) {
		const struct nat_gateway *g = &m->nat_gateways[i];

		if (g->vnet && number[g->vnet->idx] && g->n_ips)
			nft_elems_add(&v, SET_PUBLIC_ZONE, NULL, g->ips[0], 0,
			              number[g->vnet->idx]);
	}
	for (size_t i = 0; i < m->n_load_balancers; i++) {
		const struct load_balancer *lb = &m->load_balancers[i];

		if (!lb->subnet && lb->vnet && number[lb->vnet->idx])
			add_frontend(&v, lb, number[lb->vnet->idx]);
	}
	*ret = (struct filter){ .shape = &edge_filter_shape, .elems = v };
	filter_sort(ret);
}
