/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/export/export.h"

#include "base/str.h"
#include "input/kind.h"
#include "input/resources.h"

enum { MAX_NESTED = 6 };

struct walk {
	struct export *x;
	const char *name;
	size_t found;
};

static void add_export_resource(struct walk *w, json_t *doc, const struct jptr *at)
{
	_cleanup_free_ char *ptr = jptr_str(at);
	json_t *copy = json_copy(doc);

	json_object_set_new(copy, "source", json_sprintf("%s#%s", w->name, ptr));
	json_array_append_new(w->x->resources, copy);
	w->found++;
}

static bool add_capture(struct walk *w, json_t *doc)
{
	static const char *const kinds[] = { NULL, "effective", "learned", "gateway" };
	enum capture_kind k = input_capture(doc);

	if (k == CAPTURE_NONE)
		return false;
	json_array_append_new(w->x->captures, json_pack("{s:s, s:s, s:O}", "file", w->name, "kind",
	                                                kinds[k], "rows", doc));
	w->found++;
	return true;
}

/* Resources stand in lists, in {"value": ...}, in {"data": ...}, in {"NewNIC": ...}: wherever. */
static void collect_resources(struct walk *w, json_t *doc, const struct jptr *at, int depth)
{
	const char *key;
	json_t *v;
	size_t i;

	if (input_is_resource(doc)) {
		add_export_resource(w, doc, at);
		return;
	}
	if (add_capture(w, doc) || depth == MAX_NESTED)
		return;
	json_array_foreach (doc, i, v)
		collect_resources(w, v, JPTR_AT(at, i), depth + 1);
	json_object_foreach (doc, key, v)
		collect_resources(w, v, JPTR(at, key), depth + 1);
}

static bool is_empty(const json_t *doc)
{
	const json_t *v = json_object_get(doc, "value");

	return (json_is_array(doc) && !json_array_size(doc)) ||
	       (json_is_array(v) && !json_array_size(v));
}

void export_collect(struct export *x, json_t *doc, const char *name, struct findings *f)
{
	struct walk w = { .x = x, .name = name };

	collect_resources(&w, doc, NULL, 0);
	if (!w.found && !is_empty(doc))
		finding_add_source(f, SEV_INFO, "INPUT-KIND-03", NULL, name, NULL,
		                   "%s has neither resources nor captured routes: not used", name);
	json_t *link = json_object_get(doc, "nextLink");

	if (json_string_length(link))
		finding_add_source(f, SEV_WARNING, "INPUT-PART-01", NULL, name, "export all pages",
		                   "%s is the first page of several", name);
}
