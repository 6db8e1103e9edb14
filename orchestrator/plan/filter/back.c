/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/back.h"

#include "plan/filter/fabric.h"

/* Flows by which port they came to an endpoint: the answer's addresses and ports lead to a mark,
 * and the mark to that port, as one of a load balancer's backend does (plan/fabric.h).  A map for
 * each protocol: nft 1.0 finds no room for a key of five parts beside a value. */
#define FLOWS(protocol) \
	"	map back_" protocol \
	" { type ipv4_addr . inet_service . ipv4_addr . inet_service : " \
	"mark; flags dynamic, timeout; timeout 4m; size 262144; }\n"
#define NOTE(number, protocol) \
	"meta l4proto " number " meta mark set iifname map @back_to update @back_" protocol \
	" { ip daddr . th dport . ip saddr . th sport : meta mark }\n"
#define MARK(number, protocol) \
	"meta l4proto " number \
	" meta mark set ip saddr . th sport . ip daddr . th dport map @back_" protocol "\n"

static const struct filter_fixed BACK_CHAIN_LIST[] = {
	{ .name = "back_note",
	  .part = FAB_PART_BACK,
	  .hook = "type filter hook forward priority 10; policy accept;",
	  .rules = "oifname != @back_from accept\n" NOTE("6", "tcp") NOTE("17", "udp") },
	{ .name = "back_mark",
	  .part = FAB_PART_BACK,
	  .hook = "type filter hook prerouting priority 2; policy accept;",
	  .rules = "iifname != @back_from accept\n" MARK("6", "tcp") MARK("17", "udp") },
};

const struct filter_block filter_back = { FLOWS("tcp") FLOWS("udp"), BACK_CHAIN_LIST,
	                                  ARRAY_LEN(BACK_CHAIN_LIST) };

bool filter_needs_back(const struct fabric *f)
{
	bool endpoint = false;

	for (size_t i = 0; i < f->n_ports && !endpoint; i++)
		endpoint = f->ports[i].endpoint;
	return endpoint;
}

void filter_add_back(const struct fabric *f, struct nft_elems *v)
{
	if (!filter_needs_back(f))
		return;
	for (size_t i = 0; i < f->n_ports; i++) {
		const struct fab_port *p = &f->ports[i];

		if (p->endpoint)
			nft_elems_add(v, SET_BACK_FROM, p->name, 0, 0, 0);
		if (p->back)
			nft_elems_add(v, SET_BACK_TO, p->name, 0, 0, p->back);
	}
}
