/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources by id, with their children: those inside of another one, those in the list, and
 * those in both (az group export writes each child twice). */
#include <ctype.h>

#include "input/import/priv.h"
#include "input/resources.h"

struct res *im_find(struct import *im, const char *id)
{
	_cleanup_free_ char *key = resource_key(id);
	struct res *r;

	HASH_FIND_STR(im->by_key, key, r);
	return r;
}

struct res *im_first(const struct import *im, const char *type)
{
	struct of_type *t;

	HASH_FIND_STR(im->by_type, type, t);
	return t ? t->first : NULL;
}

struct res *im_child(const struct res *parent, const struct res *c, const char *type)
{
	struct res *at = c ? c->sibling : parent ? parent->child : NULL;

	while (at && !streq(at->type, type))
		at = at->sibling;
	return at;
}

static void add_to_type(struct import *im, struct res *r)
{
	struct of_type *t;

	HASH_FIND_STR(im->by_type, r->type, t);
	if (!t) {
		t = arena_alloc(im->a, sizeof(*t));
		t->type = r->type;
		t->last = &t->first;
		HASH_ADD_KEYPTR(hh, im->by_type, t->type, strlen(t->type), t);
	}
	*t->last = r;
	t->last = &r->next;
}

/* Finds by type and name, if only one resource has both: ids may have been made anonymous, or
 * may differ in their group. */
static struct res *find_by_type_and_name(struct import *im, const char *id)
{
	_cleanup_free_ char *key = resource_key(id), *type = resource_type(key);
	const char *tail = type ? strstr(key, "/providers/") : NULL;

	if (!tail)
		return NULL;
	for (; im->n_tails < im->n; im->n_tails++) { /* null: several have it */
		const char *t = strstr(im->v[im->n_tails]->key, "/providers/");
		bool twice = t && json_object_get(im->tails, t);

		if (t)
			json_object_set_new(im->tails, t,
			                    twice ? json_null()
			                          : json_integer((json_int_t)im->n_tails));
	}
	const json_t *at = json_object_get(im->tails, tail);

	return json_is_integer(at) ? im->v[json_integer_value(at)] : NULL;
}

struct res *im_find_like(struct import *im, const struct res *r, const char *id, const char *what)
{
	struct res *to = id ? im_find(im, id) : NULL;

	if (to || !id)
		return to;
	to = find_by_type_and_name(im, id);
	if (to)
		im_note(im, SEV_INFO, "IMPORT-REF-02", r, NULL,
		        "%s \"%s\" is taken for %s: same type and name, another group or "
		        "subscription",
		        what, id, to->key);
	return to;
}

struct res *im_ref(struct import *im, const struct res *r, const char *id, const char *what)
{
	struct res *to = im_find_like(im, r, id, what);

	if (id && !to)
		im_note(im, SEV_WARNING, "IMPORT-REF-01", r,
		        "export or name it too, so that the lab has it",
		        "%s \"%s\" is not among the resources", what, id);
	return to;
}

/* --- one resource ---------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *resource_group_of(struct arena *a, const char *id)
{
	const char *p = id;

	for (; *p; p++)
		if (!strncasecmp(p, "/resourcegroups/", 16))
			break;
	if (!*p)
		return "";
	char *s = arena_strdup(a, p + 16);

	s[strcspn(s, "/")] = 0;
	return s;
}

/* "a/b/c/d" -> "a/b"; NULL when only a provider and a resource are left. */
static const char *parent_key_of(struct arena *a, const char *key)
{
	const char *tail = strstr(key, "/providers/");
	char *s = arena_strdup(a, key);
	size_t slashes = 0;

	for (const char *c = tail ? tail + 11 : ""; *c; c++)
		slashes += *c == '/';
	if (slashes < 4)
		return NULL;
	for (int i = 0; i < 2; i++)
		*strrchr(s, '/') = 0;
	return s;
}

/* Adds what new says to old.  *ret_differs: it contradicts it.  New reference. */
static json_t *merge_resource(json_t *old, const json_t *new, bool *ret_differs)
{
	json_t *both = json_copy(old);
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)new, key, v) {
		json_t *was = json_object_get(both, key);

		if (json_is_null(v) || streq(key, "source"))
			continue;
		if (json_is_object(was) && json_is_object(v)) {
			json_object_set_new(both, key, merge_resource(was, v, ret_differs));
			continue;
		}
		*ret_differs |= was && !json_is_null(was) && !json_is_array(v) &&
		                !json_equal(was, v) && !streq(key, "id") && !streq(key, "name") &&
		                !streq(key, "type") && !streq(key, "etag");
		/* Keep the old list when the new one is empty. */
		if (!json_is_array(v) || !json_array_size(was) || json_array_size(v))
			json_object_set(both, key, v);
	}
	return both;
}

/* Adds a resource, or merges it with that of the same id. given: its type in the file, for one
 * that is not ARM's ("azurerm_resource_group"). */
