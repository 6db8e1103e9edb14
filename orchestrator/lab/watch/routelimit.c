/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/routelimit.h"

#include "base/str.h"

void route_count_begin(struct route_count *c, const struct bird_session *s)
{
	c->learned = s->received;
	c->updates = s->updates;
	c->withdrawals = s->withdrawals;
}

bool route_count_busy(const struct route_count *c, const struct settings *set, int64_t now)
{
	return c->heard && now - c->heard < set->limit_pause_ms;
}

bool route_count_over(struct route_count *c, const struct bird_session *s,
                      const struct settings *set, int64_t now)
{
	/* BIRD counts from 0 in each session. */
	if (!streq(s->state, "Established") || s->updates < c->last)
		*c = (struct route_count){ 0 };
	if (!streq(s->state, "Established"))
		return false;
	if (s->updates != c->last) {
		c->last = s->updates;
		c->heard = now;
	}
	unsigned long have = c->learned + s->updates - c->updates,
	              gone = s->withdrawals - c->withdrawals;

	c->count = set->count_repeats ? have > gone ? have - gone : 0 : s->received;
	if (!route_count_busy(c, set, now))
		route_count_begin(c, s);
	return c->count > set->max_routes_per_peer;
}
