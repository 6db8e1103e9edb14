/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/hcl/eval.h"

#include <stdio.h>

#include "base/format.h"

json_t *hcl_fail(struct hcl_eval *ev, struct hcl_place at, const char *rule, const char *hint,
                 const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	ev->errors++;
	if (ev->quiet)
		return hcl_unknown("what failed");
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	hcl_report(ev->findings, SEV_ERROR, rule, at, hint, "%s", text);
	return hcl_unknown("what failed");
}

json_t *hcl_open(struct hcl_eval *ev, json_t *v)
{
	if (!hcl_is_handle(v))
		return v;
	json_t *whole = ev->whole(ev, v);

	json_decref(v);
	return whole;
}

json_t *hcl_open_deep(struct hcl_eval *ev, json_t *v, unsigned depth)
{
	v = hcl_open(ev, v);
	if (depth == 0 || hcl_is_unknown(v) || !(json_is_array(v) || json_is_object(v)))
		return v;
	json_t *out = json_is_array(v) ? json_array() : json_object(), *x;
	const char *key;
	size_t i;

	json_array_foreach (v, i, x)
		json_array_append_new(out, hcl_open_deep(ev, json_incref(x), depth - 1));
	json_object_foreach (v, key, x)
		json_object_set_new(out, key, hcl_open_deep(ev, json_incref(x), depth - 1));
	json_decref(v);
	return out;
}

/* --- names and what stands behind them
 * ------------------------------------------------------------ */

static json_t *eval_name(struct hcl_eval *ev, const struct hcl_expr *e)
{
	for (const struct hcl_vars *v = ev->vars; v; v = v->outer)
		if (streq(v->name, e->name))
			return json_incref(v->value);
	json_t *v = ev->only_vars ? NULL : ev->name(ev, e->name, e);

	return v ? v
	         : hcl_fail(ev, e->place, "HCL-REF-01", NULL, "there is nothing called \"%s\" here",
	                    e->name);
}

json_t *hcl_attr_of(struct hcl_eval *ev, json_t *of, const char *name, const struct hcl_expr *at)
{
	if (hcl_is_unknown(of)) {
		_cleanup_free_ char *what = xasprintf("%s.%s", hcl_unknown_of(of), name);

		return hcl_unknown(what);
	}
	if (hcl_is_handle(of)) {
		json_t *v = ev->attr(ev, of, name, at);

		return v ? v
		         : hcl_fail(ev, at->place, "HCL-REF-01", NULL, "there is no \"%s\" in it",
		                    name);
	}
	json_t *v = json_object_get(of, name);

	if (v)
		return json_incref(v);
	if (json_is_object(of)) {
		size_t n, near = 0;
		_cleanup_free_ const char **keys = hcl_sorted_keys(of, &n);
		const char *best = str_nearest(name, keys, n);
		_cleanup_free_ char *hint = best ? xasprintf("did you mean \"%s\"?", best) : NULL;

		(void)near;
		return hcl_fail(ev, at->place, "HCL-REF-01", hint, "this object has no \"%s\"",
		                name);
	}
	return hcl_fail(ev, at->place, "HCL-TYPE-01", NULL, "%s has no \"%s\"", hcl_type_name(of),
	                name);
}

static json_t *index_list(struct hcl_eval *ev, const json_t *of, const json_t *by,
                          const struct hcl_expr *e)
{
	json_t *number = hcl_to_number(by);
	json_int_t k = number ? (json_int_t)json_number_value(number) : -1;
	size_t n = json_array_size(of);

	json_decref(number);
	if (k >= 0 && (size_t)k < n)
		return json_incref(json_array_get(of, (size_t)k));
	if (!n)
		return hcl_fail(ev, e->place, "HCL-INDEX-01", NULL, "the list is empty");
	return hcl_fail(ev, e->place, "HCL-INDEX-01", NULL,
	                "the list has no such element: it has 0 to %zu", n - 1);
}

static json_t *index_value(struct hcl_eval *ev, json_t *of, const json_t *by,
                           const struct hcl_expr *e)
{
	_cleanup_str_ struct str key = { 0 };

	if (hcl_is_unknown(by))
		return hcl_unknown(hcl_unknown_of(by));
	if (hcl_is_unknown(of))
		return hcl_unknown(hcl_unknown_of(of));
	if (json_is_array(of))
		return index_list(ev, of, by, e);
	if (!hcl_to_text(by, &key))
		return hcl_fail(ev, e->place, "HCL-INDEX-01", NULL, "%s is no index",
		                hcl_type_name(by));
	/* Nested blocks that can stand once are lists to Terraform: x.block[0]. */
	if (hcl_is_handle(of) && json_is_number(by))
		return json_integer_value(by) == 0
		           ? json_incref(of)
		           : hcl_fail(ev, e->place, "HCL-INDEX-01", NULL,
		                      "it has no count: there is no [%s]", str_get(&key));
	return hcl_attr_of(ev, of, str_get(&key), e);
}

static json_t *eval_index(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *of = hcl_eval(ev, e->of), *by = hcl_eval(ev, e->by);
	json_t *v = index_value(ev, of, by, e);

	json_decref(of);
	json_decref(by);
	return v;
}

/* --- templates -----------------------------------------------------------------------------------
 */

