/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Line and column of findings. */
#include "base/finding.h"

#include <limits.h>
#include <stdlib.h>

#include "base/str.h"

struct places *findings_places(struct findings *f)
{
	if (!f->table)
		f->table = places_new();
	return f->table;
}

void finding_spans(struct findings *f, unsigned line, unsigned column, unsigned end_column)
{
	if (f->n) {
		f->items[f->n - 1].line = line;
		f->items[f->n - 1].column = column;
		f->items[f->n - 1].end_column = end_column;
	}
}

void finding_stands_at(struct findings *f, unsigned line, unsigned column)
{
	finding_spans(f, line, column, 0);
}

void finding_is_about_part(struct findings *f, size_t part)
{
	if (f->n)
		f->items[f->n - 1].part = part;
}

/* The part of the expression that x is about, where its place is known. */
static void find_part(const struct findings *f, const struct finding *x, struct text_place *ret)
{
	const char *hash = x->part && x->source ? strchr(x->source, '#') : NULL;
	_cleanup_free_ char *name = hash ? xstrndup(x->source, (size_t)(hash - x->source)) : NULL;

	if (name)
		places_find_inner(f->table, name, hash + 1, x->part, ret);
}

/* Cuts ":NUMBER" off the end of a name; 0: it has none. */
static unsigned take_number(char *name)
{
	char *colon = strrchr(name, ':'), *end;
	unsigned long v = colon ? strtoul(colon + 1, &end, 10) : 0;

	if (!colon || end == colon + 1 || *end || v > UINT_MAX)
		return 0;
	*colon = 0;
	return (unsigned)v;
}

/* "mod/main.tf:7:1" */
static bool find_line(struct places *p, const char *where, struct text_place *ret)
{
	_cleanup_free_ char *name = xstrdup(where);
	unsigned column = take_number(name), line = column ? take_number(name) : 0;

	if (!line || !places_find(p, name, "", ret))
		return false;
	ret->line = line;
	ret->column = column;
	return true;
}

bool findings_at(const struct findings *f, const char *where, struct text_place *ret)
{
	const char *hash = strchr(where, '#');

	/* A source may be a path, which begins with a slash as a pointer does. */
	if ((!*where || *where == '/') && places_find(f->table, "", where, ret))
		return true;
	_cleanup_free_ char *name = hash ? xstrndup(where, (size_t)(hash - where)) : xstrdup(where);

	return places_find(f->table, name, hash ? hash + 1 : "", ret) ||
	       find_line(f->table, name, ret);
}

/* The topology's object; of a finding about a file alone the pointer is within that. */
static bool has_own_pointer(const struct finding *x)
{
	const char *hash = x->source ? strchr(x->source, '#') : NULL;

	return *x->pointer == '/' && !streq(hash ? hash + 1 : NULL, x->pointer);
}

bool finding_at(const struct findings *f, const struct finding *x, struct text_place *ret)
{
	/* A topology that was imported once says where its objects came from; those files are gone.
	 */
	if (!findings_at(f, x->source ? x->source : x->pointer, ret) &&
	    !(has_own_pointer(x) && places_find(f->table, "", x->pointer, ret)))
		return false;
	find_part(f, x, ret);
	if (x->line) {
		ret->line = x->line;
		ret->column = x->column;
		ret->end_column = x->end_column;
	}
	return true;
}

void finding_add_about(struct findings *f, const struct finding *x, enum severity severity,
                       const char *name)
{
	_cleanup_free_ char *source = x->source     ? xstrdup(x->source)
	                              : !name       ? NULL
	                              : *x->pointer ? xasprintf("%s#%s", name, x->pointer)
	                                            : xstrdup(name);

	if (source)
		finding_add_source(f, severity, x->rule, x->azure_code, source, x->hint, "%s",
		                   x->message);
	else
		finding_add(f, severity, x->rule, x->azure_code, x->pointer, x->hint, "%s",
		            x->message);
	finding_spans(f, x->line, x->column, x->end_column);
	finding_is_about_part(f, x->part);
}
