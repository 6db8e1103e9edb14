/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operators, for, and splats. */
#include <math.h>

#include "input/hcl/eval.h"

static json_t *fail_operands(struct hcl_eval *ev, const struct hcl_expr *e, const json_t *a,
                             const json_t *b)
{
	static const char *const words[] = { "||", "&&", "==", "!=", "<", "<=", ">",
		                             ">=", "+",  "-",  "*",  "/", "%" };

	return hcl_fail(ev, e->place, "HCL-TYPE-01", NULL, "\"%s\" does not go with %s and %s",
	                words[e->op], hcl_type_name(a), hcl_type_name(b));
}

static json_t *eval_logic(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *a = hcl_eval(ev, e->of), *b = hcl_eval(ev, e->by), *v;
	bool x = false, y = false, known_a = hcl_to_bool(a, &x), known_b = hcl_to_bool(b, &y);
	bool decides = e->op == HCL_OR; /* this value of either is the value of both */

	if ((known_a && x == decides) || (known_b && y == decides))
		v = json_boolean(decides);
	else if (hcl_is_unknown(a) || hcl_is_unknown(b))
		v = hcl_unknown(hcl_unknown_of(hcl_is_unknown(a) ? a : b));
	else if (!known_a || !known_b)
		v = fail_operands(ev, e, a, b);
	else
		v = json_boolean(!decides);
	json_decref(a);
	json_decref(b);
	return v;
}

static bool add_overflows(enum hcl_op op, json_int_t a, json_int_t b, json_int_t *ret)
{
	long long r = 0;
	bool over = op == HCL_ADD   ? __builtin_add_overflow((long long)a, (long long)b, &r)
	            : op == HCL_SUB ? __builtin_sub_overflow((long long)a, (long long)b, &r)
	                            : __builtin_mul_overflow((long long)a, (long long)b, &r);

	*ret = r;
	return over;
}

static json_t *calculate(struct hcl_eval *ev, const struct hcl_expr *e, const json_t *a,
                         const json_t *b)
{
	double x = json_number_value(a), y = json_number_value(b);
	json_int_t whole;

	switch (e->op) {
	case HCL_LT:
		return json_boolean(x < y);
	case HCL_LE:
		return json_boolean(x <= y);
	case HCL_GT:
		return json_boolean(x > y);
	case HCL_GE:
		return json_boolean(x >= y);
	case HCL_DIV:
	case HCL_MOD:
		if (y == 0)
			return hcl_fail(ev, e->place, "HCL-TYPE-01", NULL, "division by zero");
		return hcl_number(e->op == HCL_DIV ? x / y : fmod(x, y));
	default:
		break;
	}
	if (json_is_integer(a) && json_is_integer(b) &&
	    !add_overflows(e->op, json_integer_value(a), json_integer_value(b), &whole))
		return json_integer(whole);
	return hcl_number(e->op == HCL_ADD ? x + y : e->op == HCL_SUB ? x - y : x * y);
}

json_t *hcl_eval_binary(struct hcl_eval *ev, const struct hcl_expr *e)
{
	if (e->op == HCL_OR || e->op == HCL_AND)
		return eval_logic(ev, e);
	json_t *a = hcl_open(ev, hcl_eval(ev, e->of)), *b = hcl_open(ev, hcl_eval(ev, e->by)), *v;

	if (hcl_is_unknown(a) || hcl_is_unknown(b)) {
		v = hcl_unknown(hcl_unknown_of(hcl_is_unknown(a) ? a : b));
	} else if (e->op == HCL_EQ || e->op == HCL_NE) {
		v = hcl_has_unknown(a) || hcl_has_unknown(b)
		        ? hcl_unknown("a comparison with what is not known")
		        : json_boolean(hcl_equal(a, b) == (e->op == HCL_EQ));
	} else {
		json_t *x = hcl_to_number(a), *y = hcl_to_number(b);

		v = x && y ? calculate(ev, e, x, y) : fail_operands(ev, e, a, b);
		json_decref(x);
		json_decref(y);
	}
	json_decref(a);
	json_decref(b);
	return v;
}

/* --- for -----------------------------------------------------------------------------------------
 */

struct loop_out {
	json_t *value;   /* list, map */
	struct str text; /* of a template */
	json_t *unknown; /* what makes all of it unknown */
};

