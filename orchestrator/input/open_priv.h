/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that open a design. */
#pragma once

#include "input/arm/arm.h"
#include "input/export/export.h"
#include "input/folder.h"
#include "input/open.h"

struct opening {
	const struct input_options *o;
	struct findings *f;
	struct export x;
	struct folder_templates templates; /* of a folder */
};

/* Behind the last slash; borrowed. */
const char *open_base_name(const char *path);
/* The folder of scripts that a template names; the caller frees. */
char *open_folder_of(const char *path);
/* The name of the lab of that file; the caller frees. */
char *open_lab_name(const char *path);

/* own_params: one file, or NULL in its place; it must live as long as what is returned. */
struct arm_options open_template_options(const struct opening *op, const char *path,
                                         const char *name, const char *const *own_params);
/* In a folder a template finds its parameters itself, when none are given.  The caller frees. */
char *open_own_params(const struct opening *op, const char *path, bool in_folder);
/* The resources of a plan, as `terraform show -json` has it. */
void open_add_terraform(struct opening *op, json_t *shown, const char *name);
/* Takes what a document has, whatever it is.  What is wrong with it is a finding, and no error. */
int open_read_document(struct opening *op, json_t *doc, const char *path, const char *name,
                       bool in_folder, struct err *e);
/* Reports what is odd in a text that could be read.  A template's is read again, and reported then.
 */
void open_report_oddities(struct opening *op, const json_t *doc, const char *name,
                          const struct findings *own);
int open_read_folder(struct opening *op, struct err *e);
/* The one folder below with Bicep or Terraform's language, of a folder without either and without
 * JSON; NULL: there is JSON, none or several, which is a finding.  The caller frees. */
char *open_below(const char *folder, struct findings *f);
/* The design that the resources are; NULL: with findings or *e. */
json_t *open_imported(struct opening *op, struct err *e);
json_t *open_bicep(struct opening *op, const char *file, struct err *e);
