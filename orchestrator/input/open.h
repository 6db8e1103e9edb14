/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A design from whatever a user has: a topology file, an ARM template, a Terraform plan, an export
 * of az or REST, recognised by content. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/finding.h"

struct input_options {
	const char *path;          /* file or folder */
	const char *shown;         /* what people call it; NULL: as path */
	const char *const *params; /* lists end with NULL, and may be NULL */
	const char *const *links;
	const char *const *images; /* "VM=image[:file]" */
	/* "SOURCE=PATH" of modules that are not in the design; names of those that are left out. */
	const char *const *modules, *const *without;
	bool fetch;
	const char *resource_group, *location;
};

/* A design as design_read() gives it (input/topology.h), and of an imported one in addition
 * "import": {"coverage": [...], "captures": [...], "resources": what it was made of}.  NULL: with
 * *e, or with findings. */
json_t *input_open(const struct input_options *o, struct findings *f, struct err *e);
/* The checks of a file become those of the topology: of an object as "checks" is, or of one that
 * has "checks".  Findings about them name that file.  -errno: with *e, or with findings. */
int input_add_checks(const char *file, json_t *topology, struct findings *f, struct err *e);
/* The parameters that a parameter file of Bicep gives: {name: {"value", "type"}}; NULL: with
 * findings or *e. */
json_t *bicep_parameters(const char *path, struct findings *f, struct err *e);
