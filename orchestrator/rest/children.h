/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children that ARM shows in their parent: subnets of a network, rules of a group. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "input/import/provider.h"

/* All of one type: for (const struct import_children *c = NULL; (c = child_list_next(type, c));)
 * type: whatever its case. */
const struct import_children *child_list_next(const char *type,
                                              const struct import_children *after);
/* The list that children of this type stand in; NULL: they are resources of their own. */
const struct import_children *child_list_of(const char *type);
/* The member with that name, whatever its case; borrowed, NULL: none.  ret_i may be NULL. */
json_t *child_find(json_t *list, const char *name, size_t *ret_i);
