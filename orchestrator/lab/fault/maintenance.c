/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/fault/maintenance.h"

#include <errno.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/build/held.h"
#include "lab/build/ledger.h"
#include "lab/fault/room.h"
#include "lab/proc/events.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/observe.h"
#include "lab/watch/routerlink.h"

enum {
	LOOK_MS = 50,
	RETURN_MS = 30000, /* sessions that are not back by then are not waited for */
	STABLE = 2,        /* looks that saw the same routes */
};

/* Planned, by a fault; or the instance's BIRD does not run. */
struct maintenance {
	struct driver *d;
	char *name; /* of the instance's node */
	struct timer timer;
	bool planned;
	bool returning; /* its sessions may come up, NICs are not its business yet */
	bool lost;      /* gone for so long that nobody keeps its routes */
	int64_t since;  /* ms: of returning */
	size_t n_up;    /* sessions that it had */
	struct maintenance *next;
};

static struct maintenance *find_maintenance(const struct driver *d, const char *name)
{
	for (struct maintenance *x = d->fault->maintenance; x; x = x->next)
		if (strieq(x->name, name))
			return x;
	return NULL;
}

static void hold_sessions(const struct maintenance *x, bool hold)
{
	struct lab_node *n = node_find(&x->d->lab, x->name);

	if (n)
		n->sessions_held = hold;
}

static void forget_maintenance(struct maintenance *x)
{
	hold_sessions(x, false);
	for (struct maintenance **p = &x->d->fault->maintenance; *p; p = &(*p)->next)
		if (*p == x) {
			*p = x->next;
			break;
		}
	loop_timer_stop(x->d->loop, &x->timer);
	free(x->name);
	free(x);
}

static json_t *list_maintained(const struct driver *d, bool lost)
{
	json_t *a = json_array();

	for (const struct maintenance *x = d->fault->maintenance; x; x = x->next)
		if (!lost || x->lost)
			json_array_append_new(a, json_string(x->name));
	return a;
}

static int send_lists(struct driver *d, struct err *e)
{
	router_list(d, ROUTER_MAINTAINED, list_maintained(d, false));
	router_list(d, ROUTER_LOST, list_maintained(d, true));
	return router_maintained(d, e);
}

static void tell_router(struct driver *d)
{
	struct err e = { 0 };

	if (send_lists(d, &e) < 0)
		event_add(d->events, "router", "fabric", "%s", e.msg);
}

static void programs_again(struct maintenance *x)
{
	struct driver *d = x->d;

	event_add(d->events, "maintenance", x->name, "programs its NICs again");
	if (x->planned)
		fault_forget(d, "maintenance", x->name);
	forget_maintenance(x);
	tell_router(d);
}

static bool is_session_up(const struct observed *s)
{
	return s && s->known && streq(s->s.state, "Established");
}

/* A gateway's session with the instance, seen from the gateway; NULL: session i is none. */
static const struct observed *observed_at_gateway(const struct driver *d, const struct lab_node *n,
                                                  size_t i, unsigned instance)
{
	const struct hybrid_session *s = &d->lab.model->sessions[i];

	if (s->kind != HP_ROUTE_SERVER || s->rs != n->rs || s->instance != instance)
		return NULL;
	return observed_hybrid(d, s);
}

static size_t n_established(const struct driver *d, const struct lab_node *n)
{
	size_t k = 0;

	for (size_t i = 0; i < n->rs->n_conns; i++)
		k += is_session_up(observed_session(d, &n->rs->conns[i], n->instance));
	for (size_t i = 0; i < d->lab.model->n_sessions; i++)
		k += is_session_up(observed_at_gateway(d, n, i, n->instance));
	return k;
}

