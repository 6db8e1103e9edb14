/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/finding_edit.h"

#include <stdio.h>

#include "base/finding_group.h"
#include "base/format.h"
#include "base/json.h"
#include "base/str.h"

static void jptr_add(struct str *b, const struct jptr *p)
{
	if (!p)
		return;
	jptr_add(b, p->up);
	str_addc(b, '/');
	if (!p->key) {
		str_printf(b, "%zu", p->index);
		return;
	}
	for (const char *c = p->key; *c; c++) {
		if (*c == '~')
			str_add(b, "~0");
		else if (*c == '/')
			str_add(b, "~1");
		else
			str_addc(b, *c);
	}
}

char *jptr_str(const struct jptr *p)
{
	struct str b = { 0 };

	jptr_add(&b, p);
	return str_take(&b);
}

/* --- alike ------------------------------------------------------------------------------------ */

static void alike_free(char **places)
{
	for (size_t i = 0; places && i < FINDINGS_ALIKE; i++)
		free(places[i]);
	free(places);
}

static void finding_free(struct finding *x)
{
	free(x->pointer);
	free(x->message);
	free(x->hint);
	free(x->source);
	alike_free(x->places);
}

static size_t *severity_counter(struct findings *f, enum severity s)
{
	static size_t remarks;

	return s == SEV_ERROR ? &f->errors : s == SEV_WARNING ? &f->warnings : &remarks;
}

static bool is_same(const struct finding *a, const struct finding *b)
{
	return a->source && streq(a->source, b->source) && streq(a->message, b->message) &&
	       streq(a->hint, b->hint) && streq(a->pointer, b->pointer) && a->part == b->part &&
	       a->line == b->line && a->column == b->column;
}

/* Counts x in the finding that says the same of the same place: a mistake in a module that is used
 * many times. */
static bool merge_same(struct findings *f, struct finding *x, size_t at)
{
	struct finding_group *g = x->group;

	if (!g || x->places)
		return false;
	for (size_t i = 0; i < g->n_kept; i++) {
		struct finding *first = &f->items[g->kept[i]];

		if (!is_same(first, x))
			continue;
		first->count += x->count;
		g->same += x->count;
		*severity_counter(f, x->severity) -= x->count;
		finding_free(x);
		return true;
	}
	if (g->n_kept < FINDINGS_ALIKE)
		g->kept[g->n_kept++] = at;
	return false;
}

void findings_fold(struct findings *f)
{
	size_t n = 0, k;

	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].group)
			f->items[i].group->n_kept = 0;
	for (size_t i = 0; i < f->n; i++) {
		struct finding x = f->items[i];
		struct finding_group *g = x.group;

		if (g && g->n > FINDINGS_ALIKE && !x.places && g->places) {
			for (k = 0; k < FINDINGS_ALIKE - 1 && g->places[k]; k++)
				;
			free(g->places[k]);
			g->places[k] = xstrdup(x.source ? x.source : x.pointer);
			finding_free(&x);
			continue;
		}
		if (g && g->n > FINDINGS_ALIKE) {
			if (!x.places) {
				x.places = xcalloc(FINDINGS_ALIKE, sizeof(*x.places));
				x.places[0] = xstrdup(x.source ? x.source : x.pointer);
			}
			g->places = x.places;
			*severity_counter(f, x.severity) -=
			    g->n - (g->told ? g->told : 1 + g->same);
			g->told = x.count = g->n;
		} else if (merge_same(f, &x, n)) {
			continue;
		}
		f->items[n++] = x;
	}
	f->n = n;
}

static void add_finding(struct findings *f, struct finding x, const char *pointer, const char *hint,
                        const char *source, const char *fmt, va_list ap) PRINTF(6, 0);
static void add_finding(struct findings *f, struct finding x, const char *pointer, const char *hint,
                        const char *source, const char *fmt, va_list ap)
{
	++*severity_counter(f, x.severity);
	x.message = xvasprintf(fmt, ap);
	x.pointer = xstrdup(pointer ? pointer : "");
	x.hint = hint ? xstrdup(hint) : NULL;
	x.source = source ? xstrdup(source) : NULL;
	x.count = 1;
	x.group = finding_group_of(&f->groups, &x);
	if (f->n == FINDINGS_MAX || x.group->n > FINDINGS_ALIKE) {
		f->dropped += x.group->n <= FINDINGS_ALIKE;
		finding_free(&x);
		return;
	}
	VEC_PUSH(f->items, f->n, f->cap) = x;
}

