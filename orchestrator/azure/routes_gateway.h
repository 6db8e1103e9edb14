/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gateways' part of effective routes: what they bring to the NICs that they serve, and how Azure
 * prints their next hops (azure-behaviour 2.2, 8). */
#pragma once

#include "azure/hybrid.h"
#include "azure/routes.h"

/* Returns what NICs of a VNet served by `by` learn: the Route Server's selection (learned; NULL:
 * none), what gateways know that it does not, and what they know without BGP.  Next hops are
 * addresses of NICs: for a gateway's routes, of its instances.  The caller frees .routes. */
struct rib_table gateway_merge(const struct model *m, const struct vnet *by, const struct rib *rib,
                               const struct rib_table *learned);
/* Sets r->shown: the addresses that Azure prints, where they are not those of the NICs. */
void gateway_show(const struct model *m, const struct rib *rib, struct arena *a,
                  struct eff_route *r);
/* The gateway whose instance has the next hop, or NULL. */
const struct gateway *gateway_of_hop(const struct eff_route *r, unsigned i);
/* The table of what instance k of g brings; NULL: not known. */
const struct rib_table *gateway_table(const struct model *m, const struct rib *rib,
                                      const struct gateway *g, unsigned k);
