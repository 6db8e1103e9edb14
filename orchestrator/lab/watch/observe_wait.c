/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits for fresh answers of all instances. */
#include "lab/proc/node.h"
#include "lab/watch/observe_priv.h"
#include "lab/watch/room.h"

void observe_waiter_done(struct waiter *w)
{
	struct observer *o = w->d->watch->observer;

	for (struct waiter **p = &o->waiters; *p; p = &(*p)->next)
		if (*p == w) {
			*p = w->next;
			break;
		}
	loop_timer_stop(w->d->loop, &w->timer);
	void (*fn)(void *) = w->fn;
	void *ctx = w->ctx;

	free(w->goal);
	free(w);
	if (fn)
		fn(ctx);
}

static void end_observe_wait(struct timer *t)
{
	observe_waiter_done(container_of(t, struct waiter, timer));
}

void observe_waiters_answered(struct driver *d, size_t i)
{
	for (struct waiter *w = d->watch->observer->waiters, *next; w; w = next) {
		bool open = false;

		next = w->next;
		if (w->goal[i])
			w->goal[i]--;
		for (size_t k = 0; k < d->watch->observer->n; k++)
			open = open || w->goal[k];
		if (!open)
			observe_waiter_done(w);
	}
}

void observe_fresh(struct driver *d, unsigned timeout_ms, void (*fn)(void *ctx), void *ctx)
{
	struct observer *o = d->watch->observer;
	struct waiter *w = xcalloc(1, sizeof(*w));
	bool open = false;

	w->d = d;
	w->fn = fn;
	w->ctx = ctx;
	w->timer.fn = end_observe_wait;
	w->goal = xcalloc(o->n + 1, sizeof(*w->goal));
	w->next = o->waiters;
	o->waiters = w;
	for (size_t i = 0; i < o->n; i++) {
		struct instance *in = o->inst[i];

		if (!node_running_bird(in->node))
			continue;
		open = true;
		/* An answer that is on its way may be of before. */
		w->goal[i] = in->asking == ASK_ANSWER ? 2 : 1;
		if (in->asking == ASK_NOT)
			loop_timer(d->loop, &in->timer, 0);
		else
			in->again = true;
	}
	if (!open)
		observe_waiter_done(w);
	else
		loop_timer(d->loop, &w->timer, timeout_ms);
}

void observe_fresh_cancel(struct driver *d, void *ctx)
{
	for (struct waiter *w = d->watch->observer->waiters; w; w = w->next)
		if (w->ctx == ctx)
			w->fn = NULL;
}
