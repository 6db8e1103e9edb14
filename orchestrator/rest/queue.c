/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/queue.h"

#include <errno.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "rest/folder.h"
#include "rest/head.h"
#include "rest/priv.h"

struct queue {
	struct rest *r;
	struct store *applied, *target; /* target: NULL: no apply is under way */
	struct head head;
	struct designed is, aim; /* of applied and of target */
	struct changes waiting, flying;
	struct timer next; /* round of the loop */
	int64_t began;     /* the apply that is under way */
};

static void take_designed(struct designed *to, struct designed *from)
{
	designed_done(to);
	*to = *from;
	*from = (struct designed){ 0 };
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

static void end_refused(struct changes *refused)
{
	struct change *c;

	while ((c = changes_pop(refused)))
		change_end(c, &c->refused);
}

/* Takes or refuses each edit that was asked for; their clients are told when that is done for all.
 */
static void take_asked(struct queue *q)
{
	struct changes taken, refused;

	changes_init(&taken);
	changes_init(&refused);
	head_take(&q->head, &taken, &refused);
	/* Who is told shows its resource, which is Updating by now: Go's SDK polls for nothing
	 * less. */
	changes_move(&q->waiting, &taken);
	for (struct change *c = q->waiting.first; c; c = c->next)
		change_tell_taken(c);
	end_refused(&refused);
}

/* Makes the head anew: the store that is applied, with the waiting edits on top; an edit that can
 * no longer be made fails. */
static void rebuild_head(struct queue *q)
{
	struct changes again, refused;
	struct change *c;

	changes_init(&again);
	changes_init(&refused);
	changes_move(&again, &q->waiting);
	changes_move(&again, &q->head.asked);
	head_reset(&q->head, q->applied, &q->is);
	while ((c = changes_pop(&again)))
		if (head_ask(&q->head, c) < 0)
			changes_push(&refused, c);
	take_asked(q);
	end_refused(&refused);
}

/* --- applies ------------------------------------------------------------------------------------
 */

static void go_on_soon(struct queue *q)
{
	if (q->head.asked.first || (q->waiting.first && !q->target))
		loop_timer(q->r->loop, &q->next, 0);
}

static int node_count(const json_t *answer, const char *what)
{
	return (int)json_integer_value(json_object_get(json_object_get(answer, "nodes"), what));
}

/* Logs what the requests of an apply have changed, as `up` counts it. */
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
	struct changes done;
	struct change *c;

	changes_init(&done);
	changes_move(&done, &q->flying);
	store_free(q->applied);
	q->applied = take_ptr(q->target);
	take_designed(&q->is, &q->aim);
	write_store(q);
	while ((c = changes_pop(&done)))
		change_end(c, NULL);
	go_on_soon(q);
}

/* One that was alone has failed.  Of several nobody knows which: they are tried one by one, before
 * what came later. */
static void apply_failed(struct queue *q, const struct err *e)
{
	struct change *c = changes_pop(&q->flying);
	_cleanup_failure_ struct rest_failure f = { 0 };

	q->target = store_free(q->target);
	designed_done(&q->aim);
	if (c && !q->flying.first) {
		bool gone = e->code == ENOENT || e->code == ECONNRESET || q->r->ended;

		rest_refuse(&f, gone ? 503 : 409, gone ? "ServiceUnavailable" : "OperationFailed",
		            "vnetlab: %s", e->msg);
		change_end(c, &f);
	} else if (c) {
		struct changes later;

		changes_init(&later);
		changes_move(&later, &q->waiting);
		for (; c; c = changes_pop(&q->flying)) {
			c->alone = true;
			changes_push(&q->waiting, c);
		}
		changes_move(&q->waiting, &later);
	}
	rebuild_head(q);
	go_on_soon(q);
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
	struct change *c = changes_pop(&q->waiting);
	_cleanup_failure_ struct rest_failure f = { 0 };

	q->target = store_copy(q->applied);
	if (store_edit(q->target, c->edits, &f) < 0 ||
	    design_build(&q->r->o, q->target, &q->is, &q->aim, &f) < 0) {
		q->target = store_free(q->target);
		change_end(c, &f);
		rebuild_head(q);
		return false;
	}
	changes_push(&q->flying, c);
	return true;
}

static void aim_at_all(struct queue *q)
{
	q->target = store_copy(q->head.taken);
	q->aim = designed_copy(&q->head.will);
	changes_move(&q->flying, &q->waiting);
}

/* A round of the loop: what came in it, and the next apply. */
static void go_on(struct timer *t)
{
	struct queue *q = container_of(t, struct queue, next);

	take_asked(q);
	if (q->target || !q->waiting.first)
		return;
	if (q->waiting.first->alone && !aim_at_first(q)) {
		go_on_soon(q);
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
	head_init(&q->head, &r->o, applied);
	changes_init(&q->waiting);
	changes_init(&q->flying);
	q->next.fn = go_on;
	return q;
}

struct queue *queue_free(struct queue *q)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct change *c;

	if (!q)
		return NULL;
	rest_refuse(&f, 503, "ServiceUnavailable", "vnetlab: the endpoint ends.");
	while ((c = changes_pop(&q->flying)) || (c = changes_pop(&q->waiting)) ||
	       (c = changes_pop(&q->head.asked)))
		change_end(c, &f);
	loop_timer_stop(q->r->loop, &q->next);
	store_free(q->applied);
	store_free(q->target);
	head_done(&q->head);
	designed_done(&q->is);
	designed_done(&q->aim);
	free(q);
	return NULL;
}

struct store *queue_head(const struct queue *q)
{
	return q->head.store;
}

struct store *queue_applied(const struct queue *q)
{
	return q->applied;
}

const char *queue_lab_name(const struct queue *q, const char *key)
{
	return json_string_value(json_object_get(q->is.names, key));
}

bool queue_touches(const struct queue *q, const char *key)
{
	return changes_touch(&q->head.asked, key) || changes_touch(&q->waiting, key) ||
	       changes_touch(&q->flying, key);
}

int queue_check(const struct queue *q, struct store *s, struct rest_failure *f)
{
	struct designed d;
	int r = design_build(&q->r->o, s, &q->head.will, &d, f);

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
	head_reset(&q->head, q->applied, &q->is);
	*ret_design = q->is.design;
	write_store(q);
	return 0;
}

void rest_change(struct rest *r, json_t *edits, change_fn *taken, change_fn *done, void *ctx)
{
	struct change *c = change_new(edits, taken, done, ctx);
	struct queue *q = r->queue;

	if (r->ended)
		rest_refuse(&c->refused, 503, "ServiceUnavailable", "vnetlab: lab %s has ended.",
		            r->o.lab);
	if (r->ended || head_ask(&q->head, c) < 0) {
		change_end(c, &c->refused);
		return;
	}
	go_on_soon(q);
}
