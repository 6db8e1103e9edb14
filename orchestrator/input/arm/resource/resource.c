/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A resource: found by id or name, evaluated once, after what it depends on. */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "input/arm/run/run.h"
#include "input/arm/value/text.h"

struct named {
	const char *key; /* lower-cased */
	struct inst **list;
	size_t n, cap;
	UT_hash_handle hh;
};

static struct named *declare(struct deployment *d, const char *name)
{
	struct named *x = NULL;
	const char *key = arm_lower(d->a->arena, name);

	HASH_FIND_STR(d->names, key, x);
	if (!x) {
		x = arena_alloc(d->a->arena, sizeof(*x));
		x->key = key;
		HASH_ADD_KEYPTR(hh, d->names, x->key, strlen(x->key), x);
	}
	return x;
}

void inst_declare(struct deployment *d, const char *name)
{
	declare(d, name);
}

static void add_name(struct inst *i, const char *name)
{
	struct named *x = declare(i->d, name);

	if (!x->n || x->list[x->n - 1] != i)
		VEC_PUSH(x->list, x->n, x->cap) = i;
}

struct inst *const *inst_named(struct deployment *d, const char *what, size_t *n)
{
	struct named *x = NULL;
	const char *key = arm_lower(d->a->arena, what);

	HASH_FIND_STR(d->names, key, x);
	*n = x ? x->n : 0;
	return x ? x->list : NULL;
}

void inst_names_free(struct deployment *d)
{
	for (struct named *x = d->names; x; x = x->hh.next)
		free(x->list);
	HASH_CLEAR(hh, d->names);
}

static void index_names(struct inst *i)
{
	if (*i->name)
		add_name(i, i->name);
	if (i->sym)
		add_name(i, i->sym);
	if (i->sym && i->index >= 0)
		add_name(i, arena_printf(i->d->a->arena, "%s[%lld]", i->sym, (long long)i->index));
	if (i->loop && *i->loop)
		add_name(i, i->loop);
}

void inst_index(struct inst *i)
{
	struct arm *a = i->d->a;
	struct inst *old = NULL;

	index_names(i);
	if (!*i->id)
		return;
	i->key = arm_lower(a->arena, i->id);
	HASH_FIND_STR(a->by_id, i->key, old);
	/* Of two with one id, what is not deployed gives way. */
	if (old && (i->off || (i->existing && !old->off)))
		return;
	if (old)
		HASH_DEL(a->by_id, old);
	HASH_ADD_KEYPTR(hh, a->by_id, i->key, strlen(i->key), i);
}

struct inst *inst_by_id(struct arm *a, const char *id)
{
	struct inst *i = NULL;
	_cleanup_free_ char *key = xstrdup(id);
	size_t n = strlen(key);

	while (n && key[n - 1] == '/')
		key[--n] = 0;
	for (char *p = key; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	HASH_FIND_STR(a->by_id, key, i);
	return i;
}

struct inst *inst_find(struct deployment *d, const char *what)
{
	struct arm *a = d->a;
	struct inst *i = NULL;

