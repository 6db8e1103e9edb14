/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/nsg.h"

#include "plan/filter/fabric.h"
#include "plan/filter/rule.h"

/* way: "out" or "in". */
#define FLOWS(way) \
	"	set nsg_" way " { type iface_index . ipv4_addr . ipv4_addr . inet_proto . " \
	"inet_service . inet_service; flags dynamic, timeout; timeout 4m; size 1048576; }\n" \
	"	set nsg_" way \
	"_echo { typeof iif . ip saddr . ip daddr . icmp id; flags dynamic, " \
	"timeout; timeout 4m; size 262144; }\n" \
	"	set nsg_" way "_other { type iface_index . ipv4_addr . ipv4_addr . inet_proto; " \
	"flags dynamic, timeout; timeout 4m; size 262144; }\n"

#define THERE(dev) dev " . ip saddr . ip daddr . meta l4proto . th sport . th dport"
#define BACK(dev) dev " . ip daddr . ip saddr . meta l4proto . th dport . th sport"

/* back: the other way; dev: "iif" or "oif"; free: what is not subject to groups. */
/* Its versions do not agree about it: */
/* clang-format off */
#define CHAINS_OF(way, back, dev, first, second, free) \
	{ .name = "nsg_rules_" way, \
	  .rules = "meta priority set none\n" dev "name vmap @nsg_" first "_" way "\n" dev \
		   "name vmap @nsg_" second "_" way "\n" }, \
	    { .name = "nsg_" way "_ports", \
	      .rules = BACK(dev) " @nsg_" back " update @nsg_" back " { " BACK( \
		  dev) " } accept\n" THERE(dev) " @nsg_" way " update @nsg_" way \
		                                " { " THERE(dev) " } accept\n" free \
		                                                 "jump nsg_rules_" way "\n" \
		                                                 "update @nsg_" way \
		                                                 " { " THERE(dev) " }\n" }, \
	    { .name = "nsg_" way "_echo", \
	      .rules = "icmp type echo-reply " dev " . ip daddr . ip saddr . icmp id @nsg_" back \
		       "_echo accept\n" free "jump nsg_rules_" way "\n" \
		       "icmp type echo-request update @nsg_" way "_echo { " dev \
		       " . ip saddr . ip daddr . icmp id }\n" }, \
	{ \
		.name = "nsg_" way "_other", .rules = dev \
		                             " . ip daddr . ip saddr . meta l4proto @nsg_" back \
		                             "_other accept\n" free "jump nsg_rules_" way "\n" \
		                             "update @nsg_" way "_other { " dev \
		                             " . ip saddr . ip daddr . meta l4proto " \
		                             "}\n" \
	}

#define HOOK(chain, at, way, dev) \
	{ \
		.name = chain, .part = FAB_PART_NSG, \
		.hook = "type filter hook " at "; policy accept;", \
		.rules = dev "name != @nsg_ports accept\n" \
		             "meta l4proto { 6, 17 } goto nsg_" way "_ports\n" \
		             "icmp type { echo-request, echo-reply } goto nsg_" way "_echo\n" \
		             "goto nsg_" way "_other\n" \
	}
/* clang-format on */

/* Packets that a NIC sends to the platform are not subject to its groups (azure-behaviour 1.7). */
static const struct filter_fixed NSG_CHAIN_LIST[] = {
	{ .name = NSG_ALLOW, .rules = "meta priority set none\n" },
	CHAINS_OF("out", "in", "iif", "nic", "subnet", "ip daddr != @platform "),
	CHAINS_OF("in", "out", "oif", "subnet", "nic", ""),
	HOOK("nsg_from", "prerouting priority 5", "out", "iif"),
	HOOK("nsg_to", "postrouting priority 150", "in", "oif"),
};

const struct filter_block filter_nsgs = { FLOWS("out") FLOWS("in"), NSG_CHAIN_LIST,
	                                  ARRAY_LEN(NSG_CHAIN_LIST) };

void filter_add_nsgs(const struct fabric *f, struct filter *ret)
{
	for (size_t i = 0; i < f->n_chains; i++)
		VEC_PUSH(ret->chains, ret->n_chains, ret->cap_chains) = f->chains[i];
	for (size_t i = 0; i < f->n_binds; i++) {
		const struct fab_bind *b = &f->binds[i];
		uint64_t number = 0;

		nft_chain_number(NSG_PREFIX, b->chain, &number);
		nft_elems_add(&ret->elems, SET_NSG_PORTS, b->port, 0, 0, 0);
		nft_elems_add(&ret->elems, SET_NSG_NIC_OUT + b->slot, b->port, 0, 0, number);
	}
}
