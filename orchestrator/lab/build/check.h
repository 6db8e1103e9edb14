/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemons' own opinion on their configuration, asked while the lab is being built. */
#pragma once

#include "lab/image/image.h"
#include "lab/proc/driver.h"

/* Starts the check command of each daemon that has one; one that refuses fails the start of its
 * node. */
int checks_start(struct driver *d, struct node *n, const struct image_plan *p, struct err *e);
void checks_cancel(struct driver *d, struct node *n);
