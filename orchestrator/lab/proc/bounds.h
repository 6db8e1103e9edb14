/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounds what a box may use as a whole: a cgroup of version 2 for each, beneath the lab's.  Where
 * there is none, each process is bounded alone (lab/proc/launch.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/cgroup_find.h"

struct bounds {
	int dir; /* the lab's cgroup; -1: none */
	struct cgroup_limits limits;
	unsigned next;  /* number of the next box's */
	unsigned *dead; /* those whose last processes were still there */
	size_t n_dead, cap_dead;
};

void bounds_init(struct bounds *b, int dir);
/* A cgroup for one more box: its number, from 1 on; 0: there is none, and *e says why unless the
 * lab has none at all (e->code is 0 then). */
unsigned bounds_make(struct bounds *b, struct err *e);
/* It goes when its last process has, which was killed. */
void bounds_drop(struct bounds *b, unsigned number);
/* For a child before exec: who writes "0" to it is bounded.  -1: not this one. */
int bounds_enter(const struct bounds *b, unsigned number);
/* The number of processes that the kernel has killed because the box had used up its memory; number
 * 0: of all boxes of the lab. */
unsigned long long bounds_kills(const struct bounds *b, unsigned number);
