/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that protocols and the loop (run.c) share: shots (one packet or connection each),
 * timers, descriptors.
 *
 * A probe is a task of `count` shots.  A protocol starts shots and reports each one's end with
 * shot_done(); the loop ends when no shot is left.  Timers are never taken back: who sets one
 * recognises a stale one by its number. */
#pragma once

#include "base/clock.h"
#include "probe/probe.h"

struct engine;
struct task;

struct source { /* in epoll's data: what to call when a descriptor is ready */
	void (*ready)(struct engine *eng, struct source *s, uint32_t events);
	int fd;
};

struct protocol_ops {
	/* Starts shot no of the task, or lets it end at once with shot_done(). */
	void (*start)(struct engine *eng, struct task *t, unsigned no);
	void (*timeout)(struct engine *eng, struct task *t, unsigned no); /* of that shot */
	bool (*is_open)(const struct engine *eng, const struct task *t,
	                unsigned no);      /* that shot */
	void (*task_free)(struct task *t); /* may be NULL */
};

struct task {
	struct probe *p;
	const struct protocol_ops *ops;
	unsigned finished;
	double rtt_sum;
	void *priv;    /* the protocol's own */
	uint16_t slot; /* icmp: identifies the task within its namespace */
};

struct timer {
	uint64_t at_us;
	struct task *t;
	unsigned no;
	bool timeout; /* of shot no; otherwise: time to start it */
};

struct waiting {
	struct task *t;
	unsigned no;
};

/* So many shots with a descriptor begin before answers are looked at: thousands would see their
 * time run out while the last ones begin. */
enum { ENGINE_ROUND = 64 };

struct engine {
	int epoll_fd;
	struct task *tasks;
	size_t n_tasks, active;
	struct timer *timers; /* a heap, soonest first */
	size_t n_timers, cap_timers;
	/* shots that wait for a descriptor, first in, first out */
	struct waiting *waiting;
	size_t first_waiting, n_waiting, cap_waiting;
	size_t open, max_open;
	size_t begun; /* in this round of the loop */
	/* What the machine was behind with has come by then, as far as it was sent before: pace.h.
	 * pace_fd below zero: nobody can tell. */
	uint64_t settled_us;
	int pace_fd;
	struct icmp *icmp;
	struct http *http;
	struct err *e;
	int failed; /* -errno of something that no probe can do without */
	bool ended; /* by a probe's on_shot */
};

/* The end of a shot: rtt_ms below zero means that no answer came; detail then says why. */
void shot_done(struct engine *eng, struct task *t, unsigned no, double rtt_ms, const char *fmt, ...)
    PRINTF(5, 6);
/* When start() cannot have a descriptor yet; it is called again when one was given back. */
void shot_wait(struct engine *eng, struct task *t, unsigned no);
bool engine_take_slot(struct engine *eng); /* false: too many descriptors are open */
void engine_give_slot(struct engine *eng);
int engine_watch(struct engine *eng, struct source *s, uint32_t events);
/* timeout: of shot no; otherwise: time to start it. */
void engine_timer(struct engine *eng, uint64_t at_us, struct task *t, unsigned no, bool timeout);
struct timer engine_pop_timer(struct engine *eng); /* the soonest; there must be one */
void engine_fail(struct engine *eng, int code, const char *what);

extern const struct protocol_ops icmp_ops, tcp_ops, udp_ops, http_ops;
void icmp_flush(struct engine *eng); /* sends what start() has collected */
void icmp_free(struct engine *eng);
void http_free(struct engine *eng);
/* curl's own clock: called by the loop; http_next_us is UINT64_MAX when it waits for nothing. */
uint64_t http_next_us(const struct engine *eng);
void http_tick(struct engine *eng, uint64_t now);

/* Writes what an ICMP error says, and whether the destination itself refused. */
void icmp_error_str(uint8_t type, uint8_t code, ip4 from, char *buf, size_t cap);
/* Says what a failed send or connect tells about the sender's own routing table. */
const char *send_error_str(int code, char *buf, size_t cap);
