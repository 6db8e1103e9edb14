/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making the running lab equal to a design: build, start, wait for quiet; back to what ran before
 * when that fails. */
#pragma once

#include "lab/proc/driver.h"

/* Something has changed that an apply may be waiting for: goes on if it can. Cheap when none is
 * under way. */
void apply_step(struct driver *d);
/* A process died before it was ready.  True: an apply waits for it, and fails. */
bool apply_proc_died(struct process *p, const char *tail);
void apply_node_failed(struct driver *d, struct node *n, const char *msg);
/* The daemon's own word on its configuration (lab/build/check.c): what it printed, status 0 = fine.
 */
void apply_check_done(struct driver *d, struct node *n, bool ok, const char *text);
