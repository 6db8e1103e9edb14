/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/edit.h"

#include "base/str.h"
#include "input/resources.h"
#include "rest/address.h"
#include "rest/children.h"
#include "rest/defaults.h"
#include "rest/machine.h"
#include "rest/merge.h"

static json_t *make_edit(const char *op, const struct rest_id *id, json_t *body)
{
	json_t *e = json_pack("{s:s,s:s}", "op", op, "id", id->path);

	if (id->type)
		json_object_set_new(e, "type", json_string(id->type));
	if (body)
		json_object_set(e, "body", body);
	return e;
}

json_t *edit_put(const struct rest_id *id, json_t *body)
{
	return make_edit("put", id, body);
}

json_t *edit_patch(const struct rest_id *id, json_t *body)
{
	return make_edit("patch", id, body);
}

json_t *edit_delete(const struct rest_id *id)
{
	return make_edit("delete", id, NULL);
}

json_t *edit_prune(const struct rest_id *group, json_t *keep)
{
	json_t *e = make_edit("prune", group, NULL);

	json_object_set(e, "keep", keep);
	return e;
}

json_t *edit_hide(const struct rest_id *id, const char *name, json_t *value)
{
	json_t *e = make_edit("hide", id, value ? value : NULL);

	json_object_set_new(e, "name", json_string(name));
	return e;
}

/* --- what an edit is about -------------------------------------------------------------------- */

static int report_no_resource(const struct rest_id *id, struct rest_failure *f)
{
	if (!id->type)
		return rest_refuse(f, 404, "ResourceGroupNotFound",
		                   "Resource group '%s' could not be found.",
		                   id->group ? id->group : "");
	return rest_refuse(f, 404, "ResourceNotFound",
	                   "The Resource '%s/%s' under resource group '%s' was not found. For more "
	                   "details please go to https://aka.ms/ARMResourceNotFoundFix",
	                   id->type, id->name ? id->name : "", id->group ? id->group : "");
}

static int find_surroundings(const struct store *s, const struct rest_id *id,
                             struct rest_failure *f)
{
	if (id->group && id->type) {
		_cleanup_free_ char *path =
		    xasprintf("/subscriptions/%s/resourceGroups/%s", id->subscription, id->group);
		_cleanup_free_ char *key = resource_key(path);

		if (!json_object_get(s->groups, key))
			return rest_refuse(f, 404, "ResourceGroupNotFound",
			                   "Resource group '%s' could not be found.", id->group);
	}
	_cleanup_free_ char *parent = id->parent ? resource_key(id->parent) : NULL;

	if (parent && !store_find(s, parent))
		return rest_refuse(f, 404, "ParentResourceNotFound",
		                   "Failed to perform the operation on the nested resource '%s': "
		                   "the parent resource '%s' was not found.",
		                   id->name ? id->name : "", id->parent);
	return 0;
}

/* --- children in their parents ---------------------------------------------------------------- */

/* The parent anew, with the child in its list, or (NULL) without the one of that name. */
static void set_child(struct store *s, const struct rest_id *id, const struct import_children *c,
                      json_t *child)
{
	_cleanup_free_ char *key = resource_key(id->parent);
	json_t *parent = json_copy(json_object_get(s->resources, key));
	json_t *properties = json_copy(json_object_get(parent, "properties"));
	json_t *list = json_copy(json_object_get(properties, c->name));
	size_t i;
	bool there = list && child_find(list, id->name, &i);

	if (!list)
		list = json_array();
	if (there && child)
		json_array_set(list, i, child);
	else if (there)
		json_array_remove(list, i);
	else if (child)
		json_array_append(list, child);
	json_object_set_new(properties, c->name, list);
	json_object_set_new(parent, "properties", properties);
	json_object_set_new(parent, "etag",
	                    json_sprintf("W/\"%" JSON_INTEGER_FORMAT "\"", s->version));
	addresses_note(s, json_object_get(s->resources, key), parent);
	json_object_set_new(s->resources, key, parent);
}

