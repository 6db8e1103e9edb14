/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of lists and sets. */
#include "input/hcl/func.h"

static json_t *f_length(struct hcl_call *c)
{
	json_t *v = c->args[0];
	json_int_t n = 0;

	if (json_is_array(v))
		return json_integer((json_int_t)json_array_size(v));
	if (json_is_object(v))
		return json_integer((json_int_t)json_object_size(v));
	if (!json_is_string(v))
		return func_fail(c, "%s has no length", hcl_type_name(v));
	for (const char *s = json_string_value(v); *s; s++)
		n += (*s & 0xC0) != 0x80;
	return json_integer(n);
}

static json_t *f_concat(struct hcl_call *c)
{
	json_t *out = json_array(), *list;

	for (size_t k = 0; k < c->n; k++) {
		if (!func_list(c, k, &list)) {
			json_decref(out);
			return hcl_unknown(NULL);
		}
		json_array_extend(out, list);
	}
	return out;
}

static void flatten_into(json_t *out, const json_t *list, unsigned depth)
{
	json_t *x;
	size_t i;

	json_array_foreach ((json_t *)list, i, x) {
		if (json_is_array(x) && depth)
			flatten_into(out, x, depth - 1);
		else
			json_array_append(out, x);
	}
}

static json_t *f_flatten(struct hcl_call *c)
{
	json_t *list, *out;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	out = json_array();
	flatten_into(out, list, 64);
	return out;
}

static json_t *f_compact(struct hcl_call *c)
{
	json_t *list, *x, *out;
	size_t i;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	out = json_array();
	json_array_foreach (list, i, x)
		if (!json_is_null(x) && !(json_is_string(x) && !json_string_length(x)))
			json_array_append(out, x);
	return out;
}

static bool list_has(const json_t *list, const json_t *v)
{
	json_t *x;
	size_t i;

	json_array_foreach ((json_t *)list, i, x)
		if (hcl_equal(x, v))
			return true;
	return false;
}

static json_t *f_contains(struct hcl_call *c)
{
	json_t *list;

	return func_list(c, 0, &list) ? json_boolean(list_has(list, c->args[1]))
	                              : hcl_unknown(NULL);
}

static json_t *f_distinct(struct hcl_call *c)
{
	json_t *list, *x, *out;
	size_t i;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	out = json_array();
	json_array_foreach (list, i, x)
		if (!list_has(out, x))
			json_array_append(out, x);
	return out;
}

static json_t *f_element(struct hcl_call *c)
{
	json_t *list;
	json_int_t k;

	if (!func_list(c, 0, &list) || !func_whole(c, 1, &k))
		return hcl_unknown(NULL);
	json_int_t n = (json_int_t)json_array_size(list);

	if (!n)
		return func_fail(c, "the list is empty");
	return json_incref(json_array_get(list, (size_t)((k % n + n) % n)));
}

static json_t *f_index(struct hcl_call *c)
{
	json_t *list, *x;
	size_t i;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	json_array_foreach (list, i, x)
		if (hcl_equal(x, c->args[1]))
			return json_integer((json_int_t)i);
	return func_fail(c, "the list has no such element");
}

static json_t *f_reverse(struct hcl_call *c)
{
	json_t *list, *out;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	out = json_array();
	for (size_t i = json_array_size(list); i-- > 0;)
		json_array_append(out, json_array_get(list, i));
	return out;
}

static json_t *f_slice(struct hcl_call *c)
{
	json_t *list, *out;
	json_int_t from, to;

	if (!func_list(c, 0, &list) || !func_whole(c, 1, &from) || !func_whole(c, 2, &to))
		return hcl_unknown(NULL);
	if (from < 0 || to < from || (size_t)to > json_array_size(list))
		return func_fail(c, "the list has %zu elements: %lld to %lld is not within",
		                 json_array_size(list), (long long)from, (long long)to);
	out = json_array();
	for (json_int_t i = from; i < to; i++)
		json_array_append(out, json_array_get(list, (size_t)i));
	return out;
}

static json_t *f_sort(struct hcl_call *c)
{
	json_t *list, *x, *texts, *sorted, *out;
	size_t i, k;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	texts = json_array();
	json_array_foreach (list, i, x) {
		struct str s = { 0 };

		hcl_to_text(x, &s);
		json_array_append_new(texts, json_stringn(str_get(&s), s.n));
		str_free_p(&s);
	}
	/* A set has each once, and this has as many as were there. */
	sorted = hcl_set_of(texts);
	out = json_array();
	json_array_foreach (sorted, i, x)
		for (k = 0; k < json_array_size(texts); k++)
			if (json_equal(json_array_get(texts, k), x))
				json_array_append(out, x);
	json_decref(texts);
	json_decref(sorted);
	return out;
}

static json_t *f_range(struct hcl_call *c)
{
	double from = 0, to, step = 1;
	json_t *out;

	if (!func_number(c, c->n > 1, &to) || (c->n > 1 && !func_number(c, 0, &from)) ||
	    (c->n > 2 && !func_number(c, 2, &step)))
		return hcl_unknown(NULL);
	if (c->n < 3 && to < from)
		step = -1;
	if (step == 0)
		return func_fail(c, "a step of 0 has no end");
	out = json_array();
	for (double v = from; step > 0 ? v < to : v > to; v += step) {
		if (json_array_size(out) == HCL_RANGE) {
			json_decref(out);
			return func_fail(c, "it has more than %d elements", HCL_RANGE);
		}
		json_array_append_new(out, hcl_number(v));
	}
	return out;
}

