/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab report: one page of HTML about a design or a lab that runs. */
#include <stdio.h>

#include "base/io.h"
#include "cmd/address.h"
#include "cmd/design.h"
#include "cmd/facts.h"
#include "cmd/labs.h"
#include "cmd/remote.h"
#include "cmd/topology.h"
#include "input/topology.h"

static int write_page(const struct cmd_args *a, const struct page_design *d)
{
	const char *path = arg_value(a, "html");
	struct err e = { 0 };
	_cleanup_free_ char *title = xasprintf("vnetlab: %s", d->name);
	const struct page p = { .title = title, .designs = d, .n_designs = 1 };

	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	int r = 0;

	page_write(f, &p);
	fclose(f);
	if (!path || streq(path, "-"))
		ui_print_text(text, n, false);
	else
		r = write_whole(path, text, n, &e);
	free(text);
	if (r < 0) {
		err_wrap(&e, "--html");
		return ui_error(&e);
	}
	if (!path || streq(path, "-"))
		return EX_DONE;
	ui_note("%s is written", path);
	return EX_DONE;
}

/* ---- a file ---- */

static int report_of_file(const struct cmd_args *a, const char *arg)
{
	_cleanup_free_ char *path = NULL;
	struct checked_file file = { 0 };
	struct facts facts = { 0 };
	struct err e = { 0 };
	int status;

	if (topology_path(a, arg, &path, &status) < 0)
		return status;
	json_t *design = design_load(a, path, &file.f, &e);

	if (!design && !file.f.n)
		return ui_error(&e);
	file.name = xstrdup(address_name(path));
	if (!design || json_object_get(design, "import"))
		file.folder = xstrdup("");
	struct model *m = design ? design_checked(design, &file.f) : NULL;

	if (design)
		design_check_images(design, &file.f);
	if (m)
		facts_of_design(m, &facts);
	const struct page_design d = facts_page(m ? m->name : file.name, m, &file, &facts);

	status = write_page(a, &d);
	if (status == EX_DONE && file.f.errors)
		status = EX_INVALID_DESIGN;
	facts_done(&facts);
	model_free(m);
	json_decref(design);
	checked_file_free(&file);
	return status;
}

/* ---- a lab ---- */

static int ask_events(const struct cmd_args *a, const char *lab, json_t **ret)
{
	struct lab_client *c = NULL;
	struct err e = { 0 };
	int status = remote_connect(a, lab, &c), r;

	if (status != EX_DONE)
		return status;
	*ret = json_array();
	r = lab_send(c, json_pack("{s:s, s:b}", "op", "events", "follow", 0), NULL, 0, &e);
	while (r >= 0) {
		json_t *answer = NULL, *line;

		r = lab_recv(c, &answer, &e);
		line = r >= 0 ? json_object_get(answer, "line") : NULL;
		if (line)
			json_array_append(*ret, line);
		json_decref(answer);
		if (!line)
			break;
	}
	lab_disconnect(c);
	return EX_DONE;
}

static int ask_report_routes(const struct cmd_args *a, const char *lab, json_t *tables)
{
	int status = EX_DONE;
	json_t *t, *reply;
	size_t i;

	json_array_foreach (tables, i, t) {
		json_t *nic = json_array_get(json_object_get(t, "nics"), 0);

		status = remote_call(
		    a, lab, json_pack("{s:s, s:O, s:b}", "op", "routes", "nic", nic, "explain", 1),
		    &reply);
		if (status != EX_DONE)
			return status;
		json_object_set(t, "value", json_object_get(reply, "value"));
		json_object_set(t, "hidden", json_object_get(reply, "hidden"));
		json_decref(reply);
	}
	return status;
}

