/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the store as it is with the store as a deployment would make it. */
#include "rest/what_if.h"

#include <stdio.h>

#include "base/str.h"
#include "rest/clean.h"

/* --- what differs between two values -----------------------------------------------------------
 */

static json_t *compare_objects(const json_t *before, const json_t *after);

static json_t *compare_arrays(const json_t *before, const json_t *after)
{
	json_t *b = json_object(), *a = json_object(), *v, *children;
	char at[24];
	size_t i;

	json_array_foreach ((json_t *)before, i, v) {
		snprintf(at, sizeof(at), "%zu", i);
		json_object_set(b, at, v);
	}
	json_array_foreach ((json_t *)after, i, v) {
		snprintf(at, sizeof(at), "%zu", i);
		json_object_set(a, at, v);
	}
	children = compare_objects(b, a);
	json_decref(a);
	json_decref(b);
	return children;
}

static json_t *make_delta(const char *path, const json_t *before, const json_t *after)
{
	bool arrays = json_is_array(before) && json_is_array(after);
	json_t *d = json_pack("{s:s,s:s}", "path", path, "propertyChangeType",
	                      !before  ? "Create"
	                      : !after ? "Delete"
	                      : arrays ? "Array"
	                               : "Modify");
	json_t *children = arrays ? compare_arrays(before, after)
	                   : json_is_object(before) && json_is_object(after)
	                       ? compare_objects(before, after)
	                       : NULL;

	if (before)
		json_object_set(d, "before", (json_t *)before);
	if (after)
		json_object_set(d, "after", (json_t *)after);
	if (children)
		json_object_set_new(d, "children", children);
	return d;
}

/* A list of what differs, in the order of the members. */
static json_t *compare_objects(const json_t *before, const json_t *after)
{
	json_t *list = json_array(), *v;
	const char *name;

	json_object_foreach ((json_t *)before, name, v) {
		const json_t *now = json_object_get(after, name);

		if (!json_equal(v, now))
			json_array_append_new(list, make_delta(name, v, now));
	}
	json_object_foreach ((json_t *)after, name, v)
		if (!json_object_get(before, name))
			json_array_append_new(list, make_delta(name, NULL, v));
	return list;
}

/* --- resources ---------------------------------------------------------------------------------
 */

/* Without secrets, and without what each PUT makes anew.  NULL for NULL; new reference. */
static json_t *payload_of(const json_t *resource)
{
	json_t *clean = resource ? view_clean(resource) : NULL;
	json_t *j = clean ? json_copy(clean) : NULL;
	json_t *properties = json_copy(json_object_get(j, "properties")), *v, *child;
	const char *name;
	size_t i;

	json_decref(clean);
	json_object_del(j, "etag");
	json_object_foreach (properties, name, v) {
		json_t *list = json_is_array(v) ? json_array() : NULL;

		json_array_foreach (v, i, child) {
			child = json_is_object(child) ? json_copy(child) : json_incref(child);
			json_object_del(child, "etag");
			json_array_append_new(list, child);
		}
		if (list)
			json_object_set_new(properties, name, list);
	}
	if (properties)
		json_object_set_new(j, "properties", properties);
	return j;
}

static json_t *make_change(const char *id, const json_t *was, const json_t *is, bool ids_only)
{
	json_t *before = payload_of(was), *after = payload_of(is);
	json_t *delta = before && after ? compare_objects(before, after) : NULL;
	const char *type = !before                      ? "Create"
	                   : !after                     ? "Delete"
	                   : ids_only                   ? "Deploy"
	                   : json_array_size(delta) > 0 ? "Modify"
	                                                : "NoChange";
	json_t *change = json_pack("{s:s,s:s}", "resourceId", id, "changeType", type);

	if (before && !ids_only)
		json_object_set(change, "before", before);
	if (after && !ids_only)
		json_object_set(change, "after", after);
	if (json_array_size(delta) > 0 && !ids_only)
		json_object_set(change, "delta", delta);
	json_decref(before);
	json_decref(after);
	json_decref(delta);
	return change;
}

/* Adds the resources that the template does not name: they stay, or go (mode Complete). */
static void add_others(const struct store *was, const struct store *is, const json_t *seen,
                       const char *group, bool ids_only, json_t *changes)
{
	_cleanup_free_ char *below = xasprintf("%s/", group);
	const char *key;
	json_t *r;

	json_object_foreach (was->resources, key, r) {
		if (!str_starts(key, below) || json_object_get(seen, key))
			continue;
		if (!store_find(is, key)) {
			json_array_append_new(
			    changes, make_change(json_string_value(json_object_get(r, "id")), r,
			                         NULL, ids_only));
			continue;
		}
		json_t *payload = payload_of(r);
		json_t *change = json_pack("{s:O,s:s}", "resourceId", json_object_get(r, "id"),
		                           "changeType", "Ignore");

		if (!ids_only) {
			json_object_set(change, "before", payload);
			json_object_set(change, "after", payload);
		}
		json_decref(payload);
		json_array_append_new(changes, change);
	}
}

json_t *what_if(const struct store *was, const struct store *is, const json_t *edits,
                const char *group, bool ids_only)
{
	json_t *changes = json_array(), *seen = json_object(), *edit;
	size_t i;

	json_array_foreach ((json_t *)edits, i, edit) {
		const char *path = json_string_value(json_object_get(edit, "id"));
		struct rest_id id = { 0 };

		if (rest_id_parse(path, false, &id, NULL) == 0 && id.type &&
		    !json_object_get(seen, id.key) &&
		    streq(json_string_value(json_object_get(edit, "op")), "put")) {
			json_object_set_new(seen, id.key, json_true());
			json_array_append_new(changes,
			                      make_change(path, store_find(was, id.key),
			                                  store_find(is, id.key), ids_only));
		}
		rest_id_done(&id);
	}
	add_others(was, is, seen, group, ids_only, changes);
	json_decref(seen);
	return json_pack("{s:s,s:{s:o}}", "status", "Succeeded", "properties", "changes", changes);
}
