/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "Array functions for ARM templates"; those that take strings too. */
#include <ctype.h>
#include <string.h>

#include "input/arm/fn/fn.h"

FN(fn_create_array)
{
	const struct val **items = arena_array(e->a->arena, n + 1, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = v[i];
	return eval_big(e, at, val_arr(e->a->arena, items, n));
}

FN(fn_array)
{
	return v[0]->type == V_ARR ? v[0] : fn_create_array(e, at, v, 1);
}

static const struct val *slice_value(struct env *e, const struct val *v, size_t from, size_t n)
{
	return val_arr(e->a->arena, v->items + from, n);
}

static const struct val *fail_neither(struct env *e, const struct expr *at, const struct val *v,
                                      const char *what)
{
	return eval_fail(e, at->args[0], NULL, "%s() takes %s, not %s", at->name, what,
	                 val_type_str(v));
}

FN(fn_first)
{
	if (v[0]->type == V_ARR)
		return v[0]->n ? v[0]->items[0] : &val_null;
	if (v[0]->type == V_STR)
		return val_strn(e->a->arena, v[0]->s, utf8_offset(v[0]->s, v[0]->n, 1));
	return fail_neither(e, at, v[0], "an array or a string");
}

FN(fn_last)
{
	if (v[0]->type == V_ARR)
		return v[0]->n ? v[0]->items[v[0]->n - 1] : &val_null;
	if (v[0]->type == V_STR) {
		size_t chars = utf8_count(v[0]->s, v[0]->n);
		size_t from = chars ? utf8_offset(v[0]->s, v[0]->n, chars - 1) : 0;

		return val_strn(e->a->arena, v[0]->s + from, v[0]->n - from);
	}
	return fail_neither(e, at, v[0], "an array or a string");
}

FN(fn_take)
{
	size_t want = v[1]->i > 0 ? (size_t)v[1]->i : 0;

	if (v[0]->type == V_ARR)
		return slice_value(e, v[0], 0, want < v[0]->n ? want : v[0]->n);
	if (v[0]->type == V_STR)
		return val_strn(e->a->arena, v[0]->s, utf8_offset(v[0]->s, v[0]->n, want));
	return fail_neither(e, at, v[0], "an array or a string");
}

FN(fn_skip)
{
	size_t want = v[1]->i > 0 ? (size_t)v[1]->i : 0;

	if (v[0]->type == V_ARR) {
		want = want < v[0]->n ? want : v[0]->n;
		return slice_value(e, v[0], want, v[0]->n - want);
	}
	if (v[0]->type == V_STR) {
		size_t from = utf8_offset(v[0]->s, v[0]->n, want);

		return val_strn(e->a->arena, v[0]->s + from, v[0]->n - from);
	}
	return fail_neither(e, at, v[0], "an array or a string");
}

FN(fn_length)
{
	if (v[0]->type == V_STR)
		return val_int(e->a->arena, (int64_t)utf8_count(v[0]->s, v[0]->n));
	if (v[0]->type == V_ARR || v[0]->type == V_OBJ)
		return val_int(e->a->arena, v[0]->n);
	return fail_neither(e, at, v[0], "an array, an object or a string");
}

FN(fn_empty)
{
	if (v[0]->type == V_NULL)
		return &val_true;
	if (v[0]->type == V_STR || v[0]->type == V_ARR || v[0]->type == V_OBJ)
		return val_bool(!v[0]->n);
	return fail_neither(e, at, v[0], "an array, an object or a string");
}

/* Strings with case, names of properties without (Bicep, SystemNamespaceType.cs). */
FN(fn_contains)
{
	if (v[0]->type == V_ARR) {
		for (uint32_t i = 0; i < v[0]->n; i++)
			if (val_equal(v[0]->items[i], v[1]))
				return &val_true;
		return &val_false;
	}
	if (v[0]->type == V_OBJ && v[1]->type == V_STR)
		return val_bool(val_get(v[0], v[1]->s) != NULL);
	if (v[0]->type == V_STR) {
		_cleanup_str_ struct str s = { 0 };

		text_of(v[1], &s);
		return val_bool(strstr(v[0]->s, str_get(&s)) != NULL);
	}
	return fail_neither(e, at, v[0], "an array, an object or a string");
}

/* In small letters; backwards, so that the last place is the first. */
static char *to_search(const struct val *v, bool backwards)
{
	char *s = xmalloc(v->n + 1);

	for (uint32_t i = 0; i < v->n; i++)
		s[i] = (char)tolower((unsigned char)v->s[backwards ? v->n - 1 - i : i]);
	return s;
}

/* memmem() takes linear time, whatever the two are. A match begins where a character begins. */
static int64_t string_index(const struct val *text, const struct val *what, bool last)
{
	_cleanup_free_ char *s = to_search(text, last), *x = to_search(what, last);
	const char *hit = memmem(s, text->n, x, what->n);

	if (!hit)
		return -1;
	size_t at = (size_t)(hit - s);

	return (int64_t)utf8_count(text->s, last ? text->n - what->n - at : at);
}

static const struct val *find_index(struct env *e, const struct expr *at,
                                    const struct val *const *v, bool last)
{
	int64_t found = -1;

	if (v[0]->type == V_ARR) {
		for (uint32_t i = 0; i < v[0]->n && (found < 0 || last); i++)
			if (val_equal(v[0]->items[i], v[1]))
				found = i;
	} else if (v[0]->type == V_STR && v[1]->type == V_STR) {
		found = string_index(v[0], v[1], last);
	} else {
		return fail_neither(e, at, v[0], "an array, or two strings");
	}
	return val_int(e->a->arena, found);
}

FN(fn_index_of)
{
	return find_index(e, at, v, false);
}

FN(fn_last_index_of)
{
	return find_index(e, at, v, true);
}

FN(fn_range)
{
	struct val_builder b = { .a = e->a->arena };

	if (v[1]->i < 0 || v[1]->i > 10000 || v[0]->i > INT32_MAX || v[0]->i < INT32_MIN)
		return eval_fail(e, at->args[1], NULL,
		                 "range() gives 0 to 10000 integers of 32 bits");
	for (int64_t i = 0; i < v[1]->i; i++)
		val_push(&b, val_int(e->a->arena, v[0]->i + i));
	e->a->steps += v[1]->i;
	return val_built_arr(&b);
}

FN(fn_flatten)
{
	struct val_builder b = { .a = e->a->arena };

	for (uint32_t i = 0; i < v[0]->n; i++) {
		const struct val *x = v[0]->items[i];

		if (x->type != V_ARR)
			return eval_fail(e, at->args[0], NULL,
			                 "flatten() takes arrays of arrays; [%u] is %s", i,
			                 val_type_str(x));
		for (uint32_t k = 0; k < x->n && b.n <= VAL_MAX_ITEMS; k++)
			val_push(&b, x->items[k]);
	}
	return eval_big(e, at, val_built_arr(&b));
}

static bool builder_has_value(const struct val_builder *b, const struct val *v, long *steps)
{
	*steps += (long)b->n;
	for (size_t i = 0; i < b->n; i++)
		if (val_equal(b->items[i], v))
			return true;
	return false;
}

const struct val *union_arrays(struct env *e, const struct expr *at, const struct val *const *v,
                               size_t n)
{
	struct val_builder b = { .a = e->a->arena };

	for (size_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < v[i]->n; k++) {
			if (e->a->steps > ARM_MAX_STEPS)
				return eval_fail(e, at, NULL, "this takes too long");
			if (!builder_has_value(&b, v[i]->items[k], &e->a->steps))
				val_push(&b, v[i]->items[k]);
		}
	}
	return eval_big(e, at, val_built_arr(&b));
}

