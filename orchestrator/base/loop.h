/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event loop: descriptors, timers and children, one thread.
 *
 * Events are taken one at a time, so a handler may free any source, its own included. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/err.h"

struct loop;

struct source { /* embedded in whatever owns the descriptor */
	int fd; /* -1: not watched */
	void (*fn)(struct source *s, uint32_t events);
};

struct timer {
	int64_t due; /* ms, monotonic */
	void (*fn)(struct timer *t);
	struct timer *next;
	bool armed;
};

struct child {     /* a process that we started and must hear of */
	pid_t pid; /* 0: none */
	void (*fn)(struct child *c, int wstatus);
	struct child *next;
};

#define container_of(p, type, member) \
	((type *)(void *)((char *)(p) - __builtin_offsetof(type, member)))

int loop_new(struct loop **ret, struct err *e); /* blocks SIGCHLD, SIGTERM, SIGINT, SIGHUP */
struct loop *loop_free(struct loop *l);         /* returns NULL */
/* SIGTERM and the like end loop_run(). */
int loop_run(struct loop *l, struct err *e);
/* Handles what is there already, and comes back: from within long work. */
void loop_pump(struct loop *l);
void loop_quit(struct loop *l);

/* fn is called at the end of a round of loop_run() in which somebody has called loop_mark(), once,
 * however often.  loop_pump() leaves it to the round that it is part of. */
void loop_on_mark(struct loop *l, void (*fn)(void *ctx), void *ctx);
void loop_mark(struct loop *l);
/* In that fn: the wait of this round found nothing to read.  A fn that must see a burst's end marks
 * the loop, which then does not wait, until this is true. */
bool loop_is_quiet(const struct loop *l);

int loop_add(struct loop *l, struct source *s, int fd, uint32_t events, struct err *e);
void loop_mod(struct loop *l, struct source *s, uint32_t events);
void loop_del(struct loop *l, struct source *s); /* does not close; not watched: nothing */

void loop_timer(struct loop *l, struct timer *t, int64_t in_ms); /* re-arms */
void loop_timer_stop(struct loop *l, struct timer *t);

void loop_child(struct loop *l, struct child *c);
void loop_child_forget(struct loop *l, struct child *c);

/* In a forked child: undo what the loop did to signals and give up its descriptors. */
void loop_after_fork(struct loop *l);
