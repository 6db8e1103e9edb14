/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts of the fabric's compiler only. */
#pragma once

#include "plan/fabric.h"

struct compiler {
	const struct model *m;
	const struct rib *rib;
	const struct runtime *rt;
	struct fabric *f;
	bool *in_use; /* by VNet: has a port */
};

uint32_t fabric_vnet_number(const struct vnet *v);
struct fab_neigh *fabric_neigh_add(struct fabric *f, const char *port, ip4 ip);
struct fab_route *fabric_route_add(struct compiler *c, uint32_t table, struct prefix p,
                                   enum fab_kind kind, unsigned n_hops);
void fabric_rule_add(struct compiler *c, uint32_t priority, uint32_t mark, uint32_t mask,
                     uint32_t table);

/* fabric_lb.c */
void fabric_add_balancers(struct compiler *c);
void fabric_add_frontends(struct compiler *c); /* public ones */
/* p: the peering that leads there, or NULL. */
void fabric_deliver_balancers(struct compiler *c, uint32_t table, const struct vnet *v,
                              const struct peering *p);

/* Adds the rule by which a packet with the NIC's mark (fabric_mark_backend()) goes to its port,
 * whatever the destination is. */
void fabric_lead_to_nic(struct compiler *c, const struct nic *n);

/* fabric_answers.c */
void fabric_add_answers(struct compiler *c);

/* fabric_nsg.c */
void fabric_add_security(struct compiler *c);
