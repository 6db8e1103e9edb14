/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hops of `path` (interfaces.md, section 5). */
#include "azure/walk.h"

const char *verdict_str(enum verdict v)
{
	static const char *const names[] = {
		[WALK_DELIVERED] = "delivered",
		[WALK_DROPPED] = "dropped",
		[WALK_LOOP] = "loop",
	};

	return names[v];
}

json_t *walk_json(const struct walk *w)
{
	json_t *hops = json_array();

	for (size_t i = 0; i < w->n; i++) {
		const struct walk_hop *h = &w->hops[i];

		json_array_append_new(
		    hops,
		    json_pack("{s:s, s:s?, s:o, s:s?, s:s}", "node", h->node, "nic",
		              h->nic ? h->nic->name : NULL, "route",
		              h->route ? eff_route_json(h->table, h->route, false) : json_null(),
		              "nextHop", h->next_hop ? IP4_STR(h->next_hop) : NULL, "reason",
		              h->reason));
	}
	return json_pack("{s:s, s:s, s:o}", "verdict", verdict_str(w->verdict), "reason", w->reason,
	                 "hops", hops);
}
