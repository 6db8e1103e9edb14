/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of the cgroup of version 2 that may be a parent of ours: one that was given to us
 * (delegated), with the controllers that bound memory and processes.  The decision needs no system
 * call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { CGROUP_MEMORY = 1, CGROUP_PIDS = 2, CGROUP_BOTH = 3 };

/* One cgroup, as it was seen. */
struct cgroup_seen {
	char *path;        /* where its folder is */
	bool writable;     /* we may make children of it, and move processes within it */
	bool delegated;    /* systemd says so, by an extended attribute */
	bool top;          /* of the whole hierarchy: it may have processes beside children */
	bool domain;       /* not one for threads */
	bool busy;         /* it has processes of its own */
	unsigned has;      /* controllers that it has: CGROUP_... */
	unsigned children; /* those that its children have */
};

/* The caller's own cgroup and those around it, the nearest first; n is 0 where there are none. */
struct cgroup_sight {
	struct cgroup_seen *v;
	size_t n, cap;
	bool managed; /* systemd runs here: what it did not give us is not ours */
};

/* Looks at the cgroup `own` ("/a/b", as /proc/self/cgroup says) of the hierarchy that is mounted at
 * `mount`. */
void cgroup_look(const char *mount, const char *own, bool managed, struct cgroup_sight *ret);
void cgroup_sight_done(struct cgroup_sight *s);

/* The parent of ours, an index; -ENODEV: this system has none; -EOPNOTSUPP: none that was given to
 * us; *e says why. */
int cgroup_pick(const struct cgroup_sight *s, struct err *e);

/* Reads lines of /proc/self/mountinfo and /proc/self/cgroup for the place where version 2 is
 * mounted, and the own cgroup below that; the caller frees both.  False: it is not mounted, or
 * hides the own one. */
bool cgroup_own(const char *mountinfo, const char *cgroups, char **ret_mount, char **ret_own);

/* The bounds of a node, which are files of its cgroup. */
struct cgroup_limits {
	unsigned long long memory; /* bytes */
	unsigned processes;
};
struct cgroup_limits cgroup_limits(unsigned long long ram);
