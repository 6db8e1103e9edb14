/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/dial.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/room.h"

enum {
	/* A draw is 750 to 1000 ms.  One in six is as short as that: with a millisecond for each
	 * draw, waiting for a still shorter one costs what it brings. */
	SHORT_MS = 790,
	DRAWS = 24,
	ANSWER_MS = 20,
	/* A BIRD that has not answered so long after its start is on a machine that has more to do;
	 * nobody waits for it any more. */
	LATE_MS = 300,
};

bool dial_is_late(const struct bird_session *s)
{
	return streq(s->state, "Active") && s->dials_in > SHORT_MS;
}

bool dial_soon(const struct sock_at *bird)
{
	size_t late = 1;

	for (unsigned draw = 0; late && draw < DRAWS; draw++) {
		_cleanup_free_ char *text = NULL;
		_cleanup_free_ struct bird_session *s = NULL;
		size_t n = 0;

		if (bird_command(bird, "show protocols all", ANSWER_MS, &text, NULL) < 0)
			return draw > 0;
		if (bird_parse_sessions(text, &s, &n) < 0)
			return true;
		late = 0;
		for (size_t i = 0; i < n; i++)
			if (dial_is_late(&s[i])) {
				late++;
				bird_restart(bird, s[i].protocol, NULL);
			}
	}
	return true;
}

void dial_begin(struct driver *d)
{
	d->watch->n_dialing = 0;
}

void dial_hurry(struct driver *d, struct lab_node *n)
{
	struct watch_room *w = d->watch;

	if (node_has_our_bird(n) && n->n_procs && n->procs[0]->control.path)
		VEC_PUSH(w->dialing, w->n_dialing, w->cap_dialing) = n;
}

void dial_look(struct driver *d)
{
	struct watch_room *w = d->watch;
	size_t left = 0;

	for (size_t i = 0; i < w->n_dialing; i++) {
		const struct process *bird = w->dialing[i]->procs[0];

		if (!dial_soon(&bird->control) && clock_ms() - bird->started < LATE_MS)
			w->dialing[left++] = w->dialing[i];
	}
	w->n_dialing = left;
}
