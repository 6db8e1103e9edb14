/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resources of a run, found by id, and those of a deployment, found by name. */
#include <stdio.h>

#include "input/arm/run/run.h"
#include "input/arm/value/text.h"

struct named {
	const char *key; /* lower-cased */
	struct inst **list;
	size_t n, cap;
	UT_hash_handle hh;
};

static struct named *find_resource_name(struct deployment *d, const char *name)
{
	struct named *x = NULL;
	const char *key = arm_lower(d->a->arena, name);

	HASH_FIND_STR(d->names, key, x);
	return x;
}

/* Finds the name, or enters it with no resources. */
static struct named *enter_name(struct deployment *d, const char *name)
{
	struct named *x = find_resource_name(d, name);

	if (!x) {
		x = arena_alloc(d->a->arena, sizeof(*x));
		x->key = arm_lower(d->a->arena, name);
		HASH_ADD_KEYPTR(hh, d->names, x->key, strlen(x->key), x);
	}
	return x;
}

void inst_declare(struct deployment *d, const char *name)
{
	enter_name(d, name);
}

static void index_by_name(struct inst *i, const char *name)
{
	struct named *x = enter_name(i->d, name);

	if (!x->n || x->list[x->n - 1] != i)
		VEC_PUSH(x->list, x->n, x->cap) = i;
}

bool inst_is_declared(struct deployment *d, const char *name)
{
	return find_resource_name(d, name) != NULL;
}

struct inst *const *inst_named(struct deployment *d, const char *what, size_t *n)
{
	struct named *x = find_resource_name(d, what);

	*n = x ? x->n : 0;
	return x ? x->list : NULL;
}

void inst_names_free(struct deployment *d)
{
	for (struct named *x = d->names; x; x = x->hh.next)
		free(x->list);
	HASH_CLEAR(hh, d->names);
}

static void index_by_all_names(struct inst *i)
{
	if (*i->name)
		index_by_name(i, i->name);
	if (i->declared && !streq(i->declared, i->name))
		index_by_name(i, i->declared);
	if (i->sym)
		index_by_name(i, i->sym);
	if (i->sym && i->index >= 0)
		index_by_name(
		    i, arena_printf(i->d->a->arena, "%s[%lld]", i->sym, (long long)i->index));
	if (i->loop && *i->loop)
		index_by_name(i, i->loop);
}

void inst_index(struct inst *i)
{
	struct arm *a = i->d->a;
	struct inst *old = NULL;

	index_by_all_names(i);
	if (!*i->id)
		return;
	i->key = arm_lower(a->arena, i->id);
	HASH_FIND_STR(a->by_id, i->key, old);
	/* The deployed one of two resources with one id is found. */
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

		/* Prefer a resource that is deployed. */
		for (size_t k = 0; k < n && (!found || found->off); k++)
			if (!found || !list[k]->off)
				found = list[k];
		if (found)
			return found;
	}
	return NULL;
}
