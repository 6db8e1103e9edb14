/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/kind.h"
#include "base/str.h"
#include "lab/image/image.h"

/* owner has "image" and "config".  An invalid name is no folder's; in a host nothing is started,
 * but a packet filter that it is given. */
static void pack_image_of(void *ctx, json_t *owner, const struct jptr *at, bool part)
{
	json_t *packed = ctx;
	const char *named = json_string_value(json_object_get(owner, "image"));
	bool host = !named || strieq(named, "host");
	const char *image = host ? "host" : named;

	(void)at;
	(void)part;
	if (strchr(image, '/') || *image == '.' || json_object_get(packed, image))
		return;
	if (!host || json_object_size(json_object_get(owner, "config")))
		image_pack(image, packed);
}

void images_pack(json_t *design)
{
	json_t *packed = json_object();

	kinds_each_image(json_object_get(design, "topology"), pack_image_of, packed);
	json_object_set_new(design, "images", packed);
}
