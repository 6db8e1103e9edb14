/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls that programs inside of nodes may make. */
#pragma once

#include <stdbool.h>

/* From now on this process, and what it executes, is refused the system calls that no daemon of a
 * network appliance needs and that an attacker would begin with; it gains no privileges either.
 * ignore_setgroups: setgroups(2) does nothing, successfully (lab/image/image.h).
 *
 * Only system calls: for a child that shares its parent's memory, when seccomp_prepare() has been
 * called before. -1 with errno.  On machines that the table does not know (not x86-64, not
 * AArch64): no privileges are gained, nothing else. */
int seccomp_confine(bool ignore_setgroups);
void seccomp_prepare(void);
