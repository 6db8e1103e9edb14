/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of this machine that making a process or a namespace runs into: errors that name the
 * limit, its present value, and what lifts it.  err_sys() itself names the limit of open files. */
#pragma once

#include "base/err.h"

/* fork() or vfork() failed with that errno, while doing `what`. */
int err_fork(struct err *e, int code, const char *what);
/* unshare() of one CLONE_NEW... flag failed with that errno. */
int err_unshare(struct err *e, int code, int flag);
/* unshare() of several.  When it fails, they are taken one by one to find which one is refused: the
 * process may have some of them then, so end it.  -EOPNOTSUPP: not on this machine, and why. */
int ns_take(int flags, struct err *e);
