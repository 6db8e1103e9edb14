/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates: strings in quotes, files; "${...}" and "%{...}" in them. */
#include <ctype.h>

#include "base/hex.h"
#include "input/hcl/scan.h"

/* The end of a run of parts: the text, a quote, or a directive that belongs to who called.  HCL's
 * scanner makes a token of each line of a text (of a quoted string, which has one line, of all of
 * it): a strip marker takes blanks from the token beside it, and from no other line. */
struct parts {
	bool quoted;
	struct hcl_expr *e;
	size_t cap;
	struct str text;  /* a literal that is being put together: tokens that have ended */
	struct str token; /* the one that has not */
	size_t text_at;
	bool in_token;   /* there is one, though a strip marker may have emptied it */
	bool has_text;   /* so that it is a string, though nothing of the text is left */
	bool line_ended; /* the token has its newline: what comes is another one */
	bool strip;      /* "~}": blanks at the beginning of the token that follows go */
};

static void end_text(struct scan *p, struct parts *x)
{
	if (x->text.n)
		expr_push(x->e, expr_literal(p, x->text_at, json_stringn(x->text.s, x->text.n)),
		          &x->cap);
	str_free_p(&x->text);
	x->text = (struct str){ 0 };
}

static void end_token(struct scan *p, struct parts *x)
{
	if (x->in_token && p->indented) {
		struct hcl_expr *e = expr_literal(p, x->text_at, NULL);

		indented_text(p->indented, e, &x->token);
		expr_push(x->e, e, &x->cap);
	} else if (x->in_token) {
		str_addn(&x->text, str_get(&x->token), x->token.n);
	}
	str_free_p(&x->token);
	x->token = (struct str){ 0 };
	x->in_token = x->line_ended = false;
}

/* In front of an interpolation or a directive. */
static void end_texts(struct scan *p, struct parts *x)
{
	end_token(p, x);
	end_text(p, x);
	if (p->indented)
		indented_sequence(p->indented);
}

/* "{~": blanks at the end of the token in front of it go. */
static void strip_token(struct parts *x)
{
	while (x->token.n && isspace((unsigned char)x->token.s[x->token.n - 1]))
		x->token.s[--x->token.n] = '\0';
}

static void add_text(struct scan *p, struct parts *x, const char *s, size_t n)
{
	if (x->line_ended)
		end_token(p, x);
	if (!x->in_token && (p->indented || !x->text.n))
		x->text_at = p->at;
	x->in_token = x->has_text = true;
	x->line_ended = !x->quoted && n && s[n - 1] == '\n';
	while (x->strip && n && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	if (n || x->line_ended)
		x->strip = false;
	str_addn(&x->token, s, n);
}

static bool take_unicode(struct scan *p, struct parts *x, unsigned digits)
{
	unsigned code = 0;

	for (unsigned i = 0; i < digits; i++) {
		int digit = hex_digit(scan_ahead(p, 2 + i));

		if (digit < 0)
			return false;
		code = code * 16 + (unsigned)digit;
	}
	char out[5] = { 0 };
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	if (!code || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		return false;
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3F));
	out[0] = (char)(n == 1 ? code : (0xF00u >> n & 0xFF) | code);
	add_text(p, x, out, n);
	p->at += 2 + digits;
	return true;
}

static void take_template_escape(struct scan *p, struct parts *x)
{
	static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
	char c = scan_ahead(p, 1);
	const char *k = c ? strchr(from, c) : NULL;

	if (k) {
		add_text(p, x, &to[k - from], 1);
		p->at += 2;
	} else if (!((c == 'u' && take_unicode(p, x, 4)) || (c == 'U' && take_unicode(p, x, 8)))) {
		scan_fail(p, "\\%c means nothing in a string", c ? c : ' ');
	}
}

static bool close_marker(struct scan *p, struct parts *x)
{
	scan_blanks(p, true);
	if (scan_peek(p) == '~' && scan_ahead(p, 1) == '}') {
		p->at += 2;
		x->strip = true;
		return true;
	}
	if (scan_peek(p) == '}') {
		p->at++;
		x->strip = false;
		return true;
	}
	scan_fail(p, "\"}\" is missing behind an expression of a template");
	return false;
}

static const struct hcl_expr *parse_template_parts(struct scan *p, bool quoted,
                                                   const char *const *ends, const char **ret_end,
                                                   bool *strip);

/* Expressions within a template do not end with the line, and are none of its lines. */
static const struct hcl_expr *parse_inner(struct scan *p)
{
	struct indented *lines = p->indented;

	p->indented = NULL;
	p->inside++;
	const struct hcl_expr *e = p->expr(p);

	p->inside--;
	p->indented = lines;
	return e;
}

