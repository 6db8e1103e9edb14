/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual router: the design and what Route Servers selected in, the fabric's kernel state out.
 */
#pragma once

#include "base/err.h"

struct router;
/* peer_fd: connection to the driver, taken.  The fabric is the namespace that we are in. */
int router_new(int peer_fd, struct router **ret, struct err *e);
struct router *router_free(struct router *r); /* returns NULL */
/* Runs until the driver closes the connection: 0. */
int router_run(struct router *r, struct err *e);
