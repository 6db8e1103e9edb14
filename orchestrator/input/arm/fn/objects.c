/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "Object functions for ARM templates". */
#include <stdlib.h>

#include "input/arm/fn/fn.h"

FN(fn_create_object)
{
	struct val_builder b = { .a = e->a->arena };

	if (n % 2)
		return eval_fail(e, at, NULL,
		                 "createObject() takes pairs: name, value, name, value ...");
	val_expect(&b, n / 2);
	for (size_t i = 0; i < n; i += 2) {
		if (v[i]->type != V_STR)
			return eval_fail(e, at->args[i], NULL,
			                 "the name of a property is a string, not %s",
			                 val_type_str(v[i]));
		val_set(&b, v[i]->s, v[i + 1]);
	}
	return eval_big(e, at, val_built_obj(&b));
}

static const struct val *merge_values(struct env *e, const struct expr *at, const struct val *a,
                                      const struct val *b)
{
	struct val_builder m = { .a = e->a->arena };

	val_set_all(&m, a);
	for (uint32_t i = 0; i < b->n; i++) {
		const struct val *old = val_get(a, b->members[i].key), *new = b->members[i].v;

		if (old && old->type == V_OBJ && new->type == V_OBJ && old->n &&new->n)
			new = merge_values(e, at, old, new);
		if (!new)
			return NULL;
		val_set(&m, b->members[i].key, new);
	}
	e->a->steps += a->n + b->n;
	return eval_big(e, at, val_built_obj(&m));
}

/* Objects are merged all the way down, arrays in them replaced; arrays become a set. */
FN(fn_union)
{
	const struct val *r = v[0];

	for (size_t i = 1; i < n; i++)
		if (v[i]->type != v[0]->type || (v[i]->type != V_OBJ && v[i]->type != V_ARR))
			return eval_fail(e, at->args[i], NULL,
			                 "union() takes objects, or arrays, not %s with %s",
			                 val_type_str(v[0]), val_type_str(v[i]));
	if (r->type == V_ARR)
		return union_arrays(e, at, v, n);
	for (size_t i = 1; i < n && r; i++)
		r = merge_values(e, at, r, v[i]);
	return r;
}

FN(fn_intersection)
{
	struct val_builder b = { .a = e->a->arena };

	for (size_t i = 0; i < n; i++)
		if (v[i]->type != v[0]->type || (v[i]->type != V_OBJ && v[i]->type != V_ARR))
			return eval_fail(e, at->args[i], NULL,
			                 "intersection() takes objects, or arrays");
	for (uint32_t k = 0; k < v[0]->n; k++) {
		bool all = true;

		for (size_t i = 1; i < n && all; i++) {
			bool found = false;

			if (v[0]->type == V_OBJ) {
				const struct val *x = val_get(v[i], v[0]->members[k].key);

				found = x && val_equal(x, v[0]->members[k].v);
			}
			e->a->steps += v[0]->type == V_ARR ? v[i]->n : 1;
			for (uint32_t j = 0; v[0]->type == V_ARR && j < v[i]->n && !found; j++)
				found = val_equal(v[i]->items[j], v[0]->items[k]);
			all = found;
		}
		if (e->a->steps > ARM_MAX_STEPS)
			return eval_fail(e, at, NULL, "this takes too long");
		if (all && v[0]->type == V_ARR)
			val_push(&b, v[0]->items[k]);
		else if (all)
			val_set(&b, v[0]->members[k].key, v[0]->members[k].v);
	}
	return v[0]->type == V_ARR ? val_built_arr(&b) : val_built_obj(&b);
}

static int compare_members(const void *pa, const void *pb)
{
	const struct member *const *a = pa, *const *b = pb;

	return text_compare((*a)->key, (*b)->key);
}

/* By key, sorted. */
FN(fn_items)
{
	struct val_builder b = { .a = e->a->arena };
	const struct member **list = arena_array(e->a->arena, v[0]->n + 1, sizeof(*list));

	for (uint32_t i = 0; i < v[0]->n; i++)
		list[i] = &v[0]->members[i];
	qsort(list, v[0]->n, sizeof(*list), compare_members);
	for (uint32_t i = 0; i < v[0]->n; i++) {
		struct val_builder item = { .a = e->a->arena };

		val_set(&item, "key", val_str(e->a->arena, list[i]->key));
		val_set(&item, "value", list[i]->v);
		val_push(&b, val_built_obj(&item));
		if (!b.items[b.n - 1])
			return eval_big(e, at, NULL);
	}
	return eval_big(e, at, val_built_arr(&b));
}

FN(fn_object_keys)
{
	struct val_builder b = { .a = e->a->arena };

	for (uint32_t i = 0; i < v[0]->n; i++)
		val_push(&b, val_str(e->a->arena, v[0]->members[i].key));
	return val_built_arr(&b);
}

/* {"value": 1, "fromEnd": true}: Bicep's [^1]. */
static const struct val *from_end(const struct val *list, const struct val *key)
{
	const struct val *i = val_get(key, "value"), *end = val_get(key, "fromEnd");

	if (list->type != V_ARR || !i || i->type != V_INT || !end)
		return NULL;
	if (i->i < 0 || i->i > list->n)
		return &val_null;
	int64_t at = end->type == V_BOOL && end->b ? (int64_t)list->n - i->i : i->i;

	return at < list->n ? list->items[at] : &val_null;
}

FN(fn_try_get)
{
	const struct val *x = v[0], *item;

	for (size_t i = 1; i < n && x && x->type != V_NULL; i++) {
		item = from_end(x, v[i]);
		x = item ? item : eval_member(e, at, x, v[i], true);
	}
	return x;
}

FN(fn_shallow_merge)
{
	struct val_builder b = { .a = e->a->arena };

	for (uint32_t i = 0; i < v[0]->n; i++) {
		if (v[0]->items[i]->type != V_OBJ)
			return eval_fail(e, at->args[0], NULL,
			                 "shallowMerge() takes an array of objects; [%u] is %s", i,
			                 val_type_str(v[0]->items[i]));
		val_set_all(&b, v[0]->items[i]);
	}
	return eval_big(e, at, val_built_obj(&b));
}

const struct func funcs_objects[] = {
	{ "createObject", 0, -1, "?", fn_create_object, .open = true },
	{ "union", 1, -1, "?", fn_union },
	{ "intersection", 2, -1, "?", fn_intersection },
	{ "items", 1, 1, "o", fn_items },
	{ "objectKeys", 1, 1, "o", fn_object_keys },
	{ "tryGet", 2, -1, "?", fn_try_get, .open = true },
	{ "shallowMerge", 1, 1, "a", fn_shallow_merge },
	{ 0 },
};
