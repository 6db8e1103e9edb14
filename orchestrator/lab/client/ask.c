/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/client/ask.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "lab/client/client.h"
#include "lab/client/client_priv.h"

struct lab_ask {
	struct lab_asks *all;
	struct lab_client *c;
	struct source src;
	struct timer late;
	void (*fn)(void *ctx, const json_t *answer, const struct err *e);
	void *ctx;
	uint64_t no;
	struct lab_ask *next;
};

static void end_ask(struct lab_ask *a, const json_t *answer, const struct err *e)
{
	for (struct lab_ask **at = &a->all->first; *at; at = &(*at)->next)
		if (*at == a) {
			*at = a->next;
			break;
		}
	loop_del(a->all->loop, &a->src);
	loop_timer_stop(a->all->loop, &a->late);
	lab_disconnect(a->c);
	if (answer || e)
		a->fn(a->ctx, answer, e);
	free(a);
}

/* lab_recv() would wait until all of a lab's processes have gone, to tell how it ended. */
static bool has_hung_up(int fd)
{
	char c;
	ssize_t k = recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return k == 0 || (k < 0 && errno != EAGAIN && errno != EINTR);
}

static void on_driver_words(struct source *s, uint32_t events)
{
	struct lab_ask *a = container_of(s, struct lab_ask, src);
	struct err e = { 0 };

	(void)events;
	if (has_hung_up(a->src.fd)) {
		err_set(&e, ECONNRESET, "lab %s has ended", lab_client_name(a->c));
		end_ask(a, NULL, &e);
		return;
	}
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

static void give_up_asking(struct timer *t)
{
	struct lab_ask *a = container_of(t, struct lab_ask, late);
	struct err e = { 0 };

	err_set(&e, ETIMEDOUT, "lab %s does not answer", lab_client_name(a->c));
	end_ask(a, NULL, &e);
}

void lab_ask(struct lab_asks *all, const char *lab, json_t *request, int64_t timeout_ms,
             void (*fn)(void *ctx, const json_t *answer, const struct err *e), void *ctx)
{
	struct lab_ask *a = xcalloc(1, sizeof(*a));
	struct err e = { 0 };

	*a = (struct lab_ask){ .all = all, .fn = fn, .ctx = ctx, .no = ++all->asked };
	a->next = all->first;
	a->src = (struct source){ .fd = -1, .fn = on_driver_words };
	a->late.fn = give_up_asking;
	all->first = a;
	int r = lab_connect(lab, &a->c, &e);

	if (r < 0)
		json_decref(request);
	else
		r = lab_send(a->c, request, NULL, 0, &e);
	if (r == 0)
		r = loop_add(all->loop, &a->src, lab_client_fd(a->c), EPOLLIN, &e);
	if (r < 0)
		end_ask(a, NULL, &e);
	else if (timeout_ms)
		loop_timer(all->loop, &a->late, timeout_ms);
}

static struct lab_ask *find_ask(const struct lab_asks *all, const void *ctx, uint64_t until)
{
	for (struct lab_ask *a = all->first; a; a = a->next)
		if ((!ctx || a->ctx == ctx) && a->no <= until)
			return a;
	return NULL;
}

/* A callback that hears of the end of a question may ask anew, which is none of these, or end
 * others. */
void lab_asks_end(struct lab_asks *all, const void *ctx, const struct err *e)
{
	uint64_t until = all->asked;

	for (struct lab_ask *a; (a = find_ask(all, ctx, until));)
		end_ask(a, NULL, e);
}
