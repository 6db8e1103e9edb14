/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/version.h"
#include "cmd/cmd.h"

static int cmd_version(const struct cmd_args *a)
{
	if (a->json)
		ui_json(json_pack("{s:s}", "version", vnetlab_version()));
	else
		printf("vnetlab %s\n", vnetlab_version());
	return EX_DONE;
}

COMMAND(version, { .name = "version",
                   .group = "Tool",
                   .synopsis = "version",
                   .summary = "prints the version",
                   .help = "Versions of the routing daemons and of the kernel: 'vnetlab doctor'.",
                   .common_output = true,
                   .here = true,
                   .run = cmd_version });
