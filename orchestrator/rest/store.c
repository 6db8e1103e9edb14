/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/store.h"

#include <errno.h>

#include "base/str.h"
#include "input/resources.h"
#include "rest/children.h"
#include "rest/refs.h"

struct store *store_new(void)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->groups = json_object();
	s->resources = json_object();
	s->hidden = json_object();
	s->names = json_object();
	s->outside = json_object();
	return s;
}

struct store *store_copy(const struct store *s)
{
	struct store *c = xcalloc(1, sizeof(*c));

	c->groups = json_copy(s->groups);
	c->resources = json_copy(s->resources);
	c->hidden = json_copy(s->hidden);
	c->names = json_copy(s->names);
	c->outside = json_incref(s->outside);
	c->images = s->images;
	c->version = s->version;
	return c;
}

struct store *store_free(struct store *s)
{
	if (!s)
		return NULL;
	json_decref(s->groups);
	json_decref(s->resources);
	json_decref(s->hidden);
	json_decref(s->names);
	json_decref(s->outside);
	json_decref(s->refs);
	json_decref(s->taken);
	free(s);
	return NULL;
}

void store_free_p(struct store **s)
{
	*s = store_free(*s);
}

/* The key of the parent, and the last part of the child's type and its name: "a/b/c/d". */
static char *split_child(const char *key, const char **ret_list, const char **ret_name)
{
	const char *name = strrchr(key, '/'), *list = name;

	while (list && list > key && list[-1] != '/')
		list--;
	if (!list || list <= key + 1)
		return NULL;
	*ret_list = list;
	*ret_name = name + 1;
	return xstrndup(key, (size_t)(list - 1 - key));
}

json_t *store_find(const struct store *s, const char *key)
{
	json_t *found = json_object_get(s->resources, key);

	if (!found)
		found = json_object_get(s->groups, key);
	if (found)
		return found;
	const char *list, *name;
	_cleanup_free_ char *type = resource_type(key);
	const struct import_children *c = type ? child_list_of(type) : NULL;
	_cleanup_free_ char *parent = c ? split_child(key, &list, &name) : NULL;
	json_t *p = parent ? json_object_get(s->resources, parent) : NULL;

	return p ? child_find(json_object_get(json_object_get(p, "properties"), c->name), name,
	                      NULL)
	         : NULL;
}

/* --- references ------------------------------------------------------------------------------- */

static void add_ref(void *ctx, const char *id, const char *from)
{
	json_t *refs = ctx;
	_cleanup_free_ char *key = resource_key(id);
	json_t *list = json_object_get(refs, key);

	if (!strstr(key, "/providers/"))
		return;
	if (!list) {
		list = json_array();
		json_object_set_new(refs, key, list);
	}
	json_array_append_new(list, json_string(from));
}

const json_t *store_refs(struct store *s)
{
	const char *key;
	json_t *r;

	if (s->refs)
		return s->refs;
	s->refs = json_object();
	json_object_foreach (s->resources, key, r)
		refs_each(r, key, add_ref, s->refs);
	return s->refs;
}

/* --- what is hidden --------------------------------------------------------------------------- */

json_t *store_hidden(const struct store *s, const char *key, const char *name)
{
	return json_object_get(json_object_get(s->hidden, key), name);
}

void store_hide(struct store *s, const char *key, const char *name, json_t *value)
{
	json_t *of = json_object_get(s->hidden, key);

	of = of ? json_copy(of) : json_object(); /* others may have it */
	if (value)
		json_object_set_new(of, name, value);
	else
		json_object_del(of, name);
	if (json_object_size(of))
		json_object_set(s->hidden, key, of);
	else
		json_object_del(s->hidden, key);
	json_decref(of);
}

/* --- the file --------------------------------------------------------------------------------- */

json_t *store_json(const struct store *s)
{
	return json_pack("{s:i,s:I,s:O,s:O,s:O,s:O,s:O}", "format", 1, "version", s->version,
	                 "groups", s->groups, "resources", s->resources, "hidden", s->hidden,
	                 "names", s->names, "outside", s->outside);
}

struct store *store_from_json(const json_t *j, struct err *e)
{
	static const char *const parts[] = { "groups", "resources", "hidden", "names", "outside" };

	if (json_integer_value(json_object_get(j, "format")) != 1) {
		err_set(e, EINVAL, "the endpoint's store is of another version of vnetlab");
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!json_is_object(json_object_get(j, parts[i]))) {
			err_set(e, EINVAL, "the endpoint's store has no \"%s\"", parts[i]);
			return NULL;
		}
	struct store *s = xcalloc(1, sizeof(*s));

	s->groups = json_incref(json_object_get(j, "groups"));
	s->resources = json_incref(json_object_get(j, "resources"));
	s->hidden = json_incref(json_object_get(j, "hidden"));
	s->names = json_incref(json_object_get(j, "names"));
	s->outside = json_incref(json_object_get(j, "outside"));
	s->version = json_integer_value(json_object_get(j, "version"));
	return s;
}
