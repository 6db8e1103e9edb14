#include "kernel/fabric_nft.h"

/* from_port runs after the TTL was raised (priority -150), so what it drops costs nothing more.
 *
 *  - azure-semantics 3.1: no broadcast, no multicast, no IP-in-IP, no GRE.
 *  - 3.3: without IP forwarding a NIC sends only with its own address (from_port), and receives
 * only what is for it (to_port).
 *  - 3.4: platform addresses are not subject to the subnet's routes: the class is taken off the
 *    mark, so that the answer goes straight to the NIC that asked, in its own VNet.
 *  - 5, strictForwarded: into a VNet whose peering does not allow forwarded traffic only sources
 *    of the sending VNet go.
 *  - 3.5: only a NIC's own address is translated at the edge: an NVA has to do so first.
 *  - 3.2: no ICMP error ever comes from the virtual router; drops are silent. */
const char FABRIC_NFT_SKELETON[] =
    "table ip vnetlab {\n"
    "	map port_mark { type ifname : mark; }\n"
    "	set own { type ifname . ipv4_addr; }\n"
    "	set open { type ifname; }\n"
    "	set edge { type ifname; }\n"
    "	map port_vnet { type ifname : mark; }\n"
    "	set pair_from { type ifname; }\n"
    "	set pairs { type ifname . mark; }\n"
    "	set spaces { type ifname . ipv4_addr; flags interval; }\n"
    "	set platform { type ipv4_addr; elements = { 168.63.129.16, 169.254.169.254 }; }\n"
    "	chain from_port {\n"
    "		type filter hook prerouting priority 0; policy drop;\n"
    "		meta pkttype != host drop\n"
    "		meta mark set iifname map @port_mark\n"
    "		ip protocol { 4, 47 } drop\n"
    "		ip daddr @platform meta mark set meta mark and 0xffff0000\n"
    "		iifname . ip saddr @own accept\n"
    "		ip saddr @platform iifname != \"lo\" drop\n"
    "		iifname @open accept\n"
    "		iifname \"lo\" accept\n"
    "	}\n"
    "	chain between_vnets {\n"
    "		iifname . ip saddr @spaces return\n"
    "		meta mark set oifname map @port_vnet\n"
    "		iifname . meta mark @pairs drop\n"
    "	}\n"
    "	chain to_port {\n"
    "		type filter hook forward priority 0; policy drop;\n"
    "		oifname \"" SINK "\" drop\n"
    "		iifname @pair_from jump between_vnets\n"
    "		oifname . ip daddr @own accept\n"
    "		oifname @edge iifname . ip saddr != @own drop\n"
    "		oifname @open accept\n"
    "	}\n"
    "	chain from_fabric {\n"
    "		type filter hook output priority 0; policy accept;\n"
    "		icmp type { destination-unreachable, time-exceeded, redirect, "
    "parameter-problem, source-quench } drop\n"
    "	}\n"
    "}\n";

const struct nft_set FABRIC_NFT_SETS[FAB_SETS] = {
	[SET_PORT_MARK] = { "port_mark", KEY_PORT, VALUE_NUMBER },
	[SET_OWN] = { "own", KEY_PORT_IP, VALUE_NONE },
	[SET_OPEN] = { "open", KEY_PORT, VALUE_NONE },
	[SET_EDGE] = { "edge", KEY_PORT, VALUE_NONE },
	[SET_PORT_VNET] = { "port_vnet", KEY_PORT, VALUE_NUMBER },
	[SET_PAIR_FROM] = { "pair_from", KEY_PORT, VALUE_NONE },
	[SET_PAIRS] = { "pairs", KEY_PORT_NUMBER, VALUE_NONE },
	[SET_SPACES] = { "spaces", KEY_PORT_PREFIX, VALUE_NONE },
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

void fabric_nft_elems(const struct fabric *f, struct nft_elems *ret)
{
	struct nft_elems v = { 0 };

	for (size_t i = 0; i < f->n_ports; i++) {
		const struct fab_port *p = &f->ports[i];

		nft_elems_add(&v, SET_PORT_MARK, p->name, 0, 0, p->mark);
		if (!p->edge)
			nft_elems_add(&v, SET_OWN, p->name, p->ip, 0, 0);
		if (p->edge)
			nft_elems_add(&v, SET_EDGE, p->name, 0, 0, 0);
		if (p->edge || p->forwarding)
			nft_elems_add(&v, SET_OPEN, p->name, 0, 0, 0);
		if (f->n_pairs && !p->edge)
			add_pairs(f, p, &v);
	}
	nft_elems_sort(&v);
	*ret = v;
}
