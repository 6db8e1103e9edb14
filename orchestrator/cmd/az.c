/* SPDX-License-Identifier: GPL-2.0-or-later */
/* az: the user's Azure CLI, in a configuration folder of the lab. */
#include <errno.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/azure.h"
#include "cmd/cmd.h"
#include "rest/environment.h"
#include "rest/rest.h"

static int cmd_az(const struct cmd_args *a)
{
	const char *lab = azure_lab(a);
	struct err e = { 0 };
	json_t *env;
	size_t n = 0;

	if (!lab)
		return EX_WRONG_USAGE;
	if (!a->passthrough || !a->passthrough[0])
		return ui_usage(a, "say what az shall do: vnetlab az -- network vnet list");
	env = rest_environment(lab, &e);
	if (!env || azure_set_up_cli(env, &e) < 0) {
		json_decref(env);
		return ui_error(&e);
	}
	while (a->passthrough[n])
		n++;
	_cleanup_free_ char **argv = xcalloc(n + 2, sizeof(*argv));

	argv[0] = (char *)"az";
	memcpy(argv + 1, a->passthrough, n * sizeof(*argv));
	environment_set(env);
	json_decref(env);
	execvp("az", argv);
	err_set(&e, errno == ENOENT ? ENOPKG : errno,
	        "there is no az: install the Azure CLI (package azure-cli)");
	return ui_error(&e);
}

COMMAND(
    az,
    {
        .name = "az",
        .group = "Labs",
        .synopsis = "az [-n LAB] -- ARGUMENT...",
        .summary = "runs the Azure CLI against the endpoint of a lab",
        .help = "Runs az, as it is installed, against the endpoint that vnetlab azure serves,\n"
                "in a configuration folder of the lab: ~/.azure is neither read nor written.\n\n"
                "  vnetlab az -- network vnet list -o table\n"
                "  vnetlab az -n mine -- network nic show-effective-route-table -g rg -n nic",
        .takes_passthrough = true,
        .here = true,
        .reads_stdin = true,
        .run = cmd_az,
    });
