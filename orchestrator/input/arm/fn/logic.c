/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "Logical functions", "Comparison functions for ARM templates". */
#include "input/arm/fn/fn.h"

/* Only what is needed is evaluated: the other branch often asks a resource that is not deployed. */
static const struct val *eval_truth_of_argument(struct env *e, const struct expr *at, size_t i,
                                                bool *ret)
{
	const struct val *v = eval_arg(e, at, i);

	if (v && v->open && !v->n) {
		*ret = false;
		return v;
	}
	if (v && !eval_truth(v, ret))
		return eval_fail(e, at->args[i], NULL, "%s() wants a boolean here, not %s",
		                 at->name, val_type_str(v));
	return v;
}

LAZY(lazy_if)
{
	bool yes;

	return eval_truth_of_argument(e, at, 0, &yes) ? eval_arg(e, at, yes ? 1 : 2) : NULL;
}

LAZY(lazy_and)
{
	bool yes = true;

	for (size_t i = 0; i < at->n_args && yes; i++)
		if (!eval_truth_of_argument(e, at, i, &yes))
			return NULL;
	return val_bool(yes);
}

LAZY(lazy_or)
{
	bool yes = false;

	for (size_t i = 0; i < at->n_args && !yes; i++)
		if (!eval_truth_of_argument(e, at, i, &yes))
			return NULL;
	return val_bool(yes);
}

LAZY(lazy_not)
{
	bool yes;

	return eval_truth_of_argument(e, at, 0, &yes) ? val_bool(!yes) : NULL;
}

LAZY(lazy_coalesce)
{
	const struct val *v = &val_null;

	for (size_t i = 0; i < at->n_args && v && v->type == V_NULL; i++)
		v = eval_arg(e, at, i);
	return v;
}

FN(fn_bool)
{
	bool yes;

	if (v[0]->type == V_FLOAT)
		return val_bool(v[0]->d != 0);
	if (!eval_truth(v[0], &yes))
		return eval_fail(e, at->args[0], NULL,
		                 "bool() takes \"true\", \"false\" and numbers");
	return val_bool(yes);
}

FN(fn_true)
{
	return &val_true;
}

FN(fn_false)
{
	return &val_false;
}

FN(fn_null)
{
	return &val_null;
}

FN(fn_equals)
{
	return val_bool(val_equal(v[0], v[1]));
}

/* Numbers, or strings by their code points. */
static bool compare_arguments(struct env *e, const struct expr *at, const struct val *const *v,
                              int *ret)
{
	bool numbers = (v[0]->type == V_INT || v[0]->type == V_FLOAT) &&
	               (v[1]->type == V_INT || v[1]->type == V_FLOAT);

	if (v[0]->type == V_INT && v[1]->type == V_INT) {
		*ret = (v[0]->i > v[1]->i) - (v[0]->i < v[1]->i);
	} else if (numbers) {
		double a = v[0]->type == V_INT ? (double)v[0]->i : v[0]->d;
		double b = v[1]->type == V_INT ? (double)v[1]->i : v[1]->d;

		*ret = (a > b) - (a < b);
	} else if (v[0]->type == V_STR && v[1]->type == V_STR) {
		*ret = strcmp(v[0]->s, v[1]->s);
	} else {
		eval_fail(e, at, "int() makes an integer of a string",
		          "%s() compares two numbers or two strings, not %s with %s", at->name,
		          val_type_str(v[0]), val_type_str(v[1]));
		return false;
	}
	return true;
}

FN(fn_greater)
{
	int c;

	return compare_arguments(e, at, v, &c) ? val_bool(c > 0) : NULL;
}

FN(fn_greater_or_equals)
{
	int c;

	return compare_arguments(e, at, v, &c) ? val_bool(c >= 0) : NULL;
}

FN(fn_less)
{
	int c;

	return compare_arguments(e, at, v, &c) ? val_bool(c < 0) : NULL;
}

FN(fn_less_or_equals)
{
	int c;

	return compare_arguments(e, at, v, &c) ? val_bool(c <= 0) : NULL;
}

/* fail(): the template's writer refuses (Bicep, "fail"). */
FN(fn_fail)
{
	return eval_fail(e, at, NULL, "the template refuses: %s", v[0]->s);
}

const struct func funcs_logic[] = {
	{ "if", 3, 3, "", NULL, lazy_if },
	{ "and", 1, -1, "", NULL, lazy_and },
	{ "or", 1, -1, "", NULL, lazy_or },
	{ "not", 1, 1, "", NULL, lazy_not },
	{ "coalesce", 1, -1, "", NULL, lazy_coalesce },
	{ "bool", 1, 1, "?", fn_bool },
	{ "true", 0, 0, "", fn_true },
	{ "false", 0, 0, "", fn_false },
	{ "null", 0, 0, "", fn_null },
	{ "equals", 2, 2, "?", fn_equals },
	{ "greater", 2, 2, "?", fn_greater },
	{ "greaterOrEquals", 2, 2, "?", fn_greater_or_equals },
	{ "less", 2, 2, "?", fn_less },
	{ "lessOrEquals", 2, 2, "?", fn_less_or_equals },
	{ "fail", 1, 1, "s", fn_fail },
	{ 0 },
};
