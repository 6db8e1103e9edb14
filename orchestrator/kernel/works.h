/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells whether a process works, or waits. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* True when the kernel says that the process works, or has since *switches was filled in (0: never
 * looked), or when a child of it works now.  *ret_state: R, S, T, ...; 0 when there is no such
 * process. */
bool process_works(pid_t pid, unsigned long *switches, char *ret_state);
