/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that a firewall's node has the rules that the design makes: they stand in chains that are
 * named by what they say. */
#include <stdio.h>

#include "lab/ops/kwalk_priv.h"
#include "plan/filter/firewall.h"

static enum kwalk_known compare_filters(const struct kwalk_ns *kn, const struct firewall *fw)
{
	struct filter has;
	bool same = kn && kwalk_read_filter(kn->node->netns, &firewall_filter_shape, &has);

	if (!same)
		return KNOWN_DIFFERENT;
	same = filter_hash(&has) == firewall_filter_hash(fw);
	filter_free(&has);
	return same ? KNOWN_SAME : KNOWN_DIFFERENT;
}

bool kwalk_firewall(void *ctx, const struct firewall *fw, char *reason)
{
	struct kwalk *k = ctx;
	enum kwalk_known *known = &k->firewalls[fw->idx];

	if (*known == KNOWN_NOT)
		*known = compare_filters(k->by_vm[fw->vm->idx], fw);
	if (*known == KNOWN_DIFFERENT)
		snprintf(reason, 256,
		         "the packet filter of firewall %.80s has not the rules that the design "
		         "makes of it",
		         fw->name);
	return *known == KNOWN_SAME;
}
