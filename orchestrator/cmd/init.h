/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes what vnetlab init does besides a design. */
#pragma once

#include "cmd/cmd.h"

/* A lesson to begin with, into the folder, which is made; returns an enum exit_status. */
int init_lesson(const struct cmd_args *a, const char *folder);
