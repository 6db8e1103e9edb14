/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM is deallocated. */
#pragma once

#include "lab/proc/driver.h"

/* A node that is stopped has nothing: no process, no link, an empty namespace, as one that has
 * never been started. */
int node_halt(struct driver *d, struct lab_node *n, struct err *e);
