/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare: saved tables of Azure against the running lab, row by row. */
#include "cmd/compare.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "input/document.h"
#include "report/table.h"

/* In whatever dialect it was saved: PowerShell's ">" writes UTF-16. */
static int read_saved_json(const char *path, json_t **ret, struct err *e)
{
	_cleanup_findings_ struct findings f = { 0 };

	*ret = document_read(path, path, &f, e);
	if (*ret)
		return 0;
	return e->code ? -e->code
	               : err_set(e, EINVAL, "%s is no JSON: %s", path,
	                         f.n ? f.items[0].message : "it cannot be read");
}

/* ---- options ---- */

struct job {
	const struct cmd_args *a;
	struct compare_names names;
	struct compare_options options;
	enum compare_kind kind;
	const char *against; /* NULL: the lab */
	struct compare_lab lab;
	json_t *out; /* -o json: a table each */
	unsigned count[COMPARE_VERDICTS];
};

static int read_compare_options(struct job *j)
{
	const char *none = arg_value(j->a, "none"), *as = arg_value(j->a, "as");

	j->names = (struct compare_names){ .nic = arg_value(j->a, "nic"),
		                           .peering = arg_value(j->a, "peering"),
		                           .gateway = arg_value(j->a, "gateway"),
		                           .peer = arg_value(j->a, "peer") };
	j->against = arg_value(j->a, "against");
	j->options.ignore = arg_values(j->a, "ignore");
	if (none)
		j->options.none = streq(none, "all")      ? COMPARE_NONE_ALL
		                  : streq(none, "ignore") ? COMPARE_NONE_IGNORE
		                                          : COMPARE_NONE_CLASSES;
	if (as && !(j->kind = compare_kind_parse(as)))
		return ui_usage(j->a,
		                "--as %s: there are routes, learned, advertised, "
		                "gateway-learned, gateway-advertised, bgp-peers, bgp-table",
		                as);
	return EX_DONE;
}

/* "compare LAB FILE...", or FILE... alone: with -n, --against, or when one lab runs. */
static bool first_is_lab(const struct job *j)
{
	const char *first = j->a->argv[0];

	return j->a->argc > 1 && !j->against && !strpbrk(first, "/.") && access(first, F_OK) != 0;
}

/* ---- one table ---- */

static void print_rows(const struct job *j, enum compare_kind kind, const struct comparison *c)
{
	static const char *const colors[COMPARE_VERDICTS] = { "green", "red", "red", "yellow" };
	_cleanup_table_ struct table *t = table_new("Row", "Is", j->against ? "First" : "Azure",
	                                            j->against ? "Second" : "Lab", "Why");

	for (size_t i = 0; i < c->n; i++) {
		const struct compare_row *r = &c->rows[i];
		_cleanup_str_ struct str want = { 0 }, got = { 0 }, why = { 0 };

		if (r->verdict == COMPARE_EQUAL && arg_flag(j->a, "brief"))
			continue;
		compare_show(kind, r->want, &want);
		compare_show(kind, r->got, &got);
		compare_differences(r, &why);
		if (r->reason)
			str_printf(&why, "%s%s", why.n ? ": " : "", r->reason);
		table_row(t, r->key, compare_verdict_str(r->verdict), str_get(&want), str_get(&got),
		          str_get(&why));
		table_color(t, 1, colors[r->verdict]);
	}
	if (table_rows(t))
		table_print(t, stdout);
}

static const char *whose(enum compare_kind k)
{
	static const char *const words[COMPARE_KINDS] = {
		[COMPARE_ROUTES] = "effective routes of",
		[COMPARE_LEARNED] = "learned from",
		[COMPARE_ADVERTISED] = "advertised to",
		[COMPARE_GATEWAY_LEARNED] = "learned by",
		[COMPARE_GATEWAY_ADVERTISED] = "advertised by",
		[COMPARE_GATEWAY_PEERS] = "BGP peers of",
		[COMPARE_BGP_TABLE] = "BGP table of",
	};

	return words[k];
}

static void report_comparison(struct job *j, const char *file, enum compare_kind kind,
                              const char *subject, const struct comparison *c)
{
	for (int v = 0; v < COMPARE_VERDICTS; v++)
		j->count[v] += c->count[v];
	if (j->a->json) {
		json_t *o = compare_json(c);

		json_object_set_new(o, "file", json_string(file));
		json_object_set_new(o, "kind", json_string(compare_kind_str(kind)));
		json_object_set_new(o, "subject", json_string(subject));
		json_array_append_new(j->out, o);
		return;
	}
	ui_print("%s: %s %s: %u equal, %u missing, %u extra, %u different\n", file, whose(kind),
	         subject, c->count[COMPARE_EQUAL], c->count[COMPARE_MISSING],
	         c->count[COMPARE_EXTRA], c->count[COMPARE_DIFFERENT]);
	print_rows(j, kind, c);
	ui_print("\n");
}

