/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings: 'text ${expression}', '''text as it is''', $'''text ${expression}'''. */
#include <ctype.h>

#include "base/utf8.h"
#include "input/bicep/scan.h"

static void add_string_part(struct bscan *p, struct bx *x, struct str *text, size_t at)
{
	if (!text->n)
		return;
	struct bx *part = bx_new(p, BX_STRING, at);

	part->name = arena_strdup(p->t->arena, str_get(text));
	bx_push(p, x, part);
	text->n = 0;
	text->s[0] = 0;
}

static void add_code_point(struct str *out, unsigned long c)
{
	if (c < 0x80) {
		str_addc(out, (char)c);
	} else if (c < 0x800) {
		str_addc(out, (char)(0xC0 | c >> 6));
		str_addc(out, (char)(0x80 | (c & 0x3F)));
	} else if (c < 0x10000) {
		str_addc(out, (char)(0xE0 | c >> 12));
		str_addc(out, (char)(0x80 | (c >> 6 & 0x3F)));
		str_addc(out, (char)(0x80 | (c & 0x3F)));
	} else {
		str_addc(out, (char)(0xF0 | c >> 18));
		str_addc(out, (char)(0x80 | (c >> 12 & 0x3F)));
		str_addc(out, (char)(0x80 | (c >> 6 & 0x3F)));
		str_addc(out, (char)(0x80 | (c & 0x3F)));
	}
}

/* Behind the backslash. */
static void take_bicep_escape(struct bscan *p, struct str *out)
{
	char c = bscan_peek(p);
	unsigned long code = 0;

	p->at += p->at < p->n;
	if (c == 'n' || c == 'r' || c == 't') {
		str_addc(out, c == 'n' ? '\n' : c == 'r' ? '\r' : '\t');
	} else if (c == '\\' || c == '\'' || c == '$') {
		str_addc(out, c);
	} else if (c == 'u' && bscan_peek(p) == '{') {
		size_t digits = 0;

		for (p->at++; isxdigit((unsigned char)bscan_peek(p)) && digits < 7; digits++) {
			char d = p->s[p->at++];

			code = code * 16 +
			       (unsigned long)(isdigit((unsigned char)d)
			                           ? d - '0'
			                           : (tolower((unsigned char)d) - 'a') + 10);
		}
		if (bscan_peek(p) != '}' || !code || code > 0x10FFFF ||
		    (code >= 0xD800 && code < 0xE000)) {
			bscan_fail(p, "this is no character");
			return;
		}
		p->at++;
		add_code_point(out, code);
	} else {
		p->at--;
		bscan_fail(p, "a string has no escape \"\\%c\"", c);
	}
}

/* Behind "${"; up to and with "}". */
static void take_expression(struct bscan *p, struct bx *x)
{
	bscan_lines(p);
	const struct bx *e = p->expr(p);

	if (!e)
		return;
	bscan_lines(p);
	if (bscan_need(p, "}"))
		bx_push(p, x, e);
}

/* Makes a plain string of one that has no expression in it. */
static const struct bx *finish_string(struct bscan *p, struct bx *x)
{
	if (p->failed)
		return NULL;
	if (x->n_items == 1 && x->items[0]->sort == BX_STRING)
		return x->items[0];
	if (!x->n_items) {
		x->sort = BX_STRING;
		x->name = "";
	}
	return x;
}

static const struct bx *parse_multiline_string(struct bscan *p, bool expressions)
{
	_cleanup_str_ struct str text = { 0 };
	struct bx *x = bx_new(p, BX_FORMAT, p->at);
	size_t from = p->at;

	p->at += 3;
	if (bscan_peek(p) == '\r')
		p->at++;
	if (bscan_peek(p) == '\n')
		p->at++;
	while (p->at < p->n && !p->failed) {
		if (!memcmp(p->s + p->at, "'''", p->n - p->at < 3 ? p->n - p->at : 3) &&
		    p->n - p->at >= 3) {
			while (bscan_ahead(p, 3) == '\'') /* ''''': quotes at the end are text */
				str_addc(&text, p->s[p->at++]);
			p->at += 3;
			add_string_part(p, x, &text, from);
			return finish_string(p, x);
		}
		if (expressions && bscan_peek(p) == '$' && bscan_ahead(p, 1) == '{') {
			add_string_part(p, x, &text, from);
			p->at += 2;
			take_expression(p, x);
			from = p->at;
		} else {
			str_addc(&text, p->s[p->at++]);
		}
	}
	bscan_fail(p, "a string of many lines has no end");
	return NULL;
}

const struct bx *bicep_parse_string(struct bscan *p)
{
	_cleanup_str_ struct str text = { 0 };
	struct bx *x = bx_new(p, BX_FORMAT, p->at);
	size_t from = p->at;
	bool expressions = bscan_peek(p) == '$';

	p->at += expressions;
	if (bscan_ahead(p, 1) == '\'' && bscan_ahead(p, 2) == '\'')
		return parse_multiline_string(p, expressions);
	p->at++;
	while (p->at < p->n && !p->failed) {
		char c = p->s[p->at];

		if (c == '\'') {
			p->at++;
			add_string_part(p, x, &text, from);
			return finish_string(p, x);
		}
		if (c == '\n')
			break;
		if (c == '\\') {
			p->at++;
			take_bicep_escape(p, &text);
		} else if (c == '$' && bscan_ahead(p, 1) == '{') {
			add_string_part(p, x, &text, from);
			p->at += 2;
			take_expression(p, x);
			from = p->at;
		} else {
			str_addc(&text, c);
			p->at++;
		}
	}
	bscan_fail(p, "a string ends with its line");
	return NULL;
}
