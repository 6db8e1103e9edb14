/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what somebody has changed by hand in a lab that runs; `up` reports it and puts it back.
 * `plan` says it by the same look. */
#pragma once

#include "lab/proc/driver.h"

/* drift (stolen): [{"node":"fabric","what":"12 routes, the packet filter"}, ...] */
typedef void drift_fn(void *ctx, json_t *drift);
/* Calls fn, now or later.  mend: and puts back what can be; a node that lost its link is made anew
 * by the next build. */
void drift_look(struct driver *d, bool mend, drift_fn *fn, void *ctx);

/* The fabric is there: from now on namespaces can be watched.  Where the kernel cannot, each is
 * looked at each time. */
void drift_watch(struct driver *d, int fabric_ns);
/* A node's namespace is new, or was exchanged. */
void drift_watch_node(struct driver *d, struct lab_node *n);
