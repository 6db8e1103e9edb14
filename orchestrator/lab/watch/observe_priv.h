/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that watch the instances' BIRDs. */
#pragma once

#include "base/str.h"
#include "lab/watch/observe.h"

enum asking { ASK_NOT, ASK_GREETING, ASK_ANSWER };

struct instance { /* of a Route Server: one BIRD */
	struct driver *d;
	struct lab_node *node;
	struct source src;
	struct timer timer;
	enum asking asking;
	struct str buf;
	int64_t asked;
	bool again; /* asked for while a question was under way */
	struct observed *sessions;
	size_t n;
};

struct waiter {
	void (*fn)(void *ctx);
	void *ctx;
	unsigned long *goal; /* rounds that each instance must have answered */
	struct timer timer;
	struct driver *d;
	struct waiter *next;
};

struct observer {
	struct instance **inst;
	size_t n, cap;
	bool hurry, converged;
	json_t *changes;
	struct waiter *waiters;
};

/* Its answer is of no use any more, or here: fn is called, and it is freed. */
void observe_waiter_done(struct waiter *w);
/* Instance number i has answered. */
void observe_waiters_answered(struct driver *d, size_t i);
/* Tells of another state than `from`. */
void observe_session_changed(struct instance *in, struct observed *s, const char *from);
void observe_take_answer(struct instance *in, const char *text);
void observe_hang_up(struct instance *in);
/* Asks it now; the timer is that of an instance. */
void observe_on_timer(struct timer *t);
