/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups in the fabric's packet filter (azure-behaviour 4).
 *
 * A packet that a port sends passes nsg_from, one that a port gets passes nsg_to, behind all
 * translations.  What answers a flow that has passed the port the other way passes; a new flow
 * passes when the chains of both of the port's groups return, and is remembered.  So removing a
 * rule does not end what it has let in.  Chains and the maps from ports to them follow struct
 * fabric. */
#pragma once

#define NSG_SETS(way) \
	"	set nsg_" way " { type iface_index . ipv4_addr . ipv4_addr . inet_proto . " \
	"inet_service . inet_service; flags dynamic, timeout; timeout 4m; size 1048576; }\n" \
	"	set nsg_" way \
	"_echo { typeof iif . ip saddr . ip daddr . icmp id; flags dynamic, " \
	"timeout; timeout 4m; size 262144; }\n" \
	"	set nsg_" way \
	"_other { type iface_index . ipv4_addr . ipv4_addr . inet_proto; flags " \
	"dynamic, timeout; timeout 4m; size 262144; }\n" \
	"	map nsg_nic_" way " { type ifname : verdict; }\n" \
	"	map nsg_subnet_" way " { type ifname : verdict; }\n"

/* way: "out" or "in", back: the other one; dev: "iif" or "oif". */
#define NSG_CHAINS(way, back, dev, first, second, free) \
	"	chain nsg_rules_" way " {\n" \
	"		" dev "name vmap @nsg_" first "_" way "\n" \
	"		" dev "name vmap @nsg_" second "_" way "\n" \
	"	}\n" \
	"	chain nsg_" way "_ports {\n" \
	"		" dev \
	" . ip daddr . ip saddr . meta l4proto . th dport . th sport @nsg_" back \
	" update @nsg_" back " { " dev \
	" . ip daddr . ip saddr . meta l4proto . th dport . th sport } accept\n" \
	"		" dev \
	" . ip saddr . ip daddr . meta l4proto . th sport . th dport @nsg_" way \
	" update @nsg_" way " { " dev \
	" . ip saddr . ip daddr . meta l4proto . th sport . th dport } accept\n" \
	"		" free "jump nsg_rules_" way "\n" \
	"		update @nsg_" way " { " dev \
	" . ip saddr . ip daddr . meta l4proto . th sport . th dport }\n" \
	"	}\n" \
	"	chain nsg_" way "_echo {\n" \
	"		icmp type echo-reply " dev " . ip daddr . ip saddr . icmp id @nsg_" back \
	"_echo accept\n" \
	"		" free "jump nsg_rules_" way "\n" \
	"		icmp type echo-request update @nsg_" way "_echo { " dev \
	" . ip saddr . ip daddr . icmp id }\n" \
	"	}\n" \
	"	chain nsg_" way "_other {\n" \
	"		" dev " . ip daddr . ip saddr . meta l4proto @nsg_" back "_other accept\n" \
	"		" free "jump nsg_rules_" way "\n" \
	"		update @nsg_" way "_other { " dev \
	" . ip saddr . ip daddr . meta l4proto }\n" \
	"	}\n"

#define NSG_HOOK(chain, hook, way, dev) \
	"	chain " chain " {\n" \
	"		type filter hook " hook "; policy accept;\n" \
	"		" dev "name != @nsg_ports accept\n" \
	"		meta l4proto { 6, 17 } goto nsg_" way "_ports\n" \
	"		icmp type { echo-request, echo-reply } goto nsg_" way "_echo\n" \
	"		goto nsg_" way "_other\n" \
	"	}\n"

/* 3.4: what a NIC sends to the platform is not subject to its groups. */
#define NSG_SKELETON \
	"	set nsg_ports { type ifname; }\n" NSG_SETS("out") NSG_SETS("in") \
	    NSG_CHAINS("out", "in", "iif", "nic", "subnet", "ip daddr != @platform ") \
	        NSG_CHAINS("in", "out", "oif", "subnet", "nic", "")
/* Its base chains: there while a port has a group. */
#define NSG_HOOKS \
	NSG_HOOK("nsg_from", "prerouting priority 5", "out", "iif") \
	NSG_HOOK("nsg_to", "postrouting priority 150", "in", "oif")