void finding_add(struct findings *f, enum severity sev, const char *rule, const char *azure_code,
                 const char *pointer, const char *hint, const char *fmt, ...)
{
	struct finding x = { .severity = sev, .rule = rule, .azure_code = azure_code };
	va_list ap;

	va_start(ap, fmt);
	add_finding(f, x, pointer, hint, NULL, fmt, ap);
	va_end(ap);
}

void finding_add_source(struct findings *f, enum severity sev, const char *rule,
                        const char *azure_code, const char *source, const char *hint,
                        const char *fmt, ...)
{
	struct finding x = { .severity = sev, .rule = rule, .azure_code = azure_code };
	const char *hash = source ? strchr(source, '#') : NULL;
	va_list ap;

	va_start(ap, fmt);
	add_finding(f, x, hash ? hash + 1 : NULL, hint, source, fmt, ap);
	va_end(ap);
}

/* --- where an imported design comes from ---------------------------------------------------- */

static const char *source_of(json_t *doc, const char *pointer)
{
	const char *found = NULL;

	for (const char *p = pointer; doc; doc = json_step(doc, &p)) {
		const char *s = json_string_value(json_object_get(doc, "source"));

		if (s)
			found = s;
	}
	return found;
}

void findings_locate(struct findings *f, json_t *doc)
{
	for (size_t i = 0; i < f->n; i++) {
		struct finding *x = &f->items[i];
		const char *s = x->source ? NULL : source_of(doc, x->pointer);

		if (s)
			x->source = xstrdup(s);
		for (size_t k = 0; x->places && k < FINDINGS_ALIKE && x->places[k]; k++) {
			s = *x->places[k] == '/' ? source_of(doc, x->places[k]) : NULL;
			if (s) {
				free(x->places[k]);
				x->places[k] = xstrdup(s);
			}
		}
	}
}

/* A finding and its place before sorting, so that equals keep their order, which qsort() does
 * not see to. */
struct ranked {
	struct finding item;
	size_t rank;
};

static int ranked_cmp(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	if (a->item.severity != b->item.severity)
		return a->item.severity < b->item.severity ? -1 : 1;
	int d = strcmp(a->item.pointer, b->item.pointer);

	return d ? d : (a->rank > b->rank) - (a->rank < b->rank);
}

void findings_sort(struct findings *f)
{
	_cleanup_free_ struct ranked *list = xcalloc(f->n, sizeof(*list));

	for (size_t i = 0; i < f->n; i++)
		list[i] = (struct ranked){ f->items[i], i };
	qsort(list, f->n, sizeof(*list), ranked_cmp);
	for (size_t i = 0; i < f->n; i++)
		f->items[i] = list[i].item;
	findings_fold(f);
}

void findings_clear(struct findings *f)
{
	struct places *table = take_ptr(f->table);

	findings_free(f);
	f->table = table;
}

size_t findings_drop(struct findings *f, bool (*drop)(void *ctx, const struct finding *x),
                     void *ctx)
{
	size_t n = 0, dropped = 0;

	for (size_t i = 0; i < f->n; i++)
		if (drop(ctx, &f->items[i])) {
			--*severity_counter(f, f->items[i].severity);
			finding_free(&f->items[i]);
			dropped++;
		} else {
			f->items[n++] = f->items[i];
		}
	f->n = n;
	return dropped;
}

void finding_soften(struct findings *f, size_t i, const char *words)
{
	struct finding *x = &f->items[i];
	char *text = xasprintf("%s%s", words, x->message);

	--*severity_counter(f, x->severity);
	x->severity = SEV_INFO;
	free(x->message);
	x->message = text;
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		finding_free(&f->items[i]);
	finding_groups_free(f->groups);
	places_free(f->table);
	free(f->items);
	*f = (struct findings){ 0 };
}

const char *severity_str(enum severity s)
{
	static const char *const names[] = { "error", "warning", "info" };

	return names[s];
}

static json_t *finding_json(const struct finding *x)
{
	json_t *j =
	    json_pack("{s:s,s:s,s:s,s:s,s:s?,s:s?,s:s?}", "severity", severity_str(x->severity),
	              "rule", x->rule, "pointer", x->pointer, "message", x->message, "hint",
	              x->hint, "azureCode", x->azure_code, "source", x->source);

	if (x->count > 1)
		json_object_set_new(j, "count", json_integer((json_int_t)x->count));
	if (x->places) {
		json_t *places = json_array();

		for (size_t i = 0; i < FINDINGS_ALIKE && x->places[i]; i++)
			json_array_append_new(places, json_string(x->places[i]));
		json_object_set_new(j, "places", places);
	}
	return j;
}

json_t *findings_json(const struct findings *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->n; i++)
		json_array_append_new(list, finding_json(&f->items[i]));
	return json_pack("{s:o}", "findings", list);
}