static void group_value(json_t *map, const char *key, json_t *value /* stolen */)
{
	json_t *list = json_object_get(map, key);

	if (!list) {
		list = json_array();
		json_object_set_new(map, key, list);
	}
	json_array_append_new(list, value);
}

static void loop_once(struct hcl_eval *ev, const struct hcl_expr *e, struct loop_out *out)
{
	bool keep = true;

	if (e->other) {
		json_t *cond = hcl_eval(ev, e->other);

		if (hcl_is_unknown(cond) && !out->unknown)
			out->unknown = json_incref(cond);
		keep = hcl_to_bool(cond, &keep) && keep;
		json_decref(cond);
	}
	if (!keep)
		return;
	json_t *v = hcl_eval(ev, e->by);

	if (e->sort == HCL_FOR_LIST) {
		json_array_append_new(out->value, v);
		return;
	}
	if (e->sort == HCL_FOR_MAP) {
		_cleanup_str_ struct str key = { 0 };

		if (!hcl_to_text(v, &key)) {
			if (!out->unknown)
				out->unknown = hcl_is_unknown(v)
				                   ? json_incref(v)
				                   : hcl_fail(ev, e->by->place, "HCL-TYPE-01", NULL,
				                              "%s is no key", hcl_type_name(v));
		} else if (e->spread) {
			group_value(out->value, str_get(&key), hcl_eval(ev, e->result));
		} else {
			json_object_set_new(out->value, str_get(&key), hcl_eval(ev, e->result));
		}
	} else if (hcl_is_unknown(v) && !out->unknown) {
		out->unknown = json_incref(v);
	} else if (!hcl_to_text(v, &out->text) && !out->unknown) {
		out->unknown = hcl_fail(ev, e->place, "HCL-TYPE-01", NULL,
		                        "%s cannot be put into a string", hcl_type_name(v));
	}
	json_decref(v);
}

static void loop_with(struct hcl_eval *ev, const struct hcl_expr *e, json_t *key /* stolen */,
                      json_t *value, struct loop_out *out)
{
	const struct hcl_vars *before = ev->vars;
	const struct hcl_vars k = { before, e->key ? e->key : "", key };
	const struct hcl_vars v = { &k, e->name, value };

	ev->vars = &v;
	loop_once(ev, e, out);
	ev->vars = before;
	json_decref(key);
}

json_t *hcl_eval_for(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *of = hcl_open(ev, hcl_eval(ev, e->of)), *x;
	struct loop_out out = { .value = e->sort == HCL_FOR_LIST ? json_array() : json_object() };
	size_t i, n;

	if (hcl_is_unknown(of)) {
		out.unknown = json_incref(of);
	} else if (json_is_array(of)) {
		json_array_foreach (of, i, x)
			loop_with(ev, e, json_integer((json_int_t)i), x, &out);
	} else if (json_is_object(of)) {
		_cleanup_free_ const char **keys = hcl_sorted_keys(of, &n);

		for (i = 0; i < n; i++)
			loop_with(ev, e, json_string(keys[i]), json_object_get(of, keys[i]), &out);
	} else {
		out.unknown = hcl_fail(ev, e->of->place, "HCL-TYPE-01", NULL,
		                       "a for goes over a list or an object, and this is %s",
		                       hcl_type_name(of));
	}
	json_decref(of);
	json_t *v = out.unknown               ? json_incref(out.unknown)
	            : e->sort == HCL_FOR_TEXT ? json_stringn(str_get(&out.text), out.text.n)
	                                      : json_incref(out.value);

	json_decref(out.unknown);
	json_decref(out.value);
	str_free_p(&out.text);
	return v ? v : hcl_unknown("text that is not UTF-8");
}

/* --- splat ---------------------------------------------------------------------------------------
 */

json_t *hcl_eval_splat(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *of = hcl_eval(ev, e->of), *list, *x, *out;
	size_t i;

	if (hcl_is_unknown(of))
		return of;
	if (json_is_array(of)) {
		list = json_incref(of);
	} else { /* null is none, anything else is one */
		list = json_array();
		if (!json_is_null(of))
			json_array_append(list, of);
	}
	json_t *before = ev->item;

	out = json_array();
	json_array_foreach (list, i, x) {
		ev->item = x;
		json_array_append_new(out, hcl_eval(ev, e->by));
	}
	ev->item = before;
	json_decref(list);
	json_decref(of);
	return out;
}
