/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder with several templates: which of them are the design, and the addresses that they
 * share. */
#pragma once

#include <jansson.h>

#include "base/finding.h"
#include "input/arm/arm.h"

struct folder_template {
	char *path, *name; /* name: relative to the folder */
	json_t *resources; /* evaluated alone */
};

struct folder_templates {
	struct folder_template *v;
	size_t n, cap;
	json_t *linked; /* paths of templates that another one has read */
	json_t *taken;  /* addresses (input/arm/resource/shared.h), or NULL: nobody to share with */
	json_t *skip;   /* names that are not read, and reported */
};

void folder_templates_free(struct folder_templates *t);
/* Adds one by evaluating it; what is wrong with it is reported when it is read. */
void folder_add_template(struct folder_templates *t, const struct arm_options *o);
/* Once all are there: fills in what the reading needs.  folder is what people call it. */
void folder_decide(struct folder_templates *t, const char *folder, struct findings *f);
