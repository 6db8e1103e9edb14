/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which VMs run: what the design says (powerState), and what a fault says instead.  A fault "stop"
 * is known only of a VM that the design wants running, "start" of one that it wants deallocated:
 * so what is listed as broken is what differs from the design. */
#pragma once

#include "lab/proc/driver.h"

bool power_wanted(const struct driver *d, const struct vm *vm);
/* A node that is stopped has nothing: no process, no link, an empty namespace, as one that has
 * never been started. */
int node_halt(struct driver *d, struct node *n, struct err *e);
/* After the design has changed: faults that say what the design says are none any more. */
void power_reset(struct driver *d);
