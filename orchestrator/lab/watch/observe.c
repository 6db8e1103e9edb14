/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/observe.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/proc/events.h"
#include "lab/proc/node.h"
#include "lab/watch/over_limit.h"
#include "lab/watch/peerask.h"
#include "lab/watch/room.h"
#include "lab/watch/selection.h"
#include "lab/watch/sessions.h"
#include "plan/bird_hybrid.h"

/* BIRD 2 leaves routes of a fresh session in its queue until something wakes it; a question does,
 * so the interval while converging also bounds that wait. */
enum {
	HURRY_MS = 10,
	IDLE_MS = 250,
	LOOK_MS = 15,
	ANSWER_MS = 3000,
	CHANGES_KEEP = 1024,
	/* FRR answers a ROUTE-REFRESH after 0.5 s; OpenBGPD 7.7 does not. */
	REFRESH_MS = 1200,
};

static const char COMMAND
[] = "show protocols all\n";

enum asking { ASK_NOT, ASK_GREETING, ASK_ANSWER };

struct instance { /* of a Route Server: one BIRD */
	struct driver *d;
	struct node *node;
	struct source src;
	struct timer timer;
	enum asking asking;
	struct str buf;
	int64_t asked;
	bool again; /* asked for while a question was under way */
	struct observed *sessions;
	size_t n;
};

struct waiter {
	void (*fn)(void *ctx);
	void *ctx;
	unsigned long *goal; /* rounds that each instance must have answered */
	struct timer timer;
	struct driver *d;
	struct waiter *next;
};

struct observer {
	struct instance **inst;
	size_t n, cap;
	bool hurry, converged;
	json_t *changes;
	struct waiter *waiters;
};

void observer_new(struct driver *d)
{
	d->watch->observer = xcalloc(1, sizeof(*d->watch->observer));
	d->watch->observer->changes = json_array();
}

static struct process *bird_of(const struct node *n)
{
	return n->n_procs ? n->procs[0] : NULL;
}

/* --- who waits for fresh answers --- */

static void waiter_done(struct waiter *w)
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

static void waiter_timeout(struct timer *t)
{
	waiter_done(container_of(t, struct waiter, timer));
}

static void waiter_answered(struct driver *d, size_t i)
{
	for (struct waiter *w = d->watch->observer->waiters, *next; w; w = next) {
		bool open = false;

		next = w->next;
		if (w->goal[i])
			w->goal[i]--;
		for (size_t k = 0; k < d->watch->observer->n; k++)
			open = open || w->goal[k];
		if (!open)
			waiter_done(w);
	}
}

/* --- answers --- */

static void session_changed(struct instance *in, struct observed *s, const char *from)
{
	struct observer *o = in->d->watch->observer;
	_cleanup_free_ char *who = observed_name(in->node, s);
	const char *why = s->s.last_error;

	s->since = clock_ms();
	s->asked = 0;
	s->dropped = false;
	event_add(in->d->events, "session", who, "%s (was %s)%s%s", s->s.state, from,
	          *why ? ": " : "", why);
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
		session_changed(in, s, from);
	if (!s->conn) /* what follows is of Route Servers' peers */
		return;
	if (observed_awaits(s))
		peer_wake(in->d, s->conn);
	else
		s->asked = 0;
	if (route_count_over(&s->limit, b, &in->d->lab.model->settings, clock_ms()) &&
	    !s->dropped) {
		s->dropped = true;
		session_over_limit(in->d, in->node, s);
	}
}

static void take_bird_answer(struct instance *in, const char *text)
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

static size_t index_of(const struct instance *in)
{
	size_t i = 0;

	while (in->d->watch->observer->inst[i] != in)
		i++;
	return i;
}

static void hang_up_instance(struct instance *in)
{
	int fd = in->src.fd;

	loop_del(in->d->loop, &in->src);
	close_p(&fd);
	str_free_p(&in->buf);
	in->asking = ASK_NOT;
}

