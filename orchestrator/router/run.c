/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual router in its loop: it reads, and applies routes when a wait finds nothing more to
 * read, so that a burst from several BIRDs is one change of the kernel. */
#include <errno.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "router/router_priv.h"

enum { MAX_CHURN_MS = 100 }; /* routes that never stop coming are applied at least so often */

static void hear_peer(struct source *s, uint32_t events)
{
	struct router *r = container_of(s, struct router_source, source)->r;
	struct err why = { 0 };
	int rc = events & ~(uint32_t)EPOLLOUT ? router_read_requests(r, &why) : 0;

	if (rc < 0)
		router_end(r, rc, &why);
	loop_mark(r->loop);
}

static void hear_links(struct source *s, uint32_t events)
{
	struct router *r = container_of(s, struct router_source, source)->r;

	(void)events;
	router_links_changed(r);
	loop_mark(r->loop);
}

static void wake_up(struct timer *t)
{
	loop_mark(container_of(t, struct router, wake)->loop);
}

/* When a delayed route or a retry is due, in ms; -1: never. */
static int64_t next_due(const struct router *r)
{
	int64_t next = r->prog ? programmer_next(r->prog) : -1;

	return r->retry_at >= 0 && (next < 0 || r->retry_at < next) ? r->retry_at : next;
}

/* Repeats what failed: reading instances that are behind, applying. */
static void try_again(struct router *r)
{
	r->retry_at = -1;
	for (size_t i = 0; i < r->n_watches; i++)
		if (r->watches[i] && watch_is_behind(r->watches[i]))
			instance_read(r, i);
	router_dirty(r);
}

static void do_what_is_due(struct router *r, int64_t now)
{
	int64_t next = r->prog ? programmer_next(r->prog) : -1;

	if (next >= 0 && next <= now)
		router_dirty(r);
	if (r->retry_at >= 0 && r->retry_at <= now)
		try_again(r);
}

static void send_answers(struct router *r)
{
	struct err why = { 0 };
	int more = peer_flush(r->peer, &why);

	if (more < 0) {
		router_end(r, more, &why);
		return;
	}
	if (more == r->writing)
		return;
	r->writing = more;
	loop_mod(r->loop, &r->from_peer.source, EPOLLIN | (r->writing ? EPOLLOUT : 0));
}

static void finish_round(void *ctx)
{
	struct router *r = ctx;
	bool quiet = loop_is_quiet(r->loop);
	int64_t now = clock_ms(), next;

	do_what_is_due(r, now);
	if (r->dirty && (quiet || now - r->dirty_since > MAX_CHURN_MS))
		router_apply(r, !quiet);
	if (r->more && !r->dirty && quiet) { /* what was there changed nothing */
		r->more = false;
		router_say_applied(r);
	}
	if (r->mark && !r->dirty && !r->failed) {
		report_read(r);
		r->mark = 0;
	}
	send_answers(r);
	if (r->dirty || r->more)
		loop_mark(r->loop);
	next = next_due(r);
	if (next < 0)
		loop_timer_stop(r->loop, &r->wake);
	else
		loop_timer(r->loop, &r->wake, next > now ? next - now : 0);
}

int router_new(int peer_fd, struct router **ret, struct err *e)
{
	struct router *r = xcalloc(1, sizeof(*r));
	int rc;

	r->retry_at = -1;
	r->wake.fn = wake_up;
	r->peer = peer_new(peer_fd);
	rc = loop_new(&r->loop, e);
	if (rc == 0)
		rc = nl_link_monitor_open(-1, &r->links, e);
	if (rc == 0)
		rc = router_listen(r, &r->from_links, nl_fd(r->links), 0, hear_links, e);
	if (rc == 0)
		rc = router_listen(r, &r->from_peer, peer_fd_of(r->peer), 0, hear_peer, e);
	if (rc < 0) {
		router_free(r);
		return rc;
	}
	loop_on_mark(r->loop, finish_round, r);
	*ret = r;
	return 0;
}

struct router *router_free(struct router *r)
{
	if (!r)
		return NULL;
	instances_close(r->watches, r->n_watches);
	free(r->from_watches);
	instances_free_aside(r->aside, r->n_watches);
	free(r->tallies);
	free(r->maintained);
	programmer_free(r->prog);
	model_free(r->model);
	free(r->stopped);
	free(r->down);
	fabric_kernel_close(r->kernel);
	nl_close(r->links);
	peer_free(r->peer);
	loop_free(r->loop);
	free(r);
	return NULL;
}

int router_run(struct router *r, struct err *e)
{
	int rc = loop_run(r->loop, e);

	if (rc == 0 && r->ended < 0) {
		*e = r->why;
		rc = r->ended;
	}
	return rc;
}
