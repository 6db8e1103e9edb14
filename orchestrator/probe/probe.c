/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"
#include "probe/engine.h"

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

static const char *const protocols[] = { "icmp", "tcp", "udp", "http" };

const char *probe_protocol_str(enum probe_protocol p)
{
	return protocols[p];
}

int probe_protocol_parse(const char *s)
{
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		if (strieq(s, protocols[i]))
			return (int)i;
	return -EINVAL;
}

uint8_t probe_ip_protocol(enum probe_protocol p)
{
	static const uint8_t ip[] = { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_TCP };

	return ip[p];
}

static bool sooner(const struct timer *a, const struct timer *b)
{
	return a->at_us < b->at_us;
}

void engine_timer(struct engine *eng, uint64_t at_us, struct task *t, unsigned no, bool timeout)
{
	size_t i = eng->n_timers;

	VEC_PUSH(eng->timers, eng->n_timers, eng->cap_timers) =
	    (struct timer){ at_us, t, no, timeout };
	for (; i && sooner(&eng->timers[i], &eng->timers[(i - 1) / 2]); i = (i - 1) / 2) {
		struct timer swap = eng->timers[i];

		eng->timers[i] = eng->timers[(i - 1) / 2];
		eng->timers[(i - 1) / 2] = swap;
	}
}

static struct timer pop_timer(struct engine *eng)
{
	struct timer top = eng->timers[0], last = eng->timers[--eng->n_timers];
	size_t i = 0, n = eng->n_timers;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= n)
			break;
		if (child + 1 < n && sooner(&eng->timers[child + 1], &eng->timers[child]))
			child++;
		if (!sooner(&eng->timers[child], &last))
			break;
		eng->timers[i] = eng->timers[child];
		i = child;
	}
	eng->timers[i] = last;
	return top;
}

void engine_fail(struct engine *eng, int code, const char *what)
{
	if (!eng->failed)
		eng->failed = err_sys(eng->e, code, "%s", what);
}

void shot_done(struct engine *eng, struct task *t, unsigned no, double rtt_ms, const char *fmt, ...)
{
	struct probe *p = t->p;
	va_list ap;

	/* What went well says less than what went wrong: keep the last failure's words. */
	if (rtt_ms < 0 || p->received == t->finished) {
		va_start(ap, fmt);
		vsnprintf(p->detail, sizeof(p->detail), fmt, ap);
		va_end(ap);
	}
	if (rtt_ms >= 0) {
		if (!p->received || rtt_ms < p->rtt_min)
			p->rtt_min = rtt_ms;
		if (rtt_ms > p->rtt_max)
			p->rtt_max = rtt_ms;
		p->received++;
		t->rtt_sum += rtt_ms;
		p->rtt_avg = t->rtt_sum / p->received;
	}
	if (++t->finished == p->count)
		eng->active--;
	if (p->on_shot && !eng->ended)
		eng->ended = p->on_shot(p->ctx, p, no, (double)no * p->interval_ms, rtt_ms) < 0;
}

void shot_wait(struct engine *eng, struct task *t, unsigned no)
{
	VEC_PUSH(eng->waiting, eng->n_waiting, eng->cap_waiting) = (struct waiting){ t, no };
}

bool engine_take_slot(struct engine *eng)
{
	if (eng->open >= eng->max_open)
		return false;
	eng->open++;
	return true;
}

void engine_give_slot(struct engine *eng)
{
	eng->open--;
}

int engine_watch(struct engine *eng, struct source *s, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = s };

	if (epoll_ctl(eng->epoll_fd, EPOLL_CTL_ADD, s->fd, &ev) < 0)
		return -errno;
	return 0;
}

const char *send_error_str(int code, char *buf, size_t cap)
{
	switch (code) {
	case ENETUNREACH:
		snprintf(buf, cap, "the sender's routing table has no route to it");
		break;
	case EHOSTUNREACH:
		snprintf(buf, cap, "host unreachable, says the sender's own kernel");
		break;
	case EINVAL:
		snprintf(buf, cap, "the sender's routing table has a blackhole for it");
		break;
	case EACCES:
		snprintf(buf, cap, "the sender's routing table prohibits it");
		break;
	case EADDRNOTAVAIL:
		snprintf(buf, cap, "the sender does not have the source address");
		break;
	case ECONNREFUSED:
		snprintf(buf, cap, "connection refused");
		break;
	case ENETDOWN:
		snprintf(buf, cap, "the sender's link is down");
		break;
	default:
		snprintf(buf, cap, "%s", strerror(code));
	}
	return buf;
}

static void start_waiting(struct engine *eng)
{
	while (eng->n_waiting > eng->first_waiting && eng->open < eng->max_open) {
		struct waiting w = eng->waiting[eng->first_waiting++];

		w.t->ops->start(eng, w.t, w.no);
	}
	if (eng->first_waiting == eng->n_waiting)
		eng->first_waiting = eng->n_waiting = 0;
}

static void run_timers(struct engine *eng)
{
	uint64_t now = clock_us();

	while (eng->n_timers && eng->timers[0].at_us <= now) {
		struct timer tm = pop_timer(eng);
		struct probe *p = tm.t->p;

		if (tm.timeout) {
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

	if (eng->n_timers && eng->timers[0].at_us < next)
		next = eng->timers[0].at_us;
	if (next <= now)
		return 0;
	return next - now > 60000000u ? 60000 : (int)((next - now + 999) / 1000);
}

static void loop(struct engine *eng)
{
	struct epoll_event evs[128];

	while (eng->active && !eng->failed && !eng->ended) {
		run_timers(eng);
		http_tick(eng, clock_us());
		if (!eng->active || eng->failed || eng->ended)
			break;
		int n = epoll_wait(eng->epoll_fd, evs, (int)ARRAY_LEN(evs), wait_ms(eng));

		if (n < 0 && errno != EINTR)
			engine_fail(eng, errno, "wait for packets");
		for (int i = 0; i < n && !eng->failed && !eng->ended; i++) {
			struct source *s = evs[i].data.ptr;

			s->ready(eng, s, evs[i].events);
		}
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
	eng.tasks = xcalloc(n, sizeof(*eng.tasks));
	for (size_t i = 0; i < n; i++) {
		struct probe *p = &probes[i];

		p->sent = p->received = 0;
		p->rtt_min = p->rtt_avg = p->rtt_max = 0;
		p->refused = false;
		p->error_from = 0;
		p->detail[0] = 0;
		eng.tasks[i] = (struct task){ .p = p, .ops = all_ops[p->protocol] };
		engine_timer(&eng, now, &eng.tasks[i], 0, false);
	}
	loop(&eng);
	http_free(&eng);
	icmp_free(&eng);
	for (size_t i = 0; i < n; i++)
		if (eng.tasks[i].ops->task_free)
			eng.tasks[i].ops->task_free(&eng.tasks[i]);
	free(eng.tasks);
	free(eng.timers);
	free(eng.waiting);
	close(eng.epoll_fd);
	return eng.failed;
}
