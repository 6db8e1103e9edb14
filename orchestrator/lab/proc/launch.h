/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting a program inside a node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/err.h"

struct box;

struct launch {
	const char *const *argv; /* argv[0] is looked up in PATH when it has no slash */
	const char *const *envp;
	int program;           /* 0: argv[0]; else this open file is run, under that name */
	int netns;             /* -1: as the caller */
	const struct box *box; /* NULL: as the caller, who is trusted */
	int pidns;             /* the caller's, to which it returns from the box's */
	uint64_t caps;         /* in a box: what it may be able to do at most (kernel/caps.h) */
	int fds[3];            /* -1: /dev/null */
	const int *extra;      /* become 3, 4, ... */
	size_t n_extra;
	const char *cwd;             /* tried; NULL: / */
	bool tty;                    /* fds[0] becomes the controlling terminal */
	const struct rlimit *nofile; /* NULL: as the caller */
	bool ignore_setgroups; /* setgroups(2) does nothing, successfully (lab/image/image.h) */
};

/* A new session, default signals, killed when the driver dies.  Costs a vfork: the driver's memory
 * is not copied, however large the lab. -ENOENT when there is no such program. */
int launch(const struct launch *l, pid_t *ret, struct err *e);

/* The environment of a daemon: NULL-terminated, static. */
extern const char *const DAEMON_ENV[];
/* Makes an argv of what other parts have as char **. */
#define ARGV(v) ((const char *const *)(void *)(v))
