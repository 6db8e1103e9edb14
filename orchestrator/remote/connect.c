/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves the name and connects by TCP. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "remote/ssh_priv.h"

enum { DEAD_AFTER_MS = 30000 };

/* --- the name --- */

static int name_error(const struct ssh *s, int code, int sys, struct err *e)
{
	const char *why = code == EAI_SYSTEM ? strerror(sys) : gai_strerror(code);

	return err_set(
	    e, EHOSTUNREACH,
	    "%s: the name %s cannot be resolved: %s; is it spelled right, and is there a "
	    "network?",
	    s->name, s->target.host, why);
}

/* getaddrinfo() with a deadline.  The request must live until its thread is done. */
static int resolve_host(struct ssh *s, long deadline, struct addrinfo **ret, struct err *e)
{
	struct lookup {
		struct gaicb cb;
		struct addrinfo hints;
		char port[8];
	} *l = xcalloc(1, sizeof(*l));
	struct gaicb *list[1] = { &l->cb };
	long left = deadline - clock_ms();
	struct timespec ts = { left > 0 ? left / 1000 : 0, left > 0 ? left % 1000 * 1000000 : 0 };
	int r;

	snprintf(l->port, sizeof(l->port), "%u", s->target.port);
	l->hints = (struct addrinfo){ .ai_socktype = SOCK_STREAM };
	l->cb = (struct gaicb){ .ar_name = s->target.host,
		                .ar_service = l->port,
		                .ar_request = &l->hints };
	r = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	if (r == 0) {
		while ((r = gai_suspend((const struct gaicb *const *)list, 1, &ts)) == EAI_INTR)
			;
		r = gai_error(&l->cb);
		if (r == EAI_INPROGRESS && gai_cancel(&l->cb) != EAI_CANCELED) {
			/* The thread still writes to the request: it is not freed. */
			static struct lookup *left_behind;

			left_behind = l;
			(void)left_behind;
			return err_set(e, ETIMEDOUT, "%s: the name %s was not resolved in time",
			               s->name, s->target.host);
		}
	}
	int sys = errno;

	if (r == 0)
		*ret = l->cb.ar_result;
	free(l);
	return r == 0 ? 0 : name_error(s, r, sys, e);
}

/* --- the connection --- */

/* A connection whose network is gone ends after half a minute without an answer to
 * keep-alive probes. */
static void watch_peer(int fd)
{
	const int on = 1, idle = 10, every = 5, count = 4, dead = DEAD_AFTER_MS;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof(dead));
}

/* A connected socket, or -errno. */
static int connect_to_address(const struct addrinfo *ai, long deadline)
{
	_cleanup_close_ int fd =
	    socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t len = sizeof(error);

	if (fd < 0)
		return -errno;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0 && errno != EINPROGRESS)
		return -errno;
	for (;;) {
		long left = deadline - clock_ms();
		int r = poll(&p, 1, left > 0 ? (int)left : 0);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			return -ETIMEDOUT;
		break;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
		return error ? -error : -errno;
	watch_peer(fd);
	return take_fd(fd);
}

int ssh_connect(struct ssh *s, long deadline, struct err *e)
{
	struct addrinfo *list = NULL;
	int r = resolve_host(s, deadline, &list, e), n = 0, fd = -1;

	if (r < 0)
		return r;
	for (struct addrinfo *ai = list; ai; ai = ai->ai_next)
		n++;
	/* An address that does not answer must not use up the time of the next ones. */
	for (struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next, n--)
		fd = connect_to_address(ai, clock_ms() + (deadline - clock_ms()) / n);
	freeaddrinfo(list);
	if (fd >= 0) {
		s->fd = fd;
		return 0;
	}
	if (fd == -ETIMEDOUT)
		return err_set(e, ETIMEDOUT,
		               "%s: %s does not answer on port %u; is the machine on, and does a "
		               "firewall let you in?",
		               s->name, s->target.host, s->target.port);
	if (fd == -ECONNREFUSED)
		return err_set(
		    e, ECONNREFUSED,
		    "%s: connection refused: no SSH server listens on port %u of %s; is "
		    "sshd running there, or does it use another port (ssh://user@host:PORT)?",
		    s->name, s->target.port, s->target.host);
	return err_sys(e, -fd, "%s: connecting to %s, port %u", s->name, s->target.host,
	               s->target.port);
}
