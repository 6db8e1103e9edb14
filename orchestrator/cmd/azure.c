/* SPDX-License-Identifier: GPL-2.0-or-later */
/* azure: Azure Resource Manager's REST API for one lab. */
#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "cmd/azure.h"
#include "cmd/design.h"
#include "lab/client/paths.h"
#include "rest/rest.h"

/* For `eval "$(vnetlab azure --env)"`: single quotes, and none within. */
static void print_environment(const json_t *env)
{
	const char *name;
	json_t *v;

	json_object_foreach ((json_t *)env, name, v)
		ui_print("export %s='%s'\n", name, json_string_value(v));
}

static int show_environment(const struct cmd_args *a, const char *lab)
{
	struct err e;
	json_t *env = rest_environment(lab, &e);

	if (!env)
		return ui_error(&e);
	if (a->json)
		ui_json(env);
	else {
		print_environment(env);
		json_decref(env);
	}
	return EX_DONE;
}

static int show_findings(const struct cmd_args *a, const char *lab)
{
	struct err e;
	json_t *j = rest_findings(lab, &e), *f;
	size_t i;

	if (!j)
		return ui_error(&e);
	if (a->json) {
		ui_json(j);
		return EX_DONE;
	}
	json_array_foreach (json_object_get(j, "findings"), i, f) {
		const char *hint = json_string_value(json_object_get(f, "hint"));
		const char *id = json_string_value(json_object_get(f, "id"));

		ui_print("%s %s: %s\n", json_string_value(json_object_get(f, "severity")),
		         json_string_value(json_object_get(f, "rule")),
		         json_string_value(json_object_get(f, "message")));
		if (id)
			ui_print("  %s\n", id);
		if (hint)
			ui_print("  %s\n", hint);
	}
	json_decref(j);
	return EX_DONE;
}

/* A script that calls az finds it logged in.  Without az there is nothing to do. */
static void log_in_az(const json_t *env)
{
	struct err e = { 0 };

	if (azure_set_up_cli(env, &e) < 0 && e.code != ENOPKG)
		ui_error(&e);
}

static void print_cli_line(const char *line)
{
	ui_reason("%s", line);
}

static void say_ready(void *ctx, const json_t *env)
{
	const char *lab = ctx;

	ui_note("Lab %s is served at %s; Ctrl-C ends that, and the lab stays.\n"
	        "  vnetlab az -n %s -- network vnet list    # the Azure CLI\n"
	        "  eval \"$(vnetlab azure -n %s --env)\"      # az, terraform, node, ansible, go",
	        lab, json_string_value(json_object_get(env, "ARM_ENDPOINT")), lab, lab);
}

const char *azure_lab(const struct cmd_args *a)
{
	const char *lab = a->lab && *a->lab ? a->lab : "azure";
	struct err e;

	if (lab_name_check(lab, &e) == 0)
		return lab;
	ui_usage(a, "%s", e.msg);
	return NULL;
}

/* Reads what the store begins with: a design's resources; of a topology, all of it, which no list
 * shows. */
static int read_from(const struct cmd_args *a, struct rest_options *o)
{
	_cleanup_findings_ struct findings f = { 0 };
	const char *path = arg_value(a, "from");
	struct err e = { 0 };
	json_t *design = path ? design_load(a, path, &f, &e) : NULL;

	if (!path)
		return EX_DONE;
	if (!design && e.code)
		return ui_error(&e);
	findings_sort(&f);
	ui_findings(&f);
	if (!design || f.errors) {
		json_decref(design);
		return EX_INVALID_DESIGN;
	}
	json_t *import = json_object_get(design, "import");

	if (import) {
		o->resources = json_incref(json_object_get(import, "resources"));
	} else {
		o->outside = json_copy(json_object_get(design, "topology"));
		json_object_del(o->outside, "name");
		json_object_set(o->outside, "files", json_object_get(design, "files"));
	}
	json_decref(design);
	return EX_DONE;
}

static int cmd_azure(const struct cmd_args *a)
{
	const char *lab = azure_lab(a);
	struct err e = { 0 };
	long port;

	if (!lab)
		return EX_WRONG_USAGE;
	if (arg_flag(a, "env"))
		return show_environment(a, lab);
	if (arg_flag(a, "findings"))
		return show_findings(a, lab);
	if (!arg_number(a, "port", 0, 65535, REST_PORT, &port))
		return EX_WRONG_USAGE;
	struct rest_options o = {
		.lab = lab,
		.port = (uint16_t)port,
		.images = arg_values(a, "node"),
		.links = arg_values(a, "link"),
		.fetch = arg_flag(a, "fetch"),
		.privileged = arg_flag(a, "privileged-lab"),
		.verbose = a->verbose,
		.log = a->quiet ? NULL : print_cli_line,
		.command = a->passthrough,
		.before_command = log_in_az,
	};
	int status = read_from(a, &o);

	if (status != EX_DONE)
		return status;
	int r = rest_serve(&o, say_ready, (void *)lab, &e);

	json_decref(o.resources);
	json_decref(o.outside);
	return r < 0 ? ui_error(&e) : r;
}

static const struct option_def azure_options[] = {
	{ 0, "port", "PORT", "the port of the loopback interface (default 8443; 0: a free one)",
	  false },
	{ 0, "from", "DESIGN",
	  "what a new store begins with: a template, a plan, an export, a topology", false },
	{ 0, "env", NULL, "print what a shell needs to find the endpoint that serves the lab",
	  false },
	{ 0, "findings", NULL, "print what is noteworthy in what was made", false },
	PRIVILEGED_OPTION,
	DESIGN_OPTIONS,
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    azure,
    {
        .name = "azure",
        .group = "Labs",
        .synopsis = "azure [-n LAB] [--from DESIGN] [-- COMMAND...]",
        .summary = "serves Azure's REST API for a lab: az, SDKs, Terraform and Ansible drive it",
        .help = "Serves Azure Resource Manager's API on the loopback interface, until Ctrl-C. What "
                "its\n"
                "clients make is in the lab, with real packets; a lab that is not there is made, "
                "empty.\n"
                "The lab stays when the endpoint ends, and goes on with the next one.\n\n"
                "  vnetlab azure -n mine\n"
                "  vnetlab az -n mine -- network vnet create -g rg -n Hub --address-prefixes "
                "10.0.0.0/16\n"
                "  eval \"$(vnetlab azure -n mine --env)\"   # for a shell: az, terraform, node, "
                "ansible\n\n"
                "With a COMMAND: it is run with all of that set, and its exit status is ours.\n\n"
                "  vnetlab azure -n mine -- bash deploy.sh",
        .takes_passthrough = true,
        .common_output = true,
        .here = true,
        .stream = true,
        .opts = azure_options,
        .run = cmd_azure,
    });
