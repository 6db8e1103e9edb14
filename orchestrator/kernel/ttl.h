/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hides a namespace from traceroute: each packet's TTL is raised by one before it is routed, so
 * that forwarding, which lowers it by one, leaves it as it was (azure-behaviour 1.5: no hop of the
 * virtual network lowers the TTL).
 *
 * 255 cannot be raised, but matters: it proves to a BGP neighbour with TTL security that there was
 * no hop.  So 255 is let be and comes out of forwarding as 254, which is put back to 255; for that
 * to be unambiguous 254 is not raised, and comes out as 253. */
#pragma once

#include "base/err.h"

int ttl_keep(int ns_fd, struct err *e);
/* The first half alone, as a rule at the end of a chain that is there already: for who has a filter
 * of his own at both hooks (plan/filter/fabric.c). */
int ttl_raise(int ns_fd, const char *table, const char *chain, struct err *e);
