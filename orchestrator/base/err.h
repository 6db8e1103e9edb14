/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An error is an errno and a sentence: filled in once at the source, prefixed on the way up with
 * what was being done, printed once, by main.  Library code returns errors and never prints.
 *
 * Functions that can fail return 0 (or a positive count) on success and -errno on failure, with *e
 * filled in.  ret_ parameters are untouched on failure.  e may be NULL where the caller does not
 * care.  Mistakes in a user's design are not errors but findings (base/finding.h). */
#pragma once

#include "base/mem.h"

struct err {
	int code;       /* positive errno, 0 when nothing went wrong */
	char msg[1600]; /* room for a daemon's own words */
};

int err_set(struct err *e, int code, const char *fmt, ...) PRINTF(3, 4); /* returns -code */
int err_sys(struct err *e, int code, const char *fmt, ...)
    PRINTF(3, 4);                                               /* same, ": strerror" behind */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF(2, 3); /* "ctx: ..."; returns -e->code */

#ifdef __clang_analyzer__ /* it cannot know that they never return 0 */
#define err_set(...) (err_set(__VA_ARGS__), -5)
#define err_sys(...) (err_sys(__VA_ARGS__), -5)
#define err_wrap(...) (err_wrap(__VA_ARGS__), -5)
#endif
