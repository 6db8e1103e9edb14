/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The responder answers in the guests: `listen` of VMs, and the hosts of the Internet.  One process
 * for the whole lab, with sockets of the nodes' namespaces. */
#pragma once

#include "lab/proc/driver.h"

/* Makes what listens equal to the lab's model; starts the process when there is none. */
int responder_update(struct driver *d, struct err *e);
/* Forget a node's sockets: its namespace goes. */
void responder_forget(struct driver *d, const struct lab_node *n);
