/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of load balancers: a pair for each, both ends in the fabric (plan/fabric.h). */
#pragma once

#include "azure/model.h"
#include "base/err.h"
#include "kernel/guest.h"

/* Makes those that lack, takes away those that the design has no more. */
int lb_links_apply(struct plug *p, int fabric_ns, const struct model *m, struct err *e);
