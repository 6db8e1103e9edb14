/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab diff: what becomes of packets otherwise in one design than in another. */
#include <stdio.h>

#include "base/finding_edit.h"
#include "base/str.h"
#include "base/tree.h"
#include "cmd/design.h"
#include "cmd/format.h"
#include "cmd/labs.h"
#include "cmd/remote.h"
#include "cmd/revision.h"
#include "cmd/topology.h"
#include "input/topology.h"
#include "report/matrix.h"

/* ---- the two designs ---- */

struct side {
	json_t *design;
	struct model *model;
	char *folder;             /* of a revision; ours */
	struct checked_file file; /* what is wrong with it, and where it has what */
};

static void side_done(struct side *s)
{
	json_decref(s->design);
	model_free(s->model);
	if (s->folder)
		tree_remove(s->folder);
	free(s->folder);
	checked_file_free(&s->file);
}

static int design_of_lab(const struct cmd_args *a, const char *lab, struct side *ret)
{
	json_t *reply = NULL;
	int status = remote_call(a, lab, json_pack("{s:s}", "op", "design"), &reply);

	if (status != EX_DONE)
		return status;
	ret->design = json_incref(json_object_get(reply, "design"));
	json_decref(reply);
	return EX_DONE;
}

static int design_of_file(const struct cmd_args *a, const char *arg, struct side *ret,
                          struct findings *f)
{
	_cleanup_free_ char *path = NULL;
	struct err e = { 0 };
	int status = EX_DONE;

	if (revision_named(arg)) {
		if (revision_get(arg, &ret->folder, &path, &e) < 0)
			return ui_error(&e);
	} else if (topology_path(a, arg, &path, &status) < 0) {
		return status;
	}
	ret->design = design_load(a, path, f, &e);
	return !ret->design && e.code ? ui_error(&e) : EX_DONE;
}

static int open_side(const struct cmd_args *a, const char *arg, struct side *ret)
{
	struct findings *f = &ret->file.f;
	bool lab = !strpbrk(arg, "/.:") && lab_is_up(arg);
	int status = lab ? design_of_lab(a, arg, ret) : design_of_file(a, arg, ret, f);

	ret->file.name = xstrdup(arg);

	if (status != EX_DONE)
		return status;
	if (ret->design) {
		json_object_del(ret->design, "import");
		ret->model = design_checked(ret->design, f);
	}
	if (ret->model && !f->errors) {
		findings_clear(f);
		return EX_DONE;
	}
	ui_reason("%s is no design that can be compared:", arg);
	ui_findings(f);
	return EX_INVALID_DESIGN;
}

/* ---- lines ---- */

static void print_diff_line(const struct diff_line *l)
{
	if (l->kind == DIFF_OBJECTS) {
		ui_print("%s is %s\n", l->from, l->now);
		return;
	}
	ui_print("%s -> %s, %s: was %s, now %s", l->from, l->to, l->traffic, l->was, l->now);
	if (*l->cause)
		ui_print(": %s\n", l->cause);
	else
		ui_print("%s%s\n", *l->reason ? ": " : "", l->reason);
}

static bool keep_kind(struct diff *d, const char *only)
{
	size_t n = 0;
	bool known = !only;

	for (int k = DIFF_REACHABILITY; k <= DIFF_RULES; k++)
		known |= only && streq(only, diff_kind_str((enum diff_kind)k));
	for (size_t i = 0; only && i < d->n; i++)
		if (streq(only, diff_kind_str(d->v[i].kind)))
			d->v[n++] = d->v[i];
	if (only)
		d->n = n;
	return known;
}

static int compare_sides(const struct cmd_args *a, struct side *old, struct side *now)
{
	_cleanup_matrix_ struct matrix *x = matrix_of_design(old->model);
	_cleanup_matrix_ struct matrix *y = matrix_of_design(now->model);
	enum report_format format = arg_flag(a, "markdown") ? REPORT_MARKDOWN : format_asked(a);
	struct diff d;
	int status;

	diff_find(x, old->design, y, now->design, &d);
	if (!keep_kind(&d, arg_value(a, "only"))) {
		diff_done(&d);
		return ui_usage(a, "--only %s: there are reachability, routes, rules",
		                arg_value(a, "only"));
	}
	status = d.n ? EX_NOT_HELD : EX_DONE;
	if (format == REPORT_JSON)
		ui_json(diff_json(&d));
	else if (format != REPORT_HUMAN)
		diff_write(stdout, format,
		           &(struct diff_report){ a->argv[0], a->argv[1], &d, &now->file });
	else
		for (size_t i = 0; i < d.n; i++)
			print_diff_line(&d.v[i]);
	diff_done(&d);
	return status;
}

static int cmd_diff(const struct cmd_args *a)
{
	_cleanup_(side_done) struct side old = { 0 }, now = { 0 };
	int status = open_side(a, a->argv[0], &old);

	if (status == EX_DONE)
		status = open_side(a, a->argv[1], &now);
	return status == EX_DONE ? compare_sides(a, &old, &now) : status;
}

static const struct option_def diff_options[] = {
	{ .name = "only",
	  .arg = "reachability|routes|rules",
	  .help = "what arrives or does not; by which way; what rules deny or allow" },
	FORMAT_OPTION,
	{ .name = "markdown", .help = "--format markdown: a table for a pull request" },
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(diff, { .name = "diff",
                .group = "Prove",
                .synopsis = "diff OLD NEW",
                .summary = "what becomes of packets otherwise in one design than in another",
                .help = "OLD and NEW are files, folders, exports, labs that run, or REV:path of "
                        "git. Both are walked from everybody to everywhere (vnetlab help matrix), "
                        "by the design alone, and each change of reachability, way or rule is a "
                        "line, the worst first, with what changed in the design for it. "
                        "Renamed, reordered and reformatted designs are equal: machines are the "
                        "same by name or by address. Tables that Azure printed are compared by "
                        "vnetlab compare.\n\n" FORMAT_HELP
                        "What is for the worse is an error there, the rest a remark.\n\n"
                        "Exit status 0 when nothing changes for packets, 1 otherwise.\n\n"
                        "  vnetlab diff old.vnetlab.json new.vnetlab.json\n"
                        "  vnetlab diff main:hub.vnetlab.json hub.vnetlab.json --format markdown\n"
                        "  vnetlab diff mylab hub.vnetlab.json --only reachability",
                .min_args = 2,
                .max_args = 2,
                .kinds = { ARG_FILE, ARG_FILE },
                .common_output = true,
                .opts = diff_options,
                .run = cmd_diff });
