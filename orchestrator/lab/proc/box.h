/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node's box: what its programs run in, and cannot leave.
 *
 * A mount namespace that shows the machine's programs read-only and the node's own /etc, /run, /var
 * and /tmp; a pid namespace; and where the node runs daemons, a user namespace of its own, which
 * has the node's network namespace and nothing else: another node's is no more its own than the
 * machine's.  docs/security.md says the rest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lab/proc/lab.h"

struct bounds;
struct driver;

struct box {
	int mntns, pidns, ipcns;
	int userns;            /* -1: the lab's */
	struct bounds *bounds; /* and the number of its cgroup: lab/proc/bounds.h */
	unsigned group;
	unsigned long long kills; /* for want of memory, that were told */
	pid_t init;               /* process 1 in there; everything in the box ends with it */
};

/* Makes n->box, of the files in n->dir.  Where n has no network namespace yet, one that belongs to
 * the box's own user namespace; else it runs in the lab's. */
int box_new(struct driver *d, struct lab_node *n, struct err *e);
struct box *box_free(struct box *b); /* NULL is fine; returns NULL */
/* Has the kernel killed processes of it because it had used up its memory?  b may be NULL. */
bool box_has_starved(const struct box *b);
/* In a child that is about to run a program in it: enters.  The pid namespace is its parent's to
 * enter. Only system calls. -1 with errno. */
int box_enter(const struct box *b);
/* A terminal of the node's own: both its ends, the caller's to close. */
int box_terminal(struct driver *d, const struct box *b, int *ret_master, int *ret_slave,
                 struct err *e);
