/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes: what a design wants against what there is, changed in place. */
#pragma once

#include "lab/proc/driver.h"

struct build_stats {
	size_t created, removed, rebuilt, restarted, reconfigured, kept;
	/* The nodes that `up --fresh` (lab/build/fresh.h) is for, NULL: none; then those that were
	 * made anew for it, and why. */
	const json_t *fresh;
	json_t *freshened;
};

/* Makes the nodes equal to m, and has the virtual router do the same with the fabric.  Works from
 * any state, a half-made one included: so it is its own way back.  Starts daemons, does not wait
 * for them.  Takes design and m, whatever happens.  progress may be NULL. */
int lab_build(struct driver *d, json_t *design, struct model *m, struct build_stats *st,
              void (*progress)(size_t done, size_t of, void *ctx), void *ctx, struct err *e);

/* The same for the design that runs, when every node is as it is wanted: 0.  1: one is not, and
 * lab_build() has to be called. */
int lab_build_again(struct driver *d, struct build_stats *st, struct err *e);

/* Nodes whose daemons are not all ready, checks included. */
size_t lab_starting(const struct driver *d);
/* VMs stopped by the design or by a fault changed: tells the virtual router. */
int lab_stopped_changed(struct driver *d, struct err *e);
