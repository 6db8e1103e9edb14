/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out what the fabric's packet filter does with a packet at a load balancer: reads its maps
 * from the kernel and looks up as the filter does. */
#include <netinet/in.h>
#include <stdio.h>

#include "azure/lb.h"
#include "base/str.h"
#include "lab/ops/kwalk_priv.h"
#include "plan/filter/fabric.h"
#include "plan/names.h"

static const struct nft_elem *look_up_element(const struct kwalk *k, enum fab_set set,
                                              const char *port, uint32_t key)
{
	return nft_elems_get(&k->filter.elems, set, port, key);
}

static void refuse_choice(struct walk_choice *ret, const struct load_balancer *lb, const char *why)
{
	snprintf(ret->reason, sizeof(ret->reason), "the fabric's filter at %.80s: %s", lb->name,
	         why);
}

/* The translation of what was sent to the frontend. */
static void read_backend_translation(const struct kwalk *k, const char *in, uint32_t service,
                                     uint32_t mark, struct walk_choice *ret)
{
	const struct nft_elem *addr = look_up_element(k, SET_LB_ADDR, "", mark);
	const struct nft_elem *port = look_up_element(k, SET_LB_PORT, in, service);

	if (look_up_element(k, SET_LB_FLOATING, in, service) ||
	    (!port && look_up_element(k, SET_LB_FLOATS, in, 0)))
		return;
	ret->ip = addr ? (ip4)addr->value : IP4_NONE;
	ret->port = port ? (uint16_t)port->value : 0;
}

void kwalk_balance(void *ctx, const struct load_balancer *lb, const struct walk_packet *p,
                   struct walk_choice *ret)
{
	struct kwalk *k = ctx;
	const struct kwalk_port *to = NULL;
	struct nl_route r = { 0 };
	char in[IFNAMSIZ];
	bool ports = p->ip_proto == IPPROTO_TCP || p->ip_proto == IPPROTO_UDP;
	uint32_t service = (uint32_t)p->ip_proto << 16 | p->dport;

	*ret = (struct walk_choice){ 0 };
	port_name_lb_in(lb, in);
	if (!kwalk_fabric_filter(k)) {
		refuse_choice(ret, lb, "cannot be read");
		return;
	}
	bool front = look_up_element(k, SET_LB_FRONT, in, p->dst);
	const struct nft_elem *rule = ports ? look_up_element(k, SET_LB_RULE, in, service) : NULL;

	if (!rule)
		rule = look_up_element(k, SET_LB_HA, in, 0);
	if (!rule || (front && !ports)) {
		refuse_choice(ret, lb, "no rule takes it");
		return;
	}
	/* An inbound NAT rule has its backend's mark itself. */
	bool fixed = rule->value >= MARK_BACKEND;
	unsigned slot = fixed ? 0 : lb_slot((enum lb_mode)rule->value, p);
	const struct nft_elem *mark = fixed ? rule : look_up_element(k, SET_LB_SLOT, in, slot + 1);

	if (!mark) {
		refuse_choice(ret, lb, "nobody has its slot");
		return;
	}
	if (kwalk_fabric_query(k, in, mark->value, p, &r, &to, NULL) < 0 || !to || !to->nic) {
		refuse_choice(ret, lb, "its mark leads to nobody");
		return;
	}
	ret->backend = to->nic;
	if (front)
		read_backend_translation(k, in, service, mark->value, ret);
	if (fixed)
		snprintf(ret->reason, sizeof(ret->reason), "filter: mark 0x%08x, fabric table %u",
		         (uint32_t)mark->value, r.table);
	else
		snprintf(ret->reason, sizeof(ret->reason),
		         "filter: slot %u, mark 0x%08x, fabric table %u", slot,
		         (uint32_t)mark->value, r.table);
}
