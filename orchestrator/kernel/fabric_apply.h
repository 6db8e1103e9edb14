/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's fabric: read it, and make it what it should be.
 *
 * Only what is ours is seen and touched: routes and rules of RTPROT_VNETLAB, permanent neighbours
 * of our ports, the elements of table ip vnetlab.  Nothing is ever flushed. */
#pragma once

#include "base/err.h"
#include "plan/fabric.h"

struct fabric_kernel;
struct nl;
/* Opens the sockets and reads what the kernel holds.  ns_fd -1: where we are. */
int fabric_kernel_open(int ns_fd, struct fabric_kernel **ret, struct err *e);
struct fabric_kernel *fabric_kernel_close(struct fabric_kernel *k); /* returns NULL */

struct fabric_changes {
	size_t routes, rules, neighs, elements; /* set and deleted */
	size_t total;
	size_t missing; /* ports that are wanted and not there (yet): left out, retried next time */
};

/* Makes the kernel equal to want (taken, also when it fails), by what differs from what it held
 * after the last call.  After an error, or fabric_kernel_forget(), it is read again first. */
int fabric_apply(struct fabric_kernel *k, struct fabric *want, struct fabric_changes *ret,
                 struct err *e);
void fabric_kernel_forget(struct fabric_kernel *k);
/* After links changed, as their monitor has it to tell: true when one of the fabric's ports came,
 * went or was replaced, so that forgetting and applying again is due. */
bool fabric_kernel_ports_changed(struct fabric_kernel *k, struct nl *links);
/* The state of the kernel as it was last read or written; NULL when forgotten. */
const struct fabric *fabric_kernel_state(const struct fabric_kernel *k);

/* The changes that somebody else has made since the last fabric_apply().  Cheap: the filter, which
 * takes longest to read, is not; the kernel counts its transactions, and all others are ours. */
struct fabric_drift {
	size_t routes, rules, neighs;
	bool filter;
	size_t settings; /* of the namespace: sysctls, addresses, the way to the sink */
};
int fabric_look(struct fabric_kernel *k, struct fabric_drift *ret, struct err *e);
/* Puts back what fabric_apply() does not know of, and has it read the kernel again. */
int fabric_mend(struct fabric_kernel *k, const struct fabric_drift *d, struct err *e);
