/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of load balancers: a pair for each, both ends in the fabric (plan/fabric.h). */
#pragma once

#include "base/err.h"
#include "kernel/guest.h"
#include "plan/edge.h"

/* Makes those that lack, takes away those that are not wanted any more. */
int lb_links_apply(struct plug *p, int fabric_ns, const struct fabric_link *want, size_t n,
                   struct err *e);