static int with_file(const struct job *j, const struct compare_source *file, const json_t *text,
                     struct compare_pair *p, struct err *e)
{
	json_t *other = NULL;
	int r = read_saved_json(j->against, &other, e);

	if (r >= 0 && compare_read(file, text, &p->want, e) < 0)
		r = err_wrap(e, "%s", file->name);
	struct compare_source second = { .name = j->against, .kind = p->want.kind };

	if (r >= 0 && compare_read(&second, other, &p->got, e) < 0)
		r = err_wrap(e, "%s", j->against);
	json_decref(other);
	if (r < 0)
		return r;
	p->subject = xstrdup(j->against);
	compare_tables(&p->want, &p->got, &j->options, &p->result);
	return 0;
}

static int compare_file(struct job *j, const char *file, struct err *e)
{
	_cleanup_compare_pair_ struct compare_pair p = { 0 };
	const struct compare_source source = { .name = file, .kind = j->kind };
	json_t *text = NULL;
	int r = read_saved_json(file, &text, e);

	if (r >= 0)
		r = j->against
		        ? with_file(j, &source, text, &p, e)
		        : compare_with_lab(&j->lab, &j->names, &source, text, &j->options, &p, e);
	if (r >= 0)
		report_comparison(j, file, p.want.kind, p.subject, &p.result);
	json_decref(text);
	return r;
}

static int cmd_compare(const struct cmd_args *a)
{
	struct job j = { .a = a, .out = json_array() };
	struct err e = { 0 };
	int first, r = 0;

	if (read_compare_options(&j) != EX_DONE) {
		json_decref(j.out);
		return EX_WRONG_USAGE;
	}
	first = first_is_lab(&j);
	if (!j.against)
		r = compare_lab_open(first ? a->argv[0] : a->lab, &j.lab, &e);
	for (int i = first; r >= 0 && i < a->argc; i++)
		r = compare_file(&j, a->argv[i], &e);
	compare_lab_close(&j.lab);
	if (r < 0) {
		json_decref(j.out);
		return ui_error(&e);
	}
	if (a->json)
		ui_json(json_pack("{s:i, s:i, s:i, s:i, s:O}", "equal", (int)j.count[COMPARE_EQUAL],
		                  "missing", (int)j.count[COMPARE_MISSING], "extra",
		                  (int)j.count[COMPARE_EXTRA], "different",
		                  (int)j.count[COMPARE_DIFFERENT], "tables", j.out));
	json_decref(j.out);
	return j.count[COMPARE_MISSING] || j.count[COMPARE_EXTRA] || j.count[COMPARE_DIFFERENT]
	           ? EX_NOT_HELD
	           : EX_DONE;
}

static const struct option_def compare_options[] = {
	{ 0, "nic", "NIC", "whose effective routes the file has", false },
	{ 0, "peering", "RS/PEERING", "whose learned or advertised routes the file has", false },
	{ 0, "gateway", "GATEWAY", "whose learned, advertised routes or BGP peers the file has",
	  false },
	{ 0, "peer", "ADDRESS", "of a gateway's advertised routes: towards whom", false },
	{ 0, "as", "KIND",
	  "what the file is: routes, learned, advertised, gateway-learned, ... (see above)",
	  false },
	{ 0, "none", "classes|all|ignore",
	  "rows of type None: those of the four private classes (default), all, none", false },
	{ 0, "ignore", "PROPERTY", "do not compare this property; may be given again", true },
	{ 0, "against", "FILE", "compare with a second file, not with a lab", false },
	{ 0, "brief", NULL, "only the rows that differ", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    compare,
    {
        .name = "compare",
        .group = "Prove",
        .synopsis = "compare [LAB] FILE...",
        .summary = "compares saved az tables with the lab, row by row",
        .help =
            "A file holds what az, REST or PowerShell (ConvertTo-Json) printed of a NIC's "
            "effective\n"
            "routes, of a peering's learned or advertised routes, or of a gateway. Whose it is, "
            "an\n"
            "option says, or the file's name (vm1-routes.json, RouteServer-NVA_1-learned.json), "
            "or\n"
            "names and addresses inside. Order does not count; rows that differ in the next hop\n"
            "alone are one row; what the file does not say is not compared. Exit status 1 when\n"
            "something differs. Designs are compared by vnetlab diff.\n\n"
            "--as says what a file is where neither its rows nor its name do: routes, learned,\n"
            "advertised, gateway-learned, gateway-advertised, bgp-peers, or bgp-table (an\n"
            "appliance's: network, nextHop, asPath; with --against).\n\n"
            "  az network nic show-effective-route-table -g rg -n vm1VMNic >vm1VMNic.json\n"
            "  vnetlab compare seed vm1VMNic.json\n"
            "  vnetlab compare seed saved/*.json --brief\n"
            "  vnetlab compare monday.json --against tuesday.json",
        .min_args = 1,
        .max_args = -1,
        .kinds = { ARG_LAB, ARG_FILE },
        .common_output = true,
        .opts = compare_options,
        .run = cmd_compare,
    });
