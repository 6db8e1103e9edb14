/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Route Server asks all peers for their routes anew when its VNet is peered (azure-behaviour
 * 7.3). */
#pragma once

#include "lab/proc/driver.h"

/* An instance that stays gets a new model: its BIRD takes the new configuration if it has changed,
 * and every peer is asked, once, if there is a reason to.  n->rs is still of the model before.
 * files: those of the new configuration, NULL when they are the same. */
struct image_plan;
int instance_changes(struct driver *d, struct lab_node *n, const struct route_server *to,
                     const struct image_plan *files, struct err *e);
