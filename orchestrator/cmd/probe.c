/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab probe: a real packet or connection. */
#include <stdio.h>

#include "base/str.h"
#include "cmd/packet.h"
#include "probe/probe.h"
#include "report/table.h"

static json_t *request(const struct cmd_args *a)
{
	long count, timeout, interval;

	if (!arg_number(a, "count", 1, PROBE_MAX_COUNT, 1, &count) ||
	    !arg_duration(a, "timeout", 1000, &timeout) ||
	    !arg_duration(a, "interval", 200, &interval))
		return NULL;
	if (timeout < 1 || timeout > 3600000 || interval > 3600000) {
		ui_usage(a, "--timeout and --interval are at most 1 h, --timeout at least 1 ms");
		return NULL;
	}
	json_t *o = packet_request(a);

	if (!o)
		return NULL;
	json_object_set_new(o, "count", json_integer(count));
	json_object_set_new(o, "timeoutMs", json_integer(timeout));
	json_object_set_new(o, "intervalMs", json_integer(interval));
	return json_pack("{s:s, s:[o]}", "op", "probe", "probes", o);
}

static double get_rtt(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(json_object_get(o, "rttMs"), key));
}

/* Prints the `path` command that explains the result. */
static void see_why(const struct cmd_args *a, const json_t *o)
{
	_cleanup_str_ struct str more = { 0 };
	const json_t *port = json_object_get(o, "port");

	if (json_is_integer(port))
		str_printf(&more, " --protocol %s --port %lld",
		           json_string_value(json_object_get(o, "protocol")),
		           (long long)json_integer_value(port));
	if (a->lab && *a->lab)
		str_printf(&more, " -n %s", a->lab);
	ui_note("see why: vnetlab path %s %s%s", a->argv[0], a->argv[1], str_get(&more));
}

static void print_probe(const struct cmd_args *a, const json_t *o)
{
	const json_t *port = json_object_get(o, "port");
	const char *address = json_string_value(json_object_get(o, "address"));
	const char *to = json_string_value(json_object_get(o, "to"));
	long long got = json_integer_value(json_object_get(o, "received"));

	ui_print("%s to %s", json_string_value(json_object_get(o, "from")), to);
	if (!streq(to, address))
		ui_print(" (%s)", address);
	ui_print(", %s", json_string_value(json_object_get(o, "protocol")));
	if (json_is_integer(port))
		ui_print("/%lld", (long long)json_integer_value(port));
	ui_print(": %lld of %lld answered: %s\n", got,
	         (long long)json_integer_value(json_object_get(o, "sent")),
	         json_string_value(json_object_get(o, "detail")));
	if (got)
		ui_print("round trip min %.3f, average %.3f, max %.3f ms\n", get_rtt(o, "min"),
		         get_rtt(o, "avg"), get_rtt(o, "max"));
	if (!json_is_true(json_object_get(o, "ok")))
		see_why(a, o);
}

/* ---- '*' as FROM or TO: everybody to everybody ---- */

static const char *item(const json_t *list, size_t i)
{
	return json_string_value(json_array_get(list, i));
}

/* Prints a table of round trips when it fits, else the pairs without an answer. */
static void show_matrix(const json_t *o)
{
	enum { TABLE_COLUMNS = 12 };
	const json_t *from = json_object_get(o, "from"), *to = json_object_get(o, "to");
	const json_t *rows = json_object_get(o, "rttMs");
	size_t n_from = json_array_size(from), n_to = json_array_size(to);
	bool small = n_to <= TABLE_COLUMNS;
	_cleanup_free_ const char **heads = xcalloc(n_to + 1, sizeof(*heads));

	heads[0] = small ? "From \\ To, ms" : "From";
	for (size_t k = 0; small && k < n_to; k++)
		heads[k + 1] = item(to, k);
	if (!small)
		heads[1] = "No answer from";
	_cleanup_table_ struct table *t = table_new_(heads, small ? n_to + 1 : 2);

	for (size_t i = 0; i < n_from; i++) {
		const json_t *row = json_array_get(rows, i);

		if (small)
			table_row(t, item(from, i));
		for (size_t k = 0; k < n_to; k++) {
			const json_t *ms = json_array_get(row, k);

			if (small && json_is_null(ms)) {
				table_cell(t, k + 1, "no answer");
				table_color(t, k + 1, "red");
			} else if (small) {
				table_cell(t, k + 1, "%.3f", json_number_value(ms));
			} else if (json_is_null(ms)) {
				table_row(t, item(from, i), item(to, k));
			}
		}
	}
	if (table_rows(t))
		table_print(t, stdout);
	ui_print("%lld of %lld answered\n",
	         (long long)json_integer_value(json_object_get(o, "answered")),
	         (long long)json_integer_value(json_object_get(o, "sent")));
}

