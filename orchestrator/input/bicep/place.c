/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about the template that Bicep became point at the place in the Bicep source. */
#include <stdio.h>

#include "base/format.h"
#include "input/bicep/lower.h"

void bicep_put_place(struct blow *l, const struct hcl_place *at)
{
	const struct hcl_file *f = at->file;
	unsigned line = 1, column = 1;

	if (!f || at->file != &l->main->text)
		return;
	/* Statements come in order: counted on from the last place. */
	struct bicep_file *file = l->main;
	struct counted {
		size_t at;
		unsigned line;
	} *last = file->more;

	if (!last)
		last = file->more = arena_alloc(l->b->arena, sizeof(*last));
	if (last->line && last->at <= at->at)
		line = last->line;
	size_t i = last->line && last->at <= at->at ? last->at : 0, begin;

	for (begin = i; i < at->at && i < f->n; i++)
		if (f->text[i] == '\n') {
			line++;
			begin = i + 1;
		}
	*last = (struct counted){ begin, line };
	for (i = begin; i < at->at && i < f->n; i++)
		column += ((unsigned char)f->text[i] & 0xC0) != 0x80;
	unsigned end = at->end > at->at ? column : 0;

	for (; end && i < at->end && i < f->n && f->text[i] != '\n' && f->text[i] != '\r'; i++)
		end += ((unsigned char)f->text[i] & 0xC0) != 0x80;
	places_add(findings_places(l->b->findings), file->name, str_get(&l->pointer), line, column,
	           end);
}

void bicep_report(struct blow *l, enum severity sev, const char *rule, struct hcl_place at,
                  const char *hint, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	bicep_say(l->b->findings, sev, rule, at, hint, text);
}

size_t bicep_enter(struct blow *l, const char *key)
{
	size_t n = l->pointer.n;
	_cleanup_free_ char *tail = jptr_str(JPTR(NULL, key));

	str_add(&l->pointer, tail);
	return n;
}

void bicep_leave(struct blow *l, size_t n)
{
	l->pointer.n = n;
	if (l->pointer.s)
		l->pointer.s[n] = 0;
}
