/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a Route Server does to its sessions on its own account (azure-behaviour 7.2, 7.3): it asks
 * all peers for their routes anew when its VNet is peered, and ends a session over the limit. */
#pragma once

#include "lab/proc/driver.h"
#include "lab/watch/observe.h"

/* An instance that stays gets a new model: its BIRD takes the new configuration if it has changed,
 * and every peer is asked, once, if there is a reason to.  n->rs is still of the model before.
 * files: those of the new configuration, NULL when they are the same. */
struct image_plan;
int instance_changes(struct driver *d, struct node *n, const struct route_server *to,
                     const struct image_plan *files, struct err *e);

/* BIRD 2 goes to sleep with its answer to a ROUTE-REFRESH in its queue, as it does with the first
 * routes of a session (docs/convergence.md); being called wakes it.  Appliances have nobody else
 * who asks them anything. */
void peer_wake(const struct driver *d, const struct bgp_connection *c);

void session_over_limit(struct driver *d, struct node *n, const struct observed *s);
