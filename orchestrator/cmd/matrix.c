/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab matrix: everybody to everywhere, by the design alone or by a lab's tables. */
#include <stdio.h>

#include "base/str.h"
#include "cmd/design.h"
#include "cmd/format.h"
#include "cmd/labs.h"
#include "cmd/remote.h"
#include "matrix/grid.h"
#include "report/matrix.h"
#include "report/table.h"

static bool is_delivered(const json_t *line)
{
	return streq(json_str(line, "verdict"), "delivered");
}

static void print_bad(const json_t *l)
{
	ui_print("%s -> %s, %s: %s", json_str(l, "from"), json_str(l, "to"), json_str(l, "traffic"),
	         json_str(l, "answer"));
	if (!json_is_true(json_object_get(l, "direct")) && !streq(json_str(l, "verdict"), "denied"))
		ui_print(" (%s)", json_str(l, "way"));
	ui_print("\n    %s\n", json_str(l, "reason"));
}

static void print_good(const json_t *lines)
{
	_cleanup_table_ struct table *t = table_new("From", "To", "Traffic", "Answer", "Way");
	size_t i;
	json_t *l;

	json_array_foreach (lines, i, l)
		if (is_delivered(l))
			table_row(t, json_str(l, "from"), json_str(l, "to"), json_str(l, "traffic"),
			          json_str(l, "answer"), json_str(l, "way"));
	if (table_rows(t))
		table_print(t, stdout);
}

static void print_counts(const json_t *v)
{
	_cleanup_free_ char *text = matrix_counts_text(v);

	ui_print("%s\n", text);
}

static void print_matrix(const json_t *v)
{
	const json_t *lines = json_object_get(v, "lines");
	bool bad = false;
	size_t i;
	json_t *l;

	json_array_foreach (lines, i, l)
		if (!is_delivered(l)) {
			print_bad(l);
			bad = true;
		}
	if (bad)
		ui_print("\n");
	print_good(lines);
	print_counts(v);
	json_array_foreach (json_object_get(v, "unread"), i, l)
		ui_print("not certain: %s\n", json_string_value(l));
}

static void print_side(const char *who, const json_t *o)
{
	ui_print("    %s: %s", who, json_str(o, "verdict"));
	if (json_string_value(json_object_get(o, "node")))
		ui_print(" at %s", json_str(o, "node"));
	ui_print(", by %s%s%s\n", *json_str(o, "way") ? json_str(o, "way") : "no other node",
	         *json_str(o, "reason") ? ": " : "", json_str(o, "reason"));
}

static void print_disagreements(const json_t *list)
{
	size_t i;
	json_t *d;

	json_array_foreach (list, i, d) {
		ui_print("disagreement: %s -> %s%s%s, %s", json_str(d, "from"), json_str(d, "to"),
		         *json_str(d, "address") ? " at " : "", json_str(d, "address"),
		         json_str(d, "protocol"));
		if (json_integer_value(json_object_get(d, "port")))
			ui_print(" %lld",
			         (long long)json_integer_value(json_object_get(d, "port")));
		ui_print("\n");
		const char *between = json_str(d, "between");
		bool packets = streq(between, "packets");

		print_side(packets ? "kernel" : between, json_object_get(d, "model"));
		print_side(packets ? "packets" : "kernel", json_object_get(d, "kernel"));
	}
	if (json_array_size(list))
		ui_print("%zu disagreements: vnetlab bundle saves what reproduces them\n\n",
		         json_array_size(list));
}

/* places is NULL for a lab. */
static void write_matrix(enum report_format format, const char *name, const json_t *lines,
                         const json_t *differ, struct findings *places)
{
	struct checked_file file = { .name = xstrdup(name) };

	if (places) {
		file.f = *places;
		*places = (struct findings){ 0 };
	}
	matrix_write(stdout, format, &(struct matrix_report){ name, lines, differ, &file });
	checked_file_free(&file);
}

static int matrix_of_file(const struct cmd_args *a)
{
	_cleanup_opened_ struct opened o = { 0 };
	enum report_format format = format_asked(a);
	int status = design_open(a, a->argc ? a->argv[0] : NULL, &o);

	if (status != EX_DONE)
		return status;
	_cleanup_matrix_ struct matrix *x = matrix_of_design(o.model);
	json_t *lines = matrix_told_json(x, arg_flag(a, "all"));
	bool bad = json_is_true(json_object_get(lines, "bad"));

	if (format == REPORT_JSON)
		ui_json(matrix_json(x));
	else if (format == REPORT_HUMAN)
		print_matrix(lines);
	else
		write_matrix(format, o.path, lines, NULL, &o.findings);
	json_decref(lines);
	return bad ? EX_NOT_HELD : EX_DONE;
}

/* ---- a lab ---- */

