/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ls and status. */
#include <errno.h>
#include <stdio.h>

#include "azure/kind.h"
#include "base/str.h"
#include "cmd/labs.h"
#include "cmd/remote.h"
#include "lab/client/client_priv.h"
#include "lab/client/ended.h"
#include "report/table.h"

/* "bgpd[4711] running", "bgpd failed": what does not run has no number. */
static void print_process(struct str *b, const json_t *p)
{
	json_int_t pid = json_integer_value(json_object_get(p, "pid"));

	str_printf(b, "%s%s", b->n ? ", " : "", json_str(p, "name"));
	if (pid)
		str_printf(b, "[%lld]", (long long)pid);
	str_printf(b, " %s", json_str(p, "state"));
}

static void print_node_states(const json_t *status)
{
	_cleanup_table_ struct table *t =
	    table_new("Node", "Kind", "Image", "State", "Memory", "Processes");

	table_right(t, 4);
	json_t *node, *p;
	size_t i, k;

	json_array_foreach (json_object_get(status, "nodes"), i, node) {
		_cleanup_str_ struct str procs = { 0 };

		json_array_foreach (json_object_get(node, "processes"), k, p)
			print_process(&procs, p);
		table_row(t, json_str(node, "name"), json_str(node, "kind"),
		          json_str(node, "image"), json_str(node, "state"), "", str_get(&procs));
		json_int_t bytes = json_integer_value(json_object_get(node, "memoryBytes"));

		if (bytes)
			table_cell(t, 4, "%.1f MiB", (double)bytes / (1 << 20));
		if (!streq(json_str(node, "state"), "running"))
			table_color(t, 3, "red");
	}
	table_print(t, stdout);
}

static bool has_reason(const json_t *list)
{
	json_t *x;
	size_t i;

	json_array_foreach (list, i, x)
		if (*json_str(x, "reason"))
			return true;
	return false;
}

static void print_bgp(const json_t *status)
{
	json_t *bgp = json_object_get(status, "bgp"), *b;
	bool because = has_reason(bgp);
	size_t i;

	if (!json_array_size(bgp))
		return;
	_cleanup_table_ struct table *t =
	    because ? table_new("Peering", "Instance", "Address", "State", "Since", "Received",
	                        "Advertised", "Because")
	            : table_new("Peering", "Instance", "Address", "State", "Since", "Received",
	                        "Advertised");

	table_right(t, 5);
	table_right(t, 6);
	json_array_foreach (bgp, i, b) {
		const char *state = json_str(b, "state");

		table_row(t, "", "", json_str(b, "address"), state, json_str(b, "since"));
		table_cell(t, 0, "%s/%s", json_str(b, "routeServer"), json_str(b, "peering"));
		table_cell(t, 1, "%lld",
		           (long long)json_integer_value(json_object_get(b, "instance")));
		table_cell(t, 5, "%lld",
		           (long long)json_integer_value(json_object_get(b, "received")));
		table_cell(t, 6, "%lld",
		           (long long)json_integer_value(json_object_get(b, "advertised")));
		if (because)
			table_cell(t, 7, "%s", json_str(b, "reason"));
		table_color(t, 3, streq(state, "Established") ? "green" : "red");
	}
	ui_print("\n");
	table_print(t, stdout);
}

/* BGP that is between appliances, as the kernel sees it. */
static void print_appliance_bgp(const json_t *status)
{
	json_t *list = json_object_get(status, "applianceBgp"), *b;
	size_t i;

	if (!json_array_size(list))
		return;
	_cleanup_table_ struct table *t =
	    table_new("Appliance", "Address", "Peer", "Peer's address", "State");

	json_array_foreach (list, i, b) {
		const char *state = json_str(b, "state");

		table_row(t, json_str(b, "node"), json_str(b, "address"), json_str(b, "peer"),
		          json_str(b, "peerIp"), state);
		table_color(t, 4, streq(state, "Established") ? "green" : "red");
	}
	ui_print("\n");
	table_print(t, stdout);
}

static void print_load_balancers(const json_t *status)
{
	json_t *list = json_object_get(status, "loadBalancers"), *lb, *b;
	size_t i, k;

	if (!json_array_size(list))
		return;
	_cleanup_table_ struct table *t = table_new("Load balancer", "Address", "Backend",
	                                            "Backend's address", "Health", "Because");

	json_array_foreach (list, i, lb) {
		if (!json_array_size(json_object_get(lb, "backends")))
			table_row(t, json_str(lb, "name"), json_str(lb, "address"), "none");
		json_array_foreach (json_object_get(lb, "backends"), k, b) {
			const char *state = json_str(b, "state");

			table_row(t, json_str(lb, "name"), json_str(lb, "address"),
			          json_str(b, "vm"), json_str(b, "address"), state,
			          json_str(b, "reason"));
			table_color(t, 4, streq(state, "Up") ? "green" : "red");
		}
	}
	ui_print("\n");
	table_print(t, stdout);
}