FN(fn_distinct)
{
	return union_arrays(e, at, v, 1);
}

FN(fn_index_from_end)
{
	if (v[1]->i >= 1 && v[1]->i <= v[0]->n)
		return v[0]->items[v[0]->n - v[1]->i];
	return *at->name == 't' || *at->name == 'T'
	           ? &val_null
	           : eval_fail(e, at, NULL, "the array has %u elements, [^%lld] is not there",
	                       v[0]->n, (long long)v[1]->i);
}

const struct func funcs_arrays[] = {
	{ "createArray", 0, -1, "?", fn_create_array, .open = true },
	{ "array", 1, 1, "?", fn_array, .open = true },
	{ "first", 1, 1, "?", fn_first },
	{ "last", 1, 1, "?", fn_last },
	{ "take", 2, 2, "?i", fn_take },
	{ "skip", 2, 2, "?i", fn_skip },
	{ "length", 1, 1, "?", fn_length },
	{ "empty", 1, 1, "?", fn_empty },
	{ "contains", 2, 2, "?", fn_contains },
	{ "indexOf", 2, 2, "?", fn_index_of },
	{ "lastIndexOf", 2, 2, "?", fn_last_index_of },
	{ "range", 2, 2, "i", fn_range },
	{ "flatten", 1, 1, "a", fn_flatten },
	{ "distinct", 1, 1, "a", fn_distinct },
	{ "tryIndexFromEnd", 2, 2, "ai", fn_index_from_end },
	{ "indexFromEnd", 2, 2, "ai", fn_index_from_end },
	{ 0 },
};
