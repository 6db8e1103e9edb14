/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cgroups of version 2 of our own: one with a child for each of so many groups of processes, each
 * bounded as a whole.
 *
 * Whoever makes the outer one has rights that those inside have not: it is opened and given away
 * before these rights are laid down. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "kernel/cgroup_find.h"

/* The outer one, open. */
struct cgroup {
	char *path;
	int dir;   /* its folder; -1: there is none */
	int enter; /* who writes "0" to it moves into its child for who runs it all */
};

/* The folder in which a cgroup of ours can be made, which the caller frees. $VNETLAB_CGROUP names
 * it, whatever controllers it has; "none": nowhere.  NULL with the reason in *e. */
char *cgroup_parent(struct err *e);
/* Makes the cgroup `path`, whose children `owner` may make. */
int cgroup_make(const char *path, uid_t owner, struct cgroup *ret, struct err *e);
void cgroup_done(struct cgroup *c); /* closes and frees */
/* Removes it and its children; waits until the last process in there has gone, wait_ms at most.
 * -EBUSY: one has not.  What is no cgroup of ours is left alone, silently. */
int cgroup_remove(const char *path, int wait_ms);

/* A child, bounded by these limits as far as the controllers are there. */
int cgroup_child_make(int dir, const char *name, const struct cgroup_limits *l, struct err *e);
int cgroup_child_remove(int dir, const char *name); /* -errno; -EBUSY while somebody is in there */
/* Opened for writing: who writes "0" to it moves there. -1 with errno. */
int cgroup_child_enter(int dir, const char *name);
/* A number of a file of key-value pairs of it ("memory.events", "oom_kill"); 0 when it is not
 * there. */
unsigned long long cgroup_child_count(int dir, const char *name, const char *file, const char *key);