/* file: the design that it is compared with, or NULL. */
static int matrix_of_lab(const struct cmd_args *a, const char *lab, json_t *file)
{
	enum report_format format = format_asked(a);
	json_t *reply = NULL;
	int status =
	    remote_call(a, lab,
	                json_pack("{s:s, s:b, s:b, s:O*}", "op", "walks", "all", arg_flag(a, "all"),
	                          "live", arg_flag(a, "live"), "design", file),
	                &reply);

	if (status != EX_DONE)
		return status;
	json_t *m = json_object_get(reply, "matrix"), *lines = json_object_get(reply, "lines"),
	       *differ = json_object_get(reply, "disagreements");

	bool bad = json_is_true(json_object_get(lines, "bad")) || json_array_size(differ);

	if (format == REPORT_JSON) {
		json_object_set(m, "disagreements", differ);
		ui_json(json_incref(m));
	} else if (format != REPORT_HUMAN) {
		write_matrix(format, lab, lines, differ, NULL);
	} else {
		print_disagreements(differ);
		print_matrix(lines);
		if (arg_flag(a, "live"))
			ui_print("%lld packets sent beside\n",
			         (long long)json_integer_value(json_object_get(reply, "packets")));
	}
	json_decref(reply);
	return bad ? EX_NOT_HELD : EX_DONE;
}

static int matrix_against(const struct cmd_args *a, const char *lab)
{
	_cleanup_opened_ struct opened o = { 0 };

	if (!lab_is_up(lab)) {
		ui_reason("no lab %s runs", lab);
		return EX_WRONG_USAGE;
	}
	int status = design_open(a, a->argc ? a->argv[0] : NULL, &o);

	if (status == EX_DONE)
		json_object_del(o.design, "import");
	return status == EX_DONE ? matrix_of_lab(a, lab, o.design) : status;
}

static int cmd_matrix(const struct cmd_args *a)
{
	const char *arg = a->argc ? a->argv[0] : NULL, *lab = arg ? arg : a->lab;

	if (arg_value(a, "against"))
		return matrix_against(a, arg_value(a, "against"));
	if (arg_flag(a, "live") && !(lab && *lab && lab_is_up(lab)))
		return ui_usage(a, "--live is about a lab that runs: name one");
	if (lab && *lab && !strchr(lab, '/') && !(a->topology && !arg) && lab_is_up(lab))
		return matrix_of_lab(a, lab, NULL);
	return matrix_of_file(a);
}

static const struct option_def matrix_options[] = {
	{ .name = "live",
	  .help = "of a lab: also pings, datagrams and connections from everybody to everybody" },
	{ .name = "against",
	  .arg = "LAB",
	  .help =
	      "compare FILE, by the design alone, with the kernels' tables of a lab that runs" },
	{ .name = "all", .help = "also addresses that nobody of the design has" },
	FORMAT_OPTION,
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(
    matrix,
    { .name = "matrix",
      .group = "Prove",
      .synopsis = "matrix [FILE|LAB]",
      .summary = "everybody to everywhere: what arrives, by which way, and why not",
      .help = "Walks from every NIC, gateway, site and the Internet to every class of "
              "destinations: addresses that no route, rule, subnet or NIC tells apart "
              "are one class, and ports are told apart where rules do. The answer is "
              "walked, too, and of equal paths each one: what a hop that keeps state "
              "would drop for having seen one half is \"broken\". Equal answers are "
              "one line, the worst first.\n\n"
              "Of a file by the design alone, without a lab and without rights. What "
              "Route "
              "Servers learn is foreseen from bgp blocks, and from appliances' own "
              "files as far as they can be read; where that is not enough, the answer "
              "is \"not certain\", and the last lines say why.\n\n"
              "Of a running lab by the kernels' real tables, from each NIC by itself; "
              "where the model, with the routes that were learned, says otherwise, that is a "
              "disagreement, and comes first. With --live every machine also pings every other, "
              "and sends datagrams and opens connections wherever rules tell ports apart. With "
              "--against the design of FILE is what the kernels are compared with: does what "
              "runs do what the file says?"
              "\n\n" FORMAT_HELP "There what makes the exit status 1 is an error.\n\n"
              "Exit status 1 when it is certain that packets loop, that a "
              "connection breaks at a hop that keeps state, or that some of several "
              "equal paths fail, and when model and kernels disagree; what is dropped "
              "or denied is data.\n\n"
              "  vnetlab matrix hub.vnetlab.json\n"
              "  vnetlab matrix mylab --live\n"
              "  vnetlab matrix hub.vnetlab.json --against mylab\n"
              "  vnetlab matrix -o json | jq '.outcomes[] | select(.verdict == "
              "\"loop\").reason'",
      .max_args = 1,
      .kinds = { ARG_FILE },
      .common_output = true,
      .opts = matrix_options,
      .run = cmd_matrix });
