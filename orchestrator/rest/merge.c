/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/merge.h"

#include "base/json.h"
#include "base/str.h"
#include "input/import/provider.h"
#include "input/resources.h"
#include "rest/children.h"

/* The properties that Azure fills in of every resource. */
static const struct import_shown every[] = { { "provisioningState" },
	                                     { "resourceGuid", .kept = true },
	                                     { 0 } };

static const struct import_shown *find_shown(const struct import_shown *list, const char *name)
{
	for (; list->name; list++)
		if (strieq(list->name, name))
			return list;
	return NULL;
}

/* Do both name the same subnet? */
static bool same_subnet(const json_t *a, const json_t *b)
{
	return strieq(member_text(json_object_get(a, "subnet"), "id", NULL),
	              member_text(json_object_get(b, "subnet"), "id", NULL));
}

/* A configuration that has an address keeps it, as long as the subnet is the same and nobody asks
 * for another one. */
static void keep_address(json_t *properties, const json_t *old)
{
	const json_t *address = json_object_get(old, "privateIPAddress");

	if (address && !member_text(properties, "privateIPAddress", NULL) &&
	    same_subnet(properties, old) &&
	    !strieq(member_text(properties, "privateIPAllocationMethod", NULL), "Static"))
		json_object_set(properties, "privateIPAddress", (json_t *)address);
}

static void keep_read_only(const char *type, json_t *properties, const json_t *old)
{
	const struct import_shown *own = import_shown(type);
	const char *name;
	json_t *v;
	void *next;

	json_object_foreach_safe (properties, next, name, v)
		if (json_is_null(v) || find_shown(every, name) || find_shown(own, name))
			json_object_del(properties, name);
	json_object_foreach ((json_t *)old, name, v) {
		const struct import_shown *s = find_shown(every, name);

		if (!s)
			s = find_shown(own, name);
		if (s && s->kept)
			json_object_set(properties, name, v);
	}
	keep_address(properties, old);
}

static json_t *merge_child(const char *parent, const char *parent_type,
                           const struct import_children *c, const json_t *old_list, json_t *child,
                           json_int_t version, struct rest_failure *f)
{
	const char *name = member_text(child, "name", NULL);

	if (!json_is_object(child) || !name || !*name || strchr(name, '/')) {
		rest_refuse(f, 400, "InvalidRequestFormat",
		            "A member of %s of %s has no name, or one that none can have.", c->name,
		            parent);
		return NULL;
	}
	_cleanup_free_ char *path = xasprintf("%s/%s/%s", parent, c->name, name);
	_cleanup_free_ char *type = xasprintf("%s/%s", parent_type, c->name);

	return merge_put(path, type, name, child_find((json_t *)old_list, name, NULL), child,
	                 version, f);
}

/* The list that was sent, each member merged with the one of its name. */
static json_t *merge_children(const char *parent, const char *type, const struct import_children *c,
                              const json_t *old_list, const json_t *list, json_int_t version,
                              struct rest_failure *f)
{
	json_t *merged = json_array(), *child, *seen = json_object();
	size_t i;

	json_array_foreach ((json_t *)list, i, child) {
		json_t *m = merge_child(parent, type, c, old_list, child, version, f);
		_cleanup_free_ char *key = resource_key(m ? member_text(m, "name", NULL) : "");

		if (m && json_object_get(seen, key)) {
			rest_refuse(f, 400, "InvalidRequestFormat",
			            "%s of %s has two members called %s.", c->name, parent,
			            member_text(m, "name", NULL));
			json_decref(m);
			m = NULL;
		}
		json_object_set_new(seen, key, json_true());
		if (!m) {
			json_decref(merged);
			merged = NULL;
			break;
		}
		json_array_append_new(merged, m);
	}
	json_decref(seen);
	return merged;
}

static int take_children(const char *path, const char *type, json_t *properties, const json_t *old,
                         json_int_t version, struct rest_failure *f)
{
	for (const struct import_children *c = NULL; (c = child_list_next(type, c));) {
		json_t *list = json_object_get(properties, c->name);
		json_t *were = json_object_get(old, c->name);

		if (list && !json_is_array(list))
			return rest_refuse(f, 400, "InvalidRequestFormat", "%s of %s is no list.",
			                   c->name, path);
		if (list) {
			json_t *merged = merge_children(path, type, c, were, list, version, f);

			if (!merged)
				return -1;
			json_object_set_new(properties, c->name, merged);
		} else if (were) {
			json_object_set(properties, c->name, were);
		}
	}
	return 0;
}

/* A body may repeat who it is; it may not be another one. */
static int contradicts_path(const char *path, const char *name, const json_t *body,
                            struct rest_failure *f)
{
	const char *id = member_text(body, "id", NULL), *said = member_text(body, "name", NULL);
	const char *last = said ? strrchr(said, '/') : NULL;
	_cleanup_free_ char *a = resource_key(id ? id : ""), *b = resource_key(path);

	if (strchr(a, '/') && !streq(a, b))
		return rest_refuse(f, 400, "InvalidRequestContent",
		                   "The body's id %s is not that of the request, %s.", id, path);
	if (said && !strieq(last ? last + 1 : said, name))
		return rest_refuse(f, 400, "InvalidRequestContent",
		                   "The body's name %s is not that of the request, %s.", said,
		                   name);
	return 0;
}

json_t *merge_put(const char *path, const char *type, const char *name, const json_t *old,
                  const json_t *body, json_int_t version, struct rest_failure *f)
{
	const json_t *sent = json_object_get(body, "properties");
	const json_t *old_properties = json_object_get(old, "properties");

	if (contradicts_path(path, name, body, f) < 0)
		return NULL;
	if (sent && !json_is_object(sent) && !json_is_null(sent)) {
		rest_refuse(f, 400, "InvalidRequestFormat", "The properties of %s are no object.",
		            path);
		return NULL;
	}
	json_t *new = json_copy((json_t *)body);
	json_t *properties = json_is_object(sent) ? json_copy((json_t *)sent) : json_object();
	const char *was_id = member_text(old, "id", NULL),
	           *was_name = member_text(old, "name", NULL);
	const char *was_type = member_text(old, "type", NULL);

	keep_read_only(type, properties, old_properties);
	json_object_set_new(new, "properties", properties);
	json_object_set_new(new, "id", json_string(was_id ? was_id : path));
	json_object_set_new(new, "name", json_string(was_name ? was_name : name));
	json_object_set_new(new, "type", json_string(was_type ? was_type : type));
	json_object_set_new(new, "etag", json_sprintf("W/\"%" JSON_INTEGER_FORMAT "\"", version));
	if (take_children(was_id ? was_id : path, type, properties, old_properties, version, f) <
	    0) {
		json_decref(new);
		return NULL;
	}
	return new;
}

json_t *merge_patch(const json_t *old, const json_t *body)
{
	static const char *const fixed[] = { "id", "name", "type", "etag" };
	json_t *patch = json_copy((json_t *)body);

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		json_object_del(patch, fixed[i]);
	json_t *new = json_merged(old, patch);

	json_decref(patch);
	return new;
}
