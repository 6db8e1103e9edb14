/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "Lambda functions for Bicep": they compile to lambda('x', body). */
#include <stdio.h>

#include "input/arm/fn/fn.h"

LAZY(lazy_lambda)
{
	struct arena *a = e->a->arena;
	struct lambda *l = arena_alloc(a, sizeof(*l));
	struct val *v = arena_alloc(a, sizeof(*v));

	l->n_names = at->n_args - 1;
	l->names = arena_array(a, l->n_names + 1, sizeof(*l->names));
	if (l->n_names > 3)
		return eval_fail(e, at, NULL, "a lambda has at most three variables");
	for (size_t i = 0; i < l->n_names; i++) {
		const struct val *name = eval_arg(e, at, i);

		if (!name)
			return NULL;
		if (name->type != V_STR)
			return eval_fail(e, at->args[i], NULL,
			                 "the name of a lambda's variable is a string");
		l->names[i] = name->s;
	}
	l->body = at->args[at->n_args - 1];
	l->binds = e->binds;
	l->at = at;
	*v = (struct val){ .type = V_LAMBDA, .depth = 1, .weight = 1, .lambda = l };
	return v;
}

FN(fn_lambda_variables)
{
	for (const struct bind *b = e->binds; b; b = b->up)
		if (strieq(b->name, v[0]->s))
			return b->v;
	return eval_fail(e, at, NULL, "there is no lambda variable \"%s\" here", v[0]->s);
}

/* The lambda takes min to max variables. */
static const struct lambda *check_lambda(struct env *e, const struct expr *at, const struct val *v,
                                         size_t min, size_t max)
{
	const struct lambda *l = v->lambda;

	if (l->n_names >= min && l->n_names <= max)
		return l;
	eval_fail(e, l->at, NULL, "the lambda of %s() has %zu to %zu variables, not %zu", at->name,
	          min, max, l->n_names);
	return NULL;
}

static const struct val *apply_lambda(struct env *e, const struct lambda *l, const struct val *x,
                                      size_t i)
{
	const struct val *args[2] = { x, val_int(e->a->arena, (int64_t)i) };

	return eval_lambda(e, l, args, 2);
}

FN(fn_map)
{
	const struct lambda *l = check_lambda(e, at, v[1], 1, 2);
	struct val_builder b = { .a = e->a->arena };

	if (l && v[0]->invented)
		return v[0];
	for (uint32_t i = 0; l && i < v[0]->n; i++) {
		const struct val *x = apply_lambda(e, l, v[0]->items[i], i);

		if (!x)
			return NULL;
		val_push(&b, x);
	}
	return l ? eval_big(e, at, val_built_arr(&b)) : NULL;
}

FN(fn_filter)
{
	const struct lambda *l = check_lambda(e, at, v[1], 1, 2);
	struct val_builder b = { .a = e->a->arena };

	for (uint32_t i = 0; l && i < v[0]->n; i++) {
		const struct val *x = apply_lambda(e, l, v[0]->items[i], i);
		bool yes = false;

		if (!x)
			return NULL;
		if (!eval_truth(x, &yes))
			return eval_fail(e, l->body, NULL,
			                 "the lambda of filter() must give a boolean, not %s",
			                 val_type_str(x));
		if (yes)
			val_push(&b, v[0]->items[i]);
	}
	return l ? eval_big(e, at, val_built_arr(&b)) : NULL;
}

FN(fn_reduce)
{
	const struct lambda *l = check_lambda(e, at, v[2], 2, 3);
	const struct val *sum = v[1];

	for (uint32_t i = 0; l && sum && i < v[0]->n; i++) {
		const struct val *args[3] = { sum, v[0]->items[i], val_int(e->a->arena, i) };

		sum = eval_lambda(e, l, args, 3);
	}
	return l ? sum : NULL;
}

/* Does b belong in front of a?  -1: failed. */
static int lambda_orders_before(struct env *e, const struct lambda *l, const struct val *b,
                                const struct val *a)
{
	const struct val *args[2] = { b, a }, *x = eval_lambda(e, l, args, 2);
	bool yes;

	if (!x)
		return -1;
	if (eval_truth(x, &yes))
		return yes;
	eval_fail(e, l->body, NULL, "the lambda of sort() must give a boolean, not %s",
	          val_type_str(x));
	return -1;
}

