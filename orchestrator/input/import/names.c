/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for the topology. */
#include <ctype.h>
#include <stdio.h>

#include "azure/kind.h"
#include "input/import/priv.h"
#include "schema/schema.h"

/* name with its illegal characters replaced, at most 80 long.  Nearly every name of Azure is
 * legal. */
static const char *make_legal_name(struct import *im, const char *name)
{
	char *s = arena_strdup(im->a, *name ? name : "unnamed");

	if (strlen(s) > 80)
		s[80] = 0;
	for (char *c = s; *c; c++)
		if (!isascii(*c) || (!isalnum((unsigned char)*c) && !strchr("_.-", *c)))
			*c = '-';
	return isalnum((unsigned char)*s) ? s : arena_printf(im->a, "x%.79s", s);
}

/* Nodes of a lab are told apart by their names, of whatever kind they are; Azure needs that of one
 * type in a group alone. */
static const char *widest_scope(const char *scope)
{
	for (size_t i = 0; kinds[i]; i++)
		if (kinds[i]->nodes && streq(kinds[i]->key, scope))
			return "nodes";
	return scope;
}

static bool claim_name(struct import *im, const char *scope, const char *name)
{
	_cleanup_free_ char *key = xasprintf("%s/%s", widest_scope(scope), name);

	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (json_object_get(im->names, key))
		return false;
	json_object_set_new(im->names, key, json_true());
	return true;
}

/* 2, 3, ... for each further use of base. */
static unsigned next_number_of_name(struct import *im, const char *scope, const char *base)
{
	_cleanup_free_ char *key = xasprintf("number %s/%s", scope, base);
	json_t *n = json_object_get(im->names, key);

	if (!n) {
		n = json_integer(1);
		json_object_set_new(im->names, key, n);
	}
	json_integer_set(n, json_integer_value(n) + 1);
	return (unsigned)json_integer_value(n);
}

/* Adds r, which had `name` before, to those that hold that name. */
static void hold_name(struct import *im, size_t r, const char *name)
{
	_cleanup_free_ char *key = xstrdup(name);

	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	json_t *list = json_object_get(im->held, key);

	if (!list) {
		list = json_array();
		json_object_set_new(im->held, key, list);
	}
	json_array_append_new(list, json_integer((json_int_t)r));
}

void im_keep_names(struct import *im)
{
	const char *key;
	json_t *name;
	void *next;

	for (size_t i = 0; im->o->names && i < im->n; i++) {
		name = json_object_get(im->o->names, im->v[i]->key);
		if (json_is_string(name))
			hold_name(im, i, json_string_value(name));
	}
	json_object_foreach_safe (im->o->names, next, key, name) {
		struct res *r;

		HASH_FIND_STR(im->by_key, key, r);
		if (!r)
			json_object_del(im->o->names, key);
	}
}

/* Is it the name that another resource had before, which would clash with a new one in this scope?
 * r: whose own name it is to be; NULL: it is for what stands beside the resources. */
static bool is_held_name(const struct import *im, const char *scope, const struct res *r,
                         const char *name)
{
	_cleanup_free_ char *key = xstrdup(name);
	bool of_parent = strstr(scope, " of "); /* "rules of KEY": nobody else's clashes */
	json_t *i;
	size_t k;

	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	json_array_foreach (json_object_get(im->held, key), k, i) {
		const struct res *by = im->v[json_integer_value(i)];

		if (by != r && (by->row->map ? streq(by->row->map, scope)
		                             : r && !of_parent && streq(by->type, r->type)))
			return true;
	}
	return false;
}

/* own: it is to be r's own name. */
static const char *choose_name(struct import *im, const char *scope, const struct res *r,
                               const char *name, bool own)
{
	const char *base = make_legal_name(im, name), *s = base;
	const struct res *of = own ? r : NULL;

	if (!streq(base, name))
		im_note(im, SEV_INFO, "IMPORT-NAME-01", r, NULL,
		        "\"%s\" is called \"%s\" in the lab: its name has characters that names "
		        "there cannot have",
		        name, base);
	if (!is_held_name(im, scope, of, s) && claim_name(im, scope, s))
		return s;
	if (r && *r->group)
		s = make_legal_name(im, arena_printf(im->a, "%.60s-%s", base, r->group));
	while (streq(s, base) || is_held_name(im, scope, of, s) || !claim_name(im, scope, s))
		s = make_legal_name(im, arena_printf(im->a, "%.70s-%u", base,
		                                     next_number_of_name(im, scope, base)));
	im_note(im, SEV_INFO, "IMPORT-NAME-02", r, NULL,
	        "there are several called \"%s\": this one is \"%s\" in the lab", base, s);
	return s;
}

const char *im_new_name(struct import *im, const char *scope, const struct res *r, const char *name)
{
	return choose_name(im, scope, r, name, false);
}

const char *im_name(struct import *im, const char *scope, const struct res *r, const char *name)
{
	const char *kept = json_string_value(json_object_get(im->o->names, r->key)), *s;
	struct res *own;

	if (kept && streq(make_legal_name(im, kept), kept) && claim_name(im, scope, kept)) {
		if (!streq(kept, name))
			im_note(im, SEV_INFO, "IMPORT-NAME-02", r, NULL,
			        "\"%s\" is called \"%s\" in the lab, as it was before", name, kept);
		return arena_strdup(im->a, kept);
	}
	s = choose_name(im, scope, r, name, true);
	HASH_FIND_STR(im->by_key, r->key, own);
	if (im->o->names && own == r)
		json_object_set_new(im->o->names, r->key, json_string(s));
	return s;
}

void im_set_in(json_t *obj, const char *key, const char *name, json_t *value)
{
	json_t *map = json_object_get(obj, key);

	if (!map) {
		map = json_object();
		json_object_set_new(obj, key, map);
	}
	json_object_set_new(map, name, value);
}

void im_put(struct import *im, const char *kind, struct res *r, json_t *obj)
{
	im_set_in(im->topology, kind, r->lab, obj);
	r->out = obj;
}

void im_put_origin(json_t *obj, const struct res *r)
{
	json_object_del(obj, "source");
	if (r->id && !str_starts(r->id, IM_NO_ID))
		put_str(obj, "id", r->id);
	put_str(obj, "source", r->source);
}

const char *im_lab(struct import *im, const struct res *r, const char *id, const char *what)
{
	const struct res *to = im_ref(im, r, id, what);

	/* That `to` is left out is reported already. */
	return to && !to->left_out ? to->lab : NULL;
}

const char *im_subnet(struct import *im, const struct res *r, const char *id)
{
	const struct res *to = im_ref(im, r, id, "subnet");

	if (!to || to->left_out || !to->out || !to->parent || !to->parent->lab)
		return NULL;
	return arena_printf(im->a, "%s/%s", to->parent->lab, to->lab);
}
