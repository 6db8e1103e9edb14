/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/queue.h"

#include <errno.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "rest/folder.h"
#include "rest/priv.h"

struct change {
	json_t *edits;
	void (*done)(void *ctx, const struct rest_failure *f);
	void *ctx;
	bool alone; /* it was part of an apply that failed */
	struct change *next;
};

struct changes { /* in the order in which they came */
	struct change *first, **last;
};

struct queue {
	struct rest *r;
	struct store *applied, *head, *target; /* target: NULL: no apply is under way */
	struct designed is, will, aim;         /* of these three */
	struct changes waiting, flying;
	struct timer start;
	int64_t began; /* the apply that is under way */
};

static void push(struct changes *c, struct change *x)
{
	x->next = NULL;
	*c->last = x;
	c->last = &x->next;
}

static struct change *pop(struct changes *c)
{
	struct change *x = c->first;

	if (!x)
		return NULL;
	c->first = x->next;
	if (!c->first)
		c->last = &c->first;
	return x;
}

static void take_designed(struct designed *to, struct designed *from)
{
	designed_done(to);
	*to = *from;
	*from = (struct designed){ 0 };
}

static struct designed copy_designed(const struct designed *d)
{
	json_incref(d->design);
	json_incref(d->names);
	json_incref(d->findings);
	json_incref(d->left_out);
	return *d;
}

static void end_change(struct change *c, const struct rest_failure *f)
{
	c->done(c->ctx, f);
	json_decref(c->edits);
	free(c);
}

/* --- stores -------------------------------------------------------------------------------------
 */

static void write_store(struct queue *q)
{
	json_t *j = store_json(q->applied), *f = json_pack("{s:O}", "findings", q->is.findings);
	_cleanup_free_ char *text = json_compact(j);
	_cleanup_free_ char *findings = json_dumps(f, JSON_INDENT(1));
	struct err e;

	json_decref(j);
	json_decref(f);
	if (folder_write(q->r->folder, "store.json", text, strlen(text), &e) < 0)
		rest_log(q->r, "the store is not written: %s", e.msg);
	if (findings &&
	    folder_write(q->r->folder, "findings.json", findings, strlen(findings), &e) < 0)
		rest_log(q->r, "findings are not written: %s", e.msg);
}

/* What is waiting on top of what is applied; what can no longer be made fails. */
static void rebuild_head(struct queue *q)
{
	struct changes were = q->waiting;
	struct change *c;

	if (!were.first)
		were.last = &were.first;
	q->waiting = (struct changes){ NULL, &q->waiting.first };
	store_free(q->head);
	q->head = store_copy(q->applied);
	designed_done(&q->will);
	q->will = copy_designed(&q->is);
	while ((c = pop(&were))) {
		struct store *s = store_copy(q->head);
		_cleanup_failure_ struct rest_failure f = { 0 };
		struct designed d;

		if (store_edit(s, c->edits, &f) < 0 ||
		    design_build(&q->r->o, s, &q->will, &d, &f) < 0) {
			store_free(s);
			end_change(c, &f);
			continue;
		}
		store_free(q->head);
		q->head = s;
		take_designed(&q->will, &d);
		push(&q->waiting, c);
	}
}

/* --- applies ------------------------------------------------------------------------------------
 */

static void start_soon(struct queue *q)
{
	if (q->waiting.first && !q->target)
		loop_timer(q->r->loop, &q->start, 0);
}

static int node_count(const json_t *answer, const char *what)
{
	return (int)json_integer_value(json_object_get(json_object_get(answer, "nodes"), what));
}

/* What the requests of an apply have changed, as `up` counts it. */
static void log_apply(const struct queue *q, const json_t *answer)
{
	size_t n = 0, changes = json_array_size(json_object_get(answer, "changes"));

	for (const struct change *c = q->flying.first; c; c = c->next)
		n++;
	rest_log(q->r,
	         "apply of %zu request%s: %zu change%s, %lld ms; nodes: %d created, %d removed, "
	         "%d rebuilt, %d restarted, %d reconfigured, %d kept",
	         n, n == 1 ? "" : "s", changes, changes == 1 ? "" : "s",
	         (long long)(clock_ms() - q->began), node_count(answer, "created"),
	         node_count(answer, "removed"), node_count(answer, "rebuilt"),
	         node_count(answer, "restarted"), node_count(answer, "reconfigured"),
	         node_count(answer, "kept"));
}

static void apply_succeeded(struct queue *q)
{
	struct changes done = q->flying;
	struct change *c;

	q->flying = (struct changes){ NULL, &q->flying.first };
	store_free(q->applied);
	q->applied = take_ptr(q->target);
	take_designed(&q->is, &q->aim);
	write_store(q);
	while ((c = done.first)) {
		done.first = c->next;
		end_change(c, NULL);
	}
	start_soon(q);
}

/* One that was alone has failed.  Of several nobody knows which: they are tried one by one, before
 * what came later. */
static void apply_failed(struct queue *q, const struct err *e)
{
	struct change *c = pop(&q->flying);
	_cleanup_failure_ struct rest_failure f = { 0 };

	q->target = store_free(q->target);
	designed_done(&q->aim);
	if (c && !q->flying.first) {
		bool gone = e->code == ENOENT || e->code == ECONNRESET || q->r->ended;

		rest_refuse(&f, gone ? 503 : 409, gone ? "ServiceUnavailable" : "OperationFailed",
		            "vnetlab: %s", e->msg);
		end_change(c, &f);
	} else if (c) {
		struct changes later = q->waiting;

		if (!later.first)
			later.last = &later.first;
		q->waiting = (struct changes){ NULL, &q->waiting.first };
		for (; c; c = pop(&q->flying)) {
			c->alone = true;
			push(&q->waiting, c);
		}
		while ((c = pop(&later)))
			push(&q->waiting, c);
	}
	rebuild_head(q);
	start_soon(q);
}

