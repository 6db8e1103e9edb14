/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the machine that every node of a lab sees: its programs, and what those need, read-
 * only. */
#pragma once

#include "base/err.h"

struct driver;

/* Moves the driver into a new mount namespace: that of the programs, with the folders etc, run, var
 * and tmp of dir as /etc, /run, /var and /tmp.  *ret_mntns is its descriptor. */
int stage_enter(struct driver *d, const char *dir, int *ret_mntns, struct err *e);
/* Back; also after stage_enter() has failed it is back. */
void stage_leave(struct driver *d);
