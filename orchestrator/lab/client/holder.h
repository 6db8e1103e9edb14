/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labs that a command has for itself, and ends: it holds a lock in the lab's folder for as long as
 * it lives.  A lab with such a lock that nobody holds was left by a command that was killed. */
#pragma once

#include "base/err.h"

/* The lab's folder is there.  *ret_fd holds the lock. */
int lab_hold(const char *lab, int *ret_fd, struct err *e);
enum lab_holder {
	HOLDER_NONE, /* people's own lab, or none runs */
	HOLDER_LIVES,
	HOLDER_GONE
};
enum lab_holder lab_held_by(const char *lab);