/* The number of routes that gateways have told an instance. */
static unsigned told_by_gateways(const struct driver *d, const struct lab_node *n,
                                 unsigned instance)
{
	unsigned k = 0;

	for (size_t i = 0; i < d->lab.model->n_sessions; i++) {
		const struct observed *s = observed_at_gateway(d, n, i, instance);

		k += is_session_up(s) ? s->s.advertised : 0;
	}
	return k;
}

/* It has as many sessions as before, each with routes if its twin on the other instance has any,
 * and they stand still. */
static bool is_back(const struct maintenance *x, const struct lab_node *n)
{
	unsigned other = n->instance ^ 1;

	if (n_established(x->d, n) < x->n_up ||
	    told_by_gateways(x->d, n, n->instance) < told_by_gateways(x->d, n, other))
		return false;
	for (size_t i = 0; i < n->rs->n_conns; i++) {
		const struct observed *a = observed_session(x->d, &n->rs->conns[i], n->instance),
		                      *b = observed_session(x->d, &n->rs->conns[i], other);

		if (is_session_up(a) &&
		    (a->stable < STABLE || (b && b->s.received && !a->s.received)))
			return false;
	}
	for (size_t i = 0; i < x->d->lab.model->n_sessions; i++) {
		const struct observed *a = observed_at_gateway(x->d, n, i, n->instance);

		if (is_session_up(a) && a->stable < STABLE)
			return false;
	}
	return true;
}

static void let_return(struct maintenance *x)
{
	hold_sessions(x, false);
	x->returning = true;
	x->since = clock_ms();
	loop_timer(x->d->loop, &x->timer, LOOK_MS);
}

static struct maintenance *find_sibling(const struct driver *d, const struct lab_node *n)
{
	_cleanup_free_ char *other = xasprintf("%s/%u", n->rs->name, n->instance ^ 1);

	return find_maintenance(d, other);
}

/* Sets the time for which NICs keep routes that no instance has: when both are away, it begins at
 * the end of the second. */
static void wait_for_loss(struct maintenance *x, const struct settings *s)
{
	x->returning = x->lost = false;
	loop_timer(x->d->loop, &x->timer, (int64_t)s->instance_loss_ms * s->timing_scale / 100);
}

/* The planned time is over, or a dead instance is not coming back. */
static void time_is_up(struct maintenance *x, const struct lab_node *n)
{
	struct err e = { 0 };

	if (!x->planned) {
		if (!find_sibling(
		        x->d, n)) /* which has its routes, and begins the time anew when it goes */
			return;
		x->lost = true;
		event_add(x->d->events, "maintenance", x->name,
		          "has been gone for so long that its "
		          "routes are not kept any more");
		tell_router(x->d);
		return;
	}
	if (instance_sessions_set(n, true, &e) < 0)
		event_add(x->d->events, "maintenance", x->name, "%s", e.msg);
	else
		event_add(x->d->events, "maintenance", x->name, "over: its sessions may come up");
	let_return(x);
	sessions_hold(x->d, n); /* those that a fault keeps down */
}

static void on_maintenance_timer(struct timer *t)
{
	struct maintenance *x = container_of(t, struct maintenance, timer);
	const struct lab_node *n = node_find(&x->d->lab, x->name);

	if (!n || !n->rs)
		programs_again(x);
	else if (!x->returning)
		time_is_up(x, n);
	else if (is_back(x, n) || clock_ms() - x->since > RETURN_MS)
		programs_again(x);
	else
		loop_timer(x->d->loop, t, LOOK_MS);
}

static struct maintenance *begin_maintenance(struct driver *d, const struct lab_node *n,
                                             bool planned)
{
	struct maintenance *x = xcalloc(1, sizeof(*x));

	x->d = d;
	x->name = xstrdup(n->name);
	x->timer.fn = on_maintenance_timer;
	x->planned = planned;
	x->n_up = n_established(d, n);
	x->next = d->fault->maintenance;
	d->fault->maintenance = x;
	return x;
}

