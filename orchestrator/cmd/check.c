/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab check: the rules, without a lab and without privileges. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/str.h"
#include "cmd/address.h"
#include "cmd/design.h"
#include "cmd/format.h"
#include "cmd/topology.h"
#include "input/topology.h"
#include "report/baseline.h"
#include "report/findings.h"

struct checking {
	struct checked_file *files;
	size_t n, cap;
};

static void checking_done(struct checking *c)
{
	for (size_t i = 0; i < c->n; i++)
		checked_file_free(&c->files[i]);
	free(c->files);
}

/* The folder of the files that an import reads: path itself, or the one that it is in. */
static char *find_import_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return xstrdup(path);
	return slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup("");
}

/* Puts what is wrong with the file into *ret; a file that cannot be read costs only itself. */
static void check_file(const struct cmd_args *a, const char *path, struct checked_file *ret)
{
	struct err e = { 0 };
	json_t *design = design_load(a, path, &ret->f, &e);

	ret->name = xstrdup(address_name(path));
	if (!design || json_object_get(design, "import"))
		ret->folder = find_import_folder(path);
	if (!design && !ret->f.n) {
		ret->error = xstrdup(e.msg);
		ui_error(&e);
		return;
	}
	if (design) {
		model_free(design_checked(design, &ret->f));
		if (arg_flag(a, "rules-only"))
			design_check_images(design, &ret->f);
		else
			design_check_daemons(design, &ret->f);
	}
	json_decref(design);
}

/* The exit status for all files that were read. */
static int status_of_files(const struct cmd_args *a, const struct checking *c)
{
	int worst = EX_DONE;

	for (size_t i = 0; i < c->n; i++) {
		const struct checked_file *x = &c->files[i];
		int status = x->error ? EX_FAILED
		             : x->f.errors || (arg_flag(a, "strict") && x->f.warnings)
		                 ? EX_INVALID_DESIGN
		                 : EX_DONE;

		worst = status > worst ? status : worst;
	}
	return worst;
}

static int check_argument(const struct cmd_args *a, const char *arg, struct checking *c)
{
	_cleanup_free_ char *path = NULL;
	int status = EX_DONE;

	if (topology_path(a, arg, &path, &status) < 0)
		return status;
	struct checked_file *file = &VEC_PUSH(c->files, c->n, c->cap);

	*file = (struct checked_file){ 0 };
	check_file(a, path, file);
	return EX_DONE;
}

/* ---- what is known ---- */

/* EX_DONE, or the status of what went wrong with the file. */
static int leave_out_known(const char *path, struct checking *c)
{
	struct baseline *b = NULL;
	struct err e = { 0 };

	if (baseline_read(path, &b, &e) < 0)
		return ui_error(&e);
	size_t known = baseline_apply(b, c->files, c->n), gone = baseline_gone(b);

	if (known)
		ui_note("%zu known finding%s: %s has %s", known, known == 1 ? "" : "s", path,
		        known == 1 ? "it" : "them");
	if (gone)
		ui_note("%zu entr%s of %s found nothing: --write-baseline takes %s out", gone,
		        gone == 1 ? "y" : "ies", path, gone == 1 ? "it" : "them");
	baseline_free(b);
	return EX_DONE;
}

static int keep_as_known(const char *path, const struct checking *c)
{
	struct err e = { 0 };
	size_t n;

	if (baseline_write(path, c->files, c->n, &n, &e) < 0)
		return ui_error(&e);
	ui_note("%s has %zu finding%s", path, n, n == 1 ? "" : "s");
	return EX_DONE;
}

static void print_for_people(const struct checking *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct checked_file *x = &c->files[i];

		if (!x->f.n && !x->error)
			ui_print("%s: no findings\n", x->name);
		else if (c->n > 1 && x->f.n)
			ui_print("%s:\n", x->name);
		ui_findings_data(&x->f);
	}
}

static int cmd_check(const struct cmd_args *a)
{
	enum report_format format = format_asked(a);
	const char *baseline = arg_value(a, "baseline");
	_cleanup_(checking_done) struct checking c = { 0 };
	int worst = EX_DONE;

	if (arg_flag(a, "write-baseline") && !baseline)
		return ui_usage(a, "--write-baseline writes the file of --baseline FILE");
	for (int i = 0; i < a->argc || i == 0; i++) {
		int status = check_argument(a, a->argc ? a->argv[i] : NULL, &c);

		worst = status > worst ? status : worst;
	}
	int status = status_of_files(a, &c);

	if (baseline && arg_flag(a, "write-baseline"))
		return worst > EX_DONE       ? worst
		       : status == EX_FAILED ? status
		                             : keep_as_known(baseline, &c);
	if (baseline) {
		int unread = leave_out_known(baseline, &c);

		if (unread != EX_DONE)
			return unread;
		status = status_of_files(a, &c);
	}
	worst = status > worst ? status : worst;
	if (!c.n || (c.n == 1 && c.files[0].error && format == REPORT_HUMAN))
		return worst;
	if (format == REPORT_HUMAN)
		print_for_people(&c);
	else
		checked_write(stdout, format, c.files, c.n, arg_flag(a, "strict"));
	return worst;
}

static const struct option_def check_options[] = {
	{ .name = "strict", .help = "warnings count as errors: exit 3" },
	{ .name = "rules-only", .help = "do not have the daemons' own checks read their files" },
	{ .name = "baseline",
	  .arg = "FILE",
	  .help = "known findings: they are not printed and do not count" },
	{ .name = "write-baseline", .help = "write that file: what is found now is known" },
	FORMAT_OPTION,
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(check,
        { .name = "check",
          .group = "Prove",
          .synopsis = "check [FILE...] [--strict]",
          .summary = "looks for what Azure would refuse, and for known pitfalls",
          .help = "Reads topologies, or templates, plans and exports (see vnetlab help "
                  "import), and says everything that is wrong with them at once: the "
                  "place in the file, the rule, Azure's own error code where it has one, "
                  "and what to do. Needs no lab and no privileges: where the "
                  "appliances' daemons are installed, their own checks read their files, in "
                  "boxes as in a lab. Findings go to standard "
                  "output; a file that cannot be read costs only itself.\n\n" FORMAT_HELP
                  "There junit has a suite for each file, and a case for each finding.\n\n"
                  "--baseline FILE: findings that are known already are left out, errors, too, "
                  "and new ones fail; a finding is the same when its file, rule, object and "
                  "words are, wherever it stands. A warning that is meant so is suppressed "
                  "in the design: \"suppress\": {\"RULE\": \"reason\"}.\n\n"
                  "Exit status 3 when there are errors; warnings and remarks do not "
                  "fail unless --strict is given. 5 when a file cannot be read.\n\n"
                  "  vnetlab check seed.vnetlab.json\n"
                  "  vnetlab check -o json seed.vnetlab.json | jq '.findings[].rule'\n"
                  "  vnetlab check --format sarif */*.vnetlab.json >vnetlab.sarif\n"
                  "  vnetlab check --baseline known.json --write-baseline */*.vnetlab.json",
          .max_args = -1,
          .kinds = { ARG_FILE, ARG_FILE, ARG_FILE },
          .common_output = true,
          .opts = check_options,
          .run = cmd_check });
