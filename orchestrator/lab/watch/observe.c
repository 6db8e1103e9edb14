/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/observe_priv.h"
#include "lab/watch/room.h"

void observer_new(struct driver *d)
{
	d->watch->observer = xcalloc(1, sizeof(*d->watch->observer));
	d->watch->observer->changes = json_array();
}

void observe_asked(struct driver *d, const struct lab_node *n)
{
	struct observer *o = d->watch->observer;

	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; o->inst[i]->node == n && k < o->inst[i]->n; k++) {
			struct observed *s = &o->inst[i]->sessions[k];

			if (!s->s.received || !streq(s->s.state, "Established"))
				continue;
			s->asked = clock_ms();
			s->asked_updates = s->s.updates;
			route_count_begin(&s->limit, &s->s);
		}
}

void observe_hurry(struct driver *d, bool hurry)
{
	struct observer *o = d->watch->observer;

	o->hurry = hurry;
	for (size_t i = 0; hurry && i < o->n; i++)
		if (o->inst[i]->asking == ASK_NOT)
			loop_timer(d->loop, &o->inst[i]->timer, 0);
}

static const struct observed *find_observed(const struct driver *d, const struct bgp_connection *c,
                                            const struct hybrid_session *s, unsigned instance)
{
	const struct observer *o = d->watch->observer;

	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < o->inst[i]->n; k++) {
			const struct observed *have = &o->inst[i]->sessions[k];

			if (have->conn == c && have->session == s && have->instance == instance)
				return have;
		}
	return NULL;
}

const struct observed *observed_session(const struct driver *d, const struct bgp_connection *c,
                                        unsigned instance)
{
	return find_observed(d, c, NULL, instance);
}

const struct observed *observed_hybrid(const struct driver *d, const struct hybrid_session *s)
{
	return find_observed(d, NULL, s, 0);
}

void observe_log_line(struct process *p, const char *line, size_t n)
{
	struct observer *o = p->d->watch->observer;

	(void)line;
	(void)n;
	for (size_t i = 0; i < o->n; i++)
		if (o->inst[i]->node == p->node) {
			if (o->inst[i]->asking == ASK_NOT)
				loop_timer(p->d->loop, &o->inst[i]->timer, 2);
			else
				o->inst[i]->again = true;
		}
}

void observe_converged(struct driver *d)
{
	d->watch->observer->converged = true;
}

bool observe_is_converged(const struct driver *d)
{
	return d->watch->observer->converged;
}

json_t *observe_changes(const struct driver *d)
{
	return json_incref(d->watch->observer->changes);
}
