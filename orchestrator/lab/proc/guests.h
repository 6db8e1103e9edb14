/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces of nodes that run no daemons: they belong to one user namespace of theirs, not
 * to the lab's, so that who runs a command in one has no say over the fabric's.
 *
 * A process of ours lives in that user namespace and makes them, ahead of who asks. */
#pragma once

#include "base/err.h"
#include "kernel/fds.h"

struct driver;

struct guests {
	int sock;           /* the connection to that process, or -1 */
	int users;          /* its user namespace, or -1 */
	unsigned wanted;    /* are to be asked for */
	unsigned asked;     /* are on their way */
	int store[FDS_MAX]; /* have come */
	unsigned n;
};

/* That many will be asked for, one after the other. */
void guests_wanted(struct driver *d, unsigned n);
/* Like ns_new(). */
int guests_ns_new(struct driver *d, int *ret_fd, struct err *e);
