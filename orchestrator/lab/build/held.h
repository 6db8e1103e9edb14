/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions that are held down on purpose: by a fault, or because their instance is in maintenance.
 * They are shut down where they are ours: on the Route Server's instance for a peering, on the
 * gateway's for what nobody configured. */
#pragma once

#include "lab/proc/driver.h"

/* The sessions that target means (lab/build/ledger.h): up, or down; all of them or none. */
int session_set(struct driver *d, const char *target, bool up, struct err *e);
/* All sessions of a Route Server's instance. */
int instance_sessions_set(const struct lab_node *n, bool up, struct err *e);
/* Those that are held down are taken down again: on a node whose BIRD has started anew, NULL: on
 * all, whose BIRDs have another configuration. */
void sessions_hold(struct driver *d, const struct lab_node *only);
/* Before nodes are made anew: sessions may come up again (only NULL), and VMs run as the design
 * says, all or that one.  What else was done to a node goes with it. */
void fault_end(struct driver *d, const struct lab_node *only);
