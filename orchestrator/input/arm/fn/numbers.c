/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "Numeric functions for ARM templates". */
#include <ctype.h>
#include <errno.h>
#include <limits.h>

#include "input/arm/fn/fn.h"

FN(fn_int)
{
	char *end;

	if (v[0]->type == V_INT)
		return v[0];
	if (v[0]->type == V_FLOAT && v[0]->d > -9e18 && v[0]->d < 9e18)
		return val_int(e->a->arena, (int64_t)v[0]->d);
	if (v[0]->type == V_STR) {
		errno = 0;
		long long i = strtoll(v[0]->s, &end, 10);

		while (isspace((unsigned char)*end))
			end++;
		if (end != v[0]->s && !*end && !errno)
			return val_int(e->a->arena, i);
	}
	return eval_fail(e, at->args[0], NULL, "int() cannot make an integer of this");
}

FN(fn_float)
{
	char *end;

	if (v[0]->type == V_INT)
		return val_float(e->a->arena, (double)v[0]->i);
	if (v[0]->type == V_FLOAT)
		return v[0];
	if (v[0]->type == V_STR && *v[0]->s) {
		double d = strtod(v[0]->s, &end);

		if (!*end)
			return val_float(e->a->arena, d);
	}
	return eval_fail(e, at->args[0], NULL, "float() cannot make a number of this");
}

static const struct val *fail_overflow(struct env *e, const struct expr *at)
{
	return eval_fail(e, at, NULL, "the result has more than 64 bits");
}

FN(fn_add)
{
	int64_t r;

	return __builtin_add_overflow(v[0]->i, v[1]->i, &r) ? fail_overflow(e, at)
	                                                    : val_int(e->a->arena, r);
}

FN(fn_sub)
{
	int64_t r;

	return __builtin_sub_overflow(v[0]->i, v[1]->i, &r) ? fail_overflow(e, at)
	                                                    : val_int(e->a->arena, r);
}

FN(fn_mul)
{
	int64_t r;

	return __builtin_mul_overflow(v[0]->i, v[1]->i, &r) ? fail_overflow(e, at)
	                                                    : val_int(e->a->arena, r);
}

FN(fn_div)
{
	if (!v[1]->i)
		return eval_fail(e, at->args[1], NULL, "division by zero");
	if (v[0]->i == INT64_MIN && v[1]->i == -1)
		return fail_overflow(e, at);
	return val_int(e->a->arena, v[0]->i / v[1]->i);
}

FN(fn_mod)
{
	if (!v[1]->i)
		return eval_fail(e, at->args[1], NULL, "division by zero");
	return val_int(e->a->arena, v[1]->i == -1 ? 0 : v[0]->i % v[1]->i);
}

/* The extreme of an array, or of the arguments. */
static const struct val *find_extreme(struct env *e, const struct expr *at,
                                      const struct val *const *v, size_t n, int sign)
{
	const struct val *best = NULL;

	if (n == 1 && v[0]->type == V_ARR) {
		n = v[0]->n;
		v = v[0]->items;
	}
	for (size_t i = 0; i < n; i++) {
		if (v[i]->type != V_INT)
			return eval_fail(e, at, NULL, "%s() takes integers, not %s", at->name,
			                 val_type_str(v[i]));
		if (!best || (v[i]->i > best->i) - (v[i]->i < best->i) == sign)
			best = v[i];
	}
	return best ? best : eval_fail(e, at, NULL, "%s() of an empty array", at->name);
}

FN(fn_min)
{
	return find_extreme(e, at, v, n, -1);
}

FN(fn_max)
{
	return find_extreme(e, at, v, n, 1);
}

const struct func funcs_numbers[] = {
	{ "int", 1, 1, "?", fn_int },  { "float", 1, 1, "?", fn_float },
	{ "add", 2, 2, "i", fn_add },  { "sub", 2, 2, "i", fn_sub },
	{ "mul", 2, 2, "i", fn_mul },  { "div", 2, 2, "i", fn_div },
	{ "mod", 2, 2, "i", fn_mod },  { "min", 1, -1, "?", fn_min },
	{ "max", 1, -1, "?", fn_max }, { 0 },
};
