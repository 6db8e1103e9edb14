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

/* Where the files stand that an import reads: the folder itself, or that of the file. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return xstrdup(path);
	return slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup("");
}

/* What is wrong with the file is in *ret; one that cannot be read costs only itself. */
static int check_file(const struct cmd_args *a, const char *path, struct checked_file *ret)
{
	struct err e = { 0 };
	json_t *design = design_load(a, path, &ret->f, &e);

	ret->name = xstrdup(address_name(path));
	if (!design || json_object_get(design, "import"))
		ret->folder = folder_of(path);
	if (!design && !ret->f.n) {
		ret->error = xstrdup(e.msg);
		return ui_error(&e);
	}
	if (design) {
		model_free(design_checked(design, &ret->f));
		if (arg_flag(a, "rules-only"))
			design_check_images(design, &ret->f);
		else
			design_check_daemons(design, &ret->f);
	}
	json_decref(design);
	return ret->f.errors || (arg_flag(a, "strict") && ret->f.warnings) ? EX_INVALID_DESIGN
	                                                                   : EX_DONE;
}

static int check_argument(const struct cmd_args *a, const char *arg, struct checking *c)
{
	_cleanup_free_ char *path = NULL;
	int status = EX_DONE;

	if (topology_path(a, arg, &path, &status) < 0)
		return status;
	struct checked_file *file = &VEC_PUSH(c->files, c->n, c->cap);

	*file = (struct checked_file){ 0 };
	return check_file(a, path, file);
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
	_cleanup_(checking_done) struct checking c = { 0 };
	int worst = EX_DONE;

	for (int i = 0; i < a->argc || i == 0; i++) {
		int status = check_argument(a, a->argc ? a->argv[i] : NULL, &c);

		worst = status > worst ? status : worst;
	}
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
	FORMAT_OPTION,
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(check, { .name = "check",
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
                         "Exit status 3 when there are errors; warnings and remarks do not "
                         "fail unless --strict is given. 5 when a file cannot be read.\n\n"
                         "  vnetlab check seed.vnetlab.json\n"
                         "  vnetlab check -o json seed.vnetlab.json | jq '.findings[].rule'\n"
                         "  vnetlab check --format sarif */*.vnetlab.json >vnetlab.sarif",
                 .max_args = -1,
                 .kinds = { ARG_FILE, ARG_FILE, ARG_FILE },
                 .common_output = true,
                 .opts = check_options,
                 .run = cmd_check });
