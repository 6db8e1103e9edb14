/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of Terraform's language (*.tf), evaluated offline: no Terraform, no provider, no
 * credentials, no process.  docs/terraform.md says what is read, invented and left open. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/finding.h"

/* The folder has files of that language. */
bool tfsource_is(const char *folder);

struct tfsource_options {
	const char *folder;
	/* Lists end with NULL, and may be NULL. */
	const char *const *params;  /* "NAME=VALUE", or files of variables */
	const char *const *modules; /* "SOURCE=DIR": where a module is that is not in the design */
	const char *const *without; /* "NAME", "HUB.NAME": modules that are left out */
};

/* Makes what `terraform show -json` would print of the design's plan (input/terraform/terraform.h);
 * a new reference, or NULL: with *e, or with findings. */
json_t *tfsource_read(const struct tfsource_options *o, struct findings *f, struct err *e);
