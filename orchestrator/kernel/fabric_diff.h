/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The changes that make one struct fabric of another: pointers into both, in the order
 * in which it is done without interrupting traffic that is valid before and after.  Pure. */
#pragma once

#include "plan/fabric.h"

struct fab_diff {
	/* neighbours, then routes (delivery before classes), then rules, before the filter ... */
	const struct fab_neigh **neighs_set;
	const struct fab_route **routes_set;
	const struct fab_rule **rules_add;
	/* ... and behind it the other way round. */
	const struct fab_rule **rules_del;
	const struct fab_route **routes_del;
	const struct fab_neigh **neighs_del;
	size_t n_neighs_set, n_routes_set, n_rules_add, n_rules_del, n_routes_del, n_neighs_del;
};

/* have and want must outlive the result. */
void fab_diff(const struct fabric *have, const struct fabric *want, struct fab_diff *ret);
void fab_diff_free(struct fab_diff *d);

/* Classes and VNets are numbered by their place in the design.  When something is put in front of
 * them they change numbers, and for a moment the marks of one numbering would meet the tables of
 * the other.  True when a port of both has another mark. */
bool fab_renumbered(const struct fabric *have, const struct fabric *want);
/* The way out: the same fabric in numbers of its own, beside the ordinary ones (marks with the top
 * bit of either half set), to be applied in between.  The result borrows f's hops. */
struct fabric *fab_aside(const struct fabric *f);
/* True if the kernel holds such an intermediate state: then it is safe to go on to the ordinary
 * one. */
bool fab_is_aside(const struct fabric *f);
