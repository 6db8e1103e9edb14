/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/apply.h"

#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "input/topology.h"
#include "lab/build/build.h"
#include "lab/build/converge.h"
#include "lab/build/drift.h"
#include "lab/build/exam.h"
#include "lab/build/fresh.h"
#include "lab/build/proposal.h"
#include "lab/build/room.h"
#include "lab/proc/events.h"
#include "lab/proc/op.h"
#include "lab/proc/process.h"
#include "lab/proc/rejected.h"
#include "lab/watch/disk.h"
#include "lab/watch/observe.h"
#include "lab/watch/peerask.h"
#include "lab/watch/room.h"
#include "lab/watch/usable.h"

enum { PROGRESS_MS = 100, ASK_MS = 5000, CONFIRM_MS = 1000 };

enum phase { PHASE_LOOK, PHASE_START, PHASE_CONVERGE, PHASE_ASK };

struct apply {
	struct driver *d;
	struct conn *c; /* NULL: the client has gone */
	enum phase phase;
	json_t *before; /* the design that ran; NULL: none */
	json_t *changes, *drift, *fresh;
	struct proposal of; /* design and model until it is built */
	json_t *given_before, *exam_before;
	struct build_stats stats;
	int64_t began, built, ready, converged;
	long wait_ms;
	struct timer deadline, tick;
	bool confirming; /* all instances are asked once more */
	struct err failed;
};

static json_t *progress_json(const char *phase)
{
	return json_pack("{s:s}", "phase", phase);
}

static void say_progress(struct apply *a, json_t *progress)
{
	if (a->c)
		conn_send(a->c, json_pack("{s:o}", "progress", progress));
	else
		json_decref(progress);
}

static void apply_free(struct apply *a)
{
	struct driver *d = a->d;

	loop_timer_stop(d->loop, &a->deadline);
	loop_timer_stop(d->loop, &a->tick);
	usable_ask_cancel(d, a);
	peers_ask_cancel(d);
	observe_fresh_cancel(d, a);
	observe_hurry(d, false);
	json_decref(a->before);
	json_decref(a->changes);
	json_decref(a->drift);
	json_decref(a->fresh);
	json_decref(a->stats.freshened);
	proposal_free(&a->of);
	json_decref(a->given_before);
	json_decref(a->exam_before);
	d->build->apply = NULL;
	d->starting = false;
	free(d->start_failed);
	d->start_failed = NULL;
	free(a);
}

/* --- the way back ------------------------------------------------------------------------------
 */

/* The nodes as they were. */
static int go_back(struct apply *a, struct err *e)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct build_stats st = { 0 };
	struct model *m = design_checked(a->before, &f);

	if (!m)
		return err_set(e, EIO, "the design before is not valid any more");
	int r = lab_build(a->d, json_incref(a->before), m, &st, NULL, NULL, e);

	exam_settle(a->d, a->given_before, a->exam_before);
	json_decref(st.freshened);
	return r;
}

static void fail_apply(struct apply *a)
{
	struct driver *d = a->d;
	struct conn *c = a->c;
	struct err e = a->failed, back;
	bool quit = !a->before;
	/* A client that has the lab for itself may look at what was built: the lab ends with its
	 * connection. */
	bool stays = quit && a->built && c && c->has_lab;
	const char *what = "nothing ran before, and nothing is left";

	d->starting = false;
	if (a->before) {
		if (go_back(a, &back) == 0) {
			what = "the lab is as it was before";
		} else {
			what = "the way back failed too, the lab ends";
			quit = true;
			event_add(d->events, "apply", d->lab.name, "way back failed: %s", back.msg);
		}
	}
	_cleanup_free_ char *full = e.code == ENOSPC ? disk_full(d) : NULL;

	if (full)
		err_set(&e, ENOSPC, "lab %s: %s", d->lab.name, full);
	/* The outcome goes behind the reason, whose first line names the node. */
	size_t n = strlen(e.msg);

	while (n && e.msg[n - 1] == '\n')
		e.msg[--n] = '\0';
	snprintf(e.msg + n, sizeof(e.msg) - n, "\n(%s)", what);
	if (e.code == ENOENT || e.code == EINVAL) /* of a file, a daemon: not of what was typed */
		e.code = EIO;
	event_add(d->events, "apply", d->lab.name, "failed: %s", e.msg);
	apply_free(a);
	if (c) {
		c->on_close = NULL;
		conn_error(c, &e);
		if (quit)
			conn_flush(c, 2000);
	}
	if (quit && !stays)
		driver_quit(d);
}

/* --- done --------------------------------------------------------------------------------------
 */

static json_t *stats_json(const struct build_stats *s)
{
	return json_pack("{s:i,s:i,s:i,s:i,s:i,s:i}", "created", (int)s->created, "removed",
	                 (int)s->removed, "rebuilt", (int)s->rebuilt, "restarted",
	                 (int)s->restarted, "reconfigured", (int)s->reconfigured, "kept",
	                 (int)s->kept);
}

