/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "input/appliance/guest.h"

/* A line as it is typed into vtysh: configuration is kept, the rest is not. */
void script_vtysh_line(struct guest *g, const char *line);
/* The commands of a line that starts a shell for them, bash -c '...', without their quotes, which
 * may end some lines later: then *at is behind these, *ret_lines many.  The caller frees it; NULL:
 * it is no such line. */
char *script_inner_shell(const char *line, const char **at, unsigned *ret_lines);
