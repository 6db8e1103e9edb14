/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two nodes that are there whatever the design says: the fabric and the Internet. */
#pragma once

#include "lab/proc/driver.h"

/* Makes them, before anything is plugged in, if they are not there yet. */
int fabric_ready(struct driver *d, struct err *e);
/* The VNets' links to the Internet's edge, its hosts and addresses: as m has them. */
int fabric_attach(struct driver *d, const struct model *m, struct err *e);
