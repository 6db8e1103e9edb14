/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Line and column of findings. */
#include "base/finding.h"

#include "base/str.h"

struct places *findings_places(struct findings *f)
{
	if (!f->table)
		f->table = places_new();
	return f->table;
}

void finding_stands_at(struct findings *f, unsigned line, unsigned column)
{
	if (f->n) {
		f->items[f->n - 1].line = line;
		f->items[f->n - 1].column = column;
	}
}

bool findings_at(const struct findings *f, const char *where, struct text_place *ret)
{
	const char *hash = strchr(where, '#');

	/* A source may be a path, which begins with a slash as a pointer does. */
	if ((!*where || *where == '/') && places_find(f->table, "", where, ret))
		return true;
	_cleanup_free_ char *name = hash ? xstrndup(where, (size_t)(hash - where)) : xstrdup(where);

	return places_find(f->table, name, hash ? hash + 1 : "", ret);
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
	if (x->line) {
		ret->line = x->line;
		ret->column = x->column;
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
	finding_stands_at(f, x->line, x->column);
}
