/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Route Servers and gateways will have learned, as far as the design says: from "bgp" blocks,
 * and from sites whose routers are configured by the lab.  Pure.
 *
 * What an appliance's own files announce is not read: the tables of who listens to it are unknown,
 * and whoever asks has to be silent where such a route could decide. */
#pragma once

#include "azure/hybrid.h"
#include "azure/rib.h"

struct foreseen {
	const struct model *m;
	struct rib *rib;
	bool *unknown; /* by table, as in rib */
};
void foreseen_init(const struct model *m, struct foreseen *ret);
void foreseen_done(struct foreseen *f);
/* No route that nobody foresees decides about packets of that subnet to dst: it learns none, or dst
 * is where system routes come before learned ones (azure-behaviour 2.3). */
bool foreseen_decides(const struct foreseen *f, const struct subnet *s, ip4 dst);