static json_t *eval_template(struct hcl_eval *ev, const struct hcl_expr *e)
{
	_cleanup_str_ struct str text = { 0 };
	json_t *unknown = NULL;

	if (e->n_items == 1) /* "${x}" is x */
		return hcl_eval(ev, e->items[0]);
	for (size_t i = 0; i < e->n_items; i++) {
		json_t *v = hcl_eval(ev, e->items[i]);

		if (hcl_is_unknown(v) && !unknown)
			unknown = json_incref(v);
		else if (!hcl_is_unknown(v) && !hcl_to_text(v, &text)) {
			json_t *failed =
			    hcl_fail(ev, e->items[i]->place, "HCL-TYPE-01", NULL,
			             "%s cannot be put into a string", hcl_type_name(v));

			if (unknown)
				json_decref(failed);
			else
				unknown = failed;
		}
		json_decref(v);
		if (text.n > HCL_TEXT) {
			json_decref(unknown);
			return hcl_fail(ev, e->place, "HCL-LIMIT-01", NULL,
			                "a string is longer than %d MiB", HCL_TEXT >> 20);
		}
	}
	json_t *v = unknown ? unknown : json_stringn(str_get(&text), text.n);

	return v ? v : hcl_fail(ev, e->place, "HCL-TYPE-01", NULL, "the string is not UTF-8");
}

/* --- the rest ------------------------------------------------------------------------------------
 */

static json_t *eval_if(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *of = hcl_eval(ev, e->of), *v;
	bool yes = false;

	if (hcl_is_unknown(of))
		v = hcl_unknown(hcl_unknown_of(of));
	else if (!hcl_to_bool(of, &yes))
		v = hcl_fail(ev, e->of->place, "HCL-TYPE-01", NULL,
		             "a condition is true or false, and this is %s", hcl_type_name(of));
	else
		v = hcl_eval(ev, yes ? e->by : e->other);
	json_decref(of);
	return v;
}

static json_t *eval_tuple(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_items; i++)
		json_array_append_new(list, hcl_eval(ev, e->items[i]));
	return list;
}

static json_t *eval_object(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *map = json_object();

	for (size_t i = 0; i + 1 < e->n_items; i += 2) {
		json_t *key = hcl_eval(ev, e->items[i]);
		_cleanup_str_ struct str text = { 0 };

		if (hcl_to_text(key, &text))
			json_object_set_new(map, str_get(&text), hcl_eval(ev, e->items[i + 1]));
		else if (!hcl_is_unknown(key))
			json_decref(hcl_fail(ev, e->items[i]->place, "HCL-TYPE-01", NULL,
			                     "%s is no key", hcl_type_name(key)));
		json_decref(key);
	}
	return map;
}

static json_t *eval_unary(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *of = hcl_eval(ev, e->of), *v = NULL;
	bool yes = false;

	if (hcl_is_unknown(of))
		return of;
	if (e->sort == HCL_NOT) {
		if (hcl_to_bool(of, &yes))
			v = json_boolean(!yes);
	} else {
		json_t *number = hcl_to_number(of);

		if (json_is_integer(number) && json_integer_value(number) != INT64_MIN)
			v = json_integer(-json_integer_value(number));
		else if (number)
			v = json_real(-json_number_value(number));
		json_decref(number);
	}
	if (!v)
		v = hcl_fail(ev, e->place, "HCL-TYPE-01", NULL, "\"%s\" does not go with %s",
		             e->sort == HCL_NOT ? "!" : "-", hcl_type_name(of));
	json_decref(of);
	return v;
}

static json_t *eval_sort(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *of, *v;

	switch (e->sort) {
	case HCL_LITERAL:
		return json_incref(e->value);
	case HCL_TEMPLATE:
		return eval_template(ev, e);
	case HCL_NAME:
		return eval_name(ev, e);
	case HCL_ATTR:
		of = hcl_eval(ev, e->of);
		v = hcl_attr_of(ev, of, e->name, e);
		json_decref(of);
		return v;
	case HCL_INDEX:
		return eval_index(ev, e);
	case HCL_SPLAT:
		return ev->sorts->splat(ev, e);
	case HCL_ITEM:
		return json_incref(ev->item);
	case HCL_NOT:
	case HCL_MINUS:
		return eval_unary(ev, e);
	case HCL_BINARY:
		return ev->sorts->binary(ev, e);
	case HCL_IF:
		return eval_if(ev, e);
	case HCL_CALL:
		return ev->sorts->call(ev, e);
	case HCL_TUPLE:
		return eval_tuple(ev, e);
	case HCL_OBJECT:
		return eval_object(ev, e);
	case HCL_FOR_LIST:
	case HCL_FOR_MAP:
	case HCL_FOR_TEXT:
		return ev->sorts->loop(ev, e);
	}
	return hcl_unknown("what failed");
}

static json_t *fail_loudly(struct hcl_eval *ev, struct hcl_place at, const char *what, int limit)
{
	unsigned quiet = ev->quiet;

	ev->quiet = 0;
	json_t *v = hcl_fail(ev, at, "HCL-LIMIT-01", NULL, "%s more than %d", what, limit);

	ev->quiet = quiet;
	return v;
}

json_t *hcl_exhausted(struct hcl_eval *ev, struct hcl_place at)
{
	if (ev->exhausted)
		return hcl_unknown("what failed");
	ev->exhausted = true;
	return fail_loudly(ev, at, "the steps that evaluate the design are", HCL_EVAL_STEPS);
}

json_t *hcl_eval(struct hcl_eval *ev, const struct hcl_expr *e)
{
	json_t *v;

	if (!e) /* a statement that could not be read, and is reported */
		return hcl_unknown("what failed");
	if (++ev->steps > HCL_EVAL_STEPS)
		return hcl_exhausted(ev, e->place);
	if (ev->depth >= HCL_EVAL_DEPTH)
		return fail_loudly(ev, e->place, "expressions that lead to expressions are",
		                   HCL_EVAL_DEPTH);
	ev->depth++;
	v = eval_sort(ev, e);
	ev->depth--;
	return v;
}
