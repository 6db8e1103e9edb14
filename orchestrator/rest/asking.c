/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the lab's driver, each on a connection of its own. */
#include <errno.h>
#include <sys/epoll.h>

#include "lab/client/client.h"
#include "lab/client/client_priv.h"
#include "rest/priv.h"

struct lab_ask {
	struct rest *r;
	struct lab_client *c;
	struct source src;
	void (*fn)(void *ctx, const json_t *answer, const struct err *e);
	void *ctx;
	struct lab_ask *next;
};

static void end_ask(struct lab_ask *a, const json_t *answer, const struct err *e)
{
	for (struct lab_ask **at = &a->r->asks; *at; at = &(*at)->next)
		if (*at == a) {
			*at = a->next;
			break;
		}
	loop_del(a->r->loop, &a->src);
	lab_disconnect(a->c);
	a->fn(a->ctx, answer, e);
	free(a);
}

static void on_driver_words(struct source *s, uint32_t events)
{
	struct lab_ask *a = container_of(s, struct lab_ask, src);
	struct err e = { 0 };

	(void)events;
	do { /* a driver writes whole lines */
		json_t *j = NULL;
		int r = lab_recv(a->c, &j, &e);

		if (r == 0 && json_object_get(j, "progress")) {
			json_decref(j);
			continue;
		}
		if (r == 0)
			r = lab_answer_error(j, NULL, &e);
		end_ask(a, r == 0 ? j : NULL, r == 0 ? NULL : &e);
		json_decref(j);
		return;
	} while (lab_client_pending(a->c));
}

void rest_ask(struct rest *r, json_t *request,
              void (*fn)(void *ctx, const json_t *answer, const struct err *e), void *ctx)
{
	struct lab_ask *a = xcalloc(1, sizeof(*a));
	struct err e = { 0 };

	a->r = r;
	a->fn = fn;
	a->ctx = ctx;
	a->src = (struct source){ .fd = -1, .fn = on_driver_words };
	a->next = r->asks;
	r->asks = a;
	int rc = r->ended ? err_set(&e, ENOENT, "lab %s has ended", r->o.lab)
	                  : lab_connect(r->o.lab, &a->c, &e);

	if (rc < 0)
		json_decref(request);
	else
		rc = lab_send(a->c, request, NULL, 0, &e);
	if (rc == 0)
		rc = loop_add(r->loop, &a->src, lab_client_fd(a->c), EPOLLIN, &e);
	if (rc < 0)
		end_ask(a, NULL, &e);
}

void asks_end(struct rest *r, const struct err *e)
{
	while (r->asks)
		end_ask(r->asks, NULL, e);
}