static void finish_apply(struct apply *a, bool converged, struct convergence *cv)
{
	struct driver *d = a->d;
	struct conn *c = a->c;
	int64_t now = a->converged ? a->converged : clock_ms();
	json_t *j = json_object();

	if (a->wait_ms > 0)
		usable_say(d, cv->notes);
	json_object_set(j, "changes", a->changes);
	json_object_set(j, "drift", a->drift);
	if (a->fresh)
		json_object_set(j, "fresh", a->stats.freshened);
	json_object_set_new(j, "nodes", stats_json(&a->stats));
	json_object_set_new(j, "phases",
	                    json_pack("{s:I,s:I,s:I}", "buildMs", (json_int_t)(a->built - a->began),
	                              "startMs", (json_int_t)(a->ready - a->built), "convergeMs",
	                              (json_int_t)(now - a->ready)));
	json_object_set_new(j, "converged", json_boolean(converged));
	json_object_set_new(j, "waited", json_boolean(a->wait_ms > 0));
	json_object_set(j, "missing", cv->missing);
	json_object_set(j, "notes", cv->notes);
	json_t *warnings = rejected_json(&d->lab);

	if (a->wait_ms > 0)
		usable_say_muted(d, warnings);
	json_object_set_new(j, "warnings", warnings);
	json_object_set_new(j, "sessions",
	                    json_pack("{s:i,s:i}", "up", (int)cv->up, "of", (int)cv->of));
	if (converged) {
		observe_converged(d);
		event_add(d->events, "lab", d->lab.name, "converged after %llu ms",
		          (unsigned long long)(now - a->began));
	}
	apply_free(a);
	if (c) {
		c->on_close = NULL;
		conn_answer(c, j);
	} else {
		json_decref(j);
	}
}

static void on_appliances_asked(void *ctx)
{
	struct apply *a = ctx;
	struct convergence cv;
	bool ok = lab_converged(a->d, true, &cv);

	finish_apply(a, ok || a->converged, &cv);
	convergence_free(&cv);
}

/* Routing has come to rest, or has not in time: what appliances make of their routes is asked
 * last, since before that it changes. */
static void ask_appliances(struct apply *a)
{
	a->phase = PHASE_ASK;
	loop_timer_stop(a->d->loop, &a->deadline);
	usable_ask(a->d, USABLE_NOW, ASK_MS, on_appliances_asked, a);
}

static void on_deadline(struct timer *t)
{
	struct apply *a = container_of(t, struct apply, deadline);

	if (a->phase == PHASE_START) /* daemons have a deadline of their own, and tell */
		loop_timer(a->d->loop, t, 100);
	else
		ask_appliances(a);
}

static void on_progress_tick(struct timer *t)
{
	struct apply *a = container_of(t, struct apply, tick);
	struct convergence cv;
	json_t *j = progress_json(a->phase == PHASE_START ? "start" : "converge");

	lab_converged(a->d, false, &cv);
	json_object_set_new(j, "up", json_integer((json_int_t)cv.up));
	json_object_set_new(j, "of", json_integer((json_int_t)cv.of));
	if (a->phase == PHASE_START)
		json_object_set_new(j, "starting", json_integer((json_int_t)lab_starting(a->d)));
	convergence_free(&cv);
	say_progress(a, j);
	loop_timer(a->d->loop, t, PROGRESS_MS);
}

/* A BIRD that is busy has not told yet what it is busy with, while other answers are newer: the lab
 * is at rest when all of them say so after everything had come to rest. */
static void on_confirmed(void *ctx)
{
	struct apply *a = ctx;
	struct convergence cv;

	a->confirming = false;
	if (a->phase == PHASE_ASK) /* the deadline has passed meanwhile */
		return;
	bool ok = lab_converged(a->d, false, &cv);

	convergence_free(&cv);
	if (ok) {
		a->converged = clock_ms();
		ask_appliances(a);
	}
}

static void on_peers_asked(void *ctx)
{
	struct apply *a = ctx;

	observe_fresh(a->d, CONFIRM_MS, on_confirmed, a);
}

void apply_step(struct driver *d)
{
	struct apply *a = d->build->apply;
	struct convergence cv;

	if (!a || !a->built || d->building || a->confirming)
		return;
	if (d->start_failed) {
		err_set(&a->failed, EIO, "%s", d->start_failed);
		fail_apply(a);
		return;
	}
	if (a->phase == PHASE_ASK)
		return;
	if (a->phase == PHASE_START) {
		if (lab_starting(d))
			return;
		a->phase = PHASE_CONVERGE;
		d->starting = false;
		a->ready = clock_ms();
	}
	bool ok = lab_converged(d, false, &cv);

	if (!ok && a->wait_ms > 0) {
		convergence_free(&cv);
		return;
	}
	if (ok && a->wait_ms > 0) {
		convergence_free(&cv);
		a->confirming = true;
		peers_ask(d, CONFIRM_MS, on_peers_asked, a);
		return;
	}
	if (!ok && a->wait_ms == 0) { /* not asked to wait: what is missing is not worth a reason */
		json_decref(cv.missing);
		cv.missing = json_array();
	}
	finish_apply(a, ok, &cv);
	convergence_free(&cv);
}

