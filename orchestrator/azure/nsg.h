/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network security groups (azure-behaviour 4).  Pure.
 *
 * What a group says depends on where it is attached: VirtualNetwork stands for what the subnet's
 * effective routes make of it.  So a group is compiled per effective-route table and direction into
 * effective rules, with plain prefixes; the packet filter is made of the same. */
#pragma once

#include "azure/routes.h"
#include "azure/walk.h"

struct nsg_rule { /* an effective security rule */
	const struct security_rule *rule;
	bool is_default;
	bool any_src, any_dst;
	const struct prefix *src, *dst; /* tidy (azure/prefixes.h) unless any */
	size_t n_src, n_dst;
};

struct nsg_rules { /* of one group and direction, by priority; the last one matches everything */
	const struct nsg *nsg;
	enum nsg_direction direction;
	struct nsg_rule *rules;
	size_t n;
};

/* t: the effective routes of the NIC; the result lives as long as it does. */
const struct nsg_rules *nsg_compile(const struct model *m, const struct nsg *nsg,
                                    enum nsg_direction d, const struct eff_table *t);
/* The rule that decides about a packet; never NULL. */
const struct nsg_rule *nsg_match(const struct nsg_rules *rules, const struct walk_packet *p);

/* The group of its subnet, when it applies to the NIC: to private endpoints only when the subnet's
 * privateEndpointNetworkPolicies say so. */
const struct nsg *nsg_of_subnet(const struct nic *n);
/* The groups that a packet of a NIC passes, in order (inbound: subnet, then NIC; outbound: NIC,
 * then subnet); returns how many. */
unsigned nsg_of_nic(const struct nic *n, enum nsg_direction d, const struct nsg *ret[2]);
/* Judges a new flow.  NULL: it is allowed; else the rule that denies it, and *ret_nsg is its group.
 * *ret_allow, when not NULL, is the last rule that allowed. */
const struct nsg_rule *nsg_denies(const struct model *m, const struct nic *n, enum nsg_direction d,
                                  const struct walk_packet *p, const struct eff_table *t,
                                  const struct nsg **ret_nsg, const struct nsg_rule **ret_allow);

/* "UserRule_web", "DefaultRule_DenyAllInBound": as IP flow verify says it. */
const char *nsg_rule_name(struct arena *a, const struct nsg_rule *r);
/* Why it is dropped: rule, group, place, what to do. */
const char *nsg_reason(struct arena *a, const struct nic *n, enum nsg_direction d,
                       const struct walk_packet *p, const struct nsg *g, const struct nsg_rule *r);
/* As `az network nic list-effective-nsg`: a list of groups with effectiveSecurityRules. */
json_t *nsg_json(const struct model *m, const struct nic *n, const struct eff_table *t);
/* The six rules that every group has, as ARM shows them: a list of {"name", "properties"}. */
json_t *nsg_default_rules_json(void);
/* They themselves, n of them. */
const struct security_rule *nsg_default_rules(size_t *ret_n);
