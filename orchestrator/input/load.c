/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that every part of the loader uses: findings, names that do not exist, references.
 */
#include "input/load.h"

#include <stdio.h>
#include <string.h>

#include "azure/kind.h"
#include "base/format.h"
#include "base/str.h"
#include "base/suggest.h"

void load_error(struct loader *l, const char *rule, const char *azure_code, const char *ptr,
                const char *hint, const char *fmt, ...)
{
	va_list ap;
	_cleanup_free_ char *msg = NULL;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	finding_add(l->f, SEV_ERROR, rule, azure_code, ptr, hint, "%s", msg);
}

const char *load_ptr(struct loader *l, const struct jptr *at)
{
	_cleanup_free_ char *s = jptr_str(at);

	return arena_strdup(l->a, s);
}

/* --- names that do not exist ---------------------------------------------------------------- */

void load_report_unknown(struct loader *l, const char *what, bool resource, const char *name,
                         const char *ptr, const char *const *names, size_t n)
{
	_cleanup_free_ char *hint = suggest_name(name, names, n, &l->compared);

	load_error(l, "TOPO-REF-01", resource ? "InvalidResourceReference" : NULL, ptr, hint,
	           "there is no %s \"%s\"", what, name);
}

static const struct kind *kind_with(const struct loader *l, const char *key)
{
	for (size_t i = 0; l->kinds[i]; i++)
		if (streq(l->kinds[i]->key, key))
			return l->kinds[i];
	abort(); /* a field table names a kind that there is not */
}

void load_no_such(struct loader *l, const char *key, const char *name, const char *ptr)
{
	const struct kind *k = kind_with(l, key);
	json_t *map = json_object_get(l->root, key), *v;
	_cleanup_free_ const char **names = xcalloc(json_object_size(map) + 1, sizeof(*names));
	const char *other;
	size_t n = 0;

	json_object_foreach (map, other, v)
		names[n++] = other;
	load_report_unknown(l, k->what, k->azure, name, ptr, names, n);
}

/* --- objects and their references ------------------------------------------------------------ */

/* Finds where a kind's list stands: in the model, or among those that no engine reads. */
static void get_kind_list(const struct loader *l, const struct kind *k, void ***ret_items,
                          size_t **ret_n)
{
	struct model *m = l->m;

	if (k->list.items) {
		*ret_items = (void **)((char *)m + k->list.items);
		*ret_n = (size_t *)((char *)m + k->list.count);
		return;
	}
	for (size_t i = 0; i < m->n_others; i++)
		if (streq(m->others[i].key, k->key)) {
			*ret_items = &m->others[i].items;
			*ret_n = &m->others[i].n;
			return;
		}
	size_t n_kinds = 0;

	while (l->kinds[n_kinds])
		n_kinds++;
	if (!m->others)
		m->others = arena_array(l->a, n_kinds, sizeof(*m->others));
	m->others[m->n_others].key = k->key;
	*ret_items = &m->others[m->n_others].items;
	*ret_n = &m->others[m->n_others++].n;
}

void *load_find(const struct loader *l, const char *key, const char *name)
{
	const struct kind *k = kind_with(l, key);
	void **items;
	size_t *n;

	get_kind_list(l, k, &items, &n);
	for (size_t i = 0; i < *n; i++) {
		struct resource *r = (struct resource *)((char *)*items + i * k->list.size);

		if (strieq(r->name, name))
			return r;
	}
	return NULL;
}

void load_fill(struct loader *l, const struct object_def *def, json_t *x, struct resource *r)
{
	r->broken = !schema_fill(def, x, l->a, r);
	for (const struct field *fd = def->fields; fd->name; fd++) {
		const char *name = json_string_value(json_object_get(x, fd->name));
		bool subnet = fd->type == T_SUBNET;

		if ((!fd->ref && !subnet) || !fd->at || fd->type == T_LIST)
			continue;
		if (name && (subnet ? schema_pair_valid(name) : schema_name_valid(name)))
			VEC_PUSH(l->refs, l->n_refs, l->cap_refs) =
			    (struct load_ref){ fd, r, arena_strdup(l->a, name) };
		else if (fd->required)
			r->broken = true;
	}
}

void load_kind(struct loader *l, const struct kind *k)
{
	json_t *map = json_object_get(l->root, k->key), *x;
	const struct jptr *at = JPTR(NULL, k->key);
	void **items = NULL;
	const char *name;
	size_t *n = NULL;

	if (k->single && map && k->load)
		k->load(l, NULL, map, at);
	if (k->single)
		return;
	if (k->list.size) {
		get_kind_list(l, k, &items, &n);
		if (!*items) /* load_reserve() */
			*items = arena_array(l->a, json_object_size(map), k->list.size);
	}
	json_object_foreach (map, name, x) {
		const struct jptr *here = JPTR(at, name);
		struct resource *r = NULL;

		if (items) {
			r = (struct resource *)((char *)*items + *n * k->list.size);
			r->idx = (*n)++;
			r->name = arena_strdup(l->a, name);
			r->ptr = load_ptr(l, here);
			load_fill(l, k->object, x, r);
		}
		if (k->load)
			k->load(l, r, x, here);
	}
}

void load_each(struct loader *l, const struct kind *k,
               void (*visit)(struct loader *l, void *obj, json_t *x))
{
	const char *name;
	void **items;
	size_t *n, i = 0;
	json_t *x;

	get_kind_list(l, k, &items, &n);
	json_object_foreach (json_object_get(l->root, k->key), name, x)
		visit(l, (char *)*items + k->list.size * i++, x);
}
