/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/relax.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>

#include "base/str.h"
#include "base/utf8.h"

struct relaxer {
	const char *s;
	size_t n, i, line;
	unsigned depth;
	bool line_start; /* nothing but blanks before on this line */
	struct str *out;
	struct err *e;
};

/* --- UTF-16 ---------------------------------------------------------------------------------- */

static uint32_t unit(const unsigned char *u, bool big)
{
	return big ? (uint32_t)u[0] << 8 | u[1] : (uint32_t)u[1] << 8 | u[0];
}

/* PowerShell 5 redirects so.  Without a mark: ASCII has a zero in every other byte. */
static bool from_utf16(const char *s, size_t n, struct str *out)
{
	const unsigned char *u = (const unsigned char *)s;
	bool le = n >= 2 && ((u[0] == 0xff && u[1] == 0xfe) || (u[0] && !u[1]));
	bool big = n >= 2 && ((u[0] == 0xfe && u[1] == 0xff) || (!u[0] && u[1]));

	if (!le && !big)
		return false;
	for (size_t i = u[0] >= 0xfe ? 2 : 0; i + 1 < n; i += 2) {
		uint32_t c = unit(u + i, big);

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < n) {
			uint32_t low = unit(u + i + 2, big);

			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		utf8_add(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	}
	return true;
}

/* --- the text -------------------------------------------------------------------------------- */

static bool at(const struct relaxer *r, const char *what)
{
	size_t n = strlen(what);

	return r->n - r->i >= n && !memcmp(r->s + r->i, what, n);
}

static void skip_line(struct relaxer *r)
{
	while (r->i < r->n && r->s[r->i] != '\n')
		r->i++;
}

static int block_comment(struct relaxer *r)
{
	size_t from = r->line;

	for (r->i += 2; r->i < r->n && !at(r, "*/"); r->i++) {
		if (r->s[r->i] == '\n') {
			str_addc(r->out, '\n');
			r->line++;
		}
	}
	if (r->i >= r->n)
		return err_set(r->e, EINVAL, "the comment that begins in line %zu has no end",
		               from);
	r->i += 2;
	str_addc(r->out, ' ');
	return 0;
}

/* With the quote that it began with; comes out in double ones. */
static int string(struct relaxer *r)
{
	char quote = r->s[r->i++];
	size_t from = r->line;

	str_addc(r->out, '"');
	while (r->i < r->n && r->s[r->i] != quote) {
		unsigned char c = (unsigned char)r->s[r->i];
		size_t run = r->i;

		while (run < r->n && (unsigned char)r->s[run] >= 0x20 && r->s[run] != '"' &&
		       r->s[run] != '\'' && r->s[run] != '\\')
			run++;
		if (run > r->i) {
			str_addn(r->out, r->s + r->i, run - r->i);
			r->i = run;
			continue;
		}
		if (c == '\\' && r->i + 1 < r->n) {
			if (r->s[r->i + 1] == '\'') {
				str_addc(r->out, '\'');
			} else if ((unsigned char)r->s[r->i + 1] < 0x20) {
				str_add(r->out, "\\\\");
				r->i++;
				continue;
			} else {
				str_addn(r->out, r->s + r->i, 2);
			}
			r->i += 2;
			continue;
		}
		if (c == '\n') {
			str_add(r->out, "\\n");
			r->line++;
		} else if (c == '\r') {
			str_add(r->out, "\\r");
		} else if (c == '\t') {
			str_add(r->out, "\\t");
		} else if (c == '"') {
			str_add(r->out, "\\\"");
		} else if (c < 0x20) {
			str_printf(r->out, "\\u%04x", c);
		} else {
			str_addc(r->out, (char)c);
		}
		r->i++;
	}
	if (r->i >= r->n)
		return err_set(r->e, EINVAL, "the string that begins in line %zu has no end", from);
	r->i++;
	str_addc(r->out, '"');
	return 0;
}

/* The next that is no blank and no comment. */
static char ahead(const struct relaxer *r, size_t i)
{
	while (i < r->n) {
		if (isspace((unsigned char)r->s[i])) {
			i++;
		} else if (i + 1 < r->n && r->s[i] == '/' && r->s[i + 1] == '/') {
			while (i < r->n && r->s[i] != '\n')
				i++;
		} else if (i + 1 < r->n && r->s[i] == '/' && r->s[i + 1] == '*') {
			for (i += 2; i + 1 < r->n && !(r->s[i] == '*' && r->s[i + 1] == '/');)
				i++;
			i += 2;
		} else {
			return r->s[i];
		}
	}
	return 0;
}

/* A name in front of a colon. */
static void relax_word(struct relaxer *r)
{
	size_t from = r->i;

	while (r->i < r->n && (isalnum((unsigned char)r->s[r->i]) || strchr("_$", r->s[r->i])))
		r->i++;
	if (r->i == from)
		r->i++;
	bool name = r->depth && r->i < r->n && ahead(r, r->i) == ':';

	if (name)
		str_addc(r->out, '"');
	str_addn(r->out, r->s + from, r->i - from);
	if (name)
		str_addc(r->out, '"');
}

/* Outside of the JSON, at the beginning of a line: what a command says besides. */
static bool chatter(const struct relaxer *r)
{
	static const char *const heads[] = { "#",      "WARNING:", "INFO:",
		                             "DEBUG:", "ERROR:",   "VERBOSE:" };

	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (at(r, heads[i]))
			return true;
	return false;
}

static int relax_next(struct relaxer *r)
{
	char c = r->s[r->i];
	bool begins = r->line_start;

	r->line_start = c == '\n' || (begins && isspace((unsigned char)c));
	r->line += c == '\n';
	if ((begins && !r->depth && chatter(r)) || at(r, "//") || (begins && c == '#')) {
		skip_line(r);
		return 0;
	}
	if (at(r, "/*"))
		return block_comment(r);
	if (c == '"' || c == '\'')
		return string(r);
	if (c == ',') {
		char next = ahead(r, r->i + 1);

		r->i++;
		if (next != '}' && next != ']')
			str_addc(r->out, ',');
		return 0;
	}
	if (isalpha((unsigned char)c) || c == '_' || c == '$') {
		relax_word(r);
		return 0;
	}
	if (c == '{' || c == '[')
		r->depth++;
	else if ((c == '}' || c == ']') && r->depth)
		r->depth--;
	str_addc(r->out, c);
	r->i++;
	return 0;
}

int arm_relax(const char *text, size_t n, char **ret, size_t *ret_n, struct err *e)
{
	_cleanup_str_ struct str wide = { 0 }, out = { 0 };
	struct relaxer r = {
		.s = text, .n = n, .line = 1, .line_start = true, .out = &out, .e = e
	};

	if (from_utf16(text, n, &wide)) {
		r.s = str_get(&wide);
		r.n = wide.n;
	}
	if (r.n >= 3 && !memcmp(r.s, "\xef\xbb\xbf", 3))
		r.i = 3;
	while (r.i < r.n) {
		int k = relax_next(&r);

		if (k < 0)
			return k;
	}
	if (memchr(str_get(&out), 0, out.n))
		return err_set(e, EINVAL, "it holds zero bytes: not a text");
	if (ret_n)
		*ret_n = out.n;
	*ret = str_take(&out);
	return 0;
}
