/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/hcl/scan.h"

#include <ctype.h>
#include <stdio.h>

#include "base/format.h"

static bool is_hcl_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || (c & 0x80);
}

static bool begins_name(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (c & 0x80);
}

void scan_blanks(struct scan *p, bool newlines)
{
	newlines = newlines || p->inside;
	for (;;) {
		char c = scan_peek(p), next = scan_ahead(p, 1);

		if (p->at >= p->n)
			return;
		if (c == '#' || (c == '/' && next == '/')) {
			while (p->at < p->n && p->s[p->at] != '\n')
				p->at++;
		} else if (c == '/' && next == '*') {
			const char *end = memmem(p->s + p->at, p->n - p->at, "*/", 2);

			p->at = end ? (size_t)(end - p->s) + 2 : p->n;
		} else if (c == ' ' || c == '\t' || c == '\r' || (newlines && c == '\n')) {
			p->at++;
		} else {
			return;
		}
	}
}

bool scan_is(struct scan *p, const char *word)
{
	size_t n = strlen(word);

	scan_blanks(p, false);
	if (p->n - p->at < n || memcmp(p->s + p->at, word, n) != 0)
		return false;
	return !begins_name(*word) || !is_hcl_name_char(scan_ahead(p, n));
}

bool scan_take(struct scan *p, const char *word)
{
	if (!scan_is(p, word))
		return false;
	p->at += strlen(word);
	return true;
}

const char *scan_name(struct scan *p)
{
	scan_blanks(p, false);
	size_t from = p->at;

	if (!begins_name(scan_peek(p)))
		return NULL;
	while (p->at < p->n && is_hcl_name_char(p->s[p->at]))
		p->at++;
	return arena_printf(p->t->arena, "%.*s", (int)(p->at - from), p->s + from);
}

struct hcl_place scan_place(const struct scan *p)
{
	return (struct hcl_place){ p->file, p->at, 0 };
}

void scan_fail(struct scan *p, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	if (p->failed)
		return;
	p->failed = true;
	if (p->quiet)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	hcl_report(p->t->findings, SEV_ERROR, "HCL-SYNTAX-01", scan_place(p), NULL, "%s", text);
}

struct hcl_expr *expr_new(struct scan *p, enum hcl_sort sort, size_t at)
{
	struct hcl_expr *e = arena_alloc(p->t->arena, sizeof(*e));

	e->sort = sort;
	e->place = (struct hcl_place){ p->file, at, 0 };
	return e;
}

const struct hcl_expr *expr_spans(const struct scan *p, const struct hcl_expr *e, size_t from)
{
	/* A heredoc's places count in its own text. */
	if (e && e->place.file == p->file) {
		struct hcl_place *place = (struct hcl_place *)&e->place;

		place->at = from;
		place->end = p->at;
	}
	return e;
}

struct hcl_expr *expr_literal(struct scan *p, size_t at, json_t *value)
{
	struct hcl_expr *e = expr_new(p, HCL_LITERAL, at);

	e->value = value ? value : json_string("");
	json_array_append_new(p->t->literals, e->value);
	return e;
}

void expr_push(struct hcl_expr *e, const struct hcl_expr *item, size_t *cap)
{
	VEC_PUSH(e->items, e->n_items, *cap) = item;
}
