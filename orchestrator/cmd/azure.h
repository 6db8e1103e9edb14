/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that commands share which talk to the endpoint of a lab. */
#pragma once

#include "cmd/cmd.h"

/* The lab of -n, else "azure"; NULL: no lab is called so, which was printed. */
const char *azure_lab(const struct cmd_args *a);
/* Makes the configuration folder of az on first use, by az: the cloud, and the login. */
int azure_set_up_cli(const json_t *env, struct err *e);
