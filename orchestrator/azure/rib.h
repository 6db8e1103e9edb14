/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Route Servers and gateways have learned, per instance: the only input of effective routes
 * that is not in the design.  Plain sorted arrays; whoever fills one in owns it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

enum { RIB_MAX_NEXT_HOPS = 16 };

struct rib_route { /* the instance's selection: equal paths are one route with several next hops */
	struct prefix prefix;
	uint8_t n_next_hops;
	ip4 next_hops[RIB_MAX_NEXT_HOPS]; /* ascending */
};

struct rib_table { /* one Route Server instance; routes sorted by prefix_cmp, no duplicates */
	struct rib_route *routes;
	size_t n, cap;
	bool silent; /* of a gateway: NICs get nothing by this instance, azure/routes_gateway.c */
};

struct rib {
	struct rib_table (*tables)[2]; /* by route_server->idx, then gateway->idx */
	size_t n_tables;
};

struct rib *rib_new(size_t n_tables);
struct rib *rib_free(struct rib *r); /* returns NULL */
void rib_free_p(struct rib **r);
/* Adds or replaces; sorts and de-duplicates next hops. */
void rib_set(struct rib_table *t, struct prefix p, const ip4 *next_hops, size_t n);
void rib_del(struct rib_table *t, struct prefix p);
const struct rib_route *rib_get(const struct rib_table *t, struct prefix p);
/* The same routes (both NULL: yes). */
bool rib_same(const struct rib_route *a, const struct rib_route *b);
/* Many at once, in one pass over the table: sorted by prefix_cmp, no duplicates, next hops as in a
 * table; a route without next hops is deleted. */
void rib_merge(struct rib_table *t, const struct rib_route *changes, size_t n);
/* Makes the routes those of from. */
void rib_copy(struct rib_table *to, const struct rib_table *from);