static void print_faults(const json_t *status)
{
	json_t *list = json_object_get(status, "faults"), *f;
	size_t i;

	json_array_foreach (list, i, f)
		ui_print("%sActive fault: %s\n", i ? "" : "\n", json_string_value(f));
	if (i)
		ui_print("(vnetlab fault clear mends all of them)\n");
}

/* Prints how much memory nodes may use; what each has in use stands beside it. */
static void print_memory(const json_t *status)
{
	const json_t *m = json_object_get(status, "memory");
	json_int_t max = json_integer_value(json_object_get(m, "maxBytes")), sum = 0;
	json_t *node;
	size_t i;

	json_array_foreach (json_object_get(status, "nodes"), i, node)
		sum += json_integer_value(json_object_get(node, "memoryBytes"));
	ui_print("\nMemory of all nodes' processes: %.1f MiB", (double)sum / (1 << 20));
	if (max)
		ui_print("; a node has at most %lld MiB", (long long)(max >> 20));
	ui_print("\n");
}

static void print_problems(const json_t *status)
{
	json_t *list = json_object_get(status, "problems"), *x;
	size_t i;

	json_array_foreach (list, i, x)
		ui_print("%sLab %s: %s\n", i ? "" : "\n", json_str(status, "lab"),
		         json_string_value(x));
}

/* Reports instances whose selected routes are not (yet) programmed into NICs. */
static void print_behind(const json_t *status)
{
	size_t i;
	json_t *p;
	bool any = false;

	json_array_foreach (json_object_get(status, "programming"), i, p) {
		json_int_t selected = json_integer_value(json_object_get(p, "selected"));
		const json_t *read = json_object_get(p, "read");
		const char *rs = json_str(p, "routeServer");

		if (json_is_integer(read) && json_integer_value(read) == selected)
			continue;
		any = true;
		ui_print("%s/%lld has selected %lld routes; ", *rs ? rs : json_str(p, "gateway"),
		         (long long)json_integer_value(json_object_get(p, "instance")),
		         (long long)selected);
		if (json_is_integer(read))
			ui_print("the virtual router has read %lld\n",
			         (long long)json_integer_value(read));
		else
			ui_print("the virtual router has not read all of them yet\n");
	}
	if (any)
		ui_print("\n");
}

static void print_hybrid(const json_t *status)
{
	json_t *bgp = json_object_get(status, "gatewayBgp"),
	       *connections = json_object_get(status, "connections"), *b;
	size_t i;

	if (json_array_size(connections)) {
		_cleanup_table_ struct table *t =
		    table_new("Connection", "Gateway", "State", "Because");

		json_array_foreach (connections, i, b) {
			const char *state = json_str(b, "connectionStatus");

			table_row(t, json_str(b, "name"), json_str(b, "gateway"), state,
			          json_str(b, "reason"));
			table_color(t, 2, streq(state, "Connected") ? "green" : "red");
		}
		ui_print("\n");
		table_print(t, stdout);
	}
	if (!json_array_size(bgp))
		return;
	_cleanup_table_ struct table *t =
	    table_new("Gateway", "Peer", "Address", "State", "Received", "Advertised", "Because");

	table_right(t, 4);
	table_right(t, 5);
	json_array_foreach (bgp, i, b) {
		const char *state = json_str(b, "state");

		table_row(t, json_str(b, "node"), json_str(b, "peer"), json_str(b, "peerIp"), state,
		          "", "", json_str(b, "reason"));
		table_cell(t, 4, "%lld",
		           (long long)json_integer_value(json_object_get(b, "received")));
		table_cell(t, 5, "%lld",
		           (long long)json_integer_value(json_object_get(b, "advertised")));
		table_color(t, 3, streq(state, "Established") ? "green" : "red");
	}
	ui_print("\n");
	table_print(t, stdout);
}

/* Prints what kinds of resources tell of their objects. */
static void print_kinds(const json_t *status)
{
	json_t *row;
	size_t k;

	for (size_t i = 0; kinds[i]; i++) {
		json_t *rows = json_object_get(status, kinds[i]->key);

		if (!kinds[i]->status || !json_array_size(rows))
			continue;
		_cleanup_table_ struct table *t = table_new(kinds[i]->what, "State");

		json_array_foreach (rows, k, row)
			table_row(t, json_str(row, "name"), json_str(row, "state"));
		ui_print("\n");
		table_print(t, stdout);
	}
}

