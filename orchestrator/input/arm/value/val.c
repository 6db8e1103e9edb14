/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/value/val.h"

#include "base/format.h"
#include "base/utf8.h"

#include <stdio.h>
#include <strings.h>

const struct val val_null = { .type = V_NULL, .depth = 1, .weight = 1 };
const struct val val_true = { .type = V_BOOL, .depth = 1, .weight = 1, .b = true };
const struct val val_false = { .type = V_BOOL, .depth = 1, .weight = 1 };

enum { INDEX_FROM = 12 }; /* members; fewer are searched one by one */

static struct val *make_val(struct arena *a, enum val_type t)
{
	struct val *v = arena_alloc(a, sizeof(*v));

	v->type = (uint8_t)t;
	v->depth = 1;
	v->weight = 1;
	return v;
}

static const struct val empty_arr = { .type = V_ARR, .depth = 1, .weight = 1 };
static const struct val empty_obj = { .type = V_OBJ, .depth = 1, .weight = 1 };

const struct val *val_bool(bool b)
{
	return b ? &val_true : &val_false;
}

const struct val *val_int(struct arena *a, int64_t i)
{
	/* Counters, indexes and bits of prefixes: each is made once. */
	static struct val small[256];

	if (i >= 0 && i < (int64_t)ARRAY_LEN(small)) {
		small[i] = (struct val){ .type = V_INT, .depth = 1, .weight = 1, .i = i };
		return &small[i];
	}
	struct val *v = make_val(a, V_INT);

	v->i = i;
	return v;
}

const struct val *val_float(struct arena *a, double d)
{
	struct val *v = make_val(a, V_FLOAT);

	v->d = d;
	return v;
}

static const struct val *str_taken(struct arena *a, const char *s, size_t n)
{
	struct val *v = make_val(a, V_STR);

	v->s = s;
	v->n = (uint32_t)n;
	v->weight += n / 16;
	return v;
}

const struct val *val_strn(struct arena *a, const char *s, size_t n)
{
	size_t i = 0, k;

	while (i < n && (k = utf8_len(s + i, n - i)))
		i += k;
	if (i == n) {
		char *copy = arena_alloc(a, n + 1);

		memcpy(copy, s, n);
		return str_taken(a, copy, n);
	}
	_cleanup_str_ struct str fixed = { 0 };

	str_addn(&fixed, s, i);
	while (i < n) {
		k = utf8_len(s + i, n - i);
		if (k)
			str_addn(&fixed, s + i, k);
		else
			str_add(&fixed, UTF8_REPLACEMENT);
		i += k ? k : 1;
	}
	return str_taken(a, arena_strdup(a, str_get(&fixed)), fixed.n);
}

const struct val *val_str(struct arena *a, const char *s)
{
	return val_strn(a, s, strlen(s));
}

const struct val *val_printf(struct arena *a, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	const struct val *v = val_strn(a, s, strlen(s));

	free(s);
	return v;
}

const struct val *val_arr(struct arena *a, const struct val **items, size_t n)
{
	if (!n)
		return &empty_arr;
	if (n > VAL_MAX_ITEMS || arena_size(a) > VAL_MAX_MEMORY)
		return NULL;
	struct val *v = make_val(a, V_ARR);

	v->items = items;
	v->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		if (!items[i])
			return NULL;
		v->dynamic |= items[i]->dynamic;
		v->weight += items[i]->weight;
		if (items[i]->depth >= v->depth)
			v->depth = items[i]->depth + 1;
	}
	return v->depth > VAL_MAX_DEPTH || v->weight > VAL_MAX_WEIGHT ? NULL : v;
}

static uint32_t *make_index(struct arena *a, const struct member *m, uint32_t n);

const struct val *val_obj(struct arena *a, struct member *members, size_t n)
{
	if (!n)
		return &empty_obj;
	if (n > VAL_MAX_ITEMS || arena_size(a) > VAL_MAX_MEMORY)
		return NULL;
	struct val *v = make_val(a, V_OBJ);

	v->members = members;
	v->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		const struct val *x = members[i].v;

		if (!x)
			return NULL;
		if (!members[i].hash)
			members[i].hash = (uint32_t)str_hash(members[i].key, 0) | 1;
		v->dynamic |= x->dynamic;
		v->weight += x->weight + 1;
		if (x->depth >= v->depth)
			v->depth = x->depth + 1;
	}
	if (n >= INDEX_FROM)
		v->index = make_index(a, members, v->n);
	return v->depth > VAL_MAX_DEPTH || v->weight > VAL_MAX_WEIGHT ? NULL : v;
}

const struct val *val_invented_list(struct arena *a)
{
	struct val *v = arena_alloc(a, sizeof(*v));

	*v = empty_arr;
	v->invented = true;
	return v;
}

