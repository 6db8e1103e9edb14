/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that nobody gave. */
#pragma once

#include "input/arm/deploy/deploy.h"

/* For names, secrets, keys, sizes: what carries no packets.  NULL: it must be asked for.
 * *ret_tell: people should be told, *ret_secret: but not the value. */
const struct val *param_made_up(struct deployment *d, const char *name, const char *type,
                                const struct val *decl, bool *ret_tell, bool *ret_secret);
/* The same, but nobody is told: for a part of an example. */
const struct val *param_stand_in(struct deployment *d, const char *name, const char *type,
                                 const struct val *decl);
/* The declaration, or what its "$ref" leads to. */
const struct val *param_declaration(const struct deployment *d, const struct val *decl);
/* "GEN-UNIQUE", "GET-PREREQ-name" and their like of the quick start templates; any other value as
 * it is; NULL: to be asked for. */
const struct val *param_placeholder(struct arm *a, const struct val *v, const char *name,
                                    const char *type, const struct val *decl);
