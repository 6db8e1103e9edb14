/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab check: the rules, without a lab and without privileges. */
#include <stdio.h>

#include "cmd/address.h"
#include "cmd/design.h"
#include "cmd/topology.h"
#include "input/topology.h"

static int cmd_check(const struct cmd_args *a)
{
	_cleanup_findings_ struct findings f = { 0 };
	_cleanup_free_ char *path = NULL;
	struct err e = { 0 };
	int status = EX_DONE;

	if (topology_path(a, a->argc ? a->argv[0] : NULL, &path, &status) < 0)
		return status;
	json_t *design = design_load(a, path, &f, &e);

	if (!design && !f.n)
		return ui_error(&e);
	if (design) {
		model_free(design_checked(design, &f));
		design_check_images(design, &f);
	}
	json_decref(design);
	if (a->json)
		ui_json(findings_json(&f));
	else if (f.n)
		ui_findings(&f);
	else
		ui_print("%s: no findings\n", address_name(path));
	return f.errors || (arg_flag(a, "strict") && f.warnings) ? EX_INVALID_DESIGN : EX_DONE;
}

static const struct option_def check_options[] = {
	{ .name = "strict", .help = "warnings count as errors: exit 3" },
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(check, { .name = "check",
                 .group = "Prove",
                 .synopsis = "check [FILE] [--strict]",
                 .summary = "looks for what Azure would refuse, and for known pitfalls",
                 .help = "Reads a topology, or a template, plan or export (see vnetlab help "
                         "import), and says everything that is wrong with it at once: the "
                         "place in the file, the rule, Azure's own error code where it has one, "
                         "and what to do. Needs no lab and no privileges.\n\n"
                         "Exit status 3 when there are errors; warnings and remarks do not "
                         "fail unless --strict is given.\n\n"
                         "  vnetlab check seed.vnetlab.json\n"
                         "  vnetlab check -o json seed.vnetlab.json | jq '.findings[].rule'",
                 .max_args = 1,
                 .kinds = { ARG_FILE },
                 .common_output = true,
                 .opts = check_options,
                 .run = cmd_check });
