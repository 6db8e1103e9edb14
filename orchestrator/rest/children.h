/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children that ARM shows in their parent: subnets of a network, rules of a group. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct child_list {
	const char *parent; /* of microsoft.network, small letters: "virtualnetworks" */
	const char *name;   /* in the parent's properties, and last part of the child's type */
};

/* All of one type: for (const struct child_list *c = NULL; (c = child_list_next(type, c));)
 * type: whatever its case. */
const struct child_list *child_list_next(const char *type, const struct child_list *after);
/* The list that children of this type stand in; NULL: they are resources of their own. */
const struct child_list *child_list_of(const char *type);
/* The member with that name, whatever its case; borrowed, NULL: none.  ret_i may be NULL. */
json_t *child_find(json_t *list, const char *name, size_t *ret_i);
