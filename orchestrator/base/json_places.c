/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json_places.h"

#include <ctype.h>
#include <stdint.h>

#include "base/str.h"
#include "base/utf8.h"

enum { DEPTH = 250 };

struct scan {
	const char *s;
	size_t n, i;
	unsigned line, column, depth;
	struct str pointer;
	bool flat;  /* one level is told */
	bool quiet; /* and this value is within it */
	void (*fn)(void *ctx, const struct json_value_place *v);
	void *ctx;
};

static char here(const struct scan *x)
{
	return x->i < x->n ? x->s[x->i] : 0;
}

static bool follows(const struct scan *x, const char *what)
{
	size_t n = strlen(what);

	return x->n - x->i >= n && !memcmp(x->s + x->i, what, n);
}

static void step_over_char(struct scan *x)
{
	char c = here(x);

	if (c == '\n') {
		x->line++;
		x->column = 1;
	} else if (!utf8_continues(c)) {
		x->column++;
	}
	x->i++;
}

static void step_to_line_end(struct scan *x)
{
	while (x->i < x->n && here(x) != '\n')
		step_over_char(x);
}

static void skip_json_blanks(struct scan *x)
{
	while (x->i < x->n) {
		if (isspace((unsigned char)here(x))) {
			step_over_char(x);
		} else if (follows(x, "//") || here(x) == '#') {
			step_to_line_end(x);
		} else if (follows(x, "/*")) {
			while (x->i < x->n && !follows(x, "*/"))
				step_over_char(x);
			step_over_char(x);
			step_over_char(x);
		} else {
			return;
		}
	}
}

static void tell_place(const struct scan *x, unsigned line, unsigned column)
{
	x->fn(x->ctx, &(struct json_value_place){ .pointer = str_get(&x->pointer),
	                                          .n = x->pointer.n,
	                                          .line = line,
	                                          .column = column,
	                                          .at = x->i,
	                                          .at_line = x->line,
	                                          .at_column = x->column });
}

/* --- strings --------------------------------------------------------------------------------- */

static unsigned hex4(const char *s, size_t n)
{
	char digits[5] = { 0 };

	memcpy(digits, s, n < 4 ? n : 4);
	return (unsigned)strtoul(digits, NULL, 16);
}