static struct res *add_or_merge(struct import *im, const char *id, const char *given,
                                const char *name, const char *source, json_t *j)
{
	_cleanup_free_ char *key = resource_key(id), *type = resource_type(key);
	struct res *r;

	if (!type && given && *given)
		type = resource_key(given);
	if (!type)
		return NULL;
	HASH_FIND_STR(im->by_key, key, r);
	if (r) {
		bool differs = false;

		r->j = merge_resource(r->j, j, &differs);
		json_array_append_new(im->keep, r->j);
		if (differs)
			im_note(im, SEV_INFO, "IMPORT-DUP-01", r, NULL,
			        "\"%s\" is described again at %s, with other values: the later "
			        "ones count",
			        r->name, source);
		return r;
	}
	r = arena_alloc(im->a, sizeof(*r));
	r->key = arena_strdup(im->a, key);
	r->id = arena_strdup(im->a, id);
	r->type = arena_strdup(im->a, type);
	r->name = arena_strdup(im->a, last_part(name ? name : id));
	r->group = resource_group_of(im->a, id);
	r->source = source;
	r->parent_key = parent_key_of(im->a, r->key);
	r->j = j;
	r->row = import_type_find(im, r->type);
	VEC_PUSH(im->v, im->n, im->cap) = r;
	add_to_type(im, r);
	HASH_ADD_KEYPTR(hh, im->by_key, r->key, strlen(r->key), r);
	return r;
}

struct res *im_add_made_up(struct import *im, const char *id, const char *source, json_t *j)
{
	struct res *r = add_or_merge(im, id, NULL, NULL, source, j);

	json_array_append_new(im->keep, j);
	if (r)
		r->made_up = true;
	return r;
}

/* Adds the members of the lists of r.  Their ids are made of their names, as az leaves some
 * without an id. */
static void add_children(struct import *im, const struct res *r, json_t *j, const char *source)
{
	for (const struct import_list *l = r->row->lists; l && l->name; l++) {
		json_t *list = arm_list(j, l->name), *child;
		bool under = arm_list(json_object_get(j, "properties"), l->name) == list;
		size_t i;

		json_array_foreach (list, i, child) {
			const char *name = json_string_value(input_member(child, "name"));
			const char *id = json_string_value(input_member(child, "id"));

			if (!name && id)
				name = last_part(id);
			if (!json_is_object(child) || !name || !*name)
				continue;
			const char *where = arena_printf(im->a, "%s%s/%s/%zu", source,
			                                 under ? "/properties" : "", l->name, i);
			const char *made =
			    arena_printf(im->a, "%s/%s/%s", r->id, l->type, last_part(name));
			struct res *c = add_or_merge(im, made, NULL, name, where, child);

			if (c && id && strstr(id, "/providers/"))
				c->id = arena_strdup(im->a, id);
		}
	}
}

/* "Hub/NVA" of type "a.b/x/y" -> ".../providers/a.b/x/Hub/y/NVA", where a file gives no ids. */
static const char *make_missing_id(struct import *im, const char *type, const char *name)
{
	_cleanup_str_ struct str s = { 0 };
	const char *t = type + strcspn(type, "/");

	str_add(&s, IM_NO_ID "resourceGroups/none/providers/");
	str_addn(&s, type, (size_t)(t - type));
	while (*t == '/' && *name) {
		size_t n = strcspn(t + 1, "/"), m = strcspn(name, "/");

		str_printf(&s, "/%.*s/%.*s", (int)n, t + 1, (int)m, name);
		t += n + 1;
		name += m + (name[m] == '/');
	}
	return arena_strdup(im->a, str_get(&s));
}

static void add_listed_resource(struct import *im, json_t *j, size_t i)
{
	const char *id = json_string_value(input_member(j, "id"));
	const char *type = json_string_value(input_member(j, "type"));
	const char *name = json_string_value(input_member(j, "name"));
	const char *source = json_string_value(input_member(j, "source"));
	const char *from = im->o->from ? im->o->from : "";

	source = source ? arena_strdup(im->a, source) : arena_printf(im->a, "%s#/%zu", from, i);
	if ((!id || !strstr(id, "/providers/")) && type && name)
		id = make_missing_id(im, type, name);
	struct res *r = id ? add_or_merge(im, id, type, name, source, j) : NULL;

	if (r)
		add_children(im, r, j, source);
	else
		finding_add_source(im->f, SEV_WARNING, "IMPORT-TYPE-01", NULL, source, NULL,
		                   "this is no resource: it has neither an id nor a type and a "
		                   "name");
}

void im_index(struct import *im, json_t *resources)
{
	json_t *j;
	size_t i;

	json_array_foreach (resources, i, j)
		add_listed_resource(im, j, i);
	for (i = im->n; i-- > 0;) { /* the first child becomes the head */
		struct res *r = im->v[i];

		if (r->parent_key)
			HASH_FIND_STR(im->by_key, r->parent_key, r->parent);
		if (!r->parent)
			continue;
		r->sibling = r->parent->child;
		r->parent->child = r;
	}
}