const struct val *val_open(struct arena *a, const char *words)
{
	struct val *v = make_val(a, V_OBJ);

	v->open = words;
	return v;
}

const struct val *val_opened(struct arena *a, const struct val *v, const char *words)
{
	struct val *copy = arena_alloc(a, sizeof(*copy));

	*copy = *v;
	copy->open = words;
	return copy;
}

bool val_is_unknown(const struct val *v)
{
	return v->open && (!v->n || v->type == V_STR);
}

/* --- looking up ------------------------------------------------------------------------------ */

/* An open-addressed table of positions + 1, at most half full. */
static uint32_t index_size(uint32_t n)
{
	uint32_t size = 32;

	while (size < 2 * n)
		size *= 2;
	return size;
}

static uint32_t *make_index(struct arena *a, const struct member *m, uint32_t n)
{
	uint32_t size = index_size(n), *slots = arena_array(a, size, sizeof(*slots));

	for (uint32_t i = 0; i < n; i++) {
		uint32_t s = m[i].hash & (size - 1);

		while (slots[s])
			s = (s + 1) & (size - 1);
		slots[s] = i + 1;
	}
	return slots;
}

static const struct member *better_member(const struct member *have, const struct member *m,
                                          const char *key, bool *exact)
{
	if (strcasecmp(m->key, key) != 0)
		return have;
	*exact = !strcmp(m->key, key);
	return *exact || !have ? m : have;
}

static const struct member *find_linear(const struct val *v, const char *key, uint32_t h)
{
	const struct member *found = NULL;
	bool exact = false;

	for (uint32_t i = 0; i < v->n && !exact; i++)
		if (v->members[i].hash == h)
			found = better_member(found, &v->members[i], key, &exact);
	return found;
}

const struct member *val_find(const struct val *v, const char *key)
{
	if (!v || v->type != V_OBJ)
		return NULL;
	uint32_t h = (uint32_t)str_hash(key, 0) | 1;

	if (!v->index)
		return find_linear(v, key, h);
	const struct member *found = NULL;
	bool exact = false;
	uint32_t mask = index_size(v->n) - 1;

	for (uint32_t s = h & mask; v->index[s] && !exact; s = (s + 1) & mask)
		if (v->members[v->index[s] - 1].hash == h)
			found = better_member(found, &v->members[v->index[s] - 1], key, &exact);
	return found;
}

const struct val *val_get(const struct val *obj, const char *key)
{
	const struct member *m = val_find(obj, key);

	return m ? m->v : NULL;
}

const struct val *val_path(const struct val *v, const char *path)
{
	while (v && *path) {
		size_t n = strcspn(path, ".");
		_cleanup_free_ char *key = xstrndup(path, n);

		v = val_get(v, key);
		path += n + (path[n] == '.');
	}
	return v;
}

const char *val_get_str(const struct val *obj, const char *key)
{
	const struct val *v = val_get(obj, key);

	return v && v->type == V_STR ? v->s : NULL;
}

/* --- comparing, naming ----------------------------------------------------------------------- */

bool val_equal(const struct val *a, const struct val *b)
{
	if (a == b)
		return true;
	if ((a->type == V_INT || a->type == V_FLOAT) && (b->type == V_INT || b->type == V_FLOAT)) {
		if (a->type == V_INT && b->type == V_INT)
			return a->i == b->i;
		return (a->type == V_INT ? (double)a->i : a->d) ==
		       (b->type == V_INT ? (double)b->i : b->d);
	}
	if (a->type != b->type || a->n != b->n || !a->open != !b->open)
		return false;
	if (a->open && strcmp(a->open, b->open) != 0)
		return false;
	switch (a->type) {
	case V_NULL:
		return true;
	case V_BOOL:
		return a->b == b->b;
	case V_STR:
		return !memcmp(a->s, b->s, a->n);
	case V_ARR:
		for (uint32_t i = 0; i < a->n; i++)
			if (!val_equal(a->items[i], b->items[i]))
				return false;
		return true;
	case V_OBJ:
		for (uint32_t i = 0; i < a->n; i++) {
			const struct val *x = val_get(b, a->members[i].key);

			if (!x || !val_equal(a->members[i].v, x))
				return false;
		}
		return true;
	default:
		return a->lambda == b->lambda;
	}
}

const char *val_type_str(const struct val *v)
{
	static const char *const names[] = { "null",     "a boolean", "an integer", "a number",
		                             "a string", "an array",  "an object",  "a lambda" };

	return v->open && !v->n ? "a value that only Azure knows" : names[v->type];
}

const char *val_kind_str(const struct val *v)
{
	static const char *const names[] = { "null",   "bool",  "int",    "float",
		                             "string", "array", "object", "lambda" };

	return names[v->type];
}
