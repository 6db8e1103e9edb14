/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that only Azure knows: what expressions make of them. */
#pragma once

#include "input/arm/expr/expr.h"

/* The value that the open value base has under the key: v, when that is known, is as open as base
 * is; else v is NULL. */
const struct val *unknown_member(struct arena *a, const struct val *base, const struct val *key,
                                 const struct val *v);
/* A value for a function that takes known ones alone: an open value becomes its words, or an
 * empty one of the wanted type; an object with members is no longer open. */
const struct val *unknown_as_argument(struct arena *a, const struct val *v, char t);
/* The answer of the call x of which an argument is unknown, and which made r: that is as unknown.
 * NULL: the function takes no words, and its answer is unknown. */
const struct val *unknown_answer(struct arena *a, const struct expr *x, const struct val *r);