/* A merge sort: stable, and a lambda that contradicts itself does no harm. */
static bool merge_sort(struct env *e, const struct lambda *l, const struct val **list,
                       const struct val **spare, size_t n)
{
	size_t half = n / 2, i = 0, k = half, out = 0;

	if (n < 2)
		return true;
	if (!merge_sort(e, l, list, spare, half) || !merge_sort(e, l, list + half, spare, n - half))
		return false;
	while (i < half && k < n) {
		int r = lambda_orders_before(e, l, list[k], list[i]);

		if (r < 0)
			return false;
		spare[out++] = r ? list[k++] : list[i++];
	}
	while (i < half)
		spare[out++] = list[i++];
	memcpy(list, spare, out * sizeof(*list));
	return true;
}

FN(fn_sort)
{
	const struct lambda *l = check_lambda(e, at, v[1], 2, 2);
	size_t len = v[0]->n;
	const struct val **list = arena_array(e->a->arena, 2 * len + 1, sizeof(*list));

	if (!l)
		return NULL;
	if (len)
		memcpy(list, v[0]->items, len * sizeof(*list));
	return merge_sort(e, l, list, list + len, len) ? val_arr(e->a->arena, list, len) : NULL;
}

static const char *lambda_key(struct env *e, const struct expr *at, const struct lambda *l,
                              const struct val *x)
{
	const struct val *key = apply_lambda(e, l, x, 0);

	if (key && key->type != V_STR)
		eval_fail(e, l->body, NULL, "the first lambda of %s() must give a string, not %s",
		          at->name, val_type_str(key));
	return key && key->type == V_STR ? key->s : NULL;
}

FN(fn_to_object)
{
	const struct lambda *key = check_lambda(e, at, v[1], 1, 1);
	const struct lambda *value = n > 2 ? check_lambda(e, at, v[2], 1, 1) : NULL;
	struct val_builder b = { .a = e->a->arena };

	if (!key || (n > 2 && !value))
		return NULL;
	for (uint32_t i = 0; i < v[0]->n; i++) {
		const char *k = lambda_key(e, at, key, v[0]->items[i]);
		const struct val *x =
		    k && value ? apply_lambda(e, value, v[0]->items[i], 0) : v[0]->items[i];

		if (!k || !x)
			return NULL;
		val_set(&b, k, x);
	}
	return eval_big(e, at, val_built_obj(&b));
}

FN(fn_map_values)
{
	const struct lambda *l = check_lambda(e, at, v[1], 1, 1);
	struct val_builder b = { .a = e->a->arena };

	for (uint32_t i = 0; l && i < v[0]->n; i++) {
		const struct val *x = apply_lambda(e, l, v[0]->members[i].v, 0);

		if (!x)
			return NULL;
		val_set(&b, v[0]->members[i].key, x);
	}
	return l ? eval_big(e, at, val_built_obj(&b)) : NULL;
}

FN(fn_group_by)
{
	const struct lambda *key = check_lambda(e, at, v[1], 1, 1);
	const struct lambda *value = n > 2 ? check_lambda(e, at, v[2], 1, 1) : NULL;
	struct val_builder b = { .a = e->a->arena };
	struct val_builder *groups = NULL;
	const char **keys = NULL;
	size_t n_groups = 0;

	if (!key || (n > 2 && !value))
		return NULL;
	groups = arena_array(e->a->arena, v[0]->n + 1, sizeof(*groups));
	keys = arena_array(e->a->arena, v[0]->n + 1, sizeof(*keys));
	for (uint32_t i = 0; i < v[0]->n; i++) {
		const char *k = lambda_key(e, at, key, v[0]->items[i]);
		const struct val *x =
		    k && value ? apply_lambda(e, value, v[0]->items[i], 0) : v[0]->items[i];
		size_t g = 0;

		if (!k || !x)
			return NULL;
		while (g < n_groups && !strieq(keys[g], k))
			g++;
		e->a->steps += (long)g;
		if (g == n_groups) {
			groups[n_groups] = (struct val_builder){ .a = e->a->arena };
			keys[n_groups++] = k;
		}
		val_push(&groups[g], x);
	}
	for (size_t g = 0; g < n_groups; g++) {
		const struct val *x = val_built_arr(&groups[g]);

		if (!x)
			return eval_big(e, at, NULL);
		val_set(&b, keys[g], x);
	}
	return eval_big(e, at, val_built_obj(&b));
}

const struct func funcs_lambda[] = {
	{ "lambda", 1, -1, "", NULL, lazy_lambda },
	{ "lambdaVariables", 1, 1, "s", fn_lambda_variables },
	{ "map", 2, 2, "al", fn_map },
	{ "filter", 2, 2, "al", fn_filter },
	{ "reduce", 3, 3, "a?l", fn_reduce },
	{ "sort", 2, 2, "al", fn_sort },
	{ "toObject", 2, 3, "all", fn_to_object },
	{ "mapValues", 2, 2, "ol", fn_map_values },
	{ "groupBy", 2, 3, "all", fn_group_by },
	{ 0 },
};
