/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that read a table. */
#pragma once

#include "proof/compare.h"

/* PowerShell writes AddressPrefix, az addressPrefix; borrowed. */
json_t *compare_get_any_case(const json_t *obj, const char *key);
/* The first of two spellings that is there and not null; b may be NULL. */
json_t *compare_get(const json_t *obj, const char *a, const char *b);
const char *compare_text(const json_t *row, const char *key); /* "": none */
bool compare_list_has(const json_t *list, const char *s);     /* case ignored */

/* A Route Server's: a list for each of its instances. */
bool compare_is_by_instance(const json_t *j);
/* By its first row, or by the name of its file, which may be NULL. */
enum compare_kind compare_guess_kind(const json_t *j, const char *name);

/* Add one row to rows.  -EINVAL: it lacks what makes it one.  instance: its local address, or NULL.
 */
int compare_take_route(json_t *rows, const json_t *row, struct err *e);
int compare_take_bgp(json_t *rows, const json_t *row, const char *instance, struct err *e);
int compare_take_peer(json_t *rows, const json_t *row, const char *instance, struct err *e);
