/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer over the limit of routes (lab/watch/routelimit.h) loses its session (azure-behaviour 7.2).
 */
#pragma once

#include "lab/watch/observe.h"

/* n: the instance that has the session. */
void session_over_limit(struct driver *d, struct lab_node *n, const struct observed *s);