static json_t *f_chunklist(struct hcl_call *c)
{
	json_t *list, *x, *out, *chunk = NULL;
	json_int_t n;
	size_t i;

	if (!func_list(c, 0, &list) || !func_whole(c, 1, &n))
		return hcl_unknown(NULL);
	out = json_array();
	json_array_foreach (list, i, x) {
		if (!chunk || (n > 0 && json_array_size(chunk) == (size_t)n)) {
			chunk = json_array();
			json_array_append_new(out, chunk);
		}
		json_array_append(chunk, x);
	}
	return out;
}

static json_t *f_coalesce(struct hcl_call *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (!json_is_null(c->args[i]) &&
		    !(json_is_string(c->args[i]) && !json_string_length(c->args[i])))
			return json_incref(c->args[i]);
	return func_fail(c, "all arguments are null or empty");
}

static json_t *f_coalescelist(struct hcl_call *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (json_array_size(c->args[i]) || json_object_size(c->args[i]))
			return json_incref(c->args[i]);
	return func_fail(c, "all lists are empty");
}

static json_t *f_one(struct hcl_call *c)
{
	size_t n = json_array_size(c->args[0]);

	if (!json_is_array(c->args[0]))
		return json_incref(c->args[0]);
	if (n > 1)
		return func_fail(c, "the list has %zu elements", n);
	return n ? json_incref(json_array_get(c->args[0], 0)) : json_null();
}

/* --- sets
 * ------------------------------------------------------------------------------------------ */

static json_t *f_toset(struct hcl_call *c)
{
	json_t *list;

	return func_list(c, 0, &list) ? hcl_set_of(list) : hcl_unknown(NULL);
}

static json_t *f_tolist(struct hcl_call *c)
{
	json_t *list;

	return func_list(c, 0, &list) ? json_incref(list) : hcl_unknown(NULL);
}

static json_t *f_setunion(struct hcl_call *c)
{
	json_t *all = f_concat(c);
	json_t *v = hcl_is_unknown(all) ? json_incref(all) : hcl_set_of(all);

	json_decref(all);
	return v;
}

/* Elements of the first list that are in every other one (or in none, where without). */
static json_t *select_elements(struct hcl_call *c, bool without)
{
	json_t *list, *other, *x, *kept, *v;
	size_t i;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	kept = json_array();
	json_array_foreach (list, i, x) {
		bool keep = true;

		for (size_t k = 1; k < c->n; k++) {
			other = c->args[k];
			keep = keep && list_has(other, x) != without;
		}
		if (keep)
			json_array_append(kept, x);
	}
	v = hcl_set_of(kept);
	json_decref(kept);
	return v;
}

static json_t *f_setintersection(struct hcl_call *c)
{
	return select_elements(c, false);
}

static json_t *f_setsubtract(struct hcl_call *c)
{
	return select_elements(c, true);
}

static json_t *f_setproduct(struct hcl_call *c)
{
	json_t *out = json_pack("[[]]"), *next, *list, *row, *x;
	size_t i, r;

	for (size_t k = 0; k < c->n; k++) {
		if (!func_list(c, k, &list)) {
			json_decref(out);
			return hcl_unknown(NULL);
		}
		next = json_array();
		json_array_foreach (out, r, row)
			json_array_foreach (list, i, x) {
				json_t *longer = json_copy(row);

				if (json_array_size(next) >= 100000) {
					json_decref(longer);
					continue;
				}
				json_array_append(longer, x);
				json_array_append_new(next, longer);
			}
		json_decref(out);
		out = next;
		if (json_array_size(out) >= 100000) {
			json_decref(out);
			return func_fail(c, "it has more than 100000 elements");
		}
	}
	return out;
}

static json_t *judge_all(struct hcl_call *c, bool all)
{
	json_t *list, *x;
	bool v = all;
	size_t i;

	if (!func_list(c, 0, &list))
		return hcl_unknown(NULL);
	json_array_foreach (list, i, x) {
		bool yes = false;

		hcl_to_bool(x, &yes);
		v = all ? v && yes : v || yes;
	}
	return json_boolean(v);
}

static json_t *f_alltrue(struct hcl_call *c)
{
	return judge_all(c, true);
}

static json_t *f_anytrue(struct hcl_call *c)
{
	return judge_all(c, false);
}

const struct hcl_func hcl_list_funcs[] = {
	{ "length", 1, 1, f_length, true },
	{ "concat", 1, FUNC_ARGS, f_concat, true },
	{ "flatten", 1, 1, f_flatten, true },
	{ "compact", 1, 1, f_compact, true },
	{ "contains", 2, 2, f_contains, false },
	{ "distinct", 1, 1, f_distinct, true },
	{ "element", 2, 2, f_element, true },
	{ "index", 2, 2, f_index, false },
	{ "reverse", 1, 1, f_reverse, true },
	{ "slice", 3, 3, f_slice, true },
	{ "sort", 1, 1, f_sort, false },
	{ "range", 1, 3, f_range, false },
	{ "chunklist", 2, 2, f_chunklist, true },
	{ "coalesce", 1, FUNC_ARGS, f_coalesce, true },
	{ "coalescelist", 1, FUNC_ARGS, f_coalescelist, true },
	{ "one", 1, 1, f_one, true },
	{ "toset", 1, 1, f_toset, true },
	{ "tolist", 1, 1, f_tolist, true },
	{ "setunion", 1, FUNC_ARGS, f_setunion, false },
	{ "setintersection", 1, FUNC_ARGS, f_setintersection, false },
	{ "setsubtract", 2, 2, f_setsubtract, false },
	{ "setproduct", 1, FUNC_ARGS, f_setproduct, true },
	{ "alltrue", 1, 1, f_alltrue, false },
	{ "anytrue", 1, 1, f_anytrue, false },
	{ NULL },
};
