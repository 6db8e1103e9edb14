/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/peerask.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "lab/watch/room.h"

static const char QUESTION[] = "show status\n";

struct line { /* to one BIRD */
	struct peer_ask *all;
	struct source src;
	struct str buf;
	bool greeted;
};

struct peer_ask {
	struct driver *d;
	struct line *lines;
	size_t n, open;
	struct timer timer;
	void (*fn)(void *ctx);
	void *ctx;
};

static void hang_up_peer(struct line *l)
{
	int fd = l->src.fd;

	if (fd < 0)
		return;
	loop_del(l->all->d->loop, &l->src);
	close_p(&fd);
	str_free_p(&l->buf);
	l->all->open--;
}

void peers_ask_cancel(struct driver *d)
{
	struct peer_ask *a = d->watch->peer_ask;

	if (!a)
		return;
	for (size_t i = 0; i < a->n; i++)
		hang_up_peer(&a->lines[i]);
	loop_timer_stop(d->loop, &a->timer);
	free(a->lines);
	free(a);
	d->watch->peer_ask = NULL;
}

/* From the loop, not from the middle of what is being looked at. */
static void on_asking_over(struct timer *t)
{
	struct peer_ask *a = container_of(t, struct peer_ask, timer);
	void (*fn)(void *) = a->fn;
	void *ctx = a->ctx;

	peers_ask_cancel(a->d);
	fn(ctx);
}

static void peer_closed(struct line *l)
{
	struct peer_ask *a = l->all;

	hang_up_peer(l);
	if (!a->open)
		loop_timer(a->d->loop, &a->timer, 0);
}

static void on_peer_answer(struct source *s, uint32_t events)
{
	struct line *l = container_of(s, struct line, src);
	_cleanup_free_ char *text = NULL;
	char chunk[4096];
	ssize_t n = recv(s->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	int code;

	(void)events;
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		peer_closed(l);
		return;
	}
	if (n < 0)
		return;
	str_addn(&l->buf, chunk, (size_t)n);
	if (!bird_parse_reply(l->buf.s, l->buf.n, &text, &code))
		return;
	str_free_p(&l->buf);
	if (l->greeted ||
	    send(s->fd, QUESTION, sizeof(QUESTION) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		peer_closed(l);
	l->greeted = true;
}

/* The control socket of an appliance's BIRD; NULL: it has none, or cannot answer, or is asked all
 * the time anyway. */
static const struct sock_at *peer_control_of(const struct lab_node *n)
{
	for (size_t i = 0; n->vm && !n->stopped && !node_has_our_bird(n) && i < n->n_procs; i++) {
		const struct process *p = n->procs[i];

		if (streq(p->name, "bird") && p->state == PROC_RUNNING && !p->frozen)
			return &p->control;
	}
	return NULL;
}

void peers_ask(struct driver *d, unsigned timeout_ms, void (*fn)(void *ctx), void *ctx)
{
	struct peer_ask *a = xcalloc(1, sizeof(*a));

	peers_ask_cancel(d);
	d->watch->peer_ask = a;
	*a = (struct peer_ask){ .d = d, .fn = fn, .ctx = ctx, .timer.fn = on_asking_over };
	a->lines = xcalloc(d->lab.n_nodes, sizeof(*a->lines));
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct sock_at *at = peer_control_of(d->lab.nodes[i]);
		struct line *l = &a->lines[a->n];
		int fd = bird_dial(at);

		if (fd < 0)
			continue;
		*l = (struct line){ .all = a, .src = { .fn = on_peer_answer, .fd = -1 } };
		if (loop_add(d->loop, &l->src, fd, EPOLLIN, NULL) < 0) {
			close_p(&fd);
			continue;
		}
		a->n++;
		a->open++;
	}
	loop_timer(d->loop, &a->timer, a->open ? timeout_ms : 0);
}

void peer_wake(const struct driver *d, const struct bgp_connection *c)
{
	const struct lab_node *n = c->nic ? node_find(&d->lab, c->nic->vm->name) : NULL;

	for (size_t i = 0; n && i < n->n_procs; i++) {
		const struct process *p = n->procs[i];
		int fd = -1;

		if (streq(p->name, "bird") && p->state == PROC_RUNNING)
			fd = bird_dial(&p->control);
		close_p(&fd);
	}
}
