/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells what the checks of a design will say, by the model alone: no lab, no rights, milliseconds.
 * Pure.
 *
 * The checks' own judgement (checks/check.h) gets answers that are made of the walk, of effective
 * routes and of what Route Servers are foreseen to learn (azure/foreseen.h).  Where a design does
 * not say what decides (an appliance's own file, time, a fault), nothing is foretold. */
#pragma once

#include "checks/check.h"

enum foretold { FORETOLD_UNKNOWN, FORETOLD_HOLDS, FORETOLD_FAILS };

struct foretelling {
	enum foretold v;
	char *text; /* what would be seen; of what is unknown, why; never NULL */
};

/* One for each check of the model, in their order; foretellings_free() frees. */
struct foretelling *foretell(const struct model *m);
struct foretelling *foretellings_free(struct foretelling *f, size_t n); /* returns NULL */
