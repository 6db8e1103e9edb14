/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of expressions: JSON's, and two that it has not.
 *
 * Unknown: what only the cloud knows; it says what it is.  A handle: something whose parts are
 * evaluated when they are asked for (a resource, a module); who runs the evaluation knows what it
 * stands for.  Both are objects with a key that no text can have.  Sets are sorted arrays without
 * doubles. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/str.h"

json_t *hcl_unknown(const char *what);
bool hcl_is_unknown(const json_t *v);
bool hcl_has_unknown(const json_t *v);       /* or one within it */
const char *hcl_unknown_of(const json_t *v); /* what it is */

json_t *hcl_handle(int kind, size_t number, const char *name);
bool hcl_is_handle(const json_t *v);
int hcl_handle_kind(const json_t *v);
size_t hcl_handle_number(const json_t *v);
const char *hcl_handle_name(const json_t *v);

const char *hcl_type_name(const json_t *v); /* "a string" */
/* As Terraform prints it: 0.3, 10, true.  False: it has no text. */
bool hcl_to_text(const json_t *v, struct str *ret);
/* A number of a string; NULL: it is none. */
json_t *hcl_to_number(const json_t *v);
/* An integer where it is one. */
json_t *hcl_number(double v);
bool hcl_to_bool(const json_t *v, bool *ret);
bool hcl_equal(const json_t *a, const json_t *b); /* 1 equals 1.0 */
/* A new array, sorted, each once. */
json_t *hcl_set_of(const json_t *list);
/* Keys by their bytes; the caller frees the array, not the keys. */
const char **hcl_sorted_keys(const json_t *map, size_t *ret_n);
