/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/ask.h"

#include <errno.h>

#include "base/clock.h"

/* Questions of one key become one request.  The caller frees. */
static char *question_key(const struct check_question *q)
{
	const char *op = json_string_value(json_object_get(q->request, "op"));
	_cleanup_free_ char *what = q->list ? xasprintf("%s %s", op, q->list)
	                                    : json_dumps(q->request, JSON_COMPACT | JSON_SORT_KEYS);

	return xasprintf("%u %d %s", q->turn, (int)q->sharing, what);
}

static bool list_has_item(const json_t *list, const json_t *item)
{
	size_t i;
	json_t *x;

	json_array_foreach (list, i, x)
		if (json_equal(x, item))
			return true;
	return false;
}

/* The request that the question becomes a part of, or a new one. */
static size_t request_for(struct round *r, const struct check_question *q)
{
	_cleanup_free_ char *key = question_key(q);
	const json_t *known = json_object_get(r->by_key, key);

	if (known)
		return (size_t)json_integer_value(known);
	if (!r->by_key)
		r->by_key = json_object();
	json_object_set_new(r->by_key, key, json_integer((json_int_t)r->n_requests));
	VEC_PUSH(r->requests, r->n_requests, r->cap_requests) = (struct round_request){
		.request = json_deep_copy(q->request),
		.q = *q,
	};
	struct round_request *own = &r->requests[r->n_requests - 1];

	own->q.request = own->request;
	if (q->list)
		json_array_clear(json_object_get(own->request, q->list));
	return r->n_requests - 1;
}

size_t round_add(struct round *r, struct check_question q)
{
	size_t at = request_for(r, &q), i;
	json_t *list = q.list ? json_object_get(r->requests[at].request, q.list) : NULL, *item;

	VEC_PUSH(r->questions, r->n_questions, r->cap_questions) =
	    (struct round_question){ at, json_array_size(list), q.payload };
	json_array_foreach (q.list ? json_object_get(q.request, q.list) : NULL, i, item)
		if (q.sharing == CHECK_SHARE_LIST || !list_has_item(list, item))
			json_array_append(list, item);
	json_decref(q.request);
	return r->n_questions - 1;
}

static void request_send(struct round *r, struct round_request *x, struct lab_client *c)
{
	if (!r->lost) {
		int rc = lab_call(c, json_incref(x->request), NULL, NULL, &x->reply, NULL, &r->e);

		if (rc == -ECONNRESET || rc == -EPIPE || rc == -EBADF || rc == -ENOTCONN)
			r->lost = rc;
		if (rc < 0)
			x->reply = NULL;
	}
	if (!x->reply)
		x->why = xstrdup(r->e.msg);
	x->answered_ms = clock_ms();
}

void round_send(struct round *r, struct lab_client *c)
{
	unsigned last = 0;

	for (size_t i = 0; i < r->n_requests; i++)
		if (r->requests[i].q.turn > last)
			last = r->requests[i].q.turn;
	for (unsigned turn = 0; turn <= last; turn++)
		for (size_t i = 0; i < r->n_requests; i++)
			if (r->requests[i].q.turn == turn)
				request_send(r, &r->requests[i], c);
}

const json_t *round_answer(const struct round *r, size_t question, const char **why)
{
	const struct round_question *q = &r->questions[question];
	const struct round_request *x = &r->requests[q->request];
	const json_t *got = q->payload ? json_object_get(x->reply, q->payload) : x->reply;

	*why = x->why;
	return x->q.sharing == CHECK_SHARE_LIST ? json_array_get(got, q->at) : got;
}

long round_answered_ms(const struct round *r, size_t question)
{
	return r->requests[r->questions[question].request].answered_ms;
}

void round_clear(struct round *r)
{
	for (size_t i = 0; i < r->n_requests; i++) {
		json_decref(r->requests[i].request);
		json_decref(r->requests[i].reply);
		free(r->requests[i].why);
	}
	json_decref(r->by_key);
	free(r->requests);
	free(r->questions);
	*r = (struct round){ .lost = r->lost, .e = r->e };
}
