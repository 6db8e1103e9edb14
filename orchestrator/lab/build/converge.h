/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has routing come to rest?  Observed, never slept for. */
#pragma once

#include "lab/proc/driver.h"

struct convergence {
	size_t up, of;   /* sessions, counted per instance */
	json_t *missing; /* sentences; what is not there yet */
	json_t *notes;   /* sentences; what will not come, and is not waited for */
};

/* True when every session that is expected is up, the virtual router has applied what was selected,
 * and two looks in a row saw the same.  explain: fill in missing with reasons, which costs system
 * calls. */
bool lab_converged(struct driver *d, bool explain, struct convergence *ret);
/* Why a session cannot come up, however long one waits; the caller frees.  NULL: it can. */
char *session_hopeless(const struct driver *d, const struct bgp_connection *c, unsigned instance);
void convergence_free(struct convergence *c);
