/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the expressions of a template say of a parameter's values, so that what is invented for it
 * fits. */
#pragma once

#include "input/arm/deploy/deploy.h"

struct param_use {
	unsigned parts; /* that it has at least, split at the separator; 0: not said */
	char separator;
	const struct val *value; /* a text that it is compared with; NULL: none */
	const char *property;    /* whose whole value it is, lives as the template; NULL: none */
};

void param_used(struct deployment *d, const char *name, struct param_use *ret);
