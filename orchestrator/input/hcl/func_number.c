/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of numbers. */
#include <math.h>

#include "input/hcl/func.h"

/* min and max also take one list, spread or not. */
static json_t *extreme(struct hcl_call *c, bool most)
{
	double best = 0, v;

	for (size_t i = 0; i < c->n; i++) {
		if (!func_number(c, i, &v))
			return hcl_unknown(NULL);
		if (!i || (most ? v > best : v < best))
			best = v;
	}
	return hcl_number(best);
}

static json_t *f_max(struct hcl_call *c)
{
	return extreme(c, true);
}

static json_t *f_min(struct hcl_call *c)
{
	return extreme(c, false);
}

static json_t *apply_math(struct hcl_call *c, double (*fn)(double))
{
	double v;

	return func_number(c, 0, &v) ? hcl_number(fn(v)) : hcl_unknown(NULL);
}

static json_t *f_abs(struct hcl_call *c)
{
	return apply_math(c, fabs);
}

static json_t *f_ceil(struct hcl_call *c)
{
	return apply_math(c, ceil);
}

static json_t *f_floor(struct hcl_call *c)
{
	return apply_math(c, floor);
}

static double sign_of(double v)
{
	return (v > 0) - (v < 0);
}

static json_t *f_signum(struct hcl_call *c)
{
	return apply_math(c, sign_of);
}

static json_t *f_pow(struct hcl_call *c)
{
	double a, b;

	if (!func_number(c, 0, &a) || !func_number(c, 1, &b))
		return hcl_unknown(NULL);
	double v = pow(a, b);

	return isfinite(v) ? hcl_number(v) : func_fail(c, "the result is no number");
}

static json_t *f_log(struct hcl_call *c)
{
	double a, b;

	if (!func_number(c, 0, &a) || !func_number(c, 1, &b))
		return hcl_unknown(NULL);
	double v = log(a) / log(b);

	return isfinite(v) ? hcl_number(v) : func_fail(c, "the result is no number");
}

static json_t *f_parseint(struct hcl_call *c)
{
	const char *s;
	char *end;
	json_int_t base;

	if (!func_text(c, 0, &s) || !func_whole(c, 1, &base))
		return hcl_unknown(NULL);
	if (base < 2 || base > 36)
		return func_fail(c, "a base is 2 to 36");
	long long v = strtoll(s, &end, (int)base);

	return *s && !*end ? json_integer(v)
	                   : func_fail(c, "\"%s\" is no number of base %lld", s, (long long)base);
}

static json_t *f_sum(struct hcl_call *c)
{
	json_t *list, *x;
	double v = 0;
	size_t i;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	json_array_foreach (list, i, x) {
		json_t *number = hcl_to_number(x);

		if (!number)
			return func_fail(c, "%s is no number", hcl_type_name(x));
		v += json_number_value(number);
		json_decref(number);
	}
	return hcl_number(v);
}

const struct hcl_func hcl_number_funcs[] = {
	{ "max", 1, FUNC_ARGS, f_max, false },
	{ "min", 1, FUNC_ARGS, f_min, false },
	{ "abs", 1, 1, f_abs, false },
	{ "ceil", 1, 1, f_ceil, false },
	{ "floor", 1, 1, f_floor, false },
	{ "signum", 1, 1, f_signum, false },
	{ "pow", 2, 2, f_pow, false },
	{ "log", 2, 2, f_log, false },
	{ "parseint", 2, 2, f_parseint, false },
	{ "sum", 1, 1, f_sum, false },
	{ NULL },
};
