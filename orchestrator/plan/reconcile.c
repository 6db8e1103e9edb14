/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/reconcile.h"

#include "azure/kind.h"
#include "base/str.h"

const char *change_action_str(enum change_action a)
{
	static const char *const names[] = { "create", "change", "delete" };

	return names[a];
}

void changes_free(struct changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->items[i].kind);
		free(c->items[i].name);
		free(c->items[i].detail);
	}
	free(c->items);
	*c = (struct changes){ 0 };
}

json_t *changes_json(const struct changes *c)
{
	json_t *a = json_array();

	for (size_t i = 0; i < c->n; i++) {
		const struct change *ch = &c->items[i];

		json_array_append_new(a, json_pack("{s:s,s:s,s:s,s:s}", "action",
		                                   change_action_str(ch->action), "kind", ch->kind,
		                                   "name", ch->name, "detail", ch->detail));
	}
	return a;
}

static void append_change(struct changes *c, enum change_action action, const char *kind,
                          const char *name, char *detail)
{
	struct change *ch = &VEC_PUSH(c->items, c->n, c->cap);

	*ch =
	    (struct change){ action, xstrdup(kind), xstrdup(name), detail ? detail : xstrdup("") };
}

static json_t *get_icase(const json_t *obj, const char *name)
{
	const char *key;
	json_t *v = json_object_get(obj, name);

	if (v)
		return v;
	json_object_foreach ((json_t *)obj, key, v) {
		if (strieq(key, name))
			return v;
	}
	return NULL;
}

/* --- what differs inside of one object --- */

static void value_str(const json_t *v, struct str *b)
{
	_cleanup_free_ char *s = NULL;

	if (!v) {
		str_add(b, "none");
	} else if (json_is_string(v)) {
		str_add(b, json_string_value(v));
	} else {
		s = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		/* A long list says no more than that it changed. */
		str_add(b, s && strlen(s) <= 60 ? s : "...");
	}
}

static void note(struct str *b, const char *path, const json_t *a, const json_t *c)
{
	if (b->n)
		str_add(b, "; ");
	str_printf(b, "%s: ", path);
	value_str(a, b);
	str_add(b, " -> ");
	value_str(c, b);
}

/* True if each object of this map is reported by itself when it differs. */
static bool is_apart(const struct object_def *def, const char *key)
{
	const struct field *f = def ? schema_field(def, key) : NULL;

	return f && f->apart;
}

/* A description of an object is not compared: an imported design stays the same when lines
 * of its file move. */
static bool is_remark(const char *key)
{
	return streq(key, "description") || streq(key, "id") || streq(key, "source");
}

static void append_differences(const json_t *have, const json_t *want, const struct object_def *def,
                               const char *path, struct str *b)
{
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)want, key, v) {
		const json_t *old = json_object_get(have, key);
		_cleanup_free_ char *p = *path ? xasprintf("%s.%s", path, key) : xstrdup(key);

		if (is_remark(key) || is_apart(def, key) || (old && json_equal((json_t *)old, v)))
			continue;
		if (json_is_object(v) && json_is_object(old))
			append_differences(old, v, NULL, p, b);
		else
			note(b, p, old, v);
	}
	json_object_foreach ((json_t *)have, key, v) {
		_cleanup_free_ char *p = *path ? xasprintf("%s.%s", path, key) : xstrdup(key);

		if (!is_remark(key) && !is_apart(def, key) && !json_object_get(want, key))
			note(b, p, v, NULL);
	}
}

/* The appliance's files are beside the topology: {"config": {"frr.conf": "nva1/frr.conf"}}. */
static void differ_files(const json_t *obj, const json_t *have, const json_t *want, struct str *b)
{
	const char *name;
	json_t *path;

	json_object_foreach (json_object_get(obj, "config"), name, path) {
		const char *p = json_string_value(path);
		const json_t *old = p ? json_object_get(have, p) : NULL;
		const json_t *new = p ? json_object_get(want, p) : NULL;

		if (!old || !new || json_equal((json_t *)old, (json_t *)new))
			continue; /* another path is seen in the object itself */
		if (b->n)
			str_add(b, "; ");
		str_printf(b, "%s has changed", name);
	}
}

/* --- collections --- */

