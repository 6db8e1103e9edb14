/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gateway: what a virtual network gateway learned, announces, and talks with. */
#include <stdio.h>

#include "base/str.h"
#include "cmd/remote.h"
#include "report/table.h"

static void print_routes(const json_t *rows)
{
	_cleanup_table_ struct table *t = table_new("Network", "Origin", "SourcePeer", "AsPath",
	                                            "Weight", "NextHop", "LocalAddress");
	size_t i;
	json_t *r;

	table_right(t, 4);
	json_array_foreach (rows, i, r) {
		table_row(t, json_str(r, "network"), json_str(r, "origin"),
		          json_str(r, "sourcePeer"), json_str(r, "asPath"), "",
		          json_str(r, "nextHop"), json_str(r, "localAddress"));
		table_cell(t, 4, "%lld",
		           (long long)json_integer_value(json_object_get(r, "weight")));
	}
	table_print(t, stdout);
}

static void print_peers(const json_t *rows)
{
	_cleanup_table_ struct table *t = table_new("Neighbor", "ASN", "State", "ConnectedDuration",
	                                            "RoutesReceived", "LocalAddress");
	size_t i;
	json_t *r;

	table_right(t, 4);
	json_array_foreach (rows, i, r) {
		const char *state = json_str(r, "state");

		table_row(t, json_str(r, "neighbor"), "", state, json_str(r, "connectedDuration"),
		          "", json_str(r, "localAddress"));
		table_cell(t, 1, "%lld", (long long)json_integer_value(json_object_get(r, "asn")));
		table_cell(t, 4, "%lld",
		           (long long)json_integer_value(json_object_get(r, "routesReceived")));
		if (streq(state, "Connecting"))
			table_color(t, 2, "red");
	}
	table_print(t, stdout);
}

static int cmd_gateway(const struct cmd_args *a)
{
	static const struct {
		const char *word, *op;
		void (*print)(const json_t *rows);
	} what[] = { { "learned", "gatewayLearned", print_routes },
		     { "advertised", "gatewayAdvertised", print_routes },
		     { "bgp-peers", "gatewayPeers", print_peers } };
	size_t k = 0;
	json_t *answer = NULL;

	while (k < ARRAY_LEN(what) && !streq(a->argv[0], what[k].word))
		k++;
	if (k == ARRAY_LEN(what)) {
		return ui_usage(a, "gateway %s: say learned, advertised or bgp-peers", a->argv[0]);
	}
	int status = remote_call(a, NULL,
	                         json_pack("{s:s,s:s,s:s*}", "op", what[k].op, "gateway",
	                                   a->argv[1], "peer", a->argc > 2 ? a->argv[2] : NULL),
	                         &answer);

	if (status != EX_DONE)
		return status;
	json_t *rows = json_object_get(answer, "value");

	if (a->json)
		ui_json(json_pack("{s:O}", "value", rows));
	else
		what[k].print(rows);
	json_decref(answer);
	return EX_DONE;
}

COMMAND(
    gateway,
    {
        .name = "gateway",
        .group = "Look",
        .synopsis = "gateway learned|advertised|bgp-peers GATEWAY [PEER]",
        .summary = "prints the BGP tables and peers of a virtual network gateway",
        .help =
            "  gateway learned GATEWAY            as az network vnet-gateway list-learned-routes\n"
            "  gateway advertised GATEWAY [PEER]  as list-advertised-routes\n"
            "  gateway bgp-peers GATEWAY [PEER]   as list-bgp-peer-status\n\n"
            "PEER is a neighbour's address. -o json has az's shape.\n\n"
            "  vnetlab gateway bgp-peers vpngw",
        .min_args = 2,
        .max_args = 3,
        .kinds = { ARG_WORD, ARG_GATEWAY, ARG_WORD },
        .common_output = true,
        .run = cmd_gateway,
    });
