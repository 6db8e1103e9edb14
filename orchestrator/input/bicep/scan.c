/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/bicep/scan.h"

#include <ctype.h>
#include <stdio.h>

#include "base/format.h"

static bool is_bicep_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void skip_bicep_blanks(struct bscan *p, bool lines)
{
	for (;;) {
		char c = bscan_peek(p), next = bscan_ahead(p, 1);

		if (p->at >= p->n)
			return;
		if ((c == '/' && next == '/') || c == '#') { /* #disable-next-line */
			while (p->at < p->n && p->s[p->at] != '\n')
				p->at++;
		} else if (c == '/' && next == '*') {
			const char *end = memmem(p->s + p->at + 2, p->n - p->at - 2, "*/", 2);

			p->at = end ? (size_t)(end - p->s) + 2 : p->n;
		} else if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n')) {
			p->at++;
		} else {
			return;
		}
	}
}

void bscan_blanks(struct bscan *p)
{
	skip_bicep_blanks(p, false);
}

void bscan_lines(struct bscan *p)
{
	skip_bicep_blanks(p, true);
}

bool bscan_is(struct bscan *p, const char *word)
{
	size_t n = strlen(word);

	bscan_blanks(p);
	if (p->n - p->at < n || memcmp(p->s + p->at, word, n) != 0)
		return false;
	return !is_bicep_name_char(*word) || !is_bicep_name_char(bscan_ahead(p, n));
}

bool bscan_take(struct bscan *p, const char *word)
{
	if (!bscan_is(p, word))
		return false;
	p->at += strlen(word);
	return true;
}

bool bscan_take_on(struct bscan *p, const char *word)
{
	size_t at = p->at;

	bscan_lines(p);
	if (bscan_take(p, word))
		return true;
	p->at = at;
	return false;
}

bool bscan_need(struct bscan *p, const char *word)
{
	if (p->failed)
		return false;
	if (bscan_take(p, word))
		return true;
	bscan_fail(p, "\"%s\" is missing here", word);
	return false;
}

const char *bscan_name(struct bscan *p)
{
	bscan_blanks(p);
	size_t from = p->at;

	if (!is_bicep_name_char(bscan_peek(p)) || isdigit((unsigned char)bscan_peek(p)))
		return NULL;
	while (p->at < p->n && is_bicep_name_char(p->s[p->at]))
		p->at++;
	return arena_printf(p->t->arena, "%.*s", (int)(p->at - from), p->s + from);
}

bool bscan_at_end(struct bscan *p)
{
	bscan_blanks(p);
	return p->at >= p->n || p->s[p->at] == '\n';
}

/* Does a statement begin at the line that begins at `at`? */
static bool begins_statement(const struct bscan *p, size_t at)
{
	static const char *const words[] = { "param ",  "var ",      "resource ", "module ",
		                             "output ", "type ",     "func ",     "targetScope",
		                             "import ", "metadata ", "assert ",   "extension ",
		                             "using ",  "extends ",  "@" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (p->n - at >= n && !memcmp(p->s + at, words[i], n))
			return true;
	}
	return false;
}

void bscan_skip_statement(struct bscan *p, size_t from)
{
	p->at = p->at > from ? p->at : from + 1;
	while (p->at < p->n && !(p->s[p->at - 1] == '\n' && begins_statement(p, p->at)))
		p->at++;
}

void bscan_fail(struct bscan *p, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	if (p->failed)
		return;
	p->failed = true;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	bicep_say(p->t->findings, SEV_ERROR, "BICEP-SYNTAX-01",
	          (struct hcl_place){ &p->file->text, p->at, 0 }, NULL, text);
}

bool bscan_enter(struct bscan *p)
{
	if (p->depth > BICEP_DEPTH) {
		bscan_fail(p, "this is nested more than %d deep", BICEP_DEPTH);
		return false;
	}
	p->depth++;
	return true;
}

struct bx *bx_new(struct bscan *p, enum bicep_sort sort, size_t at)
{
	struct bx *x = arena_alloc(p->t->arena, sizeof(*x));

	x->sort = sort;
	x->place = (struct hcl_place){ &p->file->text, at, 0 };
	return x;
}

void bx_push(struct bscan *p, struct bx *x, const struct bx *item)
{
	BICEP_PUSH(p->t->arena, x->items, x->n_items, x->cap_items) = item;
}

void bicep_say(struct findings *f, enum severity sev, const char *rule, struct hcl_place at,
               const char *hint, const char *text)
{
	_cleanup_free_ char *source = xasprintf("%s#", at.file ? at.file->name : "");
	struct hcl_span x = hcl_span(at);

	finding_add_source(f, sev, rule, NULL, source, hint, "%s", text);
	finding_spans(f, x.line, x.column, x.end_column);
}
