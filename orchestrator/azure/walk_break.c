/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two ways of one flow: who on them drops what follows the first packet. */
#include <netinet/in.h>

#include "azure/walk_priv.h"

bool walk_find_break(struct walk *there, struct walk *back, struct walk_break *ret)
{
	return there->verdict == WALK_DELIVERED && back->verdict == WALK_DELIVERED &&
	       (walk_half_break(there, back, ret) || walk_own_break(there, back, ret));
}

void walk_judge_rest(struct walk *there, struct walk *back)
{
	struct walk_break b;

	if (there->sent.ip_proto != IPPROTO_TCP || !walk_find_break(there, back, &b))
		return;
	struct walk_hop *h = &b.way->hops[b.at];

	if (!walk_passes(b.way == there ? back : there, h->nic->vm))
		h->reason = arena_printf(b.way->arena, "%s; it sees this half of the flow alone",
		                         h->reason);
	b.way->verdict = WALK_DROPPED;
	b.way->reason = b.reason;
	b.way->breaks_at = b.node;
}