static void add_escape(struct scan *x, struct str *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *named = here(x) ? strchr(from, here(x)) : NULL;
	uint32_t c;

	if (here(x) != 'u') {
		if (x->i < x->n)
			str_addc(out, named ? to[named - from] : here(x));
		return;
	}
	c = hex4(x->s + x->i + 1, x->n - x->i - 1);
	for (unsigned k = 0; k < 4 && x->i + 1 < x->n; k++)
		step_over_char(x);
	if (c >= 0xd800 && c < 0xdc00 && x->n - x->i > 6 && x->s[x->i + 1] == '\\') {
		uint32_t low = hex4(x->s + x->i + 3, 4);

		c = 0x10000 + ((c - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff);
		for (unsigned k = 0; k < 6; k++)
			step_over_char(x);
	}
	utf8_add(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
}

/* The bytes that stand for themselves in a line. */
static void step_over_plain(struct scan *x, char quote, struct str *out)
{
	size_t from = x->i;

	for (; x->i < x->n && x->s[x->i] != quote && x->s[x->i] != '\\' && x->s[x->i] != '\n';
	     x->i++)
		x->column += !utf8_continues(x->s[x->i]);
	if (out)
		str_addn(out, x->s + from, x->i - from);
}

/* *out may be NULL. */
static bool read_string(struct scan *x, struct str *out)
{
	char quote = here(x);

	for (step_over_char(x);; step_over_char(x)) {
		step_over_plain(x, quote, out);
		if (x->i >= x->n || here(x) == quote)
			break;
		if (here(x) == '\\') {
			struct str ignored = { 0 };

			step_over_char(x);
			add_escape(x, out ? out : &ignored);
			str_free_p(&ignored);
		} else if (out) {
			str_addc(out, here(x));
		}
	}
	if (x->i >= x->n)
		return false;
	step_over_char(x);
	return true;
}

static bool read_json_word(struct scan *x, struct str *out)
{
	size_t from = x->i;

	while (x->i < x->n && !strchr(",:{}[]\"' \t\r\n", here(x)))
		step_over_char(x);
	if (out)
		str_addn(out, x->s + from, x->i - from);
	return x->i > from;
}

static bool read_json_string(struct scan *x, struct str *out)
{
	return here(x) == '"' || here(x) == '\'' ? read_string(x, out) : read_json_word(x, out);
}

/* --- values ---------------------------------------------------------------------------------- */

static bool scan_value(struct scan *x);

static void add_key(struct str *pointer, const char *key)
{
	str_addc(pointer, '/');
	for (; *key; key++)
		if (*key == '~' || *key == '/')
			str_add(pointer, *key == '~' ? "~0" : "~1");
		else
			str_addc(pointer, *key);
}

static void cut_pointer(struct scan *x, size_t n)
{
	x->pointer.n = n;
	if (x->pointer.s)
		x->pointer.s[n] = 0;
}

/* The value that begins here, of which `line` and `column` are told. */
static bool scan_told(struct scan *x, unsigned line, unsigned column)
{
	bool ok;

	tell_place(x, line, column);
	x->quiet = x->flat;
	ok = scan_value(x);
	x->quiet = false;
	return ok;
}

static bool scan_member(struct scan *x)
{
	_cleanup_str_ struct str key = { 0 };
	unsigned line = x->line, column = x->column;

	if (!read_json_string(x, x->quiet ? NULL : &key))
		return false;
	skip_json_blanks(x);
	if (here(x) != ':')
		return false;
	step_over_char(x);
	skip_json_blanks(x);
	if (x->quiet)
		return scan_value(x);
	add_key(&x->pointer, str_get(&key));
	return scan_told(x, line, column);
}

static bool scan_element(struct scan *x, size_t index)
{
	if (x->quiet)
		return scan_value(x);
	str_printf(&x->pointer, "/%zu", index);
	return scan_told(x, x->line, x->column);
}

/* Notes the places of all that is in an object or a list, up to `end`. */
static bool scan_inside(struct scan *x, char end)
{
	size_t before = x->pointer.n, index = 0;

	for (step_over_char(x);; cut_pointer(x, before)) {
		skip_json_blanks(x);
		if (here(x) == ',') {
			step_over_char(x);
			continue;
		}
		if (here(x) == end || x->i >= x->n)
			break;
		if (end == '}' ? !scan_member(x) : !scan_element(x, index++))
			return false;
	}
	if (x->i >= x->n)
		return false;
	step_over_char(x);
	return true;
}

static bool scan_value(struct scan *x)
{
	bool ok;

	if (here(x) != '{' && here(x) != '[')
		return read_json_string(x, NULL);
	if (++x->depth > DEPTH)
		return false;
	ok = scan_inside(x, here(x) == '{' ? '}' : ']');
	x->depth--;
	return ok;
}

/* To the outermost value; false: there is none. */
static bool find_root(struct scan *x)
{
	if (x->n >= 3 && !memcmp(x->s, "\xef\xbb\xbf", 3))
		x->i = 3;
	/* In front of it stands what a command says besides: "WARNING: ...". */
	for (skip_json_blanks(x); x->i < x->n && !strchr("{[", here(x)); skip_json_blanks(x))
		step_to_line_end(x);
	return x->i < x->n;
}

void json_places(const char *text, size_t n,
                 void (*fn)(void *ctx, const struct json_value_place *v), void *ctx)
{
	struct scan x = { .s = text, .n = n, .line = 1, .column = 1, .fn = fn, .ctx = ctx };

	if (find_root(&x)) {
		tell_place(&x, x.line, x.column);
		scan_value(&x);
	}
	str_free_p(&x.pointer);
}

bool json_places_root(const char *text, size_t n, struct json_value_place *ret)
{
	struct scan x = { .s = text, .n = n, .line = 1, .column = 1 };

	if (!find_root(&x))
		return false;
	*ret = (struct json_value_place){ "", 0, x.line, x.column, x.i, x.line, x.column };
	return true;
}

void json_places_inside(const char *text, size_t n, const struct json_value_place *of,
                        void (*fn)(void *ctx, const struct json_value_place *v), void *ctx)
{
	struct scan x = { .s = text,
		          .n = n,
		          .i = of->at,
		          .line = of->at_line,
		          .column = of->at_column,
		          .flat = true,
		          .fn = fn,
		          .ctx = ctx };

	str_addn(&x.pointer, of->pointer, of->n);
	if (here(&x) == '{' || here(&x) == '[')
		scan_inside(&x, here(&x) == '{' ? '}' : ']');
	str_free_p(&x.pointer);
}
