/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewalls: what of the row (firewall.c) is in the other files. */
#pragma once

#include "azure/firewall.h"
#include "azure/kind.h"
#include "azure/prefixes.h"

extern const struct object_def network_rule_def, nat_rule_def, network_collection_def,
    nat_collection_def;

/* --- rule.c --- */

struct firewall_reading { /* of one rule */
	struct loader *l;
	const struct firewall *fw;
	const struct firewall_collection *c;
	const char *name, *ptr; /* of the rule; its name is "COLLECTION/RULE" */
	json_t *x;
	bool broken;
};

/* "10.0.0.4", "10.0.0.0/8", "10.0.0.4-10.0.0.9".  -EAFNOSUPPORT: IPv6. */
int firewall_add_address(const char *s, struct prefixes *ret);
/* How many rules of one protocol that rule of a topology is: "Any" of a NAT rule is two. */
size_t firewall_count_single_rules(json_t *rule, bool nat);
void firewall_read_network_rule(struct firewall_reading *r, struct firewall *fw);
void firewall_read_nat_rule(struct firewall_reading *r, struct firewall *fw);

/* --- collection.c --- */

/* All rules and private ranges of a firewall whose addresses are known. */
void firewall_read_rules(struct loader *l, struct firewall *fw, json_t *x);
