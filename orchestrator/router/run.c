/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual router's loop.
 *
 * Not base/loop.h: that one takes an event at a time, and ends a round with each.  This one applies
 * routes when a poll that does not wait finds nothing more to read, so that a burst from several
 * BIRDs is one change of the kernel; and what a handler fails with ends the process. */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "router/router_priv.h"

enum { MAX_CHURN_MS = 100 }; /* routes that never stop coming are applied at least so often */

int router_new(int peer_fd, struct router **ret, struct err *e)
{
	struct router *r = xcalloc(1, sizeof(*r));
	int rc = 0;

	r->retry_at = -1;
	r->peer = peer_new(peer_fd);
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll < 0)
		rc = err_sys(e, errno, "epoll");
	if (rc == 0)
		rc = nl_link_monitor_open(-1, &r->links, e);
	if (rc == 0)
		rc = router_listen(r, nl_fd(r->links), r->links, e);
	if (rc == 0)
		rc = router_listen(r, peer_fd_of(r->peer), r->peer, e);
	if (rc < 0) {
		router_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

struct router *router_free(struct router *r)
{
	if (!r)
		return NULL;
	instances_close(r->watches, r->n_watches);
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
	close_p(&r->epoll);
	free(r);
	return NULL;
}

/* Until when the loop may wait: not at all while changes are collected (apply when nothing more is
 * there), else until a delayed route is due. */
static int loop_timeout(const struct router *r)
{
	if (r->dirty || r->more)
		return 0;
	int64_t next = r->prog ? programmer_next(r->prog) : -1, now = clock_ms();

	if (r->retry_at >= 0 && (next < 0 || r->retry_at < next))
		next = r->retry_at;
	if (next < 0)
		return -1;
	return next <= now ? 0 : next - now > 60000 ? 60000 : (int)(next - now);
}

static int dispatch_event(struct router *r, void *what, struct err *e)
{
	if (what == r->peer)
		return router_read_requests(r, e);
	if (what == r->links) {
		router_links_changed(r);
		return 0;
	}
	for (size_t i = 0; i < r->n_watches; i++)
		if (r->watches[i] && what == r->watches[i])
			instance_read(r, i);
	return 0;
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

static int want_write(struct router *r, bool more, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN | (more ? EPOLLOUT : 0), .data.ptr = r->peer };

	if (epoll_ctl(r->epoll, EPOLL_CTL_MOD, peer_fd_of(r->peer), &ev) < 0)
		return err_sys(e, errno, "epoll");
	return 0;
}

int router_run(struct router *r, struct err *e)
{
	struct epoll_event events[64];
	bool writing = false;

	for (;;) {
		int n = epoll_wait(r->epoll, events, ARRAY_LEN(events), loop_timeout(r));

		if (n < 0 && errno != EINTR)
			return err_sys(e, errno, "epoll");
		/* A request may close the sources of events behind it: dispatch_event() knows by
		 * address, and one that was reused is read once for nothing. */
		for (int i = 0; i < n; i++) {
			int rc = dispatch_event(r, events[i].data.ptr, e);

			if (rc < 0)
				return rc == -ECONNRESET ? 0 : rc;
		}
		int64_t now = clock_ms(), next = r->prog ? programmer_next(r->prog) : -1;

		if (next >= 0 && next <= now)
			router_dirty(r);
		if (r->retry_at >= 0 && r->retry_at <= now)
			try_again(r);
		if (r->dirty && (n <= 0 || now - r->dirty_since > MAX_CHURN_MS))
			router_apply(r, n > 0);
		if (r->more && !r->dirty && n <= 0) { /* what was there changed nothing */
			r->more = false;
			router_say_applied(r);
		}
		if (r->mark && !r->dirty && !r->failed) {
			report_read(r);
			r->mark = 0;
		}
		int more = peer_flush(r->peer, e);

		if (more < 0)
			return more == -EPIPE || more == -ECONNRESET ? 0 : more;
		if (more != writing) {
			writing = more;
			int rc = want_write(r, writing, e);

			if (rc < 0)
				return rc;
		}
	}
}