static void parse_template_if(struct scan *p, struct parts *x, size_t at)
{
	static const char *const ends[] = { "else", "endif", NULL }, *const last[] = { "endif",
		                                                                       NULL };
	struct hcl_expr *e = expr_new(p, HCL_IF, at);
	const char *end = NULL;

	e->of = parse_inner(p);
	if (p->failed || !close_marker(p, x))
		return;
	e->by = parse_template_parts(p, x->quoted, ends, &end, &x->strip);
	if (!p->failed && streq(end, "else")) {
		if (!close_marker(p, x))
			return;
		e->other = parse_template_parts(p, x->quoted, last, &end, &x->strip);
	} else {
		e->other = expr_literal(p, at, json_string(""));
	}
	if (!p->failed && close_marker(p, x))
		expr_push(x->e, e, &x->cap);
}

static void parse_template_for(struct scan *p, struct parts *x, size_t at)
{
	static const char *const ends[] = { "endfor", NULL };
	struct hcl_expr *e = expr_new(p, HCL_FOR_TEXT, at);
	const char *end = NULL;

	e->name = scan_name(p);
	if (e->name && scan_take(p, ",")) {
		e->key = e->name;
		e->name = scan_name(p);
	}
	if (!e->name || !scan_take(p, "in")) {
		scan_fail(p, "a for of a template is: %%{ for NAME in LIST }");
		return;
	}
	e->of = parse_inner(p);
	if (p->failed || !close_marker(p, x))
		return;
	e->by = parse_template_parts(p, x->quoted, ends, &end, &x->strip);
	if (!p->failed && close_marker(p, x))
		expr_push(x->e, e, &x->cap);
}

/* At "%{": true when it is one of ends, which is left to the caller. */
static bool parse_directive(struct scan *p, struct parts *x, const char *const *ends,
                            const char **ret_end)
{
	size_t at = p->at;

	p->at += 2;
	if (scan_peek(p) == '~') {
		p->at++;
		strip_token(x);
	}
	end_texts(p, x);
	scan_blanks(p, true);
	for (size_t i = 0; ends && ends[i]; i++)
		if (scan_take(p, ends[i])) {
			*ret_end = ends[i];
			return true;
		}
	if (scan_take(p, "if"))
		parse_template_if(p, x, at);
	else if (scan_take(p, "for"))
		parse_template_for(p, x, at);
	else
		scan_fail(p, "a template knows if, else, endif, for and endfor behind \"%%{\"");
	return false;
}

static void parse_interpolation(struct scan *p, struct parts *x)
{
	p->at += 2;
	if (scan_peek(p) == '~') {
		p->at++;
		strip_token(x);
	}
	end_texts(p, x);
	const struct hcl_expr *e = parse_inner(p);

	if (!p->failed && close_marker(p, x))
		expr_push(x->e, e, &x->cap);
}

static const struct hcl_expr *parse_template_parts(struct scan *p, bool quoted,
                                                   const char *const *ends, const char **ret_end,
                                                   bool *strip)
{
	struct parts x = { .quoted = quoted,
		           .e = expr_new(p, HCL_TEMPLATE, p->at),
		           .strip = *strip };
	bool ended = false;

	if (++p->depth > HCL_DEPTH)
		scan_fail(p, "templates are nested more than %d deep", HCL_DEPTH);
	while (!p->failed && !ended && p->at < p->n && !(quoted && scan_peek(p) == '"')) {
		char c = scan_peek(p), next = scan_ahead(p, 1);

		if ((c == '$' || c == '%') && next == c && scan_ahead(p, 2) == '{') {
			add_text(p, &x, p->s + p->at + 1, 2);
			p->at += 3;
		} else if (c == '$' && next == '{') {
			parse_interpolation(p, &x);
		} else if (c == '%' && next == '{') {
			ended = parse_directive(p, &x, ends, ret_end);
		} else if (quoted && c == '\\') {
			take_template_escape(p, &x);
		} else if (quoted && c == '\n') {
			scan_fail(p, "a string ends with its line: a quote is missing");
		} else {
			add_text(p, &x, p->s + p->at, 1);
			p->at++;
		}
	}
	p->depth--;
	if (ends && !ended)
		scan_fail(p, "%%{ %s } is missing", ends[0]);
	end_token(p, &x);
	end_text(p, &x);
	*strip = x.strip;
	if (p->n - p->at == 0 && quoted)
		scan_fail(p, "a quote is missing at the end of a string");
	if (x.e->n_items == 1 && x.has_text && x.e->items[0]->sort != HCL_LITERAL)
		expr_push(x.e, expr_literal(p, x.e->place.at, json_string("")), &x.cap);
	VEC_PUSH(p->t->freed, p->t->n_freed, p->t->cap_freed) = x.e->items;
	if (p->failed)
		return NULL;
	/* "text" is a literal, and so may be a label. */
	if (!x.e->n_items)
		return expr_literal(p, x.e->place.at, json_string(""));
	return x.e->n_items == 1 && x.e->items[0]->sort == HCL_LITERAL ? x.e->items[0] : x.e;
}

const struct hcl_expr *parse_quoted(struct scan *p)
{
	bool strip = false;

	p->at++;
	const struct hcl_expr *e = parse_template_parts(p, true, NULL, NULL, &strip);

	if (e)
		p->at++;
	return e;
}

const struct hcl_expr *parse_raw_template(struct scan *p)
{
	bool strip = false;

	return parse_template_parts(p, false, NULL, NULL, &strip);
}
