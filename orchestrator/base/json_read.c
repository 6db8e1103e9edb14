/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jansson takes a text byte by byte, and makes three copies of each string.  This reader knows the
 * plain cases alone, and leaves all others, and every error, to Jansson. */
#include "base/json_read.h"

#include <string.h>

#include "base/str.h"

enum { PLAIN_DEPTH = 200, MAX_DIGITS = 18 };

struct plain {
	const char *at, *end;
	unsigned depth;  /* how many levels are left */
	struct str text; /* a string that has escapes */
};

static json_t *read_plain_value(struct plain *x);

static char plain_next(struct plain *x)
{
	while (x->at < x->end &&
	       (*x->at == ' ' || *x->at == '\n' || *x->at == '\t' || *x->at == '\r'))
		x->at++;
	return x->at < x->end ? *x->at : 0;
}

static bool take_plain(struct plain *x, char c)
{
	if (plain_next(x) != c)
		return false;
	x->at++;
	return true;
}

/* --- strings --------------------------------------------------------------------------------- */

/* Behind the bytes that stand for themselves. */
static const char *skip_plain_bytes(const char *s, const char *end)
{
	while (s < end && *s != '"' && *s != '\\' && (unsigned char)*s >= 0x20)
		s++;
	return s;
}

/* From the first backslash on. */
static bool read_plain_escapes(struct plain *x, const char *from)
{
	static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";

	x->text.n = 0;
	for (;;) {
		str_addn(&x->text, from, (size_t)(x->at - from));
		if (x->end - x->at < 2)
			return false;
		if (*x->at == '"')
			return true;
		const char *name = *x->at == '\\' && x->at[1] ? strchr(names, x->at[1]) : NULL;

		if (!name)
			return false;
		str_addc(&x->text, means[name - names]);
		from = x->at + 2;
		x->at = skip_plain_bytes(from, x->end);
	}
}

/* Behind its first quote; *ret is valid until the next one is read. */
static bool read_plain_string(struct plain *x, const char **ret, size_t *ret_n)
{
	const char *from = x->at;

	x->at = skip_plain_bytes(from, x->end);
	*ret = from;
	*ret_n = (size_t)(x->at - from);
	if (x->at < x->end && *x->at == '\\') {
		if (!read_plain_escapes(x, from))
			return false;
		*ret = str_get(&x->text);
		*ret_n = x->text.n;
	}
	return x->at < x->end && *x->at++ == '"';
}

/* --- values ---------------------------------------------------------------------------------- */

static json_t *read_plain_number(struct plain *x)
{
	bool minus = *x->at == '-';
	const char *from = x->at += minus;
	json_int_t v = 0;

	while (x->at < x->end && *x->at >= '0' && *x->at <= '9' && x->at - from < MAX_DIGITS)
		v = v * 10 + (*x->at++ - '0');
	if (x->at == from || (*from == '0' && x->at - from > 1))
		return NULL;
	if (x->at < x->end && strchr("0123456789.eE", *x->at))
		return NULL;
	return json_integer(minus ? -v : v);
}

static json_t *read_plain_word(struct plain *x, const char *word, json_t *v)
{
	size_t n = strlen(word);

	if ((size_t)(x->end - x->at) < n || memcmp(x->at, word, n) != 0)
		return NULL;
	x->at += n;
	return v;
}

static bool read_plain_member(struct plain *x, json_t *object)
{
	size_t n, before = json_object_size(object);
	const char *s;

	if (!take_plain(x, '"') || !read_plain_string(x, &s, &n))
		return false;
	/* The name is used after its value has been read, which may have escapes, too. */
	_cleanup_free_ char *copy = s == str_get(&x->text) ? xstrndup(s, n) : NULL;
	json_t *v = take_plain(x, ':') ? read_plain_value(x) : NULL;

	return v && json_object_setn_new(object, copy ? copy : s, n, v) == 0 &&
	       json_object_size(object) > before;
}

static bool read_plain_entry(struct plain *x, json_t *list)
{
	json_t *v = read_plain_value(x);

	return v && json_array_append_new(list, v) == 0;
}

/* v: an empty object, or list; taken. */
static json_t *read_plain_inside(struct plain *x, json_t *v, char close,
                                 bool (*read)(struct plain *x, json_t *v))
{
	bool ok = x->depth > 0;

	x->at++;
	x->depth -= ok;
	if (ok && plain_next(x) != close)
		do
			ok = read(x, v);
		while (ok && take_plain(x, ','));
	if (ok && take_plain(x, close)) {
		x->depth++;
		return v;
	}
	json_decref(v);
	return NULL;
}

static json_t *read_plain_value(struct plain *x)
{
	const char *s;
	size_t n;

	switch (plain_next(x)) {
	case '"':
		x->at++;
		return read_plain_string(x, &s, &n) ? json_stringn(s, n) : NULL;
	case '{':
		return read_plain_inside(x, json_object(), '}', read_plain_member);
	case '[':
		return read_plain_inside(x, json_array(), ']', read_plain_entry);
	case 't':
		return read_plain_word(x, "true", json_true());
	case 'f':
		return read_plain_word(x, "false", json_false());
	case 'n':
		return read_plain_word(x, "null", json_null());
	case '-':
	case '0' ... '9':
		return read_plain_number(x);
	default:
		return NULL;
	}
}

json_t *json_read_plain(const char *text, size_t n, unsigned depth)
{
	struct plain x = { .at = text, .end = text + n, .depth = depth };
	char first = plain_next(&x);
	json_t *v = first == '{' || first == '[' ? read_plain_value(&x) : NULL;

	plain_next(&x);
	if (v && x.at < x.end) {
		json_decref(v);
		v = NULL;
	}
	str_free_p(&x.text);
	return v;
}

json_t *json_read(const char *text, size_t n, size_t flags, json_error_t *je)
{
	json_t *v = json_read_plain(text, n, PLAIN_DEPTH);

	return v ? v : json_loadb(text, n, flags, je);
}
