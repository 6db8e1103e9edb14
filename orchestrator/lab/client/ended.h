/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells how a driver ended that nobody asked to end.  Its watcher (lab/watcher.c) writes that into
 * the file "ended" of the lab's run directory, and lets go of the lab's lock only then: a client
 * whose connection broke waits for the lock, and finds it there.  It stays until `ls`, `down` or an
 * `up` of the same name has told it. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

enum { LAST_WORDS_MAX = 1000 };

/* wstatus as waitpid(2) gives it; words may be ""; starved: the kernel killed somebody for want of
 * memory while the driver ran. */
void ended_write(int dir_fd, int wstatus, bool starved, const char *words);
/* "its driver was killed by signal 6 (Aborted); its last words:\n...", or NULL; the caller frees.
 */
char *ended_text(int run_fd, const char *name);
/* The same of a lab of this user's run directory. */
char *ended_of(const char *lab);
/* Told, and not to be told again. */
void ended_forget(int run_fd, const char *name);
/* All that is to be told, "lab NAME: its driver ..." a line each, or NULL; the caller frees. */
char *ended_all(bool forget);

/* The driver of lab `name` has broken the connection: fills in *e with what is known of why, and
 * returns -ECONNRESET. */
int ended_err(const char *name, struct err *e);
