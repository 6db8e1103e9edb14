/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs probes: starts their shots when they are due, and waits for what comes.
 *
 * Not by base/loop.h: a run has thousands of timers, which are due to the microsecond and stand in
 * a heap; it reads all packets that have come before it takes any shot for lost, and 128 with a
 * system call; and it leaves alone the signals of the process that it runs in, a worker of the
 * driver. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"
#include "probe/engine.h"
#include "probe/pace.h"

static void start_waiting(struct engine *eng)
{
	while (eng->n_waiting > eng->first_waiting && eng->open < eng->max_open &&
	       eng->begun < ENGINE_ROUND) {
		struct waiting w = eng->waiting[eng->first_waiting++];

		w.t->ops->start(eng, w.t, w.no);
	}
	if (eng->first_waiting == eng->n_waiting)
		eng->first_waiting = eng->n_waiting = 0;
}

/* A shot without an answer is lost when the machine has caught up with all that was sent before the
 * shot's time was over, and what came has been read.  True: look at what came first; the timer is
 * set anew for that. */
static bool let_settle(struct engine *eng, const struct timer *tm)
{
	if (eng->pace_fd < 0 || tm->at_us <= eng->settled_us ||
	    !tm->t->ops->is_open(eng, tm->t, tm->no))
		return false;
	pace_wait(eng->pace_fd);
	eng->settled_us = clock_us();
	engine_timer(eng, eng->settled_us, tm->t, tm->no, true);
	return true;
}

static void run_due_timers(struct engine *eng)
{
	uint64_t now = clock_us();

	eng->begun = 0;
	while (eng->n_timers && eng->timers[0].at_us <= now) {
		struct timer tm = engine_pop_timer(eng);
		struct probe *p = tm.t->p;

		if (tm.timeout) {
			if (let_settle(eng, &tm))
				break;
			tm.t->ops->timeout(eng, tm.t, tm.no);
			continue;
		}
		if (tm.no + 1 < p->count)
			engine_timer(eng, tm.at_us + p->interval_ms * 1000ull, tm.t, tm.no + 1,
			             false);
		tm.t->ops->start(eng, tm.t, tm.no);
	}
	start_waiting(eng);
	icmp_flush(eng);
}

/* Milliseconds until something is due, rounded up: never spin before a timer. */
static int wait_ms(const struct engine *eng)
{
	uint64_t now = clock_us(), next = http_next_us(eng);

	if (eng->n_waiting > eng->first_waiting && eng->open < eng->max_open)
		return 0;
	if (eng->n_timers && eng->timers[0].at_us < next)
		next = eng->timers[0].at_us;
	if (next <= now)
		return 0;
	return next - now > 60000000u ? 60000 : (int)((next - now + 999) / 1000);
}

static void run_until_done(struct engine *eng)
{
	struct epoll_event evs[128];

	while (eng->active && !eng->failed && !eng->ended) {
		run_due_timers(eng);
		http_tick(eng, clock_us());
		if (!eng->active || eng->failed || eng->ended)
			break;
		/* All that has come, before anybody's time is over. */
		int n, timeout = wait_ms(eng);

		do {
			n = epoll_wait(eng->epoll_fd, evs, (int)ARRAY_LEN(evs), timeout);
			timeout = 0;
			if (n < 0 && errno != EINTR)
				engine_fail(eng, errno, "wait for packets");
			for (int i = 0; i < n && !eng->failed && !eng->ended; i++) {
				struct source *s = evs[i].data.ptr;

				s->ready(eng, s, evs[i].events);
			}
		} while (n == (int)ARRAY_LEN(evs) && !eng->failed && !eng->ended);
	}
}

/* Every TCP, UDP and HTTP shot needs a descriptor: as many at once as the limit allows. */
static size_t descriptor_limit(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) < 0)
		return 256;
	if (rl.rlim_cur < rl.rlim_max) {
		struct rlimit up = { rl.rlim_max, rl.rlim_max };

		if (!setrlimit(RLIMIT_NOFILE, &up))
			rl = up;
	}
	/* The next free number tells how many are taken, near enough. */
	int probe_fd = dup(2);
	rlim_t taken = probe_fd < 0 ? 512 : (rlim_t)probe_fd;

	if (probe_fd >= 0)
		close(probe_fd);
	if (rl.rlim_cur <= taken + 128)
		return 16;
	rlim_t left = rl.rlim_cur - taken - 64;

	return left > 4096 ? 4096 : (size_t)left;
}

int probe_run(struct probe *probes, size_t n, struct err *e)
{
	static const struct protocol_ops *const all_ops[] = { &icmp_ops, &tcp_ops, &udp_ops,
		                                              &http_ops };
	struct engine eng = { .n_tasks = n, .active = n, .e = e };
	uint64_t now = clock_us();

	if (!n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!probes[i].count || probes[i].count > PROBE_MAX_COUNT)
			return err_set(e, EINVAL, "a probe's count must be 1 to %d",
			               PROBE_MAX_COUNT);
	eng.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (eng.epoll_fd < 0)
		return err_sys(e, errno, "epoll");
	eng.max_open = descriptor_limit();
	eng.pace_fd = pace_open();
	eng.tasks = xcalloc(n, sizeof(*eng.tasks));
	for (size_t i = 0; i < n; i++) {
		struct probe *p = &probes[i];

		p->sent = p->received = 0;
		p->rtt_min = p->rtt_avg = p->rtt_max = 0;
		p->refused = false;
		p->error_from = IP4_NONE;
		p->detail[0] = 0;
		eng.tasks[i] = (struct task){ .p = p, .ops = all_ops[p->protocol] };
		engine_timer(&eng, now, &eng.tasks[i], 0, false);
	}
	run_until_done(&eng);
	http_free(&eng);
	icmp_free(&eng);
	for (size_t i = 0; i < n; i++)
		if (eng.tasks[i].ops->task_free)
			eng.tasks[i].ops->task_free(&eng.tasks[i]);
	free(eng.tasks);
	free(eng.timers);
	free(eng.waiting);
	close(eng.epoll_fd);
	if (eng.pace_fd >= 0)
		close(eng.pace_fd);
	return eng.failed;
}
