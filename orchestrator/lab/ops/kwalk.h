/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks what the kernels of a lab would do with a packet: their own routing tables, by RTM_GETROUTE
 * in the guests' namespaces and in the fabric's.  No packet is sent.
 *
 * Gives the walk (azure/walk.h) its callbacks: guests for both walks, so that they differ in the
 * fabric only; the fabric's tables for the kernel's walk. */
#pragma once

#include "azure/walk.h"
#include "lab/ops/endpoint.h"

struct kwalk;
int kwalk_open(struct lab *l, struct kwalk **ret, struct err *e); /* reads the RIB too */
struct kwalk *kwalk_close(struct kwalk *k);                       /* returns NULL */
void kwalk_close_p(struct kwalk **k);

/* Environments for walk_packet_path(); they live as long as k does. */
const struct walk_env *kwalk_model(struct kwalk *k);  /* Azure's fabric, real guests */
const struct walk_env *kwalk_kernel(struct kwalk *k); /* the kernel's fabric, real guests */

/* Has both walks name the nodes whose packet filters somebody changed inside them; without it they
 * are for callers who send packets, and see it by these. */
void kwalk_heed_hands(struct kwalk *k);

/* The decision of the sender's own kernel: *ret_nic is where the packet leaves, p->src is filled in
 * when it is 0.  *ret_nic stays NULL when it does not leave: reason then says why, and *ret_local
 * that it has arrived already.  A node of the Internet: *ret_nic NULL and *ret_internet. */
struct kwalk_start {
	const struct nic *nic; /* NULL unless a fabric port is where it leaves */
	bool internet, local;
	char reason[256];
};
void kwalk_start(struct kwalk *k, const struct lab_node *n, struct walk_packet *p,
                 struct kwalk_start *ret);
const struct lab_node *kwalk_node_of(struct kwalk *k, const struct nic *nic); /* who has it */
/* The cable of a NIC is cut: the fabric's end of it is down, and its tables drop what is for it. */
bool kwalk_is_cut(struct kwalk *k, const struct nic *nic);
const struct lab_node *kwalk_node_named(struct kwalk *k, const char *hop_node); /* NULL: none */