static int matrix(const struct cmd_args *a, const json_t *single)
{
	const json_t *p = json_array_get(json_object_get(single, "probes"), 0);
	json_t *req = json_copy((json_t *)p), *reply = NULL;

	json_object_set_new(req, "op", json_string("matrix"));
	json_object_set_new(req, "from", json_pack("[s]", a->argv[0]));
	json_object_set_new(req, "to", json_pack("[s]", a->argv[1]));
	int status = packet_call(a, req, &reply);

	if (status)
		return status;
	bool ok = json_equal(json_object_get(reply, "sent"), json_object_get(reply, "answered"));

	json_object_del(reply, "ok");
	if (a->json)
		ui_json(json_incref(reply));
	else
		show_matrix(reply);
	ui_note("vnetlab matrix --live has all ways, ports and reasons, too");
	json_decref(reply);
	return ok ? EX_DONE : EX_NOT_HELD;
}

static int single(const struct cmd_args *a, json_t *req)
{
	json_t *reply = NULL;
	int status = packet_call(a, req, &reply);

	if (status)
		return status;
	json_t *o = json_array_get(json_object_get(reply, "results"), 0);
	bool ok = json_is_true(json_object_get(o, "ok"));

	if (a->json)
		ui_json(json_incref(o));
	else
		print_probe(a, o);
	json_decref(reply);
	return ok ? EX_DONE : EX_NOT_HELD;
}

static int cmd_probe(const struct cmd_args *a)
{
	json_t *req = request(a);

	if (!req)
		return EX_WRONG_USAGE;
	if (!strpbrk(a->argv[0], "*?") && !strpbrk(a->argv[1], "*?"))
		return single(a, req);
	int status = matrix(a, req);

	json_decref(req);
	return status;
}

static const struct option_def probe_options[] = {
	PACKET_OPTIONS,
	{ .letter = 'c',
	  .name = "count",
	  .arg = "N",
	  .help = "packets or connections; default: 1" },
	{ .name = "interval", .arg = "TIME", .help = "between them; default: 200ms" },
	{ .name = "timeout", .arg = "TIME", .help = "for each answer; default: 1s" },
	{ .name = NULL },
};

COMMAND(probe, { .name = "probe",
                 .group = "Prove",
                 .synopsis = "probe FROM TO [--protocol P --port N --count N]",
                 .summary = "sends real packets, or opens real connections",
                 .help = "From inside FROM's network namespace. icmp: an echo is answered; tcp: "
                         "the connection opens and carries data both ways; udp: the datagram comes "
                         "back (VMs that listen "
                         "echo); http: any status is an answer. What else comes back is told "
                         "with its sender: refused, TTL exceeded, unreachable. TO is a node, seen "
                         "as FROM sees it (from the Internet: its public address), or an "
                         "address. With * or ? in a name, every VM that it matches; vnetlab matrix "
                         "says more.\n\n"
                         "Exit status 0 when everything sent was answered, 1 otherwise.\n\n"
                         "  vnetlab probe Backend 8.8.8.8 --count 5\n"
                         "  vnetlab probe NVA_1 Backend --protocol tcp --port 80",
                 .min_args = 2,
                 .max_args = 2,
                 .kinds = { ARG_NODE, ARG_NODE },
                 .common_output = true,
                 .opts = probe_options,
                 .run = cmd_probe });
