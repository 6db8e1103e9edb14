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

/* NULL: every rule was walked. */
static json_t *unwalked_json(const struct walk *w)
{
	json_t *list = w->n_unwalked ? json_array() : NULL;

	for (size_t i = 0; i < w->n_unwalked; i++)
		json_array_append_new(
		    list, json_pack("{s:s, s:s*, s:o*, s:s*, s:o*}", "node",
		                    w->unwalked[i].vm->name, "file", w->unwalked[i].file, "line",
		                    w->unwalked[i].line ? json_integer(w->unwalked[i].line) : NULL,
		                    "rule", w->unwalked[i].rule, "changedByHand",
		                    w->unwalked[i].file ? NULL : json_true()));
	return list;
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
		              "nextHop", ip4_is_set(h->next_hop) ? IP4_STR(h->next_hop) : NULL,
		              "reason", h->reason));
	}
	return json_pack("{s:s, s:s, s:o, s:o*}", "verdict", verdict_str(w->verdict), "reason",
	                 w->reason, "hops", hops, "notWalked", unwalked_json(w));
}
