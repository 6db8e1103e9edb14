/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Terraform: what `terraform show -json` prints of a plan or of a state, and terraform.tfstate,
 * azurerm 3 and 4 (and azapi), as resources of ARM (input/resources.h).
 *
 * In a plan of what does not exist yet every id is unknown.  They are found again by the references
 * in the plan's `configuration`: through variables, modules and their outputs, with count and
 * for_each picked by the instance's own index (terraform/resolve.c).  Each resource gets an id made
 * of its group, type and name, so that references are ids, as in any other export.  What cannot be
 * found is a finding that names the attribute and the candidates; nothing is guessed.
 *
 * Addresses that are allocated on apply, but that something refers to (a route's next hop), are
 * allocated here, as Azure would: the lowest free one of the subnet, from base+4 on. */
#pragma once

#include "base/finding.h"

/* The document is a plan or a state in Terraform's JSON. */
bool terraform_is(json_t *doc);

/* The document is a state as Terraform keeps it, terraform.tfstate, of any version. */
bool terraform_is_state(const json_t *doc);

/* Such a state as `terraform show -json` prints it (a new reference, which borrows nothing), or
 * NULL: TF-STATE-01 says why. */
json_t *terraform_show_state(json_t *doc, const char *file, struct findings *f);

/* file is for `source` in the resources.  Returns a new array; findings get what is not resolved.
 */
json_t *terraform_resources(json_t *doc, const char *file, struct findings *f);