static void on_design_applied(void *ctx, const json_t *answer, const struct err *e)
{
	struct queue *q = ctx;

	if (answer) {
		log_apply(q, answer);
		apply_succeeded(q);
	} else {
		apply_failed(q, e);
	}
}

/* The first one alone, made on what is applied; false: it has failed. */
static bool aim_at_first(struct queue *q)
{
	struct change *c = pop(&q->waiting);
	_cleanup_failure_ struct rest_failure f = { 0 };

	q->target = store_copy(q->applied);
	if (store_edit(q->target, c->edits, &f) < 0 ||
	    design_build(&q->r->o, q->target, &q->is, &q->aim, &f) < 0) {
		q->target = store_free(q->target);
		end_change(c, &f);
		rebuild_head(q);
		return false;
	}
	push(&q->flying, c);
	return true;
}

static void aim_at_all(struct queue *q)
{
	struct change *c;

	q->target = store_copy(q->head);
	q->aim = copy_designed(&q->will);
	while ((c = pop(&q->waiting)))
		push(&q->flying, c);
}

static void start_apply(struct timer *t)
{
	struct queue *q = container_of(t, struct queue, start);

	if (q->target || !q->waiting.first)
		return;
	if (q->waiting.first->alone && !aim_at_first(q)) {
		start_soon(q);
		return;
	}
	if (!q->target)
		aim_at_all(q);
	q->began = clock_ms();
	if (q->is.design && json_equal(q->is.design, q->aim.design)) {
		apply_succeeded(q); /* it moves no packet */
		return;
	}
	rest_ask(q->r,
	         json_pack("{s:s,s:O,s:i,s:s,s:b}", "op", "apply", "design", q->aim.design,
	                   "waitMs", 0, "lab", q->r->o.lab, "endpoint", 1),
	         on_design_applied, q);
}

/* --- from outside -------------------------------------------------------------------------------
 */

struct queue *queue_new(struct rest *r, struct store *applied)
{
	struct queue *q = xcalloc(1, sizeof(*q));

	q->r = r;
	q->applied = applied;
	q->head = store_copy(applied);
	q->waiting.last = &q->waiting.first;
	q->flying.last = &q->flying.first;
	q->start.fn = start_apply;
	return q;
}

struct queue *queue_free(struct queue *q)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct change *c;

	if (!q)
		return NULL;
	rest_refuse(&f, 503, "ServiceUnavailable", "vnetlab: the endpoint ends.");
	loop_timer_stop(q->r->loop, &q->start);
	while ((c = pop(&q->flying)) || (c = pop(&q->waiting)))
		end_change(c, &f);
	store_free(q->applied);
	store_free(q->head);
	store_free(q->target);
	designed_done(&q->is);
	designed_done(&q->will);
	designed_done(&q->aim);
	free(q);
	return NULL;
}

struct store *queue_head(const struct queue *q)
{
	return q->head;
}

struct store *queue_applied(const struct queue *q)
{
	return q->applied;
}

const char *queue_lab_name(const struct queue *q, const char *key)
{
	return json_string_value(json_object_get(q->is.names, key));
}

/* A change of a child is one of its parent, and one in a group none of the group. */
static bool concerns(const char *edited, const char *key)
{
	size_t n = strlen(key);

	return str_starts(edited, key) &&
	       (!edited[n] || (edited[n] == '/' && strstr(key, "/providers/")));
}

static bool edits_touch(const struct changes *c, const char *key)
{
	const json_t *e;
	size_t i;

	for (const struct change *x = c->first; x; x = x->next)
		json_array_foreach (x->edits, i, e) {
			struct rest_id id = { 0 };
			const char *path = json_string_value(json_object_get(e, "id"));
			bool same =
			    rest_id_parse(path, false, &id, NULL) == 0 && concerns(id.key, key);

			rest_id_done(&id);
			if (same)
				return true;
		}
	return false;
}

bool queue_touches(const struct queue *q, const char *key)
{
	return edits_touch(&q->waiting, key) || edits_touch(&q->flying, key);
}

int queue_check(const struct queue *q, struct store *s, struct rest_failure *f)
{
	struct designed d;
	int r = design_build(&q->r->o, s, &q->will, &d, f);

	if (r == 0)
		designed_done(&d);
	return r;
}

int queue_begin(struct queue *q, json_t **ret_design, struct rest_failure *f)
{
	struct designed d;

	if (design_build(&q->r->o, q->applied, NULL, &d, f) < 0)
		return -1;
	take_designed(&q->is, &d);
	q->will = copy_designed(&q->is);
	store_free(q->head);
	q->head = store_copy(q->applied);
	*ret_design = q->is.design;
	write_store(q);
	return 0;
}

int rest_change(struct rest *r, json_t *edits,
                void (*done)(void *ctx, const struct rest_failure *f), void *ctx,
                struct rest_failure *f)
{
	struct queue *q = r->queue;
	struct store *s = store_copy(q->head);
	struct designed d;

	if (r->ended) {
		store_free(s);
		json_decref(edits);
		return rest_refuse(f, 503, "ServiceUnavailable", "vnetlab: lab %s has ended.",
		                   r->o.lab);
	}
	if (store_edit(s, edits, f) < 0 || design_build(&r->o, s, &q->will, &d, f) < 0) {
		store_free(s);
		json_decref(edits);
		return -1;
	}
	struct change *c = xcalloc(1, sizeof(*c));

	store_free(q->head);
	q->head = s;
	take_designed(&q->will, &d);
	c->edits = edits;
	c->done = done;
	c->ctx = ctx;
	push(&q->waiting, c);
	start_soon(q);
	return 0;
}
