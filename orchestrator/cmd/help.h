/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help texts, all of them made from the table of commands. */
#pragma once

#include <stdio.h>

#include "cmd/cmd.h"

void help_overview(FILE *f);
void help_command(FILE *f, const struct command *c);
void help_man(FILE *f); /* the whole manual page, roff */
