/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An image's folder, read and checked; between the image files only. */
#pragma once

#include <jansson.h>

#include "azure/model.h"
#include "base/err.h"
#include "base/str.h"

struct image {
	char *name, *dir; /* dir: ".../images/frr" */
	json_t *def;      /* image.json; its form has been checked */
	json_t *files; /* its texts by name, where who asked for the lab has read them; or NULL */
};

/* -ENOENT with the known names; else what image_read() says. */
int image_find(const char *name, struct image **ret, struct err *e);
struct image *image_free(struct image *i); /* returns NULL */
void image_free_p(struct image **i);

/* dir/image.json, checked; -EINVAL with file and JSON pointer. */
int image_read(const char *dir, json_t **ret, struct err *e);
/* The same of its text; file is its name. */
int image_parse(const char *file, const char *text, json_t **ret, struct err *e);
/* A file of an image's folder, a whole small text. */
int image_text(const char *file, char **ret, struct err *e);
/* One that the image names. */
int image_file_text(const struct image *i, const char *name, char **ret, struct err *e);

/* The data that templates see of a VM (images/README.md lists them).  Pure; new reference. */
json_t *image_data(const struct model *m, const struct node *vm);