static bool is_instance_busy(const struct instance *in)
{
	for (size_t i = 0; in->d->lab.model && i < in->n; i++)
		if (in->sessions[i].asked ||
		    route_count_busy(&in->sessions[i].limit, &in->d->lab.model->settings,
		                     clock_ms()))
			return true;
	return false;
}

static void next_question(struct instance *in)
{
	int64_t wait = in->d->watch->observer->hurry || is_instance_busy(in) ? HURRY_MS : IDLE_MS;

	if (in->again)
		wait = 1;
	in->again = false;
	loop_timer(in->d->loop, &in->timer, wait);
}

static void on_reply(struct instance *in, const char *text)
{
	if (in->asking == ASK_GREETING) {
		in->asking = ASK_ANSWER;
		if (send(in->src.fd, COMMAND, sizeof(COMMAND) - 1, MSG_NOSIGNAL) < 0)
			hang_up_instance(in);
		return;
	}
	in->asking = ASK_NOT;
	struct driver *d = in->d;

	take_bird_answer(in, text);
	next_question(in);
	waiter_answered(d, index_of(in));
	driver_changed(d, CHANGED_ANSWERS);
}

static void on_bird_socket(struct source *s, uint32_t events)
{
	struct instance *in = container_of(s, struct instance, src);
	char chunk[16384];
	ssize_t n = recv(s->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	(void)events;
	if (n > 0) {
		_cleanup_free_ char *text = NULL;
		int code;

		str_addn(&in->buf, chunk, (size_t)n);
		if (bird_parse_reply(in->buf.s, in->buf.n, &text, &code)) {
			str_free_p(&in->buf);
			on_reply(in, text);
		}
	} else if (n == 0 || errno != EAGAIN) {
		hang_up_instance(in);
		next_question(in);
	}
}

static int call_instance(struct instance *in)
{
	int fd = bird_dial(&bird_of(in->node)->control);

	if (fd < 0)
		return -1;
	in->src.fn = on_bird_socket;
	if (loop_add(in->d->loop, &in->src, fd, EPOLLIN, NULL) < 0) {
		close_p(&fd);
		return -1;
	}
	in->asking = ASK_GREETING;
	return 0;
}

static void ask_instance(struct instance *in)
{
	if (in->asking != ASK_NOT) {
		if (clock_ms() - in->asked < ANSWER_MS) {
			in->again = true;
			return;
		}
		hang_up_instance(in); /* it hangs: another line is tried */
	}
	if (!node_running_bird(in->node)) {
		for (size_t i = 0; i < in->n; i++) {
			struct observed *s = &in->sessions[i];
			char from[sizeof(s->s.state)];

			strcpy(from, s->s.state);
			s->stable = 0;
			if (!s->known || streq(from, "Down") ||
			    (bird_of(in->node) && bird_of(in->node)->frozen))
				continue;
			/* A dead BIRD has no sessions. */
			snprintf(s->s.state, sizeof(s->s.state), "Down");
			s->s.received = s->s.accepted = s->s.advertised = 0;
			session_changed(in, s, from);
		}
		next_question(in);
		return;
	}
	in->asked = clock_ms();
	if (in->src.fd < 0) {
		if (call_instance(in) < 0)
			next_question(in);
		return;
	}
	in->asking = ASK_ANSWER;
	if (send(in->src.fd, COMMAND, sizeof(COMMAND) - 1, MSG_NOSIGNAL) < 0) {
		hang_up_instance(in);
		next_question(in);
	}
}

static void on_instance_timer(struct timer *t)
{
	struct instance *in = container_of(t, struct instance, timer);

	ask_instance(in);
	if (in->asking != ASK_NOT) /* should the answer never come */
		loop_timer(in->d->loop, t, ANSWER_MS + 1);
}

/* --- the interface --- */

static struct instance *instance_new(struct driver *d, struct node *n)
{
	struct instance *in = xcalloc(1, sizeof(*in));

	in->d = d;
	in->node = n;
	in->src.fd = -1;
	in->timer.fn = on_instance_timer;
	if (!n->rs) {
		in->n = observed_of(d->lab.model, n->vm, &in->sessions);
		return in;
	}
	in->n = n->rs->n_conns;
	in->sessions = xcalloc(in->n, sizeof(*in->sessions));
	for (size_t i = 0; i < in->n; i++) {
		in->sessions[i].conn = &n->rs->conns[i];
		in->sessions[i].instance = n->instance;
	}
	return in;
}

static void instance_free(struct instance *in)
{
	loop_timer_stop(in->d->loop, &in->timer);
	hang_up_instance(in);
	free(in->sessions);
	free(in);
}

/* Sessions are the same when names and addresses are: BIRD keeps those up. The old model is still
 * alive. */
static void inherit_sessions(struct instance *in, const struct instance *old)
{
	const struct lab *l = &in->d->lab;

	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < old->n; k++) {
			const struct hybrid_session *hybrid = in->sessions[i].session;

			if (hybrid) {
				if (hybrid_same(l, hybrid, old->sessions[k].session)) {
					in->sessions[i] = old->sessions[k];
					in->sessions[i].session = hybrid;
					in->sessions[i].stable = 0;
				}
				continue;
			}
			const struct bgp_connection *a = in->sessions[i].conn,
			                            *b = old->sessions[k].conn;

			const struct node *peer = a->nic ? node_find(l, a->nic->vm->name) : NULL;

			/* A peer that starts anew has lost its session, whether or not BIRD has
			 * noticed. */
			if (strieq(a->name, b->name) && a->peer_ip == b->peer_ip &&
			    a->peer_asn == b->peer_asn && !(peer && peer->fresh)) {
				in->sessions[i] = old->sessions[k];
				in->sessions[i].conn = a;
				in->sessions[i].stable = 0;
			}
		}
}

