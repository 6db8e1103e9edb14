/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learned and advertised: what a Route Server's two instances and an appliance told each other. */
#include <stdio.h>

#include "cmd/remote.h"
#include "report/table.h"

static void print_refused(const json_t *refused)
{
	_cleanup_table_ struct table *t =
	    table_new("Instance", "Network", "NextHop", "AsPath", "Not learned, because");
	const char *instance;
	json_t *list, *r;
	size_t i;

	json_object_foreach ((json_t *)refused, instance, list)
		json_array_foreach (list, i, r)
			table_row(t, instance, json_str(r, "network"), json_str(r, "nextHop"),
			          json_str(r, "asPath"), json_str(r, "reason"));
	if (!table_rows(t))
		return;
	ui_print("\n");
	table_print(t, stdout);
}

static int show_learned(const struct cmd_args *a, const char *op, bool explain)
{
	json_t *answer = NULL, *list, *r;
	const char *instance;
	size_t i;
	int status = remote_call(
	    a, NULL,
	    json_pack("{s:s,s:s,s:b}", "op", op, "connection", a->argv[0], "explain", explain),
	    &answer);

	if (status != EX_DONE)
		return status;
	json_t *routes = json_object_get(answer, "routes"),
	       *refused = json_object_get(answer, "refused");

	if (a->json) {
		if (refused)
			json_object_set(routes, "refused", refused);
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
	print_refused(refused);
	if (json_object_get(answer, "note"))
		ui_note("note: %s", json_str(answer, "note"));
	json_decref(answer);
	return EX_DONE;
}

static int cmd_learned(const struct cmd_args *a)
{
	return show_learned(a, "learned", arg_flag(a, "explain"));
}

static int cmd_advertised(const struct cmd_args *a)
{
	return show_learned(a, "advertised", false);
}

static const struct option_def learned_options[] = {
	{ 0, "explain", NULL, "list what the Route Server refused, too, and why", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    learned,
    {
        .name = "learned",
        .group = "Look",
        .synopsis = "learned RS/PEERING [--explain]",
        .summary = "prints what a Route Server learned from an appliance",
        .help =
            "As az network routeserver peering list-learned-routes; -o json has the same shape.\n"
            "What a Route Server refuses it does not list (setting learnedListing): --explain "
            "lists\n"
            "it apart (in JSON under \"refused\"). A path with 65515 in it leaves no trace at "
            "all.\n\n"
            "  vnetlab learned RouteServer/NVA_1 --explain",
        .min_args = 1,
        .max_args = 1,
        .kinds = { ARG_PEERING },
        .common_output = true,
        .opts = learned_options,
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
