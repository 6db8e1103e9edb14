/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab import: a template, a plan or an export becomes a topology file that people keep. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "azure/kind.h"
#include "base/io.h"
#include "base/str.h"
#include "cmd/design.h"
#include "input/bicep/bicep.h"
#include "input/import/import.h"
#include "input/tfsource/tfsource.h"
#include "report/table.h"

/* --- coverage ----------------------------------------------------------------------------------
 */

struct sums { /* resources */
	long long all, understood, packets, packets_read;
};

static long long get_row_number(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

static struct sums sum_up(const json_t *coverage)
{
	struct sums s = { 0 };
	const json_t *row;
	size_t i;

	json_array_foreach ((json_t *)coverage, i, row) {
		long long n = get_row_number(row, "resources"),
		          out = get_row_number(row, "leftOut");
		const char *how = json_string_value(json_object_get(row, "how"));
		bool known = !streq(how, "unknown") && !streq(how, "unsupported");

		s.all += n;
		s.understood += known ? n - out : 0;
		if (!json_is_true(json_object_get(row, "packets")))
			continue;
		s.packets += n;
		s.packets_read += known ? n - out : 0;
	}
	return s;
}

static const char *word_of(const char *how)
{
	static const char *const words[][2] = {
		{ "read", "read" },
		{ "part", "read" },
		{ "ignored", "ignored" },
		{ "unsupported", "not emulated" },
		{ "unknown", "not understood" },
		{ "leftOut", "left out" },
	};

	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		if (streq(words[k][0], how))
			return words[k][1];
	return "";
}

static void print_types(json_t *coverage)
{
	_cleanup_table_ struct table *t = table_new("Type", "Resources", "Left out", "", "Why");
	const json_t *row;
	size_t i;

	table_right(t, 1);
	table_right(t, 2);
	json_array_foreach (coverage, i, row) {
		const char *how = json_string_value(json_object_get(row, "how"));
		_cleanup_free_ char *type =
		    ui_clean(json_string_value(json_object_get(row, "type")));

		table_row(t, type);
		table_cell(t, 1, "%lld", get_row_number(row, "resources"));
		if (get_row_number(row, "leftOut"))
			table_cell(t, 2, "%lld", get_row_number(row, "leftOut"));
		table_cell(t, 3, "%s", word_of(how));
		if (json_is_string(json_object_get(row, "why")))
			table_cell(t, 4, "%s", json_string_value(json_object_get(row, "why")));
	}
	table_print(t, stdout);
}

/* "mod/main.tf:7:1#module.a.azurerm_subnet.b" is what Terraform calls it. */
static char *clean_source(const char *source, const char *name)
{
	const char *hash = source ? strrchr(source, '#') : NULL;
	bool address = hash && hash[1] && hash[1] != '/';

	return ui_clean(address ? hash + 1 : name);
}

static void print_fates(json_t *fates)
{
	_cleanup_table_ struct table *t =
	    table_new("Resource", "Type", "", "In the lab, or why not");
	const json_t *row;
	size_t i;

	json_array_foreach (fates, i, row) {
		const char *becomes = json_string_value(json_object_get(row, "becomes")),
		           *why = json_string_value(json_object_get(row, "why"));
		_cleanup_free_ char *type =
		                        ui_clean(json_string_value(json_object_get(row, "type"))),
		                    *said = ui_clean(becomes ? becomes
		                                     : why   ? why
		                                             : ""),
		                    *name = clean_source(
		                        json_string_value(json_object_get(row, "source")),
		                        json_string_value(json_object_get(row, "name")));

		table_row(t, name);
		table_cell(t, 1, "%s", type);
		table_cell(t, 2, "%s", word_of(json_string_value(json_object_get(row, "how"))));
		table_cell(t, 3, "%s", said);
	}
	table_print(t, stdout);
}

static int print_coverage(const struct cmd_args *a, json_t *coverage, json_t *fates)
{
	struct sums s = sum_up(coverage);

	if (a->json) {
		ui_json(json_pack("{s:O, s:O, s:{s:I, s:I, s:I, s:I}}", "coverage", coverage,
		                  "resources", fates, "summary", "resources", (json_int_t)s.all,
		                  "understood", (json_int_t)s.understood, "carryPackets",
		                  (json_int_t)s.packets, "carryPacketsRead",
		                  (json_int_t)s.packets_read));
		return EX_DONE;
	}
	print_types(coverage);
	ui_print("\n");
	print_fates(fates);
	ui_print(
	    "\n%lld of %lld resources understood; of the %lld that carry packets, %lld are in the "
	    "lab\n",
	    s.understood, s.all, s.packets, s.packets_read);
	return EX_DONE;
}

/* --- files -------------------------------------------------------------------------------------
 */

/* Creates the file; fails if it exists, unless --force is given. */
static int write_file(const char *path, const char *text, bool force, struct err *e)
{
	_cleanup_close_ int fd =
	    open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL), 0666);

	if (fd < 0 && errno == EEXIST)
		return err_set(e, EEXIST, "%s exists already; --force writes over it", path);
	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	int r = write_all(fd, text, strlen(text));

	return r < 0 ? err_sys(e, -r, "%s", path) : 0;
}

