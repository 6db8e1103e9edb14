/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "String functions for ARM templates". */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "base/base64.h"
#include "input/arm/fn/fn.h"

FN(fn_concat)
{
	struct str s = { 0 };

	if (v[0]->type == V_ARR) {
		struct val_builder b = { .a = e->a->arena };

		for (size_t i = 0; i < n; i++) {
			if (v[i]->type != V_ARR)
				return eval_fail(e, at->args[i], NULL,
				                 "concat() joins strings or arrays, not both");
			for (uint32_t k = 0; k < v[i]->n && b.n <= VAL_MAX_ITEMS; k++)
				val_push(&b, v[i]->items[k]);
		}
		return eval_big(e, at, val_built_arr(&b));
	}
	for (size_t i = 0; i < n && s.n <= VAL_MAX_STRING; i++) {
		if (v[i]->type == V_ARR || v[i]->type == V_OBJ) {
			str_free_p(&s);
			return eval_fail(
			    e, at->args[i],
			    v[i]->type == V_ARR ? NULL : "string() makes text of an object",
			    v[i]->type == V_ARR ? "concat() joins strings or arrays, not both"
			                        : "concat() cannot join an object");
		}
		text_of(v[i], &s);
	}
	return eval_text(e, at, &s);
}

FN(fn_string)
{
	struct str s = { 0 };

	if (v[0]->type == V_STR)
		return v[0];
	text_of(v[0], &s);
	return eval_text(e, at, &s);
}

/* The first of the delimiters (at least one) at s; its length, or 0. */
static size_t delimiter_at(const struct val *d, const char *s, size_t left)
{
	size_t n = d->type == V_ARR ? d->n : 1;

	for (size_t i = 0; i < n; i++) {
		const struct val *x = d->type == V_ARR ? d->items[i] : d;

		if (x->type == V_STR && x->n && x->n <= left && !memcmp(x->s, s, x->n))
			return x->n;
	}
	return 0;
}

FN(fn_split)
{
	struct val_builder b = { .a = e->a->arena };
	size_t from = 0, i = 0, k;

	if (v[1]->type != V_STR && v[1]->type != V_ARR)
		return eval_fail(e, at->args[1], NULL,
		                 "the delimiter of split() is a string or an array of strings");
	if (v[1]->type == V_ARR)
		e->a->steps += (long)v[0]->n * v[1]->n / 64;
	if (e->a->steps > ARM_MAX_STEPS)
		return eval_fail(e, at, NULL, "this takes too long");
	while (i < v[0]->n && b.n <= VAL_MAX_ITEMS) {
		k = delimiter_at(v[1], v[0]->s + i, v[0]->n - i);
		if (k) {
			val_push(&b, val_strn(e->a->arena, v[0]->s + from, i - from));
			from = i += k;
		} else {
			i++;
		}
	}
	val_push(&b, val_strn(e->a->arena, v[0]->s + from, v[0]->n - from));
	return eval_big(e, at, val_built_arr(&b));
}

FN(fn_join)
{
	struct str s = { 0 };

	for (uint32_t i = 0; i < v[0]->n && s.n <= VAL_MAX_STRING; i++) {
		if (i)
			str_addn(&s, v[1]->s, v[1]->n);
		text_of(v[0]->items[i], &s);
	}
	return eval_text(e, at, &s);
}

/* ASCII, and the letters with accents of Latin-1: what names of resources may hold, and more. */
static const struct val *fold_case(struct env *e, const struct val *v, bool upper)
{
	char *s = arena_alloc(e->a->arena, v->n + 1);

	for (uint32_t i = 0; i < v->n; i++) {
		unsigned char c = (unsigned char)v->s[i];

		if (i && (unsigned char)v->s[i - 1] == 0xc3 && upper && c >= 0xa0 && c != 0xb7 &&
		    c < 0xbf)
			c -= 0x20;
		else if (i && (unsigned char)v->s[i - 1] == 0xc3 && !upper && c >= 0x80 &&
		         c < 0x9f && c != 0x97)
			c += 0x20;
		else if (c < 0x80)
			c = (unsigned char)(upper ? toupper(c) : tolower(c));
		s[i] = (char)c;
	}
	return val_strn(e->a->arena, s, v->n);
}

FN(fn_upper)
{
	return fold_case(e, v[0], true);
}

FN(fn_lower)
{
	return fold_case(e, v[0], false);
}

FN(fn_trim)
{
	const char *s = v[0]->s;
	size_t len = v[0]->n;

	while (len && isspace((unsigned char)*s))
		s++, len--;
	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	return val_strn(e->a->arena, s, len);
}

