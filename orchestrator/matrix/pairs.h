/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs of classes and ends of two matrices that are the same, whatever they are called.  Pure.
 *
 * Machines, load balancers and sites are the same by name, or else by address. */
#pragma once

#include "matrix/matrix.h"

struct pair { /* places in the old matrix and in the new one */
	size_t old, now;
};

struct pair_list {
	struct pair *v;
	size_t n, cap;
};

struct pairs {
	struct pair_list ends, classes;
	const char **gone, **come; /* machines of one design alone */
	size_t n_gone, cap_gone, n_come, cap_come;
	struct pair_name *names; /* new to old */
	struct arena *arena;
};

void pairs_find(const struct matrix *old, const struct matrix *now, struct pairs *ret);
void pairs_done(struct pairs *p);
/* The name in the old design of a node of the new one. */
const char *pairs_old_name(const struct pairs *p, const char *now);
