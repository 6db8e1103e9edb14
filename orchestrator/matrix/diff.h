/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packets that fare otherwise in one design than in another.  Pure. */
#pragma once

#include "matrix/matrix.h"
#include "plan/reconcile.h"

enum diff_kind { DIFF_REACHABILITY = 1, DIFF_ROUTES, DIFF_RULES, DIFF_OBJECTS };
const char *diff_kind_str(enum diff_kind k); /* "reachability", "routes", "rules", "objects" */

struct diff_line {
	enum diff_kind kind;
	bool worse;
	const char *from, *to, *traffic;
	const char *was, *now; /* "delivered by fw", "dropped at the sender" */
	const char *reason;    /* of what is not delivered now; "" */
	const char *cause;     /* "route table rt lost 10.0.0.0/8"; "": none was found */
	const char *pointer;   /* of what changed, in the new design; "": not known */
	int rank;              /* the worst first */
};

struct diff {
	struct diff_line *v;
	size_t n, cap;
	struct arena *arena;
};

/* The designs as documents (input/topology.h) beside, for the causes. */
void diff_find(const struct matrix *old, const json_t *old_design, const struct matrix *now,
               const json_t *new_design, struct diff *ret);
void diff_done(struct diff *d);
json_t *diff_json(const struct diff *d); /* {"changes":[...]}; new reference */
