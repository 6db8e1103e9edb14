/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of Terraform's language (*.tf), evaluated offline: no Terraform, no provider, no
 * credentials, no process.  docs/terraform.md says what is read, invented and left open. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/finding.h"

/* The folder has files of that language. */
bool tfsource_is(const char *folder);
/* What `terraform show -json` would print of the design's plan (input/terraform/terraform.h); a new
 * reference, or NULL: with *e, or with findings.  params: "NAME=VALUE" or files of variables; NULL
 * ends them. */
json_t *tfsource_read(const char *folder, const char *const *params, struct findings *f,
                      struct err *e);
