/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines that the nodes' processes have written, and the clients that follow them. */
#pragma once

#include "lab/proc/process.h"

/* A new line, without its newline. */
void logs_line(struct process *p, const char *line, size_t n);
