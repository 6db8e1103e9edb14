/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources: their bodies, in the order in which they need each other, and what Azure adds. */
#pragma once

#include "input/arm/run/run.h"

/* Evaluates the body of a resource, once.  -EBADMSG: failed, and reported; -ELOOP: it is under way;
 * -E2BIG: too many wait for each other, it is to be tried again later. */
int inst_eval(struct inst *i);
void deployment_eval(struct deployment *d); /* all of its resources */

/* The answer of the call `at` of reference() (reference.c): of the resource called what->s, its
 * properties, or with `full` all of it.  `asked`: the members of the answer that are asked for, a
 * chain that begins at `at`; only what needs addresses has them given.  NULL: failed. */
const struct val *reference_value(struct env *e, const struct expr *at, const struct expr *asked,
                                  const struct val *what, bool full);
void noted_free(struct arm *a);

/* The additions of Azure to the resources of a type once they are deployed (enrich.c). */
struct runtime_type {
	const char *type;    /* of ARM */
	const char *configs; /* its list of IP configurations, which take addresses; or NULL */
	bool addresses;      /* reference() shows addresses: all are given before it answers */
	bool first;          /* without `configs`: still evaluated before any address is given */
	/* Adds to the properties b, for everybody; for reference() alone. */
	void (*enrich)(struct inst *i, struct val_builder *b, const struct val *props);
	void (*enrich_reference)(struct inst *i, struct val_builder *b, const struct val *props);
};
const struct runtime_type *runtime_type(const struct inst *i); /* never NULL */
/* props with what Azure adds; with `ids`, for reference(), also ids of what is in lists.  NULL: too
 * big. */
const struct val *runtime_properties(struct inst *i, const struct val *props, bool ids);

/* Gives addresses to all that can be evaluated by now and has none yet (alloc.c).  -ELOOP: that is
 * under way. */
int alloc_all(struct arm *a);
void alloc_free(struct arm *a);
