/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where something stands, for people: file, line, column. */
#include <stdio.h>

#include "base/str.h"
#include "input/hcl/syntax.h"

char *hcl_place_str(struct hcl_place p)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < p.file->from + p.at && i < p.file->n; i++) {
		unsigned char c = (unsigned char)p.file->text[i];

		if (c == '\n') {
			line++;
			column = 1;
		} else if ((c & 0xC0) != 0x80) { /* not within a character */
			column++;
		}
	}
	return xasprintf("%s:%zu:%zu", p.file->name, line, column);
}

void hcl_report(struct findings *f, enum severity sev, const char *rule, struct hcl_place p,
                const char *hint, const char *fmt, ...)
{
	_cleanup_free_ char *where = hcl_place_str(p), *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	finding_add_source(f, sev, rule, NULL, where, hint, "%s", text);
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
