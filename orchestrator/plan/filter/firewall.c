/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/firewall.h"

#include <stdio.h>

#include "plan/filter/rule.h"

#define ANSWERS \
	"iifname \"lo\" accept\n" \
	"ct state established,related accept\n"

#define HASHED " mod 60 seed 0x564e4c42 offset 1\n"

#define SOURCE(hide) \
	"fib saddr type local accept\n" \
	"ct status dnat " hide "\n" \
	"meta l4proto != { 6, 17 } ip daddr @iana accept\n" \
	"meta l4proto { 6, 17 } ip daddr @private accept\n" hide "\n"

static const struct filter_fixed FIREWALL_CHAIN_LIST[] = {
	/* The chain that network rules which allow go to: a packet without ports that would need
	 * the public address is not accepted (firewall_cannot_hide()). */
	{ .name = "all_protocols", .part = FIREWALL_PART_ICMP_OUT, .rules = "accept\n" },
	{ .name = "allowed",
	  .rules = "ip daddr @iana accept\n"
	           "meta l4proto != { 6, 17 } drop\n"
	           "accept\n",
	  .with_part = FIREWALL_PART_ICMP_OUT,
	  .rules_with = "goto all_protocols\n" },
	{ .name = "forward",
	  .hook = "type filter hook forward priority 0; policy drop;",
	  .rules = "ct state established,related accept\n"
	           "ct state invalid drop\n"
	           "ct status dnat accept\n"
	           "iifname vmap @network\n" },
	/* A packet for the firewall itself is dropped unless it is an answer, is translated, or
	 * asks for an echo. */
	{ .name = "echo", .part = FIREWALL_PART_PING, .rules = "icmp type echo-request accept\n" },
	{ .name = "own",
	  .hook = "type filter hook input priority 0; policy drop;",
	  .rules = ANSWERS,
	  .with_part = FIREWALL_PART_PING,
	  .rules_with = ANSWERS "goto echo\n" },
	{ .name = "translate",
	  .hook = "type nat hook prerouting priority -100; policy accept;",
	  .rules = "iifname vmap @targets\n" },
	/* An instance is chosen as a load balancer's backend is: azure/lb.h. */
	{ .name = "shared",
	  .part = FIREWALL_PART_SHARES,
	  .rules = "meta l4proto != { 6, 17 } meta mark set jhash ip saddr . ip daddr . meta "
	           "l4proto" HASHED
	           "meta l4proto { 6, 17 } meta mark set jhash ip saddr . ip daddr . meta "
	           "l4proto . th sport . th dport" HASHED "snat to meta mark map @shares\n" },
	/* firewall_hides_source() */
	{ .name = "source",
	  .hook = "type nat hook postrouting priority 100; policy accept;",
	  .rules = SOURCE("masquerade"),
	  .with_part = FIREWALL_PART_SHARES,
	  .rules_with = SOURCE("goto shared") },
};

static const struct filter_block FIREWALL = { "", FIREWALL_CHAIN_LIST,
	                                      ARRAY_LEN(FIREWALL_CHAIN_LIST) };
static const struct filter_block *const FIREWALL_BLOCK_LIST[] = { &FIREWALL, NULL };

static const struct nft_set FIREWALL_SET_LIST[FIREWALL_SETS] = {
	[SET_NETWORK] = { "network", KEY_PORT, VALUE_CHAIN, "type ifname : verdict;",
	                  FIREWALL_PREFIX },
	[SET_TARGETS] = { "targets", KEY_PORT, VALUE_CHAIN, "type ifname : verdict;",
	                  FIREWALL_PREFIX },
	[SET_IANA] = { "iana", KEY_PREFIX, VALUE_NONE, "type ipv4_addr; flags interval;" },
	[SET_PRIVATE] = { "private", KEY_PREFIX, VALUE_NONE, "type ipv4_addr; flags interval;" },
	[SET_SHARES] = { "shares", KEY_NUMBER, VALUE_IP, "type mark : ipv4_addr;" },
};

const struct filter_shape firewall_filter_shape = { FIREWALL_SET_LIST, FIREWALL_SETS,
	                                            FIREWALL_BLOCK_LIST };

static void add_to_links(const struct firewall *fw, enum firewall_set set, uint64_t chain,
                         struct filter *f)
{
	char name[IFNAMSIZ];

	for (size_t i = 0; i < fw->vm->n_nics; i++) {
		snprintf(name, sizeof(name), "eth%zu", fw->vm->nics[i]->index);
		nft_elems_add(&f->elems, set, name, 0, 0, chain);
	}
}

static void add_network_rules(const struct firewall *fw, struct filter *f)
{
	struct filter_rules rules = { .filter = f };

	for (size_t i = 0; i < fw->network.n; i++)
		filter_rules_add(&rules, &fw->network.rules[i],
		                 fw->network.rules[i].rule->deny ? "drop" : "goto allowed");
	add_to_links(fw, SET_NETWORK, filter_rules_end(&rules, FIREWALL_PREFIX), f);
}

static void add_targets(const struct firewall *fw, struct filter *f)
{
	struct filter_rules rules = { .filter = f };

	for (size_t i = 0; i < fw->nat.n; i++) {
		const struct firewall_target *t = &fw->targets[i];
		char verdict[64], port[8] = "";

		if (fw->nat.rules[i].is_default)
			continue;
		if (t->port)
			snprintf(port, sizeof(port), ":%u", t->port);
		snprintf(verdict, sizeof(verdict), "dnat to %s%s", IP4_STR(t->ip), port);
		filter_rules_add(&rules, &fw->nat.rules[i], verdict);
	}
	add_to_links(fw, SET_TARGETS, filter_rules_end(&rules, FIREWALL_PREFIX), f);
}

static void add_set_prefixes(struct filter *f, enum firewall_set set, const struct prefix *v,
                             size_t n)
{
	for (size_t i = 0; i < n; i++)
		nft_elems_add(&f->elems, set, NULL, v[i].addr, v[i].len, 0);
}

void firewall_filter(const struct firewall *fw, struct filter *ret)
{
	*ret = (struct filter){ .shape = &firewall_filter_shape };
	ret->parts = (fw->answers_ping ? FIREWALL_PART_PING : 0) |
	             (fw->icmp_out ? FIREWALL_PART_ICMP_OUT : 0) |
	             (fw->vm->n_instances ? FIREWALL_PART_SHARES : 0);
	for (unsigned slot = 0; fw->vm->n_instances && slot < LB_SLOTS; slot++)
		nft_elems_add(&ret->elems, SET_SHARES, NULL, slot + 1, 0,
		              fw->vm->instances[slot % fw->vm->n_instances]);
	add_network_rules(fw, ret);
	add_targets(fw, ret);
	add_set_prefixes(ret, SET_IANA, firewall_iana, FIREWALL_IANA);
	add_set_prefixes(ret, SET_PRIVATE, fw->private_ranges, fw->n_private_ranges);
	filter_sort(ret);
}

uint64_t firewall_filter_hash(const struct firewall *fw)
{
	struct filter f;

	firewall_filter(fw, &f);
	uint64_t h = filter_hash(&f);

	filter_free(&f);
	return h;
}