/* Children that a new list leaves out may be in use. */
static int check_dropped(struct store *s, const struct rest_id *id, const json_t *old,
                         const json_t *new, struct rest_failure *f)
{
	const json_t *was = json_object_get(old, "properties");
	const json_t *is = json_object_get(new, "properties");
	json_t *child;
	size_t i;

	for (const struct import_children *c = NULL; (c = child_list_next(id->type, c));)
		json_array_foreach (json_object_get(was, c->name), i, child) {
			const char *name = json_string_value(json_object_get(child, "name"));
			_cleanup_free_ char *path = xasprintf("%s/%s/%s", id->key, c->name, name);
			_cleanup_free_ char *key = resource_key(path);

			if (!child_find(json_object_get(is, c->name), name, NULL) &&
			    use_check(s, key, NULL, f) < 0)
				return -1;
		}
	return 0;
}

static void put_back(struct store *s, const struct rest_id *id, json_t *new)
{
	const struct import_children *c = child_list_of(id->type);

	if (c) {
		set_child(s, id, c, new);
	} else {
		addresses_note(s, json_object_get(s->resources, id->key), new);
		json_object_set(s->resources, id->key, new);
	}
}

/* --- the edits -------------------------------------------------------------------------------- */

static int put_group(struct store *s, const struct rest_id *id, const json_t *body)
{
	json_t *g = json_copy((json_t *)body);
	const json_t *old = json_object_get(s->groups, id->key);
	const char *path = json_string_value(json_object_get(old, "id"));
	const char *name = json_string_value(json_object_get(old, "name"));

	json_object_set_new(g, "id", json_string(path ? path : id->path));
	json_object_set_new(g, "name", json_string(name ? name : id->group));
	json_object_set_new(g, "type", json_string("Microsoft.Resources/resourceGroups"));
	json_object_del(g, "properties");
	json_object_set_new(s->groups, id->key, g);
	return 0;
}

static int put_resource(struct store *s, const struct rest_id *id, const json_t *body,
                        struct rest_failure *f)
{
	json_t *old = store_find(s, id->key);

	if (find_surroundings(s, id, f) < 0)
		return -1;
	if (!old && json_object_size(s->resources) >= STORE_RESOURCES_MAX)
		return rest_refuse(f, 409, "ResourceQuotaExceeded",
		                   "vnetlab: a lab has at most %d resources.", STORE_RESOURCES_MAX);
	json_t *new = merge_put(id->path, id->type, id->name, old, body, s->version, f);

	if (!new)
		return -1;
	defaults_add(s, id, new, old == NULL);
	int r = old ? check_dropped(s, id, old, new, f) : 0;

	if (r == 0) {
		put_back(s, id, new);
		machine_decide(s, id);
	}
	json_decref(new);
	return r;
}

static int patch_resource(struct store *s, const struct rest_id *id, const json_t *body,
                          struct rest_failure *f)
{
	json_t *old = store_find(s, id->key);

	if (find_surroundings(s, id, f) < 0)
		return -1;
	if (!old)
		return report_no_resource(id, f);
	json_t *whole = merge_patch(old, body);
	int r = id->type ? put_resource(s, id, whole, f) : put_group(s, id, whole);

	json_decref(whole);
	return r;
}

/* A resource, and those below it. */
static void remove_resources_below(json_t *map, const char *key)
{
	_cleanup_free_ char *prefix = xasprintf("%s/", key);
	const char *name;
	json_t *v;
	void *next;

	json_object_del(map, key);
	json_object_foreach_safe (map, next, name, v)
		if (str_starts(name, prefix))
			json_object_del(map, name);
}

/* Is the resource kept, or one that it is a child of? */
static bool keeps_resource(const json_t *keep, const char *key)
{
	const char *provider = strstr(key, "/providers/");
	size_t n = provider ? (size_t)(provider - key) + strlen("/providers/") : 0;

	/* "NAMESPACE/TYPE/NAME" is the resource, "/TYPE/NAME" behind it a child */
	for (int part = 0; provider && part < 3; part++)
		n += strcspn(key + n, "/") + (part < 2);
	_cleanup_free_ char *top = xstrndup(key, n);

	return json_object_get(keep, top) || json_object_get(keep, key);
}

/* {"KEY": true} of the group's resources that go with it, or of those that are not kept. */
static json_t *list_group_gone(const struct store *s, const char *group, const json_t *keep)
{
	_cleanup_free_ char *prefix = xasprintf("%s/", group);
	json_t *gone = json_object(), *v;
	const char *key;

	json_object_foreach (s->resources, key, v)
		if (str_starts(key, prefix) && !(keep && keeps_resource(keep, key)))
			json_object_set_new(gone, key, json_true());
	return gone;
}

