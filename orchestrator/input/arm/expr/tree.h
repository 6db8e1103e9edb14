/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evaluates values with expressions and copy loops in them.  What fails is reported as a finding at
 * its place. */
#pragma once

#include "input/arm/run/run.h"

/* v stands at `at` in the template of `where`.  NULL: failed, and reported. */
const struct val *tree_eval(struct env *e, const struct val *v, const struct jptr *at,
                            const struct deployment *where);
/* v stands at base/at in the file. */
const struct val *tree_eval_at(struct env *e, const struct val *v, const char *file,
                               const char *base, const struct jptr *at);

/* The value of "count" in a loop, 0 to ARM_MAX_COPY; -EBADMSG: failed, and reported. */
int copy_count(struct env *e, const struct val *copy, const char *file, const char *ptr,
               int64_t *ret);
/* Is v, a member called "copy", a list of loops: [{name, count, input}]? */
bool copy_is_property(const struct val *v);
/* Adds the array that one such loop makes to b; -EBADMSG: failed, and reported. */
int copy_property(struct env *e, const struct val *copy, const char *file, const char *ptr,
                  struct val_builder *b);
