/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers in the fabric's packet filter (azure-behaviour 5; azure/lb.c has the same hash).
 *
 * Connections are tracked for them only: a flow's backend is its connection's mark, which both
 * directions have, so they meet the same backend, and stay there as long as they last.  Bit 15 of
 * it says that it is not TCP: such flows leave a backend that fails its probe
 * (kernel/fabric_apply.c). */
#pragma once

#include "plan/fabric.h"
#include "plan/filter/filter.h"

extern const struct filter_block filter_balancers;
void filter_add_balancers(const struct fabric *f, struct nft_elems *v);
