/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection in use: its queue, waiting for its socket, and what libssh2 says of failures. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "remote/ssh_priv.h"

int ssh_flush(struct ssh *s)
{
	while (!s->dead && s->out_at < s->out.n) {
		ssize_t n = send(s->fd, s->out.s + s->out_at, s->out.n - s->out_at,
		                 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			s->dead = errno;
		else
			s->out_at += (size_t)n;
	}
	if (s->out_at == s->out.n)
		s->out.n = s->out_at = 0;
	return s->dead ? -s->dead : 0;
}

int ssh_wait(struct ssh *s, long deadline, const char *what, struct err *e)
{
	for (;;) {
		long left = deadline - clock_ms();
		int r = ssh_flush(s);

		if (r < 0)
			return err_set(e, ECONNRESET, "%s: %s: the connection was lost: %s",
			               s->name, what, strerror(s->dead));
		struct pollfd p = { .fd = s->fd,
			            .events = (short)(POLLIN | (ssh_queued(s) ? POLLOUT : 0)) };

		r = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (r == 0)
			return err_set(
			    e, ETIMEDOUT,
			    "%s: %s: no answer in time; the machine or the network may be "
			    "overloaded (--connect-timeout waits longer)",
			    s->name, what);
		if (r < 0 && errno != EINTR)
			return err_sys(e, errno, "poll");
		if (r > 0 && (p.revents & ~POLLOUT))
			return 0;
	}
}

int ssh_failed(struct ssh *s, const char *what, struct err *e)
{
	char *msg = NULL;
	int code = libssh2_session_last_error(s->s, &msg, NULL, 0);

	if (s->dead)
		return err_set(e, ECONNRESET, "%s: %s: the connection was lost: %s", s->name, what,
		               s->dead == ECONNRESET ? "the other side closed it"
		                                     : strerror(s->dead));
	switch (code) {
	case LIBSSH2_ERROR_SOCKET_DISCONNECT:
	case LIBSSH2_ERROR_SOCKET_SEND:
	case LIBSSH2_ERROR_SOCKET_RECV:
		return err_set(e, ECONNRESET, "%s: %s: the connection was lost: %s", s->name, what,
		               msg && *msg ? msg : "the other side closed it");
	default:
		return err_set(e, EPROTO, "%s: %s: %s (libssh2 %d)", s->name, what,
		               msg && *msg ? msg : "failed", code);
	}
}
