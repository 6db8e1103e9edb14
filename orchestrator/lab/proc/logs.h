/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the nodes' processes have written, and those who follow it. */
#pragma once

#include "lab/proc/process.h"

/* A new line, without its newline. */
void logs_line(struct process *p, const char *line, size_t n);
