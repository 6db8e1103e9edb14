/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations that take time, and who asks for them. */
#include <stdio.h>
#include <uthash.h>

#include "base/str.h"
#include "rest/defaults.h"
#include "rest/priv.h"

enum { OPERATIONS_MAX = 2000, HOLD_MS = 500 };

struct operation {
	char *id;
	bool ended, failed;
	struct rest_failure f;
	json_t *result;
	UT_hash_handle hh;
};

struct poll { /* a question that is held until there is news */
	struct rest_call *c;
	char *id;
	struct timer timer;
	struct poll *next;
};

struct operations {
	struct operation *by_id; /* in the order in which they began */
	struct poll *polls;
};

struct operations *operations_new(void)
{
	return xcalloc(1, sizeof(struct operations));
}

static void forget_operation(struct operations *o, struct operation *p)
{
	HASH_DEL(o->by_id, p);
	rest_failure_done(&p->f);
	json_decref(p->result);
	free(p->id);
	free(p);
}

struct operations *operations_free(struct operations *o)
{
	struct operation *p, *tmp;

	if (!o)
		return NULL;
	HASH_ITER(hh, o->by_id, p, tmp)
	forget_operation(o, p);
	free(o);
	return NULL;
}

static struct operation *find_operation(const struct rest *r, const char *id)
{
	struct operation *p = NULL;

	if (id)
		HASH_FIND_STR(r->operations->by_id, id, p);
	return p;
}

const char *operation_new(struct rest *r)
{
	struct operation *p = xcalloc(1, sizeof(*p)), *old, *tmp;
	size_t n = HASH_COUNT(r->operations->by_id);

	HASH_ITER(hh, r->operations->by_id, old, tmp)
	{ /* the oldest that have ended */
		if (n < OPERATIONS_MAX)
			break;
		if (old->ended)
			forget_operation(r->operations, old);
		n--;
	}
	p->id = make_guid();
	HASH_ADD_KEYPTR(hh, r->operations->by_id, p->id, strlen(p->id), p);
	return p->id;
}

static json_t *operation_json(const struct operation *p)
{
	json_t *j = json_pack("{s:s,s:s}", "name", p->id, "status",
	                      !p->ended   ? "InProgress"
	                      : p->failed ? "Failed"
	                                  : "Succeeded");

	if (p->failed) {
		json_t *e = rest_failure_json(&p->f);

		json_object_update(j, e);
		json_decref(e);
	} else if (p->result) {
		json_object_set(j, "properties", p->result);
	}
	return j;
}

static void answer_poll(struct rest_call *c, const struct operation *p)
{
	const char *what = c->id.type ? strrchr(c->id.type, '/') : "";
	bool result = what && strieq(what, "/operationResults");

	if (!p->ended)
		operation_headers(c, p->id, false, result);
	if (!result)
		rest_answer(c, 200, operation_json(p));
	else if (!p->ended)
		rest_answer(c, 202, NULL);
	else if (p->failed)
		rest_fail_with(c, &p->f);
	else
		rest_answer(c, 200, json_incref(p->result));
}

static void end_poll(struct timer *t)
{
	struct poll *w = container_of(t, struct poll, timer);
	struct rest_call *c = w->c;
	struct rest *r = c->rest;
	const struct operation *p = find_operation(r, w->id);

	for (struct poll **at = &r->operations->polls; *at; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			break;
		}
	loop_timer_stop(r->loop, &w->timer);
	free(w->id);
	free(w);
	if (p)
		answer_poll(c, p);
	else
		rest_fail(c, 404, "OperationNotFound", "vnetlab: the operation is forgotten.");
}

void operation_end(struct rest *r, const char *id, const struct rest_failure *f, json_t *result)
{
	struct operation *p = find_operation(r, id);

	if (!p || p->ended) {
		json_decref(result);
		return;
	}
	p->ended = true;
	p->failed = f != NULL;
	if (f)
		p->f = rest_failure_copy(f);
	p->result = result;
	for (struct poll *w = r->operations->polls, *next; w; w = next) {
		next = w->next;
		if (streq(w->id, id))
			end_poll(&w->timer);
	}
}

void operation_get(struct rest_call *c)
{
	const struct operation *p = find_operation(c->rest, c->id.name);

	if (!p) {
		rest_fail(c, 404, "OperationNotFound", "vnetlab: there is no operation %s.",
		          c->id.name ? c->id.name : "");
		return;
	}
	if (p->ended) {
		answer_poll(c, p);
		return;
	}
	struct poll *w = xcalloc(1, sizeof(*w));

	w->c = c;
	w->id = xstrdup(p->id);
	w->timer.fn = end_poll;
	w->next = c->rest->operations->polls;
	c->rest->operations->polls = w;
	loop_timer(c->rest->loop, &w->timer, HOLD_MS);
}

void operation_headers(struct rest_call *c, const char *id, bool azure_async, bool location)
{
	const char *version = rest_query(c, "api-version");
	const char *s = c->id.subscription ? c->id.subscription : TOKEN_SUBSCRIPTION;
	_cleanup_free_ char *base =
	    xasprintf("%s/subscriptions/%s/providers/Microsoft.Network/locations/lab",
	              rest_endpoint(c->rest), s);

	if (!version)
		version = "2022-07-01";
	if (azure_async)
		rest_header(c, "Azure-AsyncOperation", "%s/operations/%s?api-version=%s", base, id,
		            version);
	if (location)
		rest_header(c, "Location", "%s/operationResults/%s?api-version=%s", base, id,
		            version);
	rest_header(c, "Retry-After", "0");
}