static int check_use_of_gone(struct store *s, json_t *gone, struct rest_failure *f)
{
	const char *key;
	json_t *v;

	json_object_foreach (gone, key, v)
		if (use_check(s, key, gone, f) < 0)
			return -1;
	return 0;
}

static int check_resource_group(struct store *s, const struct rest_id *id, struct rest_failure *f)
{
	json_t *gone = list_group_gone(s, id->key, NULL);
	int r = check_use_of_gone(s, gone, f);

	json_decref(gone);
	return r;
}

/* As a deployment of mode Complete does. */
static int prune_group(struct store *s, const struct rest_id *id, const json_t *keep,
                       struct rest_failure *f)
{
	json_t *gone = list_group_gone(s, id->key, keep), *v;
	const char *key;
	int r = check_use_of_gone(s, gone, f);

	addresses_forget(s);
	json_object_foreach (gone, key, v) {
		json_object_del(s->resources, key);
		remove_resources_below(s->hidden, key);
	}
	json_decref(gone);
	return r;
}

static int delete_one(struct store *s, const struct rest_id *id, struct rest_failure *f)
{
	const struct import_children *c = id->type ? child_list_of(id->type) : NULL;

	if (!store_find(s, id->key))
		return 0; /* it is not there: as it should be */
	if ((id->type ? use_check(s, id->key, NULL, f) : check_resource_group(s, id, f)) < 0)
		return -1;
	if (c) {
		set_child(s, id, c, NULL);
	} else {
		addresses_forget(s);
		remove_resources_below(s->resources, id->key);
	}
	if (!id->type)
		json_object_del(s->groups, id->key);
	remove_resources_below(s->hidden, id->key);
	return 0;
}

static int make_one(struct store *s, const json_t *edit, struct rest_failure *f)
{
	const char *op = json_string_value(json_object_get(edit, "op"));
	json_t *body = json_object_get(edit, "body");
	struct rest_id id = { 0 };
	struct err e;
	int r;

	if (rest_id_parse(json_string_value(json_object_get(edit, "id")), false, &id, &e) < 0)
		return rest_refuse(f, 400, "InvalidResourceId", "vnetlab: %s", e.msg);
	s->version++;
	json_decref(s->refs);
	s->refs = NULL;
	if (streq(op, "put"))
		r = id.type ? put_resource(s, &id, body, f) : put_group(s, &id, body);
	else if (streq(op, "patch"))
		r = patch_resource(s, &id, body, f);
	else if (streq(op, "delete"))
		r = delete_one(s, &id, f);
	else if (streq(op, "prune"))
		r = prune_group(s, &id, json_object_get(edit, "keep"), f);
	else
		r = (store_hide(s, id.key, json_string_value(json_object_get(edit, "name")),
		                json_is_null(body) ? NULL : json_incref(body)),
		     0);
	json_decref(s->refs);
	s->refs = NULL;
	rest_id_done(&id);
	return r;
}

int store_take(struct store *s, const json_t *edits, struct rest_failure *f)
{
	json_t *edit;
	size_t i;

	json_array_foreach ((json_t *)edits, i, edit)
		if (make_one(s, edit, f) < 0)
			return -1;
	return 0;
}

/* {"KEY": what was there before, or null} of all that the edits put. */
static json_t *list_put(const struct store *s, const json_t *edits)
{
	json_t *was = json_object(), *edit;
	size_t i;

	json_array_foreach ((json_t *)edits, i, edit) {
		const char *op = json_string_value(json_object_get(edit, "op"));
		_cleanup_free_ char *key =
		    resource_key(json_string_value(json_object_get(edit, "id")));
		json_t *old = store_find(s, key);

		if (streq(op, "put") || streq(op, "patch"))
			json_object_set_new(was, key, old ? json_incref(old) : json_null());
	}
	return was;
}

int store_edit(struct store *s, const json_t *edits, struct rest_failure *f)
{
	json_t *was = list_put(s, edits), *old;
	int r = store_take(s, edits, f);
	const char *key;

	json_object_foreach (was, key, old)
		if (r == 0)
			r = refs_check(s, key, old, f);
	json_decref(was);
	return r;
}
