/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what would change: `plan`, `up --dry-run`, and what `up` says that it did. */
#pragma once

#include "cmd/cmd.h"

int plan_run(const struct cmd_args *a);
/* One line a change: "+ virtualMachine Backend". */
void plan_print(const json_t *changes);
/* Prints what somebody changed by hand, a line for each node that begins with `first`. */
void plan_print_drift(const json_t *drift, const char *first);
/* --fresh [NODE...] of a request, new reference: true, or the nodes; NULL: not given.  False: it
 * makes no sense, which was printed. */
bool plan_fresh(const struct cmd_args *a, json_t **ret);
/* "first NODE: why", a line a node. */
void plan_print_fresh(const json_t *fresh, const char *first);
/* clang-format off */
#define FRESH_OPTION \
	{ 0, "fresh", NULL, \
	  "make anew what was touched since it was built, or the NODEs that are named", false }
/* clang-format on */
