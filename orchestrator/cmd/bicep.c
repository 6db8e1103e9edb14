/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab bicep: what az, which knows no Bicep itself, has the Bicep CLI do for it.  The
 * configuration folder that az gets for a lab has this program as bin/bicep. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/batch.h"
#include "cmd/cmd.h"
#include "cmd/complete.h"
#include "input/bicep/bicep.h"
#include "input/open.h"

/* az compares it with the version at which a feature came; that of the language that is read. */
#define BICEP_VERSION "0.36.1"

static const char *const verbs[] = { "build", "build-params", "restore", "version", NULL };

/* As the Bicep CLI writes them, on one line each: az looks for that form. */
static void print_diagnostics(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->items[i];
		struct text_place at = { 0 };

		if (x->severity == SEV_INFO)
			continue;
		bool found = finding_at(f, x, &at);
		_cleanup_free_ char *file = ui_clean(found && at.file ? at.file
		                                     : x->source      ? x->source
		                                                      : "");
		_cleanup_free_ char *message = ui_clean(x->message);

		fprintf(stderr, "%s(%u,%u) : %s %s: %s%s%s [docs/rules.md]\n", file, at.line,
		        at.column, x->severity == SEV_ERROR ? "Error" : "Warning", x->rule, message,
		        x->hint ? "; " : "", x->hint ? x->hint : "");
	}
}

/* The template of the file; NULL: with findings or *e. */
static json_t *build_template(const char *file, struct findings *f, struct err *e)
{
	static const char *const no_modules[] = { NULL };
	const char *name = NULL;
	json_t *templates = bicep_compile(file, no_modules, &name, f, e);
	json_t *whole = templates && !f->errors ? bicep_whole(templates, name) : NULL;

	json_decref(templates);
	return whole;
}

/* Makes what is printed of a parameter file: two documents as strings. */
static json_t *build_parameters(const char *file, json_t *template, struct findings *f,
                                struct err *e)
{
	json_t *given = template ? bicep_parameters(file, f, e) : NULL, *parameters, *v;
	const char *name;

	if (!given || f->errors) {
		json_decref(given);
		return NULL;
	}
	parameters = json_object();
	json_object_foreach (given, name, v)
		json_object_set_new(parameters, name,
		                    json_pack("{s:O}", "value", json_object_get(v, "value")));
	json_decref(given);
	json_t *document = json_pack("{s:s,s:s,s:o}", "$schema",
	                             "https://schema.management.azure.com/schemas/2019-04-01/"
	                             "deploymentParameters.json#",
	                             "contentVersion", "1.0.0.0", "parameters", parameters);
	_cleanup_free_ char *parameters_text = json_compact(document);
	_cleanup_free_ char *template_text = json_compact(template);

	json_decref(document);
	return json_pack("{s:s,s:s}", "parametersJson", parameters_text, "templateJson",
	                 template_text);
}

/* Beside the source, or where the options say. */
static char *output_path(const struct cmd_args *a, const char *file)
{
	const char *out = arg_value(a, "outfile"), *folder = arg_value(a, "outdir");
	const char *slash = strrchr(file, '/'), *base = folder && slash ? slash + 1 : file;
	const char *dot = strrchr(base, '.');

	if (out)
		return xstrdup(out);
	return xasprintf("%s%s%.*s.json", folder ? folder : "", folder ? "/" : "",
	                 (int)(dot ? dot - base : (long)strlen(base)), base);
}

static int write_template(const struct cmd_args *a, const char *file, json_t *result)
{
	struct err e = { 0 };

	if (arg_flag(a, "stdout")) {
		ui_json(json_incref(result));
		return EX_DONE;
	}
	_cleanup_free_ char *path = output_path(a, file);
	char *text = json_dumps(result, JSON_INDENT(2));
	int r = batch_file_write(path, text, &e);

	free(text);
	return r < 0 ? ui_error(&e) : EX_DONE;
}

static int build_file(const struct cmd_args *a, const char *path, bool params)
{
	_cleanup_findings_ struct findings f = { 0 };
	_cleanup_free_ char *file = bicep_file_of(path, &f);
	struct err e = { 0 };
	json_t *template, *result = NULL;
	int status = EX_INVALID_DESIGN;

	if (access(path, R_OK) < 0) {
		err_sys(&e, errno, "%s", path);
		return ui_error(&e);
	}
	if (!file && !f.n)
		return ui_usage(a, "%s is no Bicep (*.bicep, *.bicepparam)", path);
	if (params && !bicep_is_params(path))
		return ui_usage(a, "%s is no parameter file (*.bicepparam)", path);
	template = file ? build_template(file, &f, &e) : NULL;
	result = params ? build_parameters(path, template, &f, &e) : json_incref(template);
	findings_sort(&f);
	print_diagnostics(&f);
	if (result && !f.errors)
		status = write_template(a, path, result);
	else if (e.code)
		status = ui_error(&e);
	json_decref(template);
	json_decref(result);
	return status;
}

static int cmd_bicep(const struct cmd_args *a)
{
	const char *verb = a->argv[0];

	if (streq(verb, "version")) {
		ui_print("Bicep CLI version %s (vnetlab's reader of it)\n", BICEP_VERSION);
		return EX_DONE;
	}
	if (streq(verb,
	          "restore")) /* modules are read where they lie; build names what is not there */
		return EX_DONE;
	if (!streq(verb, "build") && !streq(verb, "build-params"))
		return ui_usage(a, "%s is not there: build, build-params, restore, version", verb);
	if (a->argc != 2)
		return ui_usage(a, "which file? vnetlab bicep %s FILE", verb);
	return build_file(a, a->argv[1], streq(verb, "build-params"));
}

static enum arg_kind complete_bicep(const char *first, size_t position, struct candidates *ret)
{
	(void)first;
	for (size_t i = 0; position == 0 && verbs[i]; i++)
		candidates_add(ret, verbs[i], NULL);
	return position == 0 ? ARG_WORD : ARG_FILE;
}

static const struct option_def bicep_options[] = {
	{ .name = "stdout", .help = "the template goes to standard output" },
	{ .name = "outfile",
	  .arg = "FILE",
	  .help = "where it goes; default: beside the source, with .json" },
	{ .name = "outdir", .arg = "DIR", .help = "the folder in which it goes" },
	{ .name = "no-restore", .help = "nothing: no module is fetched in any case" },
	{ .name = NULL },
};

COMMAND(
    bicep,
    { .name = "bicep",
      .group = "Tool",
      .synopsis = "bicep build FILE [--stdout]",
      .summary = "builds Bicep as the Bicep CLI does: for az",
      .help = "Takes the words of the Bicep CLI: build makes a template of FILE.bicep, with its "
              "modules in it, build-params template and parameters of FILE.bicepparam; restore "
              "fetches nothing. What is wrong is printed as the Bicep CLI prints it.\n\n"
              "az calls it in the configuration folder of a lab (bin/bicep), so that a "
              "deployment of FILE.bicep needs no Bicep CLI and no network:\n\n"
              "  vnetlab az -- deployment group create -g rg --template-file main.bicep\n"
              "  vnetlab bicep build main.bicep --stdout",
      .min_args = 1,
      .max_args = 2,
      .complete = complete_bicep,
      .here = true,
      .opts = bicep_options,
      .run = cmd_bicep });
