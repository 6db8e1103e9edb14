/* SPDX-License-Identifier: GPL-2.0-or-later */
/* routes: effective routes of a NIC, as `az network nic show-effective-route-table` prints them. */
#include <stdio.h>

#include "cmd/remote.h"
#include "report/table.h"

/* Prints a row for each next hop, as az does (azure-behaviour 2.5), and for each prefix. */
static void add_rows(struct table *t, const json_t *route, bool explain)
{
	json_t *hops = json_object_get(route, "nextHopIpAddress"), *prefix;
	size_t n = json_array_size(hops), k;

	json_array_foreach (json_object_get(route, "addressPrefix"), k, prefix)
		for (size_t i = 0; i < (n ? n : 1); i++)
			table_row(t, json_str(route, "source"), json_str(route, "state"),
			          json_string_value(prefix), json_str(route, "nextHopType"),
			          n ? json_string_value(json_array_get(hops, i)) : "",
			          explain && i == 0 ? json_str(route, "reason") : "");
}

static int cmd_routes(const struct cmd_args *a)
{
	bool explain = arg_flag(a, "explain");
	json_t *answer = NULL, *r;
	size_t i;
	int status = remote_call(
	    a, NULL,
	    json_pack("{s:s,s:s,s:b}", "op", "routes", "nic", a->argv[0], "explain", explain),
	    &answer);

	if (status != EX_DONE)
		return status;
	json_t *value = json_object_get(answer, "value"),
	       *hidden = json_object_get(answer, "hidden");

	if (a->json) {
		json_t *out = json_pack("{s:O}", "value", value);

		if (hidden)
			json_object_set(out, "hidden", hidden);
		ui_json(out);
		json_decref(answer);
		return EX_DONE;
	}
	_cleanup_table_ struct table *t = explain ? table_new("Source", "State", "Address Prefix",
	                                                      "Next Hop Type", "Next Hop IP", "Why")
	                                          : table_new("Source", "State", "Address Prefix",
	                                                      "Next Hop Type", "Next Hop IP");

	json_array_foreach (value, i, r)
		add_rows(t, r, explain);
	table_print(t, stdout);
	if (json_array_size(hidden)) {
		_cleanup_table_ struct table *h =
		    table_new("Source", "Address Prefix", "Not in the table, because");

		json_array_foreach (hidden, i, r) {
			json_t *p = json_object_get(r, "addressPrefix");

			table_row(h, json_str(r, "source"),
			          json_is_array(p) ? json_string_value(json_array_get(p, 0))
			                           : json_string_value(p),
			          json_str(r, "reason"));
		}
		ui_print("\n");
		table_print(h, stdout);
	}
	json_decref(answer);
	return EX_DONE;
}

static const struct option_def routes_options[] = {
	{ 0, "explain", NULL, "say which rule chose each route and what it beat", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(routes, {
                    .name = "routes",
                    .group = "Look",
                    .synopsis = "routes NIC|VM [--explain]",
                    .summary = "prints a NIC's effective routes",
                    .help = "As az network nic show-effective-route-table prints them; with -o "
                            "json the same fields\n"
                            "as az's JSON. A VM's name stands for its first NIC.\n\n"
                            "  vnetlab routes BackendVMNic --explain",
                    .min_args = 1,
                    .max_args = 1,
                    .kinds = { ARG_NIC },
                    .common_output = true,
                    .opts = routes_options,
                    .run = cmd_routes,
                });
