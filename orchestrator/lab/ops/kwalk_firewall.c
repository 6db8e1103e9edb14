/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a firewall's node has the rules that the design makes of it: they stand in a chain that
 * is named by what they say. */
#include <stdio.h>

#include "lab/ops/kwalk_priv.h"
#include "plan/filter/elems.h"
#include "plan/filter/firewall.h"

static enum kwalk_known look(const struct kwalk_ns *kn, const char *name)
{
	struct nft *nft = NULL;
	json_t *listed = NULL;
	bool same = false;

	if (kn && nft_open(kn->node->netns, &nft, NULL) == 0 &&
	    nft_list(nft, nft_elems_list(), &listed, NULL) == 0)
		same = nft_has_chain(listed, name);
	json_decref(listed);
	nft_close(nft);
	return same ? KNOWN_SAME : KNOWN_DIFFERENT;
}

bool kwalk_firewall(void *ctx, const struct firewall *fw, char *reason)
{
	struct kwalk *k = ctx;
	enum kwalk_known *known = &k->firewalls[fw->idx];
	char name[FIREWALL_CHAIN];

	firewall_chain_name(fw, name);
	if (*known == KNOWN_NOT)
		*known = look(k->by_vm[fw->vm->idx], name);
	if (*known == KNOWN_DIFFERENT)
		snprintf(reason, 256,
		         "firewall %.80s has not the rules that the design makes of it: chain %s "
		         "is missing in its packet filter",
		         fw->name, name);
	return *known == KNOWN_SAME;
}
