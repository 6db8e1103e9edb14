/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "input/appliance/guest.h"

/* A line as it is typed into vtysh: configuration is kept, the rest is not. */
void script_vtysh_line(struct guest *g, const char *line);
