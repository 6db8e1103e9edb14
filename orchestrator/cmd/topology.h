/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology that a command line names. */
#pragma once

#include "base/str.h"
#include "cmd/cmd.h"

/* The only *.vnetlab.json of a folder; NULL when there is none or several.  ret_n: how many; names
 * (may be NULL): a line for each.  The caller frees. */
char *topology_only_in(const char *dir, size_t *ret_n, struct str *names);

/* The topology file to use: argument, -t (https:// is fetched), or the only *.vnetlab.json here. 0,
 * or a printed error and its exit status in *ret_status. */
int topology_path(const struct cmd_args *a, const char *arg, char **ret, int *ret_status);
