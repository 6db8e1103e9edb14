/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How effective routes are printed: the field names and order of az (azure-behaviour 2.5). */
#include "azure/routes.h"

static const char *const route_sources[] = {
	[SRC_DEFAULT] = "Default",
	[SRC_VNG] = "VirtualNetworkGateway",
	[SRC_USER] = "User",
};
static const char *const route_states[] = { [ST_ACTIVE] = "Active", [ST_INVALID] = "Invalid" };

const char *route_source_str(enum route_source s)
{
	return route_sources[s];
}

const char *route_state_str(enum route_state s)
{
	return route_states[s];
}

json_t *eff_route_json(const struct eff_table *t, const struct eff_route *r, bool explain)
{
	json_t *hops = json_array();

	for (unsigned i = 0; i < (r->shown ? r->n_shown : r->n_next_hops); i++)
		json_array_append_new(
		    hops, json_string(IP4_STR(r->shown ? r->shown[i] : r->next_hops[i])));
	json_t *o = json_pack("{s:s?, s:s, s:s, s:[s], s:s, s:o, s:b}", "name", r->name, "source",
	                      route_source_str(r->source), "state", route_state_str(r->state),
	                      "addressPrefix", PREFIX_STR(r->prefix), "nextHopType",
	                      next_hop_type_str(r->type), "nextHopIpAddress", hops,
	                      "disableBgpRoutePropagation", (int)t->disable_bgp);

	if (explain)
		json_object_set_new(o, "reason", json_string(r->reason));
	return o;
}

/* az has one row for all prefixes of a connected group or of a service tag (azure-behaviour 2.5);
 * explained, each prefix has its own. */
static bool one_row_with_last(const struct eff_table *t, size_t i)
{
	const struct eff_route *r = &t->routes[i], *last = r - 1;

	return i && r->of && r->of == last->of && r->state == last->state && r->type == last->type;
}

json_t *eff_table_json(const struct eff_table *t, bool explain)
{
	json_t *rows = json_array(), *o = json_pack("{s:o}", "value", rows);

	for (size_t i = 0; i < t->n; i++) {
		const struct eff_route *r = &t->routes[i];

		if (!explain && one_row_with_last(t, i))
			json_array_append_new(
			    json_object_get(json_array_get(rows, json_array_size(rows) - 1),
			                    "addressPrefix"),
			    json_string(PREFIX_STR(r->prefix)));
		else
			json_array_append_new(rows, eff_route_json(t, r, explain));
	}
	if (!explain)
		return o;
	json_t *hidden = json_array();

	for (size_t i = 0; i < t->n_hidden; i++) {
		const struct hidden_route *h = &t->hidden[i];

		json_array_append_new(
		    hidden, json_pack("{s:s, s:[s], s:s}", "source", route_source_str(h->source),
		                      "addressPrefix", PREFIX_STR(h->prefix), "reason", h->reason));
	}
	json_object_set_new(o, "hidden", hidden);
	return o;
}