static void print_version(const json_t *status, const json_t *driver)
{
	_cleanup_free_ char *advice = lab_version_advice(json_str(status, "lab"), driver);

	if (advice)
		ui_print("%s\n\n", advice);
}

static int cmd_status(const struct cmd_args *a)
{
	json_t *s = NULL;
	int status =
	    remote_call(a, a->argc ? a->argv[0] : NULL, json_pack("{s:s}", "op", "status"), &s);

	if (status != EX_DONE)
		return status;
	json_object_del(s, "ok");
	if (a->json) {
		ui_json(s);
		return EX_DONE;
	}
	json_t *driver = json_object_get(s, "driver"), *router = json_object_get(s, "router");

	ui_print("Lab %s: driver %lld, virtual router %lld %s\n\n", json_str(s, "lab"),
	         (long long)json_integer_value(json_object_get(driver, "pid")),
	         (long long)json_integer_value(json_object_get(router, "pid")),
	         json_str(router, "state"));
	print_version(s, driver);
	print_behind(s);
	print_node_states(s);
	print_bgp(s);
	print_appliance_bgp(s);
	print_hybrid(s);
	print_load_balancers(s);
	print_kinds(s);
	print_memory(s);
	print_faults(s);
	print_problems(s);
	json_decref(s);
	return EX_DONE;
}

/* Prints how labs ended that nobody was told of yet. */
static void tell_ended(void)
{
	_cleanup_free_ char *how = ended_all(true);

	if (how)
		ui_note("%s", how);
}

static int cmd_ls(const struct cmd_args *a)
{
	_cleanup_table_ struct table *t = table_new("Lab", "Driver", "Nodes", "Since");
	json_t *labs = json_array();
	struct err e = { 0 };
	char **names;
	size_t n;

	tell_ended();
	if (lab_list(&names, &n, &e) < 0) {
		json_decref(labs);
		return ui_error(&e);
	}
	for (size_t i = 0; i < n; i++) {
		struct lab_client *c = NULL;
		json_t *s = NULL;
		/* A lab that does not answer is still listed: `down` can end it. */
		int r = lab_connect(names[i], &c, NULL);

		if (r == 0) {
			lab_client_impatient(c);
			r = lab_call(c, json_pack("{s:s}", "op", "hello"), NULL, NULL, &s, NULL,
			             NULL);
		}
		lab_disconnect(c);
		json_t *pid = json_object_get(json_object_get(s, "driver"), "pid");
		size_t nodes = (size_t)json_integer_value(json_object_get(s, "nodes"));

		json_array_append_new(labs, json_pack("{s:s,s:{s:O?},s:i,s:O?}", "name", names[i],
		                                      "driver", "pid", pid, "nodes", (int)nodes,
		                                      "since", json_object_get(s, "since")));
		table_row(t, names[i], "", "",
		          s             ? json_str(s, "since")
		          : r == -EBUSY ? "busy"
		                        : "does not answer");
		if (s) {
			table_cell(t, 1, "%lld", (long long)json_integer_value(pid));
			table_cell(t, 2, "%zu", nodes);
		}
		json_decref(s);
		free(names[i]);
	}
	free(names);
	if (a->json) {
		ui_json(json_pack("{s:o}", "labs", labs));
		return EX_DONE;
	}
	json_decref(labs);
	if (n)
		table_print(t, stdout);
	else
		ui_note("no lab runs (vnetlab up FILE starts one)");
	return EX_DONE;
}

COMMAND(
    status,
    {
        .name = "status",
        .group = "Look",
        .synopsis = "status [LAB]",
        .summary = "prints nodes, processes and BGP sessions of a lab",
        .help = "Nodes with their processes, the virtual router, and each Route Server instance's\n"
                "sessions: state, since when, routes received and advertised. Where there are\n"
                "gateways: their connections and sessions, and why one is down. Sessions between\n"
                "appliances, load balancers with the health of their backends, memory, and faults\n"
                "that are active. Appliances that "
                "can use none of the\n"
                "routes that they got are named, with the likely cause and a cure. An instance "
                "whose routes NICs do\n"
                "not have, or not yet, is said first.",
        .max_args = 1,
        .kinds = { ARG_LAB },
        .common_output = true,
        .run = cmd_status,
    });

COMMAND(ls,
        {
            .name = "ls",
            .group = "Labs",
            .synopsis = "ls",
            .summary = "lists the labs that run",
            .help = "Those of this user. A lab whose driver does not answer is listed as such;\n"
                    "of one whose driver died it says how, once.",
            .common_output = true,
            .run = cmd_ls,
        });