/* given: of the command, NULL: the setting's. */
static long maintenance_ms(const struct driver *d, const char *given)
{
	const struct settings *s = &d->lab.model->settings;
	long ms = (long)((int64_t)s->maintenance_ms * s->timing_scale / 100);

	if (given)
		str_duration(given, &ms);
	return ms;
}

int maintenance_begin(struct driver *d, const char *const *argv, struct err *e)
{
	struct lab_node *n;
	long ms = maintenance_ms(d, argv[2]);
	int r = lab_node(&d->lab, argv[1], &n, e);

	if (r == 0 && !n->rs)
		r = err_set(e, EINVAL, "%s is not an instance of a Route Server (RS/0, RS/1)",
		            n->name);
	if (r < 0)
		return r;
	if (find_maintenance(d, n->name))
		return err_set(e, EALREADY, "%s is in maintenance already", n->name);
	_cleanup_free_ char *other = xasprintf("%s/%u", n->rs->name, n->instance ^ 1);

	if (find_maintenance(d, other))
		return err_set(e, EBUSY, "%s is in maintenance: Azure takes one at a time", other);
	struct maintenance *x = begin_maintenance(d, n, true);

	hold_sessions(x, true);

	/* Reprogram NICs from the sibling before ending sessions, so that no route is withdrawn. */
	r = send_lists(d, e);
	if (r == 0)
		r = instance_sessions_set(n, false, e);
	if (r < 0) {
		instance_sessions_set(n, true, NULL);
		forget_maintenance(x);
		send_lists(d, NULL);
		return r;
	}
	n->faulted = true;
	fault_note(d, "maintenance", n->name, argv[2] ? argv[2] : "");
	event_add(d->events, "maintenance", n->name, "for %ld.%03ld s: %s programs all NICs",
	          ms / 1000, ms % 1000, other);
	loop_timer(d->loop, &x->timer, (int64_t)ms);
	return 0;
}

int maintenance_end(struct driver *d, const char *instance, struct err *e)
{
	struct maintenance *x = find_maintenance(d, instance);

	if (!x || !x->planned)
		return err_set(e, EALREADY, "%s is not in maintenance", instance);
	if (!x->returning)
		loop_timer(d->loop, &x->timer, 0);
	return 0;
}

/* Instances that are gone, or were built anew and have their sessions already. True: there were
 * some. */
static bool forget_gone(struct driver *d)
{
	bool some = false;

	for (struct maintenance *x = d->fault->maintenance, *next; x; x = next) {
		const struct lab_node *n = node_find(&d->lab, x->name);

		next = x->next;
		if (n && n->rs && !(x->planned && !n->faulted))
			continue;
		forget_maintenance(x);
		some = true;
	}
	return some;
}

void maintenance_look(struct driver *d)
{
	const struct settings *s = d->lab.model ? &d->lab.model->settings : NULL;
	bool changed = s && !d->building && forget_gone(d);

	for (size_t i = 0; s && !d->building && i < d->lab.n_nodes; i++) {
		const struct lab_node *n = d->lab.nodes[i];
		const struct process *bird = n->rs && n->n_procs ? n->procs[0] : NULL;
		struct maintenance *x = bird ? find_maintenance(d, n->name) : NULL;

		if (!bird || !n->built)
			continue;
		if (x && !x->planned && !x->returning && bird->state == PROC_RUNNING) {
			let_return(x);
		} else if (bird->state == PROC_BACKOFF || bird->state == PROC_HELD ||
		           bird->state == PROC_FAILED) {
			if (x && (x->planned || !x->returning))
				continue;
			if (!x)
				event_add(d->events, "maintenance", n->name,
				          "does not run: the other instance programs all NICs");
			x = x ? x : begin_maintenance(d, n, false);
			wait_for_loss(x, s);
			if ((x = find_sibling(d, n)) && !x->planned && !x->returning)
				wait_for_loss(x, s);
			changed = true;
		}
	}
	if (changed)
		tell_router(d);
}
