/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wants of a design for each node, in a form that can be compared with what a node was built
 * from. */
#pragma once

#include "lab/image/image.h"
#include "lab/proc/lab.h"

struct want {
	char *name;
	enum lab_node_kind kind;
	struct node *vm;
	struct route_server *rs;
	unsigned instance;
	struct spec spec;
	struct image_plan *plan; /* NULL: runs nothing */
	bool forwarding;
	/* wants_match(): */
	struct lab_node *have; /* the node of that name and kind; NULL: there is none */
	bool stopped;          /* by the design, or by a fault */
};

/* The ways in which a node becomes what is wanted.  `plan` says it and `up` does it. */
enum want_action {
	WANT_KEEP,
	WANT_CHANGE, /* it takes what is new as it runs, and keeps its processes */
	WANT_REBUILD,
	WANT_CREATE
};
enum want_action want_action(const struct want *w);
const char *want_action_str(enum want_action a); /* "keep", "change", "rebuild", "create" */

/* Route Server instances first, then appliances, then plain VMs: what takes longest to come up is
 * built first.  -ENOENT, -ENOPKG, -EINVAL of image_plan(), before anything is touched. */
int wants_of(struct model *m, const json_t *design, struct want **ret, size_t *ret_n,
             struct err *e);
/* Finds the node of each, and whether it is to run. */
void wants_match(const struct lab *l, struct want *w, size_t n);
void wants_free(struct want *w, size_t n);

/* The network of a node's kernel, of the model that the node speaks of; the caller frees. */
struct guest_plan *node_guest_plan(const struct lab_node *n, const struct model *m);
