/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/responder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/limits.h"
#include "kernel/ns.h"
#include "lab/build/responder_proc.h"
#include "lab/build/room.h"
#include "lab/proc/events.h"
#include "lab/proc/process.h"

struct served {
	const struct lab_node *node;
	uint32_t id;
	bool udp;
	uint16_t port;
	bool wanted;
};

struct responder {
	struct driver *d;
	int fd;
	struct child child;
	struct timer restart;
	unsigned deaths;
	struct served *list;
	size_t n, cap;
	uint32_t next_id;
};

static int socket_of(const struct lab_node *n, bool udp, uint16_t port, struct err *e)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1;
	int fd =
	    ns_socket(n->netns, AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0, e);

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (udp)
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || (!udp && listen(fd, 128) < 0)) {
		int r =
		    err_sys(e, errno, "%s: listen on %s/%u", n->name, udp ? "udp" : "tcp", port);

		close(fd);
		return r;
	}
	return fd;
}

static int tell_responder(struct responder *rs, const struct served *s, int fd, struct err *e)
{
	struct responder_msg m = { .id = s->id, .add = fd >= 0, .udp = s->udp, .port = s->port };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl = { 0 };
	struct iovec iov = { &m, sizeof(m) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	snprintf(m.name, sizeof(m.name), "%s", s->node->name);
	if (fd >= 0) {
		mh.msg_control = ctl.buf;
		mh.msg_controllen = sizeof(ctl.buf);
		struct cmsghdr *c = CMSG_FIRSTHDR(&mh);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(rs->fd, &mh, MSG_NOSIGNAL) < 0)
		return err_sys(e, errno, "%s: handing over a listener", s->node->name);
	return 0;
}

static void on_responder_exit(struct child *c, int wstatus);

static int start_responder(struct responder *rs, struct err *e)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0)
		return err_sys(e, errno, "socketpair");
	pid_t pid = fork();

	if (pid < 0) {
		int code = errno;

		close(sv[0]);
		close(sv[1]);
		return err_fork(e, code, "starting the node's listeners");
	}
	if (pid == 0) {
		driver_after_fork(rs->d, NULL);
		prctl(PR_SET_NAME, "vnetlab-respond");
		/* No namespace may live on in here when the driver lets go of it. */
		dup2(sv[1], 3);
		close_range(4, ~0u, 0);
		responder_run(3);
	}
	close(sv[1]);
	rs->fd = sv[0];
	rs->child.pid = pid;
	rs->child.fn = on_responder_exit;
	loop_child(rs->d->loop, &rs->child);
	return 0;
}

static void on_responder_restart(struct timer *t)
{
	struct responder *rs = container_of(t, struct responder, restart);
	struct err e;

	if (responder_update(rs->d, &e) < 0)
		event_add(rs->d->events, "process", "responder", "%s", e.msg);
}

static void on_responder_exit(struct child *c, int wstatus)
{
	struct responder *rs = container_of(c, struct responder, child);
	char buf[96];

	close_p(&rs->fd);
	rs->fd = -1;
	rs->n = 0; /* its sockets went with it */
	event_add(rs->d->events, "process", "responder", "%s", wait_status_str(wstatus, buf));
	loop_timer(rs->d->loop, &rs->restart, rs->deaths++ ? 500 : 0);
}

static struct served *find_served(struct responder *rs, const struct lab_node *n, bool udp,
                                  uint16_t port)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->list[i].node == n && rs->list[i].udp == udp && rs->list[i].port == port)
			return &rs->list[i];
	return NULL;
}

static int want_listener(struct responder *rs, const struct lab_node *n, bool udp, uint16_t port,
                         struct err *e)
{
	struct served *s = find_served(rs, n, udp, port);

	if (s) {
		s->wanted = true;
		return 0;
	}
	if (rs->fd < 0) {
		int r = start_responder(rs, e);

		if (r < 0)
			return r;
	}
	struct served new = { n, ++rs->next_id, udp, port, true };
	_cleanup_close_ int fd = socket_of(n, udp, port, e);

	if (fd < 0)
		return fd;
	int r = tell_responder(rs, &new, fd, e);

	if (r < 0)
		return r;
	VEC_PUSH(rs->list, rs->n, rs->cap) = new;
	return 0;
}

static void drop_listener(struct responder *rs, size_t i)
{
	if (rs->fd >= 0)
		tell_responder(rs, &rs->list[i], -1, NULL);
	rs->list[i] = rs->list[--rs->n];
}

int responder_update(struct driver *d, struct err *e)
{
	struct responder *rs = d->build->responder;
	int r = 0;

	if (!rs) {
		rs = d->build->responder = xcalloc(1, sizeof(*rs));
		rs->d = d;
		rs->fd = -1;
		rs->restart.fn = on_responder_restart;
	}
	for (size_t i = 0; i < rs->n; i++)
		rs->list[i].wanted = false;
	for (size_t i = 0; r == 0 && i < d->lab.n_nodes; i++) {
		const struct lab_node *n = d->lab.nodes[i];

		if (n->kind ==
		    NODE_INTERNET) { /* interfaces.md, section 1: its hosts answer these */
			r = want_listener(rs, n, false, 80, e);
			if (r == 0)
				r = want_listener(rs, n, false, 443, e);
		}
		for (size_t k = 0; r == 0 && n->vm && !n->stopped && k < n->vm->n_listen; k++)
			r = want_listener(rs, n, n->vm->listen[k].proto == LISTEN_UDP,
			                  n->vm->listen[k].port, e);
	}
	for (size_t i = rs->n; r == 0 && i-- > 0;)
		if (!rs->list[i].wanted)
			drop_listener(rs, i);
	return r;
}

void responder_forget(struct driver *d, const struct lab_node *n)
{
	struct responder *rs = d->build->responder;

	for (size_t i = rs ? rs->n : 0; i-- > 0;)
		if (rs->list[i].node == n)
			drop_listener(rs, i);
}
