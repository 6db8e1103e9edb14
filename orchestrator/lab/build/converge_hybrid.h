/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Convergence of what nobody configured: sessions of gateways and MSEEs.  Part of lab_converged().
 */
#pragma once

#include "azure/hybrid.h"
#include "lab/build/converge.h"
#include "lab/proc/driver.h"

enum { CONVERGE_STABLE = 2 }; /* looks that must have seen the same */

void hybrid_converged(struct driver *d, struct convergence *ret);
/* "it announced more than 4000 prefixes", when this end dropped the session because the other one
 * did; the caller frees.  NULL: that is not why. */
char *hybrid_over_limit(const struct driver *d, const struct hybrid_session *s);
/* Why a session cannot come up, however long one waits; the caller frees.  NULL: it can. */
char *hybrid_hopeless(const struct driver *d, const struct hybrid_session *s);
