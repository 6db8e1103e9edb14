/* What would change: `plan`, `up --dry-run`, and what `up` says that it did. */
#pragma once

#include "cmd/cmd.h"

int plan_run(const struct cmd_args *a);
/* One line a change: "+ virtualMachine Backend". */
void plan_print(const json_t *changes);
/* What somebody changed by hand, a line a node; first: the words before it. */
void plan_print_drift(const json_t *drift, const char *first);
