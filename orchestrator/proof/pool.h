/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs jobs, several at a time, each in a process of its own: one that dies costs only itself, and
 * what a job changes in memory or catches of signals is nobody else's.
 *
 * A terminal's Ctrl-C comes to the caller alone, which passes it on; jobs end what they have begun.
 * When the caller is killed, they get a SIGTERM. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define POOL_TOO_LONG "its time was over"

struct pool {
	size_t n;            /* jobs: 0 to n-1 */
	const size_t *order; /* in which they are started; NULL: by their numbers */
	size_t at_once;      /* at least 1 */
	long limit_ms;       /* a job that takes longer is ended; 0: none is */
	void *ctx;
	/* In the job's process.  The result is a new reference. */
	json_t *(*run)(void *ctx, size_t job);
	/* In the caller's.  NULL: all jobs are started. */
	bool (*wanted)(void *ctx, size_t job);
	void (*said)(void *ctx, size_t job, const char *kind, const char *text);
	/* result NULL: the job has none, and `how` says how its process ended.  Of a job that was
	 * ended for its limit `how` is POOL_TOO_LONG, and the result may be what it had so far. */
	void (*done)(void *ctx, size_t job, const json_t *result, const char *how);
	/* Set by a handler of SIGINT, SIGTERM or SIGHUP to the signal's number: it is passed on,
	 * and no other job is started.  NULL: never. */
	const volatile int *stop;
	long stop_ms; /* what a job has then, before it is killed; 0: 20 s */
};

/* Returns when all that were started have ended.  -errno when jobs cannot be waited for. */
int pool_run(const struct pool *p, struct err *e);
/* In a job: comes to said(), of a kind that the two sides agree on.  Elsewhere it does nothing. */
void pool_say(const char *kind, const char *text);
/* In a job: nothing comes to the terminal any more.  What is wrong is in its result; a line of each
 * would be the other lines' confusion. */
void pool_silence(void);
