/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/engine.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "base/str.h"

static bool timer_is_sooner(const struct timer *a, const struct timer *b)
{
	return a->at_us < b->at_us;
}

void engine_timer(struct engine *eng, uint64_t at_us, struct task *t, unsigned no, bool timeout)
{
	size_t i = eng->n_timers;

	VEC_PUSH(eng->timers, eng->n_timers, eng->cap_timers) =
	    (struct timer){ at_us, t, no, timeout };
	for (; i && timer_is_sooner(&eng->timers[i], &eng->timers[(i - 1) / 2]); i = (i - 1) / 2) {
		struct timer swap = eng->timers[i];

		eng->timers[i] = eng->timers[(i - 1) / 2];
		eng->timers[(i - 1) / 2] = swap;
	}
}

struct timer engine_pop_timer(struct engine *eng)
{
	struct timer top = eng->timers[0], last = eng->timers[--eng->n_timers];
	size_t i = 0, n = eng->n_timers;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= n)
			break;
		if (child + 1 < n && timer_is_sooner(&eng->timers[child + 1], &eng->timers[child]))
			child++;
		if (!timer_is_sooner(&eng->timers[child], &last))
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

	/* Keep the words of the last failure; words of a success are kept while nothing failed. */
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
	if (eng->open >= eng->max_open || eng->begun >= ENGINE_ROUND)
		return false;
	eng->begun++;
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
