/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of resources, as text: what one is shown as is kept for the next list. */
#include "base/json.h"
#include "base/str.h"
#include "input/import/provider.h"
#include "rest/children.h"
#include "rest/priv.h"

/* Does Azure add nothing to it but who refers to it?  Then it reads the same until it, or who
 * refers to it, is another one. */
static bool keeps_text(const char *type)
{
	if (view_of_others(type))
		return false;
	for (const struct import_children *c = NULL; (c = child_list_next(type, c));) {
		_cleanup_free_ char *child = xasprintf("%s/%s", type, c->name);

		for (const struct import_shown *x = import_shown(child); x->name; x++)
			if (x->by)
				return false;
	}
	return true;
}

/* {"of": the resource, "by": who refers to it, "text"} as it was kept; NULL: it is another one. */
static const char *find_text(const struct rest *r, const char *key, const json_t *of,
                             const json_t *by)
{
	const json_t *kept = json_object_get(r->listed, key);

	if (!kept || json_object_get(kept, "of") != of ||
	    !json_equal(json_object_get(kept, "by"), by ? by : json_null()))
		return NULL;
	return json_string_value(json_object_get(kept, "text"));
}

static void keep_text(struct rest *r, const char *key, json_t *of, json_t *by, const char *text)
{
	/* Those of resources that are gone go some time. */
	if (!r->listed || json_object_size(r->listed) > STORE_RESOURCES_MAX) {
		json_decref(r->listed);
		r->listed = json_object();
	}
	json_object_set_new(r->listed, key,
	                    json_pack("{s:O,s:o,s:s}", "of", of, "by",
	                              by ? json_incref(by) : json_null(), "text", text));
}

static void add_listed(struct rest *r, struct str *s, const char *key, json_t *of, bool instance,
                       bool keep)
{
	json_t *by = keep ? json_object_get(store_refs(queue_head(r->queue)), key) : NULL;
	const char *text;

	keep = keep && !queue_touches(r->queue, key);
	text = keep ? find_text(r, key, of, by) : NULL;
	if (text) {
		str_add(s, text);
		return;
	}
	json_t *shown = view_resource(r, key, instance);
	_cleanup_free_ char *own = json_compact(shown);

	json_decref(shown);
	str_add(s, own);
	if (keep)
		keep_text(r, key, of, by, own);
}

char *list_text(struct rest *r, const char *above, const char *type, bool instance_view)
{
	const struct store *s = queue_head(r->queue);
	bool keep = !instance_view && keeps_text(type);
	struct str text = { 0 };
	size_t n = strlen(above);
	const char *key, *between = "";
	json_t *of;

	str_add(&text, "{\"value\":[");
	json_object_foreach (s->resources, key, of) {
		if (strncasecmp(key, above, n) != 0 ||
		    !strieq(json_string_value(json_object_get(of, "type")), type))
			continue;
		str_add(&text, between);
		add_listed(r, &text, key, of, instance_view, keep);
		between = ",";
	}
	str_add(&text, "]}");
	return str_take(&text);
}
