/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evaluates expressions.  A function that fails returns NULL and leaves the reason in the run
 * (struct fail), which tree.c reports. */
#pragma once

#include "input/arm/expr/expr.h"
#include "input/arm/run/run.h"

const struct val *eval_expr(struct env *e, const struct expr *x);
const struct val *eval_arg(struct env *e, const struct expr *x, size_t i); /* of the call x */
/* The lambda's body with its variables bound to the n values. */
const struct val *eval_lambda(struct env *e, const struct lambda *l, const struct val *const *v,
                              size_t n);
const struct val *eval_member(struct env *e, const struct expr *at, const struct val *base,
                              const struct val *key, bool safe);
bool eval_truth(const struct val *v, bool *ret); /* a boolean, or "true"/"false", or 0/1 */

/* All of these return NULL.  at, where the caret points, may be NULL; so may hint. */
const struct val *eval_fail(struct env *e, const struct expr *at, const char *hint, const char *fmt,
                            ...) PRINTF(4, 5);
const struct val *eval_unknown(struct env *e, const struct expr *x); /* no such function */
const struct val *eval_reported(struct env *e); /* the reason is a finding already */
void eval_forget_failure(struct arm *a);        /* the next one may be reported */

/* v itself; NULL when it could not be made, since it is too big. */
const struct val *eval_big(struct env *e, const struct expr *at, const struct val *v);
/* A string of what s holds, which is freed; NULL when it is too long. */
const struct val *eval_text(struct env *e, const struct expr *at, struct str *s);
