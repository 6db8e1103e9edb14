/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Examples for parameters whose type says what is in them: arrays and objects of Bicep's types, as
 * templates that were compiled of it declare them ("items", "properties", "$ref").  Microsoft
 * Learn, "ARM template syntax", definitions. */
#pragma once

#include "input/arm/deploy/deploy.h"
#include "input/arm/deploy/example.h"

/* Adds JSON with all that must be given; false: the type says nothing. */
bool typed_example(struct deployment *d, struct examples *x, const char *name,
                   const struct val *decl, struct str *out);
