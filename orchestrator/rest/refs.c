/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/refs.h"

#include "base/str.h"
#include "input/resources.h"
#include "rest/children.h"

static void tell_ref(const json_t *v, const char *from, ref_fn *fn, void *ctx)
{
	const char *id = json_string_value(json_object_get(v, "id"));

	if (id && !json_object_get(v, "name"))
		fn(ctx, id, from);
}

/* Every {"id": ...} in j but j's own. */
static void tell_refs_in(const json_t *j, const char *from, ref_fn *fn, void *ctx)
{
	const char *name;
	json_t *v;
	size_t i;

	json_object_foreach ((json_t *)j, name, v) {
		tell_ref(v, from, fn, ctx);
		tell_refs_in(v, from, fn, ctx);
	}
	json_array_foreach ((json_t *)j, i, v) {
		tell_ref(v, from, fn, ctx);
		tell_refs_in(v, from, fn, ctx);
	}
}

void refs_each(const json_t *resource, const char *key, ref_fn *fn, void *ctx)
{
	const char *type = json_string_value(json_object_get(resource, "type"));
	json_t *properties = json_copy(json_object_get(resource, "properties")), *child;
	size_t i;

	for (const struct import_children *c = NULL; type && (c = child_list_next(type, c));) {
		json_array_foreach (json_object_get(properties, c->name), i, child) {
			_cleanup_free_ char *at =
			    xasprintf("%s/%s/%s", key, c->name,
			              json_string_value(json_object_get(child, "name")));
			_cleanup_free_ char *small = resource_key(at);

			tell_refs_in(child, small, fn, ctx);
		}
		json_object_del(properties, c->name);
	}
	tell_refs_in(properties, key, fn, ctx);
	json_decref(properties);
}
