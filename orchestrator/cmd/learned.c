/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learned and advertised: what a Route Server's two instances and an appliance told each other. */
#include <stdio.h>

#include "cmd/remote.h"
#include "report/table.h"

static int show(const struct cmd_args *a, const char *op)
{
	json_t *answer = NULL, *list, *r;
	const char *instance;
	size_t i;
	int status = remote_call(
	    a, NULL, json_pack("{s:s,s:s}", "op", op, "connection", a->argv[0]), &answer);

	if (status != EX_DONE)
		return status;
	json_t *routes = json_object_get(answer, "routes");

	if (a->json) {
		ui_json(json_incref(routes));
		json_decref(answer);
		return EX_DONE;
	}
	_cleanup_table_ struct table *t =
	    table_new("Instance", "LocalAddress", "Network", "NextHop", "SourcePeer", "Origin",
	              "AsPath", "Weight");
	table_right(t, 7);
	json_object_foreach (routes, instance, list) {
		json_array_foreach (list, i, r) {
			table_row(t, instance, json_str(r, "localAddress"), json_str(r, "network"),
			          json_str(r, "nextHop"), json_str(r, "sourcePeer"),
			          json_str(r, "origin"), json_str(r, "asPath"));
			table_cell(t, 7, "%lld",
			           (long long)json_integer_value(json_object_get(r, "weight")));
		}
	}
	table_print(t, stdout);
	json_decref(answer);
	return EX_DONE;
}

static int cmd_learned(const struct cmd_args *a)
{
	return show(a, "learned");
}

static int cmd_advertised(const struct cmd_args *a)
{
	return show(a, "advertised");
}

COMMAND(
    learned,
    {
        .name = "learned",
        .group = "Look",
        .synopsis = "learned RS/PEERING",
        .summary = "prints what a Route Server learned from an appliance",
        .help =
            "As az network routeserver peering list-learned-routes; -o json has the same shape.\n\n"
            "  vnetlab learned RouteServer/NVA_1",
        .min_args = 1,
        .max_args = 1,
        .kinds = { ARG_PEERING },
        .common_output = true,
        .run = cmd_learned,
    });

COMMAND(advertised, {
                        .name = "advertised",
                        .group = "Look",
                        .synopsis = "advertised RS/PEERING",
                        .summary = "prints what a Route Server announces to an appliance",
                        .help = "As az network routeserver peering list-advertised-routes; -o json "
                                "has the same shape.\n\n"
                                "  vnetlab advertised RouteServer/NVA_1",
                        .min_args = 1,
                        .max_args = 1,
                        .kinds = { ARG_PEERING },
                        .common_output = true,
                        .run = cmd_advertised,
                    });
