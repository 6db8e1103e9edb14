/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/kind.h"

static bool has_image(const struct object_def *def)
{
	return def && schema_field(def, "image");
}

static void visit_parts(const struct kind *k, json_t *x, const struct jptr *at, kind_image_fn *fn,
                        void *ctx)
{
	for (const struct field *fd = k->object->fields; fd->name; fd++) {
		json_t *part = fd->type == T_OBJECT && has_image(fd->object)
		                   ? json_object_get(x, fd->name)
		                   : NULL;

		if (part)
			fn(ctx, part, JPTR(at, fd->name), true);
	}
}

void kinds_each_image(json_t *topology, kind_image_fn *fn, void *ctx)
{
	for (size_t i = 0; kinds[i]; i++) {
		const struct kind *k = kinds[i];
		const char *name;
		json_t *x;

		json_object_foreach (k->single ? NULL : json_object_get(topology, k->key), name,
		                     x) {
			const struct jptr *at = JPTR(JPTR(NULL, k->key), name);

			if (has_image(k->object))
				fn(ctx, x, at, false);
			visit_parts(k, x, at, fn, ctx);
		}
	}
}
