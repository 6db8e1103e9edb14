/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resources that are deployed already (options.h, `there`). */
#pragma once

#include "base/addr.h"
#include "input/arm/run/run.h"

/* The resource with this id, or a child that stands in a list of its parent; NULL: there is none.
 */
const struct val *there_find(struct arm *a, const char *id);
/* Calls fn for each address that something has in the subnet with that id ("": public ones). */
void there_each(struct arm *a, const char *subnet, void (*fn)(void *ctx, ip4 ip), void *ctx);
/* The address that configuration k of the resource has, or 0; of a public address, its own. */
ip4 there_address(struct arm *a, const struct inst *i, const char *configs, uint32_t k);
