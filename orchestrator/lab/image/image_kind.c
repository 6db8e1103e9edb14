/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image/image_kind.h"

static const char *const IMAGE_KIND_NAMES[IMAGE_KINDS] = { [IMAGE_PROCESS] = "process" };

enum image_kind_id image_kind_of(const char *name)
{
	enum image_kind_id k = 0;

	while (k < IMAGE_KINDS && !streq(IMAGE_KIND_NAMES[k], name))
		k++;
	return k;
}

void planning_add_file(struct planning *p, const char *path, char *content /* stolen */,
                       size_t size)
{
	VEC_PUSH(p->plan->files, p->plan->n_files, p->cap_files) =
	    (struct image_file){ xstrdup(path), content, size, 0640 };
}

void planning_add_dir(struct planning *p, const char *path)
{
	VEC_PUSH(p->plan->dirs, p->n_dirs, p->cap_dirs) = xstrdup(path);
}
