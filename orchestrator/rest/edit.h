/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of a store, as data: they can be made again on another one.
 *
 *	{"op": "put",    "id": PATH, "type": "Microsoft.Network/virtualNetworks", "body": {...}}
 *	{"op": "patch",  "id": PATH, "body": {...}}
 *	{"op": "delete", "id": PATH}
 *	{"op": "prune",  "id": PATH of a group, "keep": {"KEY": true}}      other resources go
 *	{"op": "hide",   "id": PATH, "name": "powerState", "body": ...}     null: it goes
 *
 * of resources, their children, and groups (no "type"). */
#pragma once

#include <jansson.h>

#include "rest/id.h"
#include "rest/store.h"

/* New references.  body is not stolen. */
json_t *edit_put(const struct rest_id *id, json_t *body);
json_t *edit_patch(const struct rest_id *id, json_t *body);
json_t *edit_delete(const struct rest_id *id);
json_t *edit_prune(const struct rest_id *group, json_t *keep);
json_t *edit_hide(const struct rest_id *id, const char *name, json_t *value);

/* Refuses that a resource goes which is in use: -1 with *f. gone: keys of resources that go with
 * it, or NULL. */
int use_check(struct store *s, const char *key, const json_t *gone, struct rest_failure *f);

/* -1 with *f when the resource or child with this key refers to one of Microsoft.Network that is
 * not in the store (azure-behaviour 2.9), and was (NULL: it was not there) did not do so.  What is
 * in a subscription of which the store has nothing is not asked for: nobody here knows what it has.
 */
int refs_check(const struct store *s, const char *key, const json_t *was, struct rest_failure *f);
