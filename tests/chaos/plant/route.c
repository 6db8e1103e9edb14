/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Planted by the linker (make chaos-plant): a route that is not wanted any more stays in the
 * kernel. */
#include "kernel/nl.h"

int __wrap_nl_route_del(struct nl *nl, const struct nl_route *r, struct err *e);

int __wrap_nl_route_del(struct nl *nl, const struct nl_route *r, struct err *e)
{
	(void)nl, (void)r, (void)e;
	return 0;
}
