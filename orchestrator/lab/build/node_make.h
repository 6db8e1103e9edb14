/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One node: its namespace and box, its links and processes, made, taken away, started anew. */
#pragma once

#include <net/if.h>

#include "lab/build/spec.h"
#include "lab/proc/driver.h"

struct ports { /* names of the fabric's ends of links */
	char (*names)[IFNAMSIZ];
	size_t n, cap;
};
void ports_add_node(const struct lab_node *n, struct ports *p);

/* The rules of a firewall, in place of those that its node has. */
int node_set_firewall(const struct lab_node *n, const struct firewall *fw, struct err *e);
/* A network namespace, and a box to run daemons in. */
int node_house(struct driver *d, struct lab_node *n, const struct want *w, struct err *e);
/* Links to the fabric, addresses, routes, and a firewall's rules. */
int node_plug(struct driver *d, struct lab_node *n, const struct model *m, struct err *e);
/* A node's links to the fabric, away (a VM that is stopped); node_boot() brings them back. */
int node_unplug(struct driver *d, struct lab_node *n, struct err *e);
/* The daemons that w wants, none of which runs yet. */
int node_start(struct driver *d, struct lab_node *n, const struct want *w, struct err *e);
/* It is whole, as w says.  Without that the next build starts this node over. */
void node_is_built(struct driver *d, struct lab_node *n, const struct want *w);
/* The namespace is a new one: a guest that starts has forgotten everything. */
int node_boot(struct driver *d, struct lab_node *n, struct err *e);
/* Before a program is run in it by hand: n->box, where it has none yet. */
int node_box(struct driver *d, struct lab_node *n, struct err *e);
/* Its processes die, its namespaces are closed, it leaves the lab's list. */
void node_free(struct driver *d, struct lab_node *n);
