/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab matrix: everybody to everywhere, by the design alone. */
#include <stdio.h>

#include "base/str.h"
#include "cmd/design.h"
#include "matrix/lines.h"
#include "report/table.h"

static void print_bad(const struct matrix_line *l)
{
	ui_print("%s -> %s, %s: %s", l->from, l->to, l->traffic, l->answer);
	if (*l->outcome->way && l->outcome->verdict != MX_DENIED)
		ui_print(" (%s)", l->way);
	ui_print("\n    %s\n", l->outcome->reason);
}

static void print_good(const struct matrix_lines *v)
{
	_cleanup_table_ struct table *t = table_new("From", "To", "Traffic", "Answer", "Way");

	for (size_t i = 0; i < v->n; i++) {
		const struct matrix_line *l = &v->v[i];

		if (l->outcome->verdict == MX_DELIVERED)
			table_row(t, l->from, l->to, l->traffic, l->answer, l->way);
	}
	if (table_rows(t))
		table_print(t, stdout);
}

static void print_counts(const struct matrix *x, const struct matrix_lines *v)
{
	const char *sep = "";

	ui_print("%zu sources, %zu classes of destinations: ", x->n_ends, x->n_classes);
	for (int k = MX_LOOP; k >= 0; k--) {
		if (!v->count[k])
			continue;
		ui_print("%s%zu %s", sep, v->count[k], matrix_verdict_str((enum matrix_verdict)k));
		sep = ", ";
	}
	ui_print("\n");
}

static void print_matrix(const struct matrix *x, const struct matrix_lines *v)
{
	bool bad = false;

	for (size_t i = 0; i < v->n; i++)
		if (v->v[i].outcome->verdict != MX_DELIVERED) {
			print_bad(&v->v[i]);
			bad = true;
		}
	if (bad)
		ui_print("\n");
	print_good(v);
	print_counts(x, v);
	for (size_t i = 0; i < x->n_unread; i++)
		ui_print("not certain: %s\n", x->unread[i]);
}

static int cmd_matrix(const struct cmd_args *a)
{
	_cleanup_opened_ struct opened o = { 0 };
	int status = design_open(a, a->argc ? a->argv[0] : NULL, &o);

	if (status != EX_DONE)
		return status;
	_cleanup_matrix_ struct matrix *x = matrix_of_design(o.model);
	struct matrix_lines v;

	matrix_lines(x, arg_flag(a, "all"), &v);
	bool bad = false;

	for (size_t i = 0; i < v.n; i++)
		bad |= v.v[i].outcome->verdict >= MX_PARTLY && v.v[i].outcome->known;

	if (a->json)
		ui_json(matrix_json(x));
	else
		print_matrix(x, &v);
	matrix_lines_done(&v);
	return bad ? EX_NOT_HELD : EX_DONE;
}

static const struct option_def matrix_options[] = {
	{ .name = "all", .help = "also addresses that nobody of the design has" },
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(matrix, { .name = "matrix",
                  .group = "Prove",
                  .synopsis = "matrix [FILE]",
                  .summary = "everybody to everywhere: what arrives, by which way, and why not",
                  .help = "Walks from every NIC, gateway, site and the Internet to every class of "
                          "destinations: addresses that no route, rule, subnet or NIC tells apart "
                          "are one class, and ports are told apart where rules do. The answer is "
                          "walked, too, and of equal paths each one: what a hop that keeps state "
                          "would drop for having seen one half is \"broken\". Equal answers are "
                          "one line, the worst first.\n\n"
                          "By the design alone, without a lab and without rights. What Route "
                          "Servers learn is foreseen from bgp blocks, and from appliances' own "
                          "files as far as they can be read; where that is not enough, the answer "
                          "is \"not certain\", and the last lines say why.\n\n"
                          "Exit status 1 when it is certain that packets loop, that a "
                          "connection breaks at a hop that keeps state, or that some of several "
                          "equal paths fail; what is dropped or denied is data.\n\n"
                          "  vnetlab matrix hub.vnetlab.json\n"
                          "  vnetlab matrix -o json | jq '.outcomes[] | select(.verdict == "
                          "\"loop\").reason'",
                  .max_args = 1,
                  .kinds = { ARG_FILE },
                  .common_output = true,
                  .opts = matrix_options,
                  .run = cmd_matrix });
