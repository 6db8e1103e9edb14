/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual router's process: started, watched, started again. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/proc/events.h"
#include "lab/proc/launch.h"
#include "lab/proc/node.h"
#include "lab/watch/room.h"
#include "lab/watch/routerlink_priv.h"

enum { RESTART_MS = 200 };

static void on_router_exit(struct child *c, int wstatus);

static void on_router_output(struct source *s, uint32_t events)
{
	struct router_link *rl = container_of(s, struct router_link, out);
	char buf[4096];
	ssize_t n = read(s->fd, buf, sizeof(buf));
	int fd = s->fd;

	(void)events;
	if (n > 0) {
		logbuf_add(&rl->log, buf, (size_t)n, NULL, NULL);
	} else if (n == 0 || errno != EAGAIN) {
		loop_del(rl->d->loop, s);
		close(fd);
	}
}

static int start_router(struct router_link *rl, struct err *e)
{
	struct driver *d = rl->d;
	int sv[2], p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0)
		return err_sys(e, errno, "socketpair");
	if (pipe2(p, O_CLOEXEC) < 0) {
		close(sv[0]);
		close(sv[1]);
		return err_sys(e, errno, "pipe");
	}
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	const char *argv[] = { "vnetlab-router", NULL };
	struct launch l = { .argv = argv,
		            .program = d->router_fd,
		            .envp = ARGV(environ), /* ours, as it is part of us */
		            .netns = node_always(&d->lab, NODE_FABRIC)->netns,
		            .fds = { -1, p[1], p[1] },
		            .extra = &sv[1],
		            .n_extra = 1 };
	int r = launch(&l, &rl->child.pid, e);

	close(sv[1]);
	close(p[1]);
	if (r < 0) {
		rl->child.pid = 0;
		close(sv[0]);
		close(p[0]);
		return err_wrap(e, "the virtual router");
	}
	rl->child.fn = on_router_exit;
	loop_child(d->loop, &rl->child);
	rl->host_pid = host_pid_of(d, rl->child.pid);
	rl->peer = peer_new(sv[0]);
	rl->src.fn = router_on_socket;
	rl->out.fn = on_router_output;
	r = loop_add(d->loop, &rl->src, peer_fd_of(rl->peer), EPOLLIN, e);
	if (r == 0)
		r = loop_add(d->loop, &rl->out, p[0], EPOLLIN, e);
	return r;
}

static void on_router_restart(struct timer *t)
{
	struct router_link *rl = container_of(t, struct router_link, restart);
	struct err e = { 0 };
	int r = start_router(rl, &e);

	if (r == 0 && rl->d->lab.model)
		r = router_update(rl->d, &e);
	if (r < 0) {
		event_add(rl->d->events, "router", "fabric", "%s", e.msg);
		loop_timer(rl->d->loop, t, 1000);
		return;
	}
	event_add(rl->d->events, "process", "fabric/vnetlab-router", "running as %d",
	          (int)rl->host_pid);
}

/* Restarts a virtual router that has ended.  The kernel state that it wrote stays and forwards on;
 * only changes wait until it is back. */
static void on_router_exit(struct child *c, int wstatus)
{
	struct router_link *rl = container_of(c, struct router_link, child);
	_cleanup_str_ struct str tail = { 0 };
	char how[96];

	while (rl->out.fd >= 0) {
		int fd = rl->out.fd;

		on_router_output(&rl->out, EPOLLIN);
		if (rl->out.fd == fd && errno == EAGAIN)
			break;
	}
	router_hang_up(rl);
	rl->host_pid = 0;
	rl->waiting = 0;
	rl->fetching = false;
	rl->rib_version = -1; /* its versions begin anew */
	rl->heard++;
	logbuf_tail(&rl->log, 5, "  ", &tail);
	event_add(rl->d->events, "process", "fabric/vnetlab-router", "%s; is restarted%s%s",
	          wait_status_str(wstatus, how), tail.n ? "; last lines:\n" : "", str_get(&tail));
	snprintf(rl->error, sizeof(rl->error), "it %s", how);
	while (rl->n_looks) /* the next one builds the fabric anew */
		router_take_looked(rl, NULL);
	loop_timer(rl->d->loop, &rl->restart, rl->deaths++ ? RESTART_MS : 0);
}

int router_start(struct driver *d, struct err *e)
{
	if (!d->watch->router) {
		d->watch->router = xcalloc(1, sizeof(*d->watch->router));
		d->watch->router->d = d;
		d->watch->router->src.fd = d->watch->router->out.fd = -1;
		d->watch->router->restart.fn = on_router_restart;
	}
	return d->watch->router->child.pid ? 0 : start_router(d->watch->router, e);
}

int router_kill(struct driver *d, struct err *e)
{
	if (!d->watch->router || !d->watch->router->child.pid)
		return err_set(e, EALREADY, "the virtual router does not run at the moment");
	kill(d->watch->router->child.pid, SIGKILL);
	event_add(d->events, "fault", "fabric", "kill");
	return 0;
}
