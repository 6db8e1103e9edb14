/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The change of a design because of which packets go another way.  Pure. */
#pragma once

#include "matrix/matrix.h"
#include "plan/reconcile.h"

struct causes {
	const struct model *old, *now;
	struct changes changes;
	struct cause *v;
	size_t n, cap;
	struct arena *arena; /* has the words */
};

struct cause_asked {
	const struct matrix_outcome *was, *now;
	const struct matrix_end *old_from, *new_from;
	const struct matrix_class *old_to, *new_to;
};

void causes_init(struct causes *c, const struct model *old, const json_t *old_design,
                 const struct model *now, const json_t *new_design, struct arena *a);
void causes_done(struct causes *c);
/* A clause; "": nothing that changed has to do with it.  *ret_pointer: where the new design has the
 * object that changed; "": it has it no more. */
const char *causes_ask(const struct causes *c, const struct cause_asked *q,
                       const char **ret_pointer);
