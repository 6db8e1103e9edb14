/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Examples for parameters that are asked for: values that can be pasted, and that fit each other.
 */
#pragma once

#include "base/str.h"
#include "input/arm/deploy/carries.h"
#include "input/arm/value/val.h"

struct examples { /* how many of each were made */
	unsigned spaces, subnets, hosts, outside, asns, ports;
	unsigned last; /* the number of the last subnet */
};

/* Adds a value for the parameter to `out`; false: there is none that says anything. */
bool param_example(struct examples *x, enum carried what, const char *name, const char *type,
                   const struct val *decl, struct str *out);
