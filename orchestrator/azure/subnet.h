/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of each subnet Azure keeps the first four addresses, the gateway at .1 among them, and the last
 * (azure-behaviour 1.3). */
#pragma once

#include "base/addr.h"

enum { SUBNET_KEPT = 4 }; /* at the beginning */

/* The address of the subnet's gateway, to which guests' default route leads. */
static inline ip4 subnet_gateway(struct prefix p)
{
	return prefix_at(p, 1);
}

/* The addresses that NICs may have are these and those between; there are none in a subnet of
 * fewer than 8. */
static inline ip4 subnet_first(struct prefix p)
{
	return prefix_at(p, SUBNET_KEPT);
}

static inline ip4 subnet_last(struct prefix p)
{
	return prefix_at(p, (uint32_t)prefix_size(p) - 2);
}

/* a is in p and kept by Azure. */
static inline bool subnet_keeps(struct prefix p, ip4 a)
{
	return prefix_place(p, a) < SUBNET_KEPT || ip4_cmp(a, prefix_last(p)) == 0;
}
