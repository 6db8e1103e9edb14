/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/fault/answer.h"

#include "base/clock.h"
#include "base/mem.h"
#include "lab/watch/routerlink.h"

enum { ANSWER_LATEST_MS = 1000, ANSWER_LOOK_MS = 2 };

struct answer {
	struct driver *d;
	struct conn *c;
	json_t *(*words)(const struct driver *d);
	struct timer look;
	int64_t latest;
};

static void drop_answer(struct conn *c)
{
	struct answer *a = c->ctx;

	loop_timer_stop(a->d->loop, &a->look);
	free(a);
}

static void look_whether_applied(struct timer *t)
{
	struct answer *a = container_of(t, struct answer, look);
	struct conn *c = a->c;

	if (!router_applied(a->d) && clock_ms() < a->latest) {
		loop_timer(a->d->loop, &a->look, ANSWER_LOOK_MS);
		return;
	}
	json_t *words = a->words(a->d);

	c->on_close = NULL;
	c->ctx = NULL;
	free(a);
	conn_answer(c, words);
}

void answer_when_applied(struct driver *d, struct conn *c, json_t *(*words)(const struct driver *d))
{
	struct answer *a = xcalloc(1, sizeof(*a));

	*a = (struct answer){
		.d = d, .c = c, .words = words, .latest = clock_ms() + ANSWER_LATEST_MS
	};
	a->look.fn = look_whether_applied;
	c->ctx = a;
	c->on_close = drop_answer;
	look_whether_applied(&a->look);
}
