/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves the names of `probe`, `path` and checks to namespaces and addresses (interfaces.md,
 * section 2: a destination is a node or an address, resolved in the sender's view). */
#pragma once

#include "lab/proc/lab.h"

struct endpoint {
	char *name;            /* as the lab calls it; an address when it is nobody's name */
	struct lab_node *node; /* NULL: an address that was given as such */
	const struct nic *nic; /* a VM's NIC: as named, else the one whose address is used */
	ip4 ip;                /* destination; of a sender: its source, 0 = its kernel chooses */
};
void endpoint_done(struct endpoint *p);
#define _cleanup_endpoint_ _cleanup_(endpoint_done)

/* A VM, VM/nic, ROUTESERVER/0, internet, or an Internet host by name. -ENOENT, -EINVAL. */
int endpoint_from(struct lab *l, const char *name, struct endpoint *ret, struct err *e);
/* A VM is its private address; from the Internet its public one, if it has one.  internet is
 * 8.8.8.8, fabric the platform's 168.63.129.16. */
int endpoint_to(struct lab *l, const struct endpoint *from, const char *name, struct endpoint *ret,
                struct err *e);
/* The lab's own responder listens at the address (of a node, or of what leads to one): what it gets
 * there it sends back. */
bool endpoint_echoes(const struct model *m, ip4 dst, uint16_t port);
