/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/check.h"

void check_start(struct check_state *s, long now_ms)
{
	*s = (struct check_state){ .started_ms = now_ms, .true_since_ms = -1, .held_ms = -1 };
}

static void end_check(struct check_state *s, bool ok, long at_ms)
{
	s->over = true;
	s->ok = ok;
	s->held_ms = at_ms - s->started_ms;
}

void check_fail(struct check_state *s, long now_ms)
{
	if (!s->over)
		end_check(s, false, now_ms);
}

/* A look that comes back behind the deadline was under way when it passed, or is the first on a
 * busy machine: what it saw counts, and it is the last. */
void check_step(const struct check *c, struct check_state *s, bool holds, long now_ms)
{
	if (s->over)
		return;
	s->held_ms = now_ms - s->started_ms;
	if (!holds) {
		s->true_since_ms = -1;
		if (now_ms - s->started_ms >= (long)c->within_ms)
			end_check(s, c->inverted, now_ms);
		return;
	}
	if (s->true_since_ms < 0)
		s->true_since_ms = now_ms;
	if (now_ms - s->true_since_ms >= (long)c->stable_ms)
		end_check(s, !c->inverted, s->true_since_ms);
}

long check_deadline(const struct check *c, const struct check_state *s)
{
	if (s->true_since_ms >= 0)
		return s->true_since_ms + c->stable_ms;
	return s->started_ms + c->within_ms;
}
