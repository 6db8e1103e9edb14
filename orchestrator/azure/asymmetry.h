/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs of subnets, sites and the Internet whose ways there and back differ in a hop that keeps
 * state, by the design alone.  Pure.
 *
 * The walk (azure/walk.h) judges; this chooses what is walked.  Pairs whose packets take the same
 * kinds of routes, at both ends and at everybody between, are alike: one of them is walked for all.
 * It reports no pair about which a route could decide that nobody foresees (azure/foreseen.h). */
#pragma once

#include "azure/walk.h"

struct asymmetry {                /* of one kind of pairs */
	const char *from, *to;    /* the first pair: "Spoke/w", "dc1" */
	const char *there, *back; /* "Spoke/w -> fw -> Hub/shared, by route ..." */
	const char *node;         /* the hop */
	const char *reason, *cure;
	const char *ptr; /* of the route that leads to it, or of the hop */
	size_t n;        /* pairs */
	uint64_t key;
};

struct asymmetries {
	struct asymmetry *v;
	size_t n, cap;
	size_t walked;       /* packets, for those who measure */
	struct arena *arena; /* has the words */
};
void asymmetries_find(const struct model *m, struct asymmetries *ret);
void asymmetries_done(struct asymmetries *a);