/* "nva1/frr.conf" beside the topology. */
static int write_configs(const char *topology, const json_t *files, bool force, struct err *e)
{
	const char *slash = strrchr(topology, '/'), *name;
	_cleanup_free_ char *folder =
	    slash ? xstrndup(topology, (size_t)(slash - topology) + 1) : xstrdup("");
	json_t *text;

	json_object_foreach ((json_t *)files, name, text) {
		_cleanup_free_ char *path = xasprintf("%s%s", folder, name);
		char *end = strrchr(path, '/');
		int r;

		if (end && end > path) {
			*end = 0;
			if (mkdir(path, 0777) < 0 && errno != EEXIST)
				return err_sys(e, errno, "%s", path);
			*end = '/';
		}
		r = write_file(path, json_string_value(text), force, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int save(const struct cmd_args *a, json_t *design)
{
	json_t *topology = json_object_get(design, "topology");
	json_t *files = json_object_get(design, "files");
	const char *out = arg_value(a, "out");
	_cleanup_free_ char *text = import_text(topology);
	bool force = arg_flag(a, "force");
	struct err e = { 0 };

	if (!out) {
		fputs(text, stdout);
		if (json_object_size(files))
			ui_note("the topology names %zu configuration file%s; with -o they are "
			        "written beside it",
			        json_object_size(files), json_object_size(files) == 1 ? "" : "s");
		return EX_DONE;
	}
	if (write_file(out, text, force, &e) < 0 || write_configs(out, files, force, &e) < 0)
		return ui_error(&e);
	ui_note("%s is written; look at it: vnetlab check %s", out, out);
	return EX_DONE;
}

/* --plan: what `terraform show -json` would print. */
static int print_plan(const struct cmd_args *a, const char *path)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };

	if (!tfsource_is(path))
		return ui_usage(a, "--plan: %s is no folder of Terraform's language (*.tf)", path);
	const struct tfsource_options o = { .folder = path,
		                            .params = arg_values(a, "param"),
		                            .modules = arg_values(a, "module"),
		                            .without = arg_values(a, "without") };
	json_t *plan = tfsource_read(&o, &f, &e);

	if (!plan)
		return ui_error(&e);
	findings_sort(&f);
	ui_findings(&f);
	ui_json(plan);
	return f.errors ? EX_INVALID_DESIGN : EX_DONE;
}

/* --arm: the template that Bicep source stands for. */
static int print_arm(const struct cmd_args *a, const char *path)
{
	_cleanup_findings_ struct findings f = { 0 };
	_cleanup_free_ char *file = bicep_file_of(path, &f);
	const char *name = NULL;
	struct err e = { 0 };
	json_t *templates;

	if (!file && !f.n)
		return ui_usage(a, "--arm: %s is no Bicep (*.bicep)", path);
	templates = file ? bicep_compile(file, arg_values(a, "module"), &name, &f, &e) : NULL;
	if (file && !templates)
		return ui_error(&e);
	findings_sort(&f);
	ui_findings(&f);
	if (!f.errors)
		ui_json(bicep_whole(templates, name));
	json_decref(templates);
	return f.errors ? EX_INVALID_DESIGN : EX_DONE;
}

static int cmd_import(const struct cmd_args *a)
{
	if (arg_flag(a, "arm"))
		return print_arm(a, a->argv[0]);
	if (arg_flag(a, "plan"))
		return print_plan(a, a->argv[0]);
	_cleanup_findings_ struct findings f = { 0 };
	const char *path = a->argv[0];
	struct err e = { 0 };
	json_t *design = design_load(a, path, &f, &e), *import;
	int status;

	if (!design && e.code)
		return ui_error(&e);
	import = json_object_get(design, "import");
	/* The reader takes an unknown file for a topology; `import` takes it only if it looks like
	 * one. */
	if (design && !import && !kinds_needed(json_object_get(design, "topology"))) {
		finding_add(&f, SEV_ERROR, "INPUT-KIND-01", NULL, "", NULL,
		            "%s is neither a template, nor a plan, nor an export", path);
		json_decref(design);
		design = NULL;
	}
	if (design && !import) {
		json_decref(design);
		return ui_usage(a, "%s is a topology file already", path);
	}
	if (design)
		design_check_images(design, &f);
	findings_sort(&f);
	ui_findings(&f);
	if (!design)
		status = EX_INVALID_DESIGN;
	else if (arg_flag(a, "coverage"))
		status = print_coverage(a, json_object_get(import, "coverage"),
		                        json_object_get(import, "fates"));
	else
		status = f.errors ? EX_INVALID_DESIGN : save(a, design);
	json_decref(design);
	return status == EX_DONE && f.errors ? EX_INVALID_DESIGN : status;
}

static const struct option_def import_options[] = {
	{ 'o', "out", "FILE", "write the topology there; default: standard output", false },
	{ 0, "force", NULL, "write over files that exist", false },
	{ 0, "coverage", NULL,
	  "instead: what was read, what was ignored and why, what was not "
	  "understood",
	  false },
	{ 0, "plan", NULL,
	  "instead: of a folder of Terraform's language, the plan, as `terraform show -json` "
	  "prints it",
	  false },
	{ 0, "arm", NULL, "instead: of Bicep, the template that it stands for, modules in it",
	  false },
	DESIGN_OPTIONS,
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    import,
    { .name = "import",
      .group = "Tool",
      .synopsis = "import FILE [-o TOPOLOGY]",
      .summary = "makes a topology file of a template, a plan or an export",
      .help = "Reads an ARM template, Bicep (*.bicep), a folder of Terraform's language (*.tf), "
              "its plan or "
              "its state, or what az, REST and Resource Graph print (a file, or a folder of them), "
              "and writes the topology that it is: to "
              "keep, to edit, to add checks to. Each object says where it comes from. The "
              "other commands take such files as they are; this one shows what they see.\n\n"
              "What is not understood, not emulated or left out is reported, and why. Checks for "
              "an imported design stand in NAME.checks.json beside it.\n\n"
              "  vnetlab import main.json -p location=westeurope -o lab.vnetlab.json\n"
              "  vnetlab import terraform/ -o lab.vnetlab.json\n"
              "  vnetlab import export/ --coverage\n"
              "  vnetlab import main.json --node nva1=frr:nva1.conf",
      .min_args = 1,
      .max_args = 1,
      .kinds = { ARG_FILE },
      .common_output = true,
      .here = true,
      .opts = import_options,
      .run = cmd_import });