struct context {
	const json_t *have_files, *want_files;
	bool same_files; /* then equal objects are made of the same */
	struct changes *ret;
};

static void tell_map(const struct context *ctx, const char *kind, const struct object_def *def,
                     const json_t *have, const json_t *want, const char *parent);

/* The maps in an object whose objects are told apart.  def NULL: it is none of objects. */
static void tell_inner(const struct context *ctx, const struct object_def *def, const json_t *have,
                       const json_t *want, const char *name)
{
	for (const struct field *f = def ? def->fields : NULL; f && f->name; f++)
		if (f->apart)
			tell_map(ctx, f->apart, f->object, json_object_get(have, f->name),
			         json_object_get(want, f->name), name);
}

static void tell_map(const struct context *ctx, const char *kind, const struct object_def *def,
                     const json_t *have, const json_t *want, const char *parent)
{
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)want, key, v) {
		const json_t *old = get_icase(have, key);

		if (old && ctx->same_files && json_equal((json_t *)old, v))
			continue;
		_cleanup_free_ char *name = parent ? xasprintf("%s/%s", parent, key) : xstrdup(key);
		_cleanup_str_ struct str b = { 0 };

		if (!old) {
			append_change(ctx->ret, CHANGE_CREATE, kind, name, NULL);
		} else {
			if (json_is_object(v) && json_is_object(old)) {
				append_differences(old, v, def, "", &b);
				differ_files(v, ctx->have_files, ctx->want_files, &b);
			} else if (!json_equal((json_t *)old, v)) {
				value_str(old, &b);
				str_add(&b, " -> ");
				value_str(v, &b);
			}
			if (b.n)
				append_change(ctx->ret, CHANGE_CHANGE, kind, name, str_take(&b));
		}
		tell_inner(ctx, def, old, v, name);
	}
	json_object_foreach ((json_t *)have, key, v) {
		_cleanup_free_ char *name = parent ? xasprintf("%s/%s", parent, key) : xstrdup(key);

		if (get_icase(want, key))
			continue;
		tell_inner(ctx, def, v, NULL, name);
		append_change(ctx->ret, CHANGE_DELETE, kind, name, NULL);
	}
}

static bool is_left_out(const char *key)
{
	static const char *const never[] = { "$schema", "name", "description", "id", "source" };

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (streq(never[i], key))
			return true;
	return kind_find(key);
}

/* Settings, checks, and whatever else is no kind of resource. */
static void tell_rest(const json_t *have, const json_t *want, struct changes *ret)
{
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)want, key, v) {
		const json_t *old = json_object_get(have, key);
		_cleanup_str_ struct str b = { 0 };

		if (is_left_out(key) || (old && json_equal((json_t *)old, v)))
			continue;
		if (old && json_is_object(old) && json_is_object(v) && !streq(key, "checks"))
			append_differences(old, v, NULL, "", &b);
		if (!old && !(json_is_object(v) && json_object_size(v) == 0))
			append_change(ret, CHANGE_CREATE, key, key, NULL);
		else if (old)
			append_change(ret, CHANGE_CHANGE, key, key, str_take(&b));
	}
	json_object_foreach ((json_t *)have, key, v)
		if (!is_left_out(key) && !json_object_get(want, key))
			append_change(ret, CHANGE_DELETE, key, key, NULL);
}

void reconcile(const json_t *have, const json_t *want, struct changes *ret)
{
	const json_t *ht = json_object_get(have, "topology"),
	             *wt = json_object_get(want, "topology");
	struct context ctx = { .have_files = json_object_get(have, "files"),
		               .want_files = json_object_get(want, "files"),
		               .ret = ret };

	if (have == want)
		return;
	ctx.same_files = ctx.have_files && ctx.want_files &&
	                 json_equal((json_t *)ctx.have_files, (json_t *)ctx.want_files);

	for (const struct kind *k = NULL; (k = kind_after(k));) {
		const json_t *a = json_object_get(ht, k->key), *b = json_object_get(wt, k->key);

		if (k->single)
			tell_inner(&ctx, k->object, a, b, NULL);
		else
			tell_map(&ctx, k->object->id, k->object, a, b, NULL);
	}
	tell_rest(ht, wt, ret);
}
