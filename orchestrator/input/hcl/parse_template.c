/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates: strings in quotes, heredocs, files; "${...}" and "%{...}" in them. */
#include <ctype.h>

#include "input/hcl/scan.h"

/* The end of a run of parts: the text, a quote, or a directive that belongs to who called. */
struct parts {
	bool quoted;
	struct hcl_expr *e;
	size_t cap;
	struct str text; /* a literal that is being put together */
	size_t text_at;
	bool strip; /* "~}": blanks in front of what follows go */
};

static void flush_text(struct scan *p, struct parts *x)
{
	if (x->text.n)
		expr_push(x->e, expr_literal(p, x->text_at, json_stringn(x->text.s, x->text.n)),
		          &x->cap);
	str_free_p(&x->text);
	x->text = (struct str){ 0 };
}

/* "{~": blanks behind what came before go. */
static void strip_text(struct parts *x)
{
	while (x->text.n && isspace((unsigned char)x->text.s[x->text.n - 1]))
		x->text.s[--x->text.n] = '\0';
}

static void add_text(struct scan *p, struct parts *x, const char *s, size_t n)
{
	if (!x->text.n)
		x->text_at = p->at;
	if (x->strip) {
		while (n && isspace((unsigned char)*s)) {
			s++;
			n--;
		}
		if (n)
			x->strip = false;
	}
	str_addn(&x->text, s, n);
}

static bool take_unicode(struct scan *p, struct parts *x, unsigned digits)
{
	unsigned code = 0;

	for (unsigned i = 0; i < digits; i++) {
		char c = scan_ahead(p, 2 + i);

		if (!isxdigit((unsigned char)c))
			return false;
		code = code * 16 +
		       (unsigned)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
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
		bool strip = x->strip;

		x->strip = false;
		add_text(p, x, &to[k - from], 1);
		x->strip = strip && isspace((unsigned char)to[k - from]);
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

/* Expressions within a template do not end with the line. */
static const struct hcl_expr *parse_inner(struct scan *p)
{
	p->inside++;
	const struct hcl_expr *e = p->expr(p);

	p->inside--;
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
		strip_text(x);
	}
	flush_text(p, x);
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
		strip_text(x);
	}
	flush_text(p, x);
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
	flush_text(p, &x);
	*strip = x.strip;
	if (p->n - p->at == 0 && quoted)
		scan_fail(p, "a quote is missing at the end of a string");
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

/* --- heredocs -----------------------------------------------------------------------------------
 */

static size_t line_end(const struct scan *p, size_t at)
{
	const char *end = at < p->n ? memchr(p->s + at, '\n', p->n - at) : NULL;

	return end ? (size_t)(end - p->s) : p->n;
}

/* The line has the word and nothing else. */
static bool ends_heredoc(const struct scan *p, size_t at, const char *word)
{
	size_t end = line_end(p, at), n = strlen(word);

	while (at < end && (p->s[at] == ' ' || p->s[at] == '\t'))
		at++;
	while (end > at && isspace((unsigned char)p->s[end - 1]))
		end--;
	return end - at == n && memcmp(p->s + at, word, n) == 0;
}

static size_t smallest_indent(const struct scan *p, size_t from, size_t to)
{
	size_t least = SIZE_MAX;

	for (size_t at = from; at < to; at = line_end(p, at) + 1) {
		size_t end = line_end(p, at), k = at;

		while (k < end && (p->s[k] == ' ' || p->s[k] == '\t'))
			k++;
		if (k < end && k - at < least)
			least = k - at;
	}
	return least == SIZE_MAX ? 0 : least;
}

const struct hcl_expr *parse_heredoc(struct scan *p)
{
	size_t start = p->at, at;
	bool indented;

	p->at += 2;
	indented = scan_peek(p) == '-';
	p->at += indented;
	const char *word = scan_name(p);
	size_t from = line_end(p, p->at) + 1;

	for (at = from; word && at < p->n && !ends_heredoc(p, at, word);)
		at = line_end(p, at) + 1;
	if (!word || at >= p->n) {
		p->at = start;
		scan_fail(p, "the text that begins here has no end: %s on a line of its own",
		          word ? word : "a word");
		return NULL;
	}
	size_t indent = indented ? smallest_indent(p, from, at) : 0;
	_cleanup_str_ struct str text = { 0 };

	for (size_t line = from; line < at; line = line_end(p, line) + 1) {
		size_t end = line_end(p, line), skip = end - line < indent ? end - line : indent;

		str_addn(&text, p->s + line + skip, end - line - skip);
		str_addc(&text, '\n');
	}
	struct scan inner = *p;
	char *copy = arena_alloc(p->t->arena, text.n + 1);
	struct hcl_file *file = arena_alloc(p->t->arena, sizeof(*file));

	memcpy(copy, str_get(&text), text.n); /* it may have a NUL */
	*file = *p->file;
	file->from = p->file->from + from;
	file->indent = indent;
	inner.file = file;
	inner.s = copy;
	inner.n = text.n;
	inner.at = 0;
	const struct hcl_expr *e = parse_raw_template(&inner);

	p->failed = inner.failed;
	p->at = line_end(p, at);
	return e;
}
