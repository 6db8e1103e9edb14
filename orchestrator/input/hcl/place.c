/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes where something stands, for people: file, line, column. */
#include <stdio.h>

#include "base/format.h"
#include "base/str.h"
#include "input/hcl/syntax.h"

struct hcl_span hcl_span(struct hcl_place p)
{
	struct hcl_span x = { 1, 1, 0 };
	size_t from = p.file ? p.at : 0;
	size_t to = p.file ? p.end : 0, i;

	for (i = 0; p.file && i < from && i < p.file->n; i++) {
		unsigned char c = (unsigned char)p.file->text[i];

		if (c == '\n') {
			x.line++;
			x.column = 1;
		} else if ((c & 0xC0) != 0x80) { /* not within a character */
			x.column++;
		}
	}
	if (to > from)
		x.end_column = x.column;
	for (; i < to && i < p.file->n && p.file->text[i] != '\n' && p.file->text[i] != '\r'; i++)
		x.end_column += ((unsigned char)p.file->text[i] & 0xC0) != 0x80;
	return x;
}

char *hcl_place_str(struct hcl_place p)
{
	struct hcl_span x = hcl_span(p);

	return xasprintf("%s:%u:%u", p.file->name, x.line, x.column);
}

void hcl_report(struct findings *f, enum severity sev, const char *rule, struct hcl_place p,
                const char *hint, const char *fmt, ...)
{
	struct hcl_span x = hcl_span(p);
	_cleanup_free_ char *where = xasprintf("%s:%u:%u", p.file->name, x.line, x.column),
	                    *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	finding_add_source(f, sev, rule, NULL, where, hint, "%s", text);
	finding_spans(f, x.line, x.column, x.end_column);
}

void hcl_tree_init(struct hcl_tree *t, struct findings *f)
{
	*t = (struct hcl_tree){ .arena = arena_new(), .literals = json_array(), .findings = f };
}

void hcl_tree_free(struct hcl_tree *t)
{
	for (size_t i = 0; i < t->n_freed; i++)
		free(t->freed[i]);
	free(t->freed);
	json_decref(t->literals);
	arena_free(t->arena);
}

const struct hcl_expr *hcl_attr_find(const struct hcl_body *b, const char *name)
{
	for (size_t i = b ? b->n_attrs : 0; i-- > 0;) /* the last one counts: overrides */
		if (streq(b->attrs[i].name, name))
			return b->attrs[i].expr;
	return NULL;
}
