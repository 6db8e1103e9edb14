/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resources that clients have made, as ARM knows them, in JSON.
 *
 * A store that others may see is not changed any more: a change makes a copy, which shares what
 * stays the same, and changes that.  Children that ARM shows in their parent stand there alone
 * (rest/children.h); they are found by their own ids all the same. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "rest/failure.h"
#include "rest/id.h"

struct store {
	json_t *groups;    /* key of a group: {"id","name","type","location","tags",...} */
	json_t *resources; /* key of a resource: the resource */
	/* Properties that only we know and no answer has, of each resource that has some. {"KEY":
	 * {...}}; of a VM "machine" says what runs in it, "powerState" whether it does. */
	json_t *hidden;
	json_t *names;             /* ids and their names in the lab, of the import */
	json_t *outside;           /* what ARM cannot say, of --from: parts of a topology */
	const char *const *images; /* --node, borrowed; may be NULL */
	json_int_t version;        /* counts changes: ETags */
	json_t *refs;              /* made when asked for: store_refs() */
	json_t *taken;             /* the same: rest/address.h */
};

enum { STORE_RESOURCES_MAX = 50000 };

struct store *store_new(void);
struct store *store_copy(const struct store *s); /* shares the resources */
struct store *store_free(struct store *s);       /* returns NULL */
void store_free_p(struct store **s);
#define _cleanup_store_ _cleanup_(store_free_p)

/* The resource, group or child with this key (resource_key()); borrowed, NULL: none. */
json_t *store_find(const struct store *s, const char *key);
/* The references between resources: {"KEY": ["KEY of a resource or child that names it by {"id":
 * ...}", ...]}; borrowed. */
const json_t *store_refs(struct store *s);
/* A part of what is hidden of a resource, NULL: none; borrowed.  value NULL: it goes. */
json_t *store_hidden(const struct store *s, const char *key, const char *name);
void store_hide(struct store *s, const char *key, const char *name, json_t *value /* stolen */);

/* Edits (rest/edit.h), one after the other.  -1 with *f: the store may have changed in part, and is
 * thrown away.  In the end what they have put refers to what is there. */
int store_edit(struct store *s, const json_t *edits, struct rest_failure *f);
/* The same of what comes piece by piece, and may refer to what is not there. */
int store_take(struct store *s, const json_t *edits, struct rest_failure *f);

json_t *store_json(const struct store *s); /* for the file; new reference */
struct store *store_from_json(const json_t *j, struct err *e);
