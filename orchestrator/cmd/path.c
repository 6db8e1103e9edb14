/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab path: the way of a packet, by the model and by the kernel's tables. */
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/packet.h"
#include "report/path.h"

static bool says_delivered(const json_t *w)
{
	return streq(json_string_value(json_object_get(w, "verdict")), "delivered");
}

static bool way_delivered(const json_t *w)
{
	const json_t *k = json_object_get(w, "kernel");

	return says_delivered(w) && (!json_is_object(k) || says_delivered(k));
}

/* The packet arrives, and so do its answer and what follows. */
static bool flow_delivered(const json_t *path)
{
	const json_t *back = json_object_get(path, "return");

	return way_delivered(path) && (!json_is_object(back) || way_delivered(back));
}

static int cmd_path(const struct cmd_args *a)
{
	_cleanup_str_ struct str out = { 0 };
	json_t *reply = NULL, *req = packet_request(a);

	if (!req)
		return EX_WRONG_USAGE;
	json_object_set_new(req, "op", json_string("path"));
	int status = packet_call(a, req, &reply);

	if (status)
		return status;
	json_t *path = json_object_get(reply, "path");
	bool ok = flow_delivered(path);

	if (a->json) {
		ui_json(json_incref(path));
	} else {
		path_text(path, ui_color(STDOUT_FILENO), &out);
		ui_print_text(str_get(&out), out.n, true);
	}
	json_decref(reply);
	return ok ? EX_DONE : EX_NOT_HELD;
}

static const struct option_def path_options[] = {
	PACKET_OPTIONS,
	{ .name = NULL },
};

COMMAND(path, { .name = "path",
                .group = "Prove",
                .synopsis = "path FROM TO [--protocol P --port N]",
                .summary = "the way of a packet, hop by hop, and why; no packet is sent",
                .help = "Walks from node to node, once by Azure's rules and once by the kernel's "
                        "real tables, those of the appliances included, and says for each hop the "
                        "effective route that decided it; then the way back. A loop or a drop "
                        "names the hop, the route, and what to change. The whole flow is judged: "
                        "who keeps state and sees one half of it drops what follows. FROM and TO "
                        "are nodes (NVA_1, NVA_1/eth1Nic, RouteServer/0, internet); TO may be an "
                        "address.\n\n"
                        "Exit status 0 when the packet is delivered and its answer, too, 1 "
                        "otherwise.\n\n"
                        "  vnetlab path Backend 8.8.8.8\n"
                        "  vnetlab path internet Backend --protocol tcp --port 22",
                .min_args = 2,
                .max_args = 2,
                .kinds = { ARG_NODE, ARG_NODE },
                .common_output = true,
                .opts = path_options,
                .run = cmd_path });
