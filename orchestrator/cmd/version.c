/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cmd/cmd.h"

#ifndef VNETLAB_VERSION
#define VNETLAB_VERSION "unknown"
#endif

const char *vnetlab_version(void)
{
	return VNETLAB_VERSION;
}

static int cmd_version(const struct cmd_args *a)
{
	if (a->json)
		ui_json(json_pack("{s:s}", "version", VNETLAB_VERSION));
	else
		printf("vnetlab %s\n", VNETLAB_VERSION);
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