	if (*what == '/')
		return inst_by_id(a, what);
	if (strchr(what, '/') && strchr(what, '.')) { /* without its scope: provider/type/name */
		_cleanup_free_ char *id =
		    xasprintf("%s/providers/%s", scope_prefix(a, &d->scope), what);

		i = inst_by_id(a, id);
		if (i)
			return i;
	}
	for (; d; d = d->outer ? d->parent : NULL) {
		struct inst *found = NULL;
		size_t n;
		struct inst *const *list = inst_named(d, what, &n);

		/* What is deployed first; the name of a loop alone is none of its resources'. */
		for (size_t k = 0; k < n && (!found || found->off); k++)
			if (!found || !list[k]->off)
				found = list[k];
		if (found)
			return found;
	}
	return NULL;
}

/* --- dependencies ---------------------------------------------------------------------------- */

static int depend(struct inst *i, struct inst *on)
{
	int r = on == i || on->off || on->existing ? 0 : inst_eval(on);

	if (r == -ELOOP && !i->d->a->tentative)
		arm_finding(i->d->a, SEV_ERROR, "ARM-DEP-01", "InvalidTemplate", i->d->file, i->ptr,
		            "remove one of the dependencies",
		            "%s \"%s\" and %s \"%s\" depend on each other", i->type, i->name,
		            on->type, on->name);
	return r == -ELOOP ? r : 0;
}

/* Azure refuses what is not in the template.  Where a resource got no name, it may be the one. */
static void unknown(struct inst *i, const char *what, size_t at)
{
	struct deployment *d = i->d;
	struct named *x = NULL;
	const char *key = arm_lower(d->a->arena, what);
	_cleanup_free_ char *ptr = xasprintf("%s/dependsOn/%zu", i->ptr, at);

	HASH_FIND_STR(d->names, key, x);
	if (x || d->broken || d->nameless)
		return;
	arm_finding(d->a, SEV_WARNING, "ARM-DEP-02", "InvalidTemplate", d->file, ptr,
	            "remove it when the resource exists already, or correct the name",
	            "%s \"%s\" depends on \"%s\", which is not in the template", i->type, i->name,
	            what);
}

/* An element of dependsOn: an id, a name, a symbolic name, or a whole loop. */
static int depend_on(struct inst *i, const char *what, size_t at)
{
	size_t n;
	struct inst *const *list = inst_named(i->d, what, &n);
	struct inst *on;
	int r = 0;

	for (size_t k = 0; k < n && r >= 0; k++)
		if (list[k]->decl != i->decl)
			r = depend(i, list[k]);
	if (n)
		return r;
	on = inst_find(i->d, what);
	if (!on)
		unknown(i, what, at);
	return on ? depend(i, on) : 0;
}

static int dependencies(struct inst *i, struct env *e)
{
	const struct val *list = val_get(i->decl, "dependsOn");
	_cleanup_free_ char *base = xasprintf("%s/dependsOn", i->ptr);

	if (!list)
		return 0;
	list = tree_eval_at(e, list, i->d->file, base, NULL);
	for (uint32_t k = 0; list && list->type == V_ARR && k < list->n; k++) {
		const struct val *v = list->items[k];

		if (v->type == V_STR && depend_on(i, v->s, k) < 0)
			return -ELOOP;
	}
	return list ? 0 : -EBADMSG;
}

/* --- the body -------------------------------------------------------------------------------- */

static bool is_about_deploying(const char *key)
{
	static const char *const keys[] = { "condition",     "copy",          "dependsOn",
		                            "resources",     "comments",      "existing",
		                            "scope",         "type",          "name",
		                            "import",        "extension",     "metadata",
		                            "resourceGroup", "subscriptionId" };

	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		if (strieq(key, keys[k]))
			return true;
	return false;
}

static int body(struct inst *i, struct env *e)
{
	struct arena *a = e->a->arena;
	struct val_builder b = { .a = a };
	bool nested = strieq(i->type, "Microsoft.Resources/deployments");
	int r = 0;

	val_set(&b, "id", val_str(a, i->id));
	val_set(&b, "type", val_str(a, i->type));
	val_set(&b, "name", val_str(a, i->name));
	for (uint32_t k = 0; k < i->decl->n; k++) {
		const struct member *m = &i->decl->members[k];
		const struct val *v;

		if (is_about_deploying(m->key) || (nested && strieq(m->key, "properties")))
			continue;
		v = tree_eval_at(e, m->v, i->d->file, i->ptr, JPTR(NULL, m->key));
		if (v)
			val_set(&b, m->key, v);
		else
			r = -EBADMSG;
	}
	if (nested && !i->existing) {
		r = nested_start(i, e);
		if (r >= 0) {
			struct val_builder p = { .a = a };

			deployment_eval(i->nested);
			val_set(&p, "mode", val_str(a, "Incremental"));
			val_set(&p, "provisioningState", val_str(a, "Succeeded"));
			val_set(&p, "outputs", deployment_outputs(i->nested));
			val_set(&b, "properties", val_built_obj(&p));
		}
	}
	i->body = val_built_obj(&b);
	if (!i->body) {
		arm_finding(e->a, SEV_ERROR, "ARM-LIMIT-01", NULL, i->d->file, i->ptr, NULL,
		            "the resource is too big");
		return -EBADMSG;
	}
	return r;
}

int inst_eval(struct inst *i)
{
	struct arm *a = i->d->a;
	struct env e = i->d->env;
	bool cycle = a->cycle;
	int r;

	if (i->state == ST_DONE || i->off)
		return 0;
	if (i->state == ST_FAILED || a->over)
		return -EBADMSG;
	if (i->state == ST_BUSY) {
		a->cycle = true;
		return -ELOOP;
	}
	if (a->depth >= ARM_MAX_EVAL)
		return -E2BIG;
	a->depth += 4; /* more stack than an expression takes */
	i->state = ST_BUSY;
	a->cycle = false;
	e.loops = i->loops;
	r = dependencies(i, &e);
	if (r >= 0)
		r = body(i, &e);
	a->depth -= 4;
	if (a->tentative && a->cycle) { /* later, when what it waits for is there */
		i->state = ST_NEW;
		return -ELOOP;
	}
	a->cycle = cycle;
	i->state = r < 0 ? ST_FAILED : ST_DONE;
	VEC_PUSH(a->order, a->n_order, a->cap_order) = i;
	return r < 0 ? -EBADMSG : 0;
}
