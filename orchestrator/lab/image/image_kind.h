/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of images: "kind" of image.json.  There is one, processes in the VM's namespaces; a
 * kind that is a container, a virtual machine or a device is one more file and one more row.
 *
 * A kind turns an image and a VM of the design into a plan: files, and daemons that the driver runs
 * in the VM's box, watches, and asks whether they are ready.  Configuration, readiness and console
 * so go through the same few functions whatever it is that runs. */
#pragma once

#include "lab/image/image.h"
#include "lab/image/image_def.h"

struct planning { /* a plan that is being made */
	const struct node *vm;
	const struct image *img;
	json_t *data; /* what templates see */
	struct image_plan *plan;
	size_t cap_files, cap_dirs, n_dirs, cap_daemons;
	struct err *e;
};
void planning_add_file(struct planning *p, const char *path, char *content /* stolen */,
                       size_t size);
void planning_add_dir(struct planning *p, const char *path);
/* image_filter.c: the node's own packet filter, whatever the image. */
int planning_filters(struct planning *p);

enum image_kind_id { IMAGE_PROCESS, IMAGE_KINDS };
/* IMAGE_KINDS: there is none of that name. */
enum image_kind_id image_kind_of(const char *name);

struct image_kind { /* a row of the table in image.c */
	/* -ENOPKG with the package to install, -EINVAL with the template's or file's problem. */
	int (*plan)(struct planning *p);
};
extern const struct image_kind image_process;