void observe_reset(struct driver *d)
{
	struct observer *o = d->watch->observer;
	struct instance **old = o->inst;
	size_t n_old = o->n;

	while (o->waiters) /* their counts are of instances that go */
		waiter_done(o->waiters);
	o->inst = NULL;
	o->n = o->cap = 0;
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		struct node *n = d->lab.nodes[i];

		if (!node_has_our_bird(n)) /* it has no BIRD of ours */
			continue;
		struct instance *in = instance_new(d, n);

		for (size_t k = 0; k < n_old; k++)
			if (old[k]->node == n)
				inherit_sessions(in, old[k]);
		VEC_PUSH(o->inst, o->n, o->cap) = in;
		loop_timer(d->loop, &in->timer, 0);
	}
	for (size_t k = 0; k < n_old; k++)
		instance_free(old[k]);
	free(old);
	o->converged = false;
}

void observe_asked(struct driver *d, const struct node *n)
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

bool observed_awaits(const struct observed *s)
{
	return s->asked && s->s.updates == s->asked_updates && clock_ms() - s->asked < REFRESH_MS;
}

void observe_forget(struct driver *d, const struct node *n)
{
	struct observer *o = d->watch->observer;

	for (size_t i = 0; i < o->n; i++) {
		if (o->inst[i]->node != n)
			continue;
		while (o->waiters)
			waiter_done(o->waiters);
		instance_free(o->inst[i]);
		memmove(&o->inst[i], &o->inst[i + 1], (o->n - i - 1) * sizeof(o->inst[0]));
		o->n--;
		return;
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

void observe_fresh(struct driver *d, unsigned timeout_ms, void (*fn)(void *ctx), void *ctx)
{
	struct observer *o = d->watch->observer;
	struct waiter *w = xcalloc(1, sizeof(*w));
	bool open = false;

	w->d = d;
	w->fn = fn;
	w->ctx = ctx;
	w->timer.fn = waiter_timeout;
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
		waiter_done(w);
	else
		loop_timer(d->loop, &w->timer, timeout_ms);
}

void observe_fresh_cancel(struct driver *d, void *ctx)
{
	for (struct waiter *w = d->watch->observer->waiters; w; w = w->next)
		if (w->ctx == ctx)
			w->fn = NULL;
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
