/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet's way told twice, by the model and by the kernel's tables, and the way of its answer.
 */
#pragma once

#include "lab/ops/kwalk.h"

struct one_way { /* two walks of one packet; both NULL when it did not even leave its sender */
	struct walk *model, *kernel;
	struct kwalk_start start;
	const char *sender;
	bool agree; /* same verdict, same nodes */
};

struct two_ways {
	struct one_way there, back;
	bool has_back; /* false: nobody is known who could answer */
};

/* p: src may be 0.  to: who has the destination, when that is known (for the way back of what does
 * not arrive); may be NULL. */
void two_ways(struct kwalk *k, const struct endpoint *from, const struct endpoint *to,
              struct walk_packet p, struct two_ways *ret);
void two_ways_done(struct two_ways *w);

enum verdict one_way_verdict(const struct one_way *w); /* the model's */
enum verdict one_way_kernel_verdict(const struct one_way *w);
const char *one_way_reason(const struct one_way *w);
/* There and, if it is known, back: an answer comes. */
bool two_ways_answered(const struct two_ways *w);
/* A node on the way has a packet filter of its own, which no walk knows. */
bool two_ways_unwalked(const struct two_ways *w);
bool two_ways_agree(const struct two_ways *w);
json_t *two_ways_json(const struct two_ways *w); /* interfaces.md, section 5, without from, to */