/* The client has gone, by Ctrl-C perhaps.  A new lab goes with it.  A change to a running one is
 * made already, only nobody waits for it any more; what fails is still taken back. */
static void client_gone(struct conn *c)
{
	struct apply *a = c->ctx;

	a->c = NULL;
	if (!a->before) {
		driver_quit(a->d);
		return;
	}
	event_add(a->d->events, "apply", a->d->lab.name, "nobody waits for it any more");
}

static void build_progress(size_t n, size_t of, void *ctx)
{
	json_t *j = progress_json("build");

	json_object_set_new(j, "done", json_integer((json_int_t)n));
	json_object_set_new(j, "of", json_integer((json_int_t)of));
	say_progress(ctx, j);
}

/* --- the operations ----------------------------------------------------------------------------
 */

/* The lab takes the design and its model. */
static int build_anew(struct apply *a)
{
	if (!a->of.model) {
		_cleanup_findings_ struct findings f = { 0 };

		a->of.model = design_checked(a->of.design, &f);
		if (!a->of.model)
			return err_set(&a->failed, EIO,
			               "the design that runs is not valid any more");
	}
	return lab_build(a->d, take_ptr(a->of.design), take_ptr(a->of.model), &a->stats,
	                 build_progress, a, &a->failed);
}

/* Builds what the design changes; changes by hand have been put back already. */
static void build_design(void *ctx, json_t *drift)
{
	struct apply *a = ctx;
	struct driver *d = a->d;

	a->drift = drift;
	a->phase = PHASE_START;
	d->starting = true;
	int rc = a->of.model || a->fresh ? 1 : lab_build_again(d, &a->stats, &a->failed);

	if (rc > 0)
		rc = build_anew(a);
	if (rc >= 0)
		exam_settle(d, a->of.given, a->of.exam);

	a->built = a->ready = clock_ms();
	if (rc < 0) {
		fail_apply(a);
		return;
	}
	event_add(d->events, "apply", d->lab.name, "%zu changes, built in %llu ms",
	          json_array_size(a->changes), (unsigned long long)(a->built - a->began));
	if (!d->start_failed)
		loop_timer(d->loop, &a->deadline, (int64_t)(a->wait_ms > 0 ? a->wait_ms : 0));
	observe_hurry(d, true);
	loop_timer(d->loop, &a->tick, 0);
	driver_changed(d, CHANGED_ANSWERS);
}

static int op_apply(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	struct driver *d = l->driver;
	struct proposal of;

	(void)ret;
	if (d->served_by && !json_is_true(json_object_get(r->body, "endpoint")))
		return err_set(
		    e, EBUSY, "lab %s is served by %s: its design is changed there; end that first",
		    l->name, d->served_by);
	if (d->build->apply)
		return err_set(e, EBUSY, "another up of lab %s is under way", l->name);
	struct apply *a = xcalloc(1, sizeof(*a));

	a->began = clock_ms();
	int rc = proposal_read(l, r->body, &of, e);
	json_t *fresh = NULL;

	if (rc == 0 && (rc = fresh_read(l, r->body, &fresh, e)) < 0)
		proposal_free(&of);
	if (rc < 0) {
		free(a);
		return rc;
	}
	a->fresh = json_incref(fresh);
	a->stats.fresh = fresh;
	a->d = d;
	a->c = r->client;
	a->of = of;
	a->given_before = json_incref(d->build->given);
	a->exam_before = json_incref(d->build->exam);
	a->wait_ms = (long)json_integer_value(json_object_get(r->body, "waitMs"));
	a->before = json_incref(l->design);
	a->changes = proposal_changes(l, of.given);
	a->deadline.fn = on_deadline;
	a->tick.fn = on_progress_tick;
	d->build->apply = a;
	r->client->ctx = a;
	r->client->on_close = client_gone;
	r->client->has_lab = json_is_true(json_object_get(r->body, "endsWithMe"));
	if (json_is_integer(json_object_get(r->body, "diskMiB")))
		d->watch->disk_mib =
		    (unsigned)json_integer_value(json_object_get(r->body, "diskMiB"));
	const struct model *m = of.model ? of.model : l->model;

	disk_resize(d, m->n_vms + 2 * m->n_route_servers);
	if (l->design)
		drift_look(d, true, build_design, a);
	else
		build_design(a, json_array());
	return 1;
}

LAB_OP(apply, { .name = "apply", .kind = OP_INLINE, .run = op_apply });
