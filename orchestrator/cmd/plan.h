/* What would change: `plan`, `up --dry-run`, and what `up` says that it did. */
#pragma once

#include "cmd/cmd.h"

int plan_run(const struct cmd_args *a);
/* One line a change: "+ virtualMachine Backend". */
void plan_print(const json_t *changes);
