/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The differences between the design that runs and the one that is wanted, object by object, for
 * `plan` and for what `up` says that it did.  Pure.
 *
 * Documents are compared (input/topology.h, design), not models: so every kind of object that a
 * topology can have is seen, whether or not this version does something with it.  Names are
 * compared ignoring case, as Azure does. */
#pragma once

#include <jansson.h>

#include "base/mem.h"

enum change_action { CHANGE_CREATE, CHANGE_CHANGE, CHANGE_DELETE };
const char *change_action_str(enum change_action a); /* "create", "change", "delete" */

struct change {
	enum change_action action;
	char *kind;   /* "virtualMachine", ... */
	char *name;   /* "Hub/NVA", "RouteServer/NVA_1" */
	char *detail; /* "addressPrefix: 10.0.0.0/24 -> 10.0.1.0/24; ..."; "" when there is nothing
	                 to say */
};

struct changes {
	struct change *items;
	size_t n, cap;
};

/* have NULL: nothing runs.  In the order of the file, deletions last. */
void reconcile(const json_t *have, const json_t *want, struct changes *ret);
void changes_free(struct changes *c);
#define _cleanup_changes_ _cleanup_(changes_free)
json_t *changes_json(const struct changes *c); /* an array; new reference */
