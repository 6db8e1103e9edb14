/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the sessions out of a BIRD's answer. */
#include <stdio.h>

#include "lab/proc/events.h"
#include "lab/watch/observe_priv.h"
#include "lab/watch/over_limit.h"
#include "lab/watch/peerask.h"
#include "lab/watch/room.h"
#include "lab/watch/selection.h"
#include "lab/watch/sessions.h"
#include "plan/bird_hybrid.h"

enum {
	LOOK_MS = 15,
	CHANGES_KEEP = 1024,
	/* FRR answers a ROUTE-REFRESH after 0.5 s; OpenBGPD 7.7 does not. */
	REFRESH_MS = 1200,
};

void observe_session_changed(struct instance *in, struct observed *s, const char *from)
{
	struct observer *o = in->d->watch->observer;
	_cleanup_free_ char *who = observed_name(in->node, s);
	const char *why = s->s.last_error;
	bool ours = s->dropped;

	s->since = clock_ms();
	s->asked = 0;
	s->dropped = false;
	event_add(in->d->events, "session", who, "%s (was %s)%s%s", s->s.state, from,
	          *why ? ": " : "", why);
	/* BIRD has counted one too many before we did, and dropped the session itself. */
	if (s->conn && !ours && streq(from, "Established") && strstr(why, "Route limit exceeded")) {
		s->over = s->since;
		event_add(in->d->events, "session", who,
		          "over the limit of %u routes; its session is dropped",
		          in->d->lab.model->settings.max_routes_per_peer);
	}
	if (s->session && s->session->kind == HP_SIBLING)
		driver_changed(in->d, CHANGED_NODES);
	if (!o->converged || (s->session && !hybrid_counted_end(s->session)))
		return;
	struct timespec ts;
	char at[TIME_ISO_MAX];

	clock_gettime(CLOCK_REALTIME, &ts);
	if (json_array_size(o->changes) >= CHANGES_KEEP)
		json_array_remove(o->changes, 0);
	json_array_append_new(o->changes, observed_change(s, time_iso(&ts, at), from));
}

static bool same_session(const struct bird_session *a, const struct bird_session *b)
{
	return streq(a->state, b->state) && bird_since_same(a->since, b->since) &&
	       a->received == b->received && a->accepted == b->accepted &&
	       a->advertised == b->advertised;
}

static void take_session(struct instance *in, struct observed *s, const struct bird_session *b)
{
	char from[sizeof(s->s.state)];
	bool changed = !s->known || !streq(s->s.state, b->state);
	/* Down and up again between two questions: BIRD's own clock tells. */
	bool bounced = s->known && !changed && !bird_since_same(s->s.since, b->since) &&
	               streq(b->state, "Established");

	strcpy(from, s->known ? s->s.state : "nothing");
	if (!s->known || !same_session(&s->s, b)) {
		s->stable = 0;
		s->looked = clock_ms();
	} else if (!s->stable || clock_ms() - s->looked >= LOOK_MS) {
		s->stable++;
		s->looked = clock_ms();
		if (in->d->watch->observer->hurry && s->conn && streq(b->state, "Established"))
			peer_wake(in->d, s->conn);
	}
	s->known = true;
	s->seen++;
	s->s = *b;
	if (bounced || changed)
		observe_session_changed(in, s, from);
	if (!s->conn) /* what follows is of Route Servers' peers */
		return;
	if (observed_awaits(s))
		peer_wake(in->d, s->conn);
	else
		s->asked = 0;
	if (route_count_over(&s->limit, b, &in->d->lab.model->settings, clock_ms()) &&
	    !s->dropped) {
		s->dropped = true;
		s->over = clock_ms();
		session_over_limit(in->d, in->node, s);
	}
}

void observe_take_answer(struct instance *in, const char *text)
{
	struct bird_session *list = NULL;
	size_t n = 0;

	if (bird_parse_sessions(text, &list, &n) < 0)
		return;
	selection_seen(in->d, in->node, text);
	for (size_t i = 0; i < in->n; i++) {
		char name[64];

		if (in->sessions[i].conn)
			bird_protocol_name(in->sessions[i].conn, name);
		else
			bird_hybrid_protocol(in->sessions[i].session, name);
		for (size_t k = 0; k < n; k++)
			if (streq(list[k].protocol, name))
				take_session(in, &in->sessions[i], &list[k]);
	}
	free(list);
}

bool observed_awaits(const struct observed *s)
{
	return s->asked && s->s.updates == s->asked_updates && clock_ms() - s->asked < REFRESH_MS;
}
