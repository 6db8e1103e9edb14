/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Examples for parameters that are asked for: values that can be pasted, and that fit each other.
 */
#pragma once

#include "base/addr.h"
#include "base/str.h"
#include "input/arm/deploy/carries.h"
#include "input/arm/value/val.h"

struct examples { /* how many of each were made */
	unsigned spaces, subnets, hosts, outside, asns, ports;
	unsigned last; /* the number of the last subnet */
	/* The base that the template itself has: the first two bytes of a network, or of what must
	 * lie in one; 0.0: nothing, it is 10.0. */
	uint8_t base[2];
	bool has_space;
	ip4 said[16]; /* those of descriptions: each stands for one parameter */
	size_t n_said;
};

/* Tells what the template has as the value of a parameter. */
void example_around(struct examples *x, enum carried what, const char *value);

/* Adds a value for the parameter to `out`; false: there is none that says anything. */
bool param_example(struct examples *x, enum carried what, const char *name, const char *type,
                   const struct val *decl, struct str *out);

/* Adds "-p NAME=VALUE", quoted for a shell. */
void example_option(const char *name, const char *value, struct str *out);
