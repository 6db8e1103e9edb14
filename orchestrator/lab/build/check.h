/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemons' own opinion on their configuration, asked while the lab is being built. */
#pragma once

#include "lab/image/image.h"
#include "lab/proc/driver.h"

/* Starts the check command of each daemon that has one.  alone: also of those that themselves say
 * the same as they start, and at once.  What it says against the configuration is
 * the reason, when the daemon does not start; when it does, a warning (lab/proc/rejected.h). */
int checks_start(struct driver *d, struct lab_node *n, const struct image_plan *p, bool alone,
                 struct err *e);
void checks_cancel(struct driver *d, struct lab_node *n);