/* The ways by model and kernels; of a check whose names only a runner understands there is none. */
static int ask_paths(const struct cmd_args *a, const char *lab, const json_t *checks, json_t *ret)
{
	json_t *asked = json_array(), *reply = NULL, *c, *way;
	_cleanup_free_ const char **names = xcalloc(json_object_size(checks) + 1, sizeof(*names));
	const char *name;
	size_t n = 0, i;

	json_object_foreach ((json_t *)checks, name, c) {
		json_t *from = json_object_get(c, "from"), *to = json_object_get(c, "to");
		json_t *protocol = json_object_get(c, "protocol"),
		       *port = json_object_get(c, "port");

		if (!json_is_string(from) || !json_is_string(to) ||
		    (protocol && !port && !streq(json_string_value(protocol), "icmp") &&
		     !streq(json_string_value(protocol), "http")))
			continue;
		json_array_append_new(asked, json_pack("{s:O, s:O, s:O*, s:O*}", "from", from, "to",
		                                       to, "protocol", protocol, "port", port));
		names[n++] = name;
	}
	int status =
	    remote_call(a, lab, json_pack("{s:s, s:o}", "op", "path", "paths", asked), &reply);

	if (status != EX_DONE)
		return status;
	json_array_foreach (json_object_get(reply, "paths"), i, way)
		json_array_append_new(ret, json_pack("{s:s, s:O}", "check", names[i], "path", way));
	json_decref(reply);
	return EX_DONE;
}

static int ask_facts(const struct cmd_args *a, const char *lab, const struct model *m,
                     const json_t *design, struct facts *x)
{
	json_t *reply = NULL;
	int status = remote_call(a, lab, json_pack("{s:s}", "op", "walks"), &reply);

	if (status != EX_DONE)
		return status;
	x->matrix = json_incref(json_object_get(reply, "lines"));
	x->differ = json_incref(json_object_get(reply, "disagreements"));
	json_decref(reply);
	x->paths = json_array();
	x->routes = facts_tables(m);
	status = remote_call(a, lab, json_pack("{s:s}", "op", "status"), &x->status);
	if (status == EX_DONE)
		status = ask_paths(a, lab,
		                   json_object_get(json_object_get(design, "topology"), "checks"),
		                   x->paths);
	if (status == EX_DONE)
		status = ask_report_routes(a, lab, x->routes);
	return status == EX_DONE ? ask_events(a, lab, &x->events) : status;
}

static int report_of_lab(const struct cmd_args *a, const char *lab)
{
	struct checked_file file = { .name = xstrdup(lab) };
	struct facts facts = { 0 };
	struct model *m = NULL;
	json_t *reply = NULL;
	int status = remote_call(a, lab, json_pack("{s:s}", "op", "design"), &reply);
	json_t *design = json_object_get(reply, "design");

	if (status == EX_DONE)
		m = design_checked(design, &file.f);
	if (m)
		status = ask_facts(a, lab, m, design, &facts);
	if (status == EX_DONE) {
		const struct page_design d = facts_page(lab, m, &file, &facts);

		status = write_page(a, &d);
	}
	facts_done(&facts);
	model_free(m);
	json_decref(reply);
	checked_file_free(&file);
	return status;
}

static int cmd_report(const struct cmd_args *a)
{
	const char *arg = a->argc ? a->argv[0] : NULL, *lab = arg ? arg : a->lab;

	if (lab && *lab && !strchr(lab, '/') && !(a->topology && !arg) && lab_is_up(lab))
		return report_of_lab(a, lab);
	return report_of_file(a, arg);
}

static const struct option_def report_options[] = {
	{ .name = "html", .arg = "FILE", .help = "the page; default: standard output" },
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(report,
        { .name = "report",
          .group = "Prove",
          .synopsis = "report [FILE|LAB] [--html FILE]",
          .summary = "one page of HTML: picture, findings, matrix, ways, routes, timeline",
          .help = "Everything that there is to say of a design, or of a lab that runs, in one file "
                  "to "
                  "attach, to mail, to keep: it has no script and asks nobody for anything. Of a "
                  "file by the design alone, without a lab and without rights; of a lab by its "
                  "kernels' tables, with its events. The same design gives the same bytes. The "
                  "results of checks are in vnetlab test --format html, with the same parts of "
                  "each design.\n\n"
                  "Exit status 3 when the design is invalid: the page has the findings.\n\n"
                  "  vnetlab report hub.vnetlab.json --html hub.html\n"
                  "  vnetlab report mylab --html mylab.html",
          .max_args = 1,
          .kinds = { ARG_FILE },
          .opts = report_options,
          .run = cmd_report });
