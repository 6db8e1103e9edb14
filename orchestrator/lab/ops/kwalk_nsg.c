/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups of a port as the kernel has them: the chains that its maps lead to.  A chain is
 * named by what it says; one that is not what the design makes of the group decides nothing, and
 * the walks disagree. */
#include <stdio.h>

#include "azure/nsg.h"
#include "base/str.h"
#include "lab/ops/kwalk_priv.h"
#include "plan/filter/fabric.h"
#include "plan/filter/nsg.h"
#include "plan/names.h"

static const char *chain_of_port(const struct filter *f, enum fab_slot slot, const char *port,
                                 char buf[CHAIN_NAME])
{
	const struct nft_elem *x = nft_elems_get(&f->elems, SET_NSG_NIC_OUT + slot, port, 0);

	return x ? nft_chain_name(NSG_PREFIX, x->value, buf) : NULL;
}

static bool rules_pass(struct kwalk *k, const struct filter *f, const struct nic *n,
                       const struct nsg *g, enum fab_slot slot, const struct walk_packet *p,
                       char *reason)
{
	enum nsg_direction d = slot == SLOT_NIC_OUT || slot == SLOT_SUBNET_OUT ? NSG_OUT : NSG_IN;
	char port[IFNAMSIZ], name[CHAIN_NAME], buf[CHAIN_NAME];
	const char *has = chain_of_port(f, slot, port_name_nic(n, port), buf);

	if (!g) {
		if (has)
			snprintf(reason, 256,
			         "the fabric's filter has chain %s for port %s, where "
			         "the design has no security group",
			         has, port);
		return !has;
	}
	const struct nsg_rules *r = nsg_compile(
	    k->l->model, g, d, eff_cache_get(k->tables, nic_routes(n), nic_instance(n)));

	if (!has || !streq(has, fabric_chain_name(r, name))) {
		snprintf(reason, 256,
		         "the fabric's filter has chain %s for port %s, and the design "
		         "makes %s of network security group %.80s",
		         has ? has : "none", port, fabric_chain_name(r, name), g->name);
		return false;
	}
	const struct nsg_rule *m = nsg_match(r, p);

	if (m->rule->deny)
		snprintf(reason, 256,
		         "the fabric's filter drops it: chain %s of port %s, rule %.80s", has, port,
		         m->rule->name);
	return !m->rule->deny;
}

bool kwalk_filter(void *ctx, const struct nic *n, bool out, const struct walk_packet *p,
                  char *reason)
{
	static const enum fab_slot slots[2][2] = { { SLOT_SUBNET_IN, SLOT_NIC_IN },
		                                   { SLOT_NIC_OUT, SLOT_SUBNET_OUT } };
	struct kwalk *k = ctx;
	const struct filter *f = kwalk_fabric_filter(k);

	if (!f) {
		snprintf(reason, 256, "the fabric's filter cannot be read");
		return false;
	}
	for (unsigned i = 0; i < 2; i++) {
		bool of_nic = slots[out][i] == SLOT_NIC_OUT || slots[out][i] == SLOT_NIC_IN;

		if (!rules_pass(k, f, n, of_nic ? n->nsg : nsg_of_subnet(n), slots[out][i], p,
		                reason))
			return false;
	}
	return true;
}
