/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/edge.h"

#include <netinet/in.h>

#include "azure/outside.h"
#include "plan/names.h"

/* A packet's way out: its zone is that of its link; the connection remembers the link; its source
 * becomes public behind routing.  Back: the connection is found by the public address (in the
 * common zone, or in the link's where the address is one NIC's alone), and says which link.
 *
 * A NAT gateway's address is one link's alone, too: beside it a NIC may have its own for what comes
 * in, so that both are in the link's zone.
 *
 * From outside a public address leads to its NIC, all else dies.  A packet between two public
 * addresses of the lab goes out and comes back in: the Internet's node forwards it. */
const char EDGE_NFT_SKELETON[] =
    "table ip vnetlab {\n"
    "	map link { type ifname : mark; }\n"
    "	map link_zone { typeof iifname : ct zone; }\n"
    "	map nic_zone { typeof iifname . ip saddr : ct zone; }\n"
    "	map public { type ipv4_addr : mark; }\n"
    "	map public_zone { typeof ip daddr : ct zone; }\n"
    "	map leads_to { type ipv4_addr : ipv4_addr; }\n"
    "	map leaves_as { type ifname . ipv4_addr : ipv4_addr; }\n"
    "	set may_leave { type ifname . ipv4_addr; }\n"
    "	map translated { type ifname . ipv4_addr : ipv4_addr; }\n"
    "	set may_translate { type ifname . ipv4_addr; }\n"
    "	set service { type ifname . ipv4_addr . ipv4_addr; flags interval; }\n"
    "	chain zones {\n"
    "		type filter hook prerouting priority -300; policy accept;\n"
    /* The first that sets a zone wins. */
    "		iifname . ip saddr . ip daddr @service ct original zone set iifname map "
    "@link_zone\n"
    "		ct zone set iifname . ip saddr map @nic_zone\n"
    "		ct original zone set iifname map @link_zone\n"
    "		iifname \"" EDGE_UPLINK "\" ct zone set ip daddr map @public_zone\n"
    "	}\n"
    "	chain links {\n"
    "		type filter hook prerouting priority -150; policy accept;\n"
    "		ct state new ct mark set iifname map @link\n"
    "		iifname \"" EDGE_UPLINK "\" ct state new ct mark set ip daddr map @public\n"
    "		iifname \"" EDGE_UPLINK "\" meta mark set ct mark\n"
    "	}\n"
    "	chain inwards {\n"
    "		type nat hook prerouting priority -100; policy accept;\n"
    "		iifname \"" EDGE_UPLINK "\" dnat to ip daddr map @leads_to\n"
    "	}\n"
    "	chain outwards {\n"
    "		type nat hook postrouting priority 100; policy accept;\n"
    "		oifname \"" EDGE_UPLINK
    "\" iifname . ip saddr . ip daddr @service snat to 20.100.255.254\n"
    "		oifname \"" EDGE_UPLINK
    "\" meta l4proto { tcp, udp } snat to iifname . ip saddr map @translated\n"
    "		oifname \"" EDGE_UPLINK "\" snat to iifname . ip saddr map @leaves_as\n"
    "	}\n"
    "	chain between {\n"
    "		type filter hook forward priority 0; policy drop;\n"
    "		ct state invalid drop\n"
    "		oifname \"" EDGE_UPLINK "\" iifname . ip saddr @may_leave accept\n"
    "		oifname \"" EDGE_UPLINK "\" iifname . ip saddr . ip daddr @service accept\n"
    "		oifname \"" EDGE_UPLINK
    "\" iifname . ip saddr @may_translate meta l4proto { tcp, udp } accept\n"
    /* errors about what it translated */
    "		oifname \"" EDGE_UPLINK
    "\" iifname . ip saddr @may_translate ct state established,related accept\n"
    "		iifname \"" EDGE_UPLINK "\" oifname != \"" EDGE_UPLINK "\" accept\n"
    "	}\n"
    "	chain own {\n"
    "		type filter hook output priority 0; policy drop;\n"
    "	}\n"
    "}\n";

const struct nft_set EDGE_NFT_SETS[EDGE_SETS] = {
	[SET_LINK] = { "link", KEY_PORT, VALUE_NUMBER },
	[SET_LINK_ZONE] = { "link_zone", KEY_PORT, VALUE_NUMBER },
	[SET_NIC_ZONE] = { "nic_zone", KEY_PORT_IP, VALUE_NUMBER },
	[SET_PUBLIC] = { "public", KEY_IP, VALUE_NUMBER },
	[SET_PUBLIC_ZONE] = { "public_zone", KEY_IP, VALUE_NUMBER },
	[SET_LEADS_TO] = { "leads_to", KEY_IP, VALUE_IP },
	[SET_LEAVES_AS] = { "leaves_as", KEY_PORT_IP, VALUE_IP },
	[SET_MAY_LEAVE] = { "may_leave", KEY_PORT_IP, VALUE_NONE },
	[SET_SERVICE] = { "service", KEY_PORT_IP_PREFIX, VALUE_NONE },
	[SET_TRANSLATED] = { "translated", KEY_PORT_IP, VALUE_IP },
	[SET_MAY_TRANSLATE] = { "may_translate", KEY_PORT_IP, VALUE_NONE },
};

static void add_nic(struct nft_elems *v, const struct nic *n, const char *link, uint32_t number)
{
	/* What TCP and UDP leave as, and all else. */
	const struct outside ports = outside_address(n, IPPROTO_TCP, false),
	                     other = outside_address(n, IPPROTO_ICMP, false);
	bool translated = ports.why == OUTSIDE_NAT;

	if (n->public_ip || translated)
		nft_elems_add(v, SET_NIC_ZONE, link, n->ip, 0, number);
	if (n->public_ip) {
		nft_elems_add(v, SET_PUBLIC, NULL, n->public_ip, 0, number);
		nft_elems_add(v, SET_PUBLIC_ZONE, NULL, n->public_ip, 0, number);
		nft_elems_add(v, SET_LEADS_TO, NULL, n->public_ip, 0, n->ip);
	}
	if (other.ip) {
		nft_elems_add(v, SET_LEAVES_AS, link, n->ip, 0, other.ip);
		nft_elems_add(v, SET_MAY_LEAVE, link, n->ip, 0, 0);
	}
	if (translated) {
		nft_elems_add(v, SET_TRANSLATED, link, n->ip, 0, ports.ip);
		nft_elems_add(v, SET_MAY_TRANSLATE, link, n->ip, 0, 0);
	}
	/* Who leaves by default outbound access needs no elements for service endpoints: these
	 * have the same address. */
	if (outside_address(n, IPPROTO_TCP, true).why != OUTSIDE_SERVICE ||
	    ports.why == OUTSIDE_DEFAULT)
		return;
	for (size_t i = 0; i < n->subnet->n_services; i++)
		nft_elems_add_from(v, SET_SERVICE, link, n->ip, n->subnet->services[i].prefix);
}

void edge_nft_elems(const struct model *m, const uint32_t *number, struct nft_elems *ret)
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
			add_nic(&v, n, port_name_edge(vnet, link), number[vnet->idx]);
	}
	for (size_t i = 0; i < m->n_nat_gateways; i++) {
		const struct nat_gateway *g = &m->nat_gateways[i];

		if (g->vnet && number[g->vnet->idx] && g->n_ips)
			nft_elems_add(&v, SET_PUBLIC_ZONE, NULL, g->ips[0], 0,
			              number[g->vnet->idx]);
	}
	nft_elems_sort(&v);
	*ret = v;
}
