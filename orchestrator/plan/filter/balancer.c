/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/balancer.h"

#include "plan/filter/fabric.h"

#define HASHED " mod 60 seed 0x564e4c42 offset 1\n"

/* The base chains make the kernel track connections, so they come with the first balancer. */
static const struct filter_fixed BALANCER_CHAIN_LIST[] = {
	{ .name = "lb_by_flow",
	  .rules = "meta l4proto != { 6, 17 } meta mark set jhash ip saddr . ip daddr . meta "
	           "l4proto" HASHED
	           "meta l4proto { 6, 17 } meta mark set jhash ip saddr . ip daddr . meta "
	           "l4proto . th sport . th dport" HASHED },
	{ .name = "lb_by_ip", .rules = "meta mark set jhash ip saddr . ip daddr" HASHED },
	{ .name = "lb_by_protocol",
	  .rules = "meta mark set jhash ip saddr . ip daddr . meta l4proto" HASHED },
	/* A packet that a backend sends to an internal frontend is new when it comes in there.  One
	 * that it sends to a public frontend comes in with another source, and a public one may be
	 * its client. */
	{ .name = "lb_track",
	  .part = FAB_PART_LB,
	  .hook = "type filter hook prerouting priority -300; policy accept;",
	  .rules = "iifname != @lb_tracked notrack accept\n"
	           "iifname . ip daddr @lb_front ct zone set iifname map @lb_nat_zone accept\n"
	           "iifname != @lb_in ip daddr @lb_fronts notrack accept\n"
	           "ct zone set iifname map @lb_zone\n" },
	{ .name = "lb",
	  .part = FAB_PART_LB,
	  .hook = "type filter hook prerouting priority -120; policy accept;",
	  .rules = "iifname != @lb_in accept\n"
	           "meta mark set ct mark and 0xffff7fff\n"
	           "meta mark != 0 accept\n"
	           "iifname . ip daddr @lb_front meta l4proto != { 6, 17 } drop\n"
	           "meta mark set iifname map @lb_ha\n"
	           "meta l4proto { 6, 17 } meta mark set iifname . meta l4proto . th dport map "
	           "@lb_rule\n"
	           "meta mark vmap { 0 : drop, 1 : jump lb_by_flow, 2 : jump lb_by_ip, "
	           "3 : jump lb_by_protocol }\n"
	           "meta mark set iifname . meta mark map @lb_slot\n"
	           "meta mark < 0xffff0000 drop\n"
	           "ct mark set meta mark\n"
	           "meta l4proto != 6 ct mark set meta mark or 0x8000\n" },
	{ .name = "lb_nat",
	  .part = FAB_PART_LB,
	  .hook = "type nat hook prerouting priority -100; policy accept;",
	  .rules = "iifname . ip daddr != @lb_front accept\n"
	           "iifname . meta l4proto . th dport @lb_floating accept\n"
	           "meta l4proto { 6, 17 } dnat to meta mark map @lb_addr : iifname . meta "
	           "l4proto . th dport map @lb_port\n"
	           "iifname @lb_floats accept\n"
	           "dnat to meta mark map @lb_addr\n" },
};

const struct filter_block filter_balancers = { "", BALANCER_CHAIN_LIST,
	                                       ARRAY_LEN(BALANCER_CHAIN_LIST) };

static void add_lb_service(const struct fab_balancer *b, const struct fab_lb_rule *r,
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

static void add_balancer_elems(const struct fab_balancer *b, struct nft_elems *v)
{
	nft_elems_add(v, SET_LB_IN, b->in, 0, 0, 0);
	nft_elems_add(v, SET_LB_TRACKED, b->in, 0, 0, 0);
	nft_elems_add(v, SET_LB_FRONT, b->in, b->ip, 0, 0);
	if (!b->outside)
		nft_elems_add(v, SET_LB_FRONTS, NULL, b->ip, 0, 0);
	nft_elems_add(v, SET_LB_ZONE, b->in, 0, 0, b->zone);
	nft_elems_add(v, SET_LB_NAT_ZONE, b->in, 0, 0, b->vnet);
	for (size_t i = 0; i < b->n_rules; i++)
		add_lb_service(b, &b->rules[i], v);
	for (unsigned i = 0; i < LB_SLOTS; i++)
		if (b->slots[i])
			nft_elems_add(v, SET_LB_SLOT, b->in, i + 1, 0, b->slots[i]);
}

void filter_add_balancers(const struct fabric *f, struct nft_elems *v)
{
	for (size_t i = 0; i < f->n_balancers; i++)
		add_balancer_elems(&f->balancers[i], v);
	for (size_t i = 0; i < f->n_backends; i++) {
		const struct fab_backend *b = &f->backends[i];

		nft_elems_add(v, SET_LB_TRACKED, b->port, 0, 0, 0);
		nft_elems_add(v, SET_LB_ZONE, b->port, 0, 0, b->vnet);
		nft_elems_add(v, SET_LB_ADDR, NULL, b->mark, 0, b->ip);
	}
}
