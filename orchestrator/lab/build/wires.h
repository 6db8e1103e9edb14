/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wires between nodes (azure/hybrid.h), and what else only nodes with a role have. */
#pragma once

#include "lab/build/spec.h"
#include "lab/proc/driver.h"

/* The wires of model m whose ends are both there and not both as they were; the model that nodes
 * speak of.  what: NULL, or the node whose wires are made anew. */
int wires_make(struct driver *d, const struct model *m, const struct lab_node *what, struct err *e);
/* A wire's far end goes down or up: this end sees a cable without carrier, or with one. */
int wire_set(struct driver *d, const struct nic *n, bool up, struct err *e);
/* Its BIRD (node_has_our_bird()) takes a new configuration as it runs. */
int node_reconfigure(struct lab_node *n, const struct want *w, struct err *e);
