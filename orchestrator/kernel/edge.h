/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet edge: a hidden namespace between the fabric and the Internet's node.  One link per
 * VNet comes in from the fabric, one goes out to the node that has the addresses of all Internet
 * hosts.  Here private addresses become public ones and back (plan/filter/edge.h). */
#pragma once

#include "base/err.h"
#include "kernel/filter.h"
#include "kernel/guest.h"
#include "plan/edge.h"

/* Brings both namespaces (new ones, or as the last call left them) to what the plan says.  The
 * links of VNets that are not in it any more must be unplugged by nobody else.  filter: what the
 * last call left in edge_ns (all zero: not known); the caller forgets it at the end.  *ret_changes:
 * links, addresses and translations made or removed; 0 when all was right. */
int edge_apply(struct plug *p, int edge_ns, int internet_ns, const struct edge_plan *plan,
               struct filter_memory *filter, size_t *ret_changes, struct err *e);
