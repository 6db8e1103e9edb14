/* Network namespaces of nodes that run no daemons: they belong to one user namespace of theirs, not
 * to the lab's, so that who runs a command in one has no say over the fabric's.
 *
 * A process of ours lives in that user namespace and makes them, ahead of who asks. */
#pragma once

#include "base/err.h"

struct driver;

/* That many will be asked for, one after the other. */
void guests_wanted(struct driver *d, unsigned n);
/* Like ns_new(). */
int guests_ns_new(struct driver *d, int *ret_fd, struct err *e);
