/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab schema: the form of the topology file, for editors and for people. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "input/topology.h"

static int cmd_schema(const struct cmd_args *a)
{
	bool settings = arg_flag(a, "settings");

	if (!arg_flag(a, "docs") && !settings) {
		ui_json(topology_schema());
		return EX_DONE;
	}
	_cleanup_free_ char *text = settings ? settings_docs() : topology_docs();

	fputs(text, stdout);
	return EX_DONE;
}

static const struct option_def schema_options[] = {
	{ .name = "docs", .help = "as a page of documentation (Markdown)" },
	{ .name = "settings", .help = "the page about settings alone (Markdown)" },
	{ .name = NULL },
};

COMMAND(schema, { .name = "schema",
                  .group = "Tool",
                  .synopsis = "schema [--docs|--settings]",
                  .summary = "prints the JSON Schema of the topology file",
                  .help = "Editors that know JSON Schema complete and check topologies with it:\n\n"
                          "  vnetlab schema > topology.schema.json\n\n"
                          "and in the topology: \"$schema\": \"topology.schema.json\".",
                  .here = true,
                  .opts = schema_options,
                  .run = cmd_schema });