FN(fn_pad_left)
{
	struct str s = { 0 }, text = { 0 };
	const char *fill = " ";
	int64_t total = v[1]->i;

	if (n > 2) {
		if (utf8_count(v[2]->s, v[2]->n) != 1)
			return eval_fail(e, at->args[2], NULL,
			                 "padLeft() fills with one character");
		fill = v[2]->s;
	}
	if (total < 0 || total > VAL_MAX_STRING)
		return eval_fail(e, at->args[1], NULL, "no such length: %lld", (long long)total);
	text_of(v[0], &text);
	for (size_t have = utf8_count(str_get(&text), text.n); have < (size_t)total; have++)
		str_add(&s, fill);
	str_addn(&s, str_get(&text), text.n);
	str_free_p(&text);
	return eval_text(e, at, &s);
}

FN(fn_substring)
{
	size_t have = utf8_count(v[0]->s, v[0]->n);
	int64_t from = v[1]->i, len = n > 2 ? v[2]->i : (int64_t)have - from;

	if (from < 0 || len < 0 || from > (int64_t)have || len > (int64_t)have - from)
		return eval_fail(
		    e, at, "min() keeps a length within bounds",
		    "the string has %zu characters: %lld of them from %lld on are not there", have,
		    (long long)len, (long long)from);
	size_t a = utf8_offset(v[0]->s, v[0]->n, (size_t)from);
	size_t b = utf8_offset(v[0]->s + a, v[0]->n - a, (size_t)len);

	return val_strn(e->a->arena, v[0]->s + a, b);
}

FN(fn_replace)
{
	struct str s = { 0 };
	const struct val *old = v[1];
	const char *from = v[0]->s, *end = from + v[0]->n, *hit;

	if (!old->n)
		return eval_fail(e, at->args[1], NULL, "replace() cannot look for nothing");
	while (s.n <= VAL_MAX_STRING &&
	       (hit = memmem(from, (size_t)(end - from), old->s, old->n))) {
		str_addn(&s, from, (size_t)(hit - from));
		str_addn(&s, v[2]->s, v[2]->n);
		from = hit + old->n;
	}
	str_addn(&s, from, (size_t)(end - from));
	return eval_text(e, at, &s);
}

FN(fn_starts_with)
{
	return val_bool(v[1]->n <= v[0]->n && !strncasecmp(v[0]->s, v[1]->s, v[1]->n));
}

FN(fn_ends_with)
{
	return val_bool(v[1]->n <= v[0]->n &&
	                !strncasecmp(v[0]->s + v[0]->n - v[1]->n, v[1]->s, v[1]->n));
}

/* With * for any run of characters, case ignored (Bicep, "like"). */
FN(fn_like)
{
	return val_bool(str_glob(v[1]->s, v[0]->s));
}

FN(fn_base64)
{
	struct str s = { 0 };

	base64_encode(v[0]->s, v[0]->n, &s);
	return eval_text(e, at, &s);
}

FN(fn_base64_to_string)
{
	struct str s = { 0 };

	if (!base64_decode(v[0]->s, v[0]->n, &s)) {
		str_free_p(&s);
		return eval_fail(e, at->args[0], NULL, "this is not base64");
	}
	return eval_text(e, at, &s);
}

static const struct val *from_json_text(struct env *e, const struct expr *at, const char *s,
                                        size_t n)
{
	const struct val *v = text_parse(e->a, s, n, NULL, false);

	return v ? v : eval_fail(e, at, NULL, "the string is not JSON");
}

FN(fn_json)
{
	return from_json_text(e, at->args[0], v[0]->s, v[0]->n);
}

FN(fn_base64_to_json)
{
	_cleanup_str_ struct str s = { 0 };

	if (!base64_decode(v[0]->s, v[0]->n, &s))
		return eval_fail(e, at->args[0], NULL, "this is not base64");
	return from_json_text(e, at->args[0], str_get(&s), s.n);
}

const struct func funcs_strings[] = {
	{ "concat", 1, -1, "?", fn_concat },
	{ "string", 1, 1, "?", fn_string },
	{ "format", 1, -1, "s?", fn_format },
	{ "split", 2, 2, "s?", fn_split },
	{ "join", 2, 2, "as", fn_join },
	{ "toUpper", 1, 1, "s", fn_upper },
	{ "toLower", 1, 1, "s", fn_lower },
	{ "trim", 1, 1, "s", fn_trim },
	{ "padLeft", 2, 3, "tis", fn_pad_left },
	{ "substring", 2, 3, "sii", fn_substring },
	{ "replace", 3, 3, "sss", fn_replace },
	{ "startsWith", 2, 2, "ss", fn_starts_with },
	{ "endsWith", 2, 2, "ss", fn_ends_with },
	{ "like", 2, 2, "ss", fn_like },
	{ "base64", 1, 1, "s", fn_base64 },
	{ "base64ToString", 1, 1, "s", fn_base64_to_string },
	{ "base64ToJson", 1, 1, "s", fn_base64_to_json },
	{ "json", 1, 1, "s", fn_json },
	{ 0 },
};
