/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kind of resource: what readers, checks and texts know of it, in one row of one table
 * (kinds/kinds.c).  Engines (routes, walk, security groups, balancers) know structs, not rows: a
 * packet's order is theirs.  What goes over all kinds goes over the table, and names none of them;
 * a kind names another one by its key alone. */
#pragma once

#include "azure/model.h"
#include "schema/schema.h"

struct findings;
struct loader; /* input/load.h */

struct kind_list { /* where the model has a kind's objects, and how big one is */
	size_t items, count, size;
};
/* Its versions do not agree about it: */
/* clang-format off */
#define KIND_LIST(items, count) \
	{ \
		offsetof(struct model, items), offsetof(struct model, count), \
		    sizeof(*((struct model *)NULL)->items) \
	}
/* clang-format on */

struct kind {
	const char *key;                 /* its map in the topology: "natGateways" */
	const char *what;                /* one of them in findings: "NAT gateway" */
	const char *help;                /* of the map, for the documentation */
	const struct object_def *object; /* the fields of one of them; its id is the kind's name */
	bool single;                     /* one object in the topology, not a map of them */
	bool nodes;                      /* each is a node of the lab, or several */
	bool azure;                      /* a resource of Azure: not one of this lab alone */
	bool needed;                     /* a topology without any of it is no design */
	uint8_t place;                   /* where it stands when people read a design, ascending */
	struct kind_list list; /* of structs that begin with RESOURCE; size 0: there is none; items
	                        * 0: it is found by kind_items() alone, as no engine reads it */
	const struct field *settings; /* of its behaviour; NULL: none */

	/* Loading, in this order.  Each may be NULL. */
	/* Counts the nodes and NICs that one object makes, at most; without it a kind of nodes
	 * makes one of each. */
	void (*count)(json_t *x, size_t *nodes, size_t *nics);
	/* Fills in of obj what the table of fields does not; obj is NULL when there is no list. */
	void (*load)(struct loader *l, void *obj, json_t *x, const struct jptr *at);
	/* Runs when all objects of all kinds are there, and what their tables say that they refer
	 * to. */
	void (*resolve)(struct loader *l, const struct kind *k);
	/* Runs when all NICs have their addresses: takes public ones for an object. */
	void (*address)(struct loader *l, void *obj, json_t *x);
	/* Runs when all objects have their public addresses. */
	void (*settle)(struct loader *l, const struct kind *k);
	/* Returns what `status` tells of them: [{"name", "state", ...}]; new reference. */
	json_t *(*status)(const struct model *m);
};

/* In the order of the topology's table, which is the order of loading; NULL ends it. */
extern const struct kind *const kinds[];

const struct kind *kind_find(const char *key); /* NULL: none has that key */
/* The objects of the kind that is needed; NULL: topology is no design. */
json_t *kinds_needed(const json_t *topology);
/* The objects of a kind whose list has no member in struct model. */
void *kind_items(const struct model *m, const char *key, size_t *ret_n);
/* Called with each object of a topology that has an "image", and "config", the files for it; part:
 * it is in an object, as the router of a site. */
typedef void kind_image_fn(void *ctx, json_t *owner, const struct jptr *at, bool part);
void kinds_each_image(json_t *topology, kind_image_fn *fn, void *ctx);
/* The kinds by their places: start with NULL; NULL is the end. */
const struct kind *kind_after(const struct kind *k);
