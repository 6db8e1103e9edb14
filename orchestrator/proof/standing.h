/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a lab's status that must be as before when a failure is over: states of machines,
 * their processes, sessions and pools, and how many routes a session has; no times, no process ids.
 * Pure. */
#pragma once

#include "checks/failures.h"

#define STANDING_ROUTER "virtual router" /* "running": it has applied all */
/* {"session RS/NVA_1/0": "Established, 3 received, 5 advertised", ...}; a new reference. */
json_t *lab_standing(const json_t *status);
/* "session RS/NVA_1/0 is Active, and was Established, ..."; NULL: nothing.  The caller frees. */
char *lab_standing_difference(const json_t *before, const json_t *now);
/* The number of sessions and places in pools of the failed nodes that count as alive. */
unsigned lab_alive_of(const json_t *status, const struct model *m, const struct failure *x);
