/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "router/proto.h"

enum {
	CHUNK = 64 * 1024,
	MAX_FDS = 250,                /* the kernel's SCM_MAX_FD is 253 */
	MAX_LINE = 256 * 1024 * 1024, /* a design is at most 64 MiB, escaped files beside it */
};

struct out { /* one message */
	struct out *next;
	char *data;
	size_t n, sent;
	int fds[MAX_FDS];
	size_t n_fds;
};

struct peer {
	int fd;
	char *in;
	size_t n_in, cap_in, scanned; /* scanned: no newline before this */
	int fds[MAX_FDS];
	size_t n_fds;
	struct out *first, **last;
};

struct peer *peer_new(int fd)
{
	struct peer *p = xcalloc(1, sizeof(*p));

	p->fd = fd;
	p->last = &p->first;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return p;
}

static void out_free(struct out *o)
{
	for (size_t i = 0; i < o->n_fds; i++)
		close(o->fds[i]);
	free(o->data);
	free(o);
}

struct peer *peer_free(struct peer *p)
{
	if (!p)
		return NULL;
	for (struct out *o = p->first, *next; o; o = next) {
		next = o->next;
		out_free(o);
	}
	for (size_t i = 0; i < p->n_fds; i++)
		close(p->fds[i]);
	close_p(&p->fd);
	free(p->in);
	free(p);
	return NULL;
}

int peer_fd_of(const struct peer *p)
{
	return p->fd;
}

/* --- out ------------------------------------------------------------------------------------ */

static ssize_t send_some(struct peer *p, struct out *o)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(o->fds))];
	} control;
	struct iovec iov = { o->data + o->sent, o->n - o->sent };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (!o->sent && o->n_fds) {
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(o->n_fds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(o->n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), o->fds, o->n_fds * sizeof(int));
	}
	return sendmsg(p->fd, &msg, MSG_NOSIGNAL);
}

int peer_flush(struct peer *p, struct err *e)
{
	while (p->first) {
		struct out *o = p->first;
		ssize_t n = send_some(p, o);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN)
				return 1;
			return err_sys(e, errno, "virtual router's connection: send");
		}
		o->sent += (size_t)n;
		if (o->sent < o->n)
			continue;
		p->first = o->next;
		if (!p->first)
			p->last = &p->first;
		out_free(o);
	}
	return 0;
}

int peer_send(struct peer *p, json_t *msg, const int *fds, size_t n_fds, struct err *e)
{
	struct out *o = xcalloc(1, sizeof(*o));
	char *text = json_dumps(msg, JSON_COMPACT);

	json_decref(msg);
	if (!text || n_fds > MAX_FDS) {
		free(text);
		free(o);
		return err_set(e, EINVAL, "virtual router's connection: %s",
		               text ? "too many descriptors" : "a message that is no JSON");
	}
	o->n = strlen(text) + 1;
	o->data = text;
	text[o->n - 1] = '\n'; /* the terminator's place: length is known from here on */
	for (; o->n_fds < n_fds; o->n_fds++) {
		o->fds[o->n_fds] = fcntl(fds[o->n_fds], F_DUPFD_CLOEXEC, 0);
		if (o->fds[o->n_fds] < 0) {
			int r = errno;

			out_free(o);
			return err_sys(e, r, "virtual router's connection: descriptor");
		}
	}
	*p->last = o;
	p->last = &o->next;
	int r = peer_flush(p, e);

	return r < 0 ? r : 0;
}

/* --- in ------------------------------------------------------------------------------------- */

static void keep_fds(struct peer *p, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (p->n_fds < MAX_FDS)
				p->fds[p->n_fds++] = fd;
			else
				close(fd);
		}
	}
}

int peer_fill(struct peer *p, struct err *e)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(MAX_FDS * sizeof(int))];
	} control;

	for (;;) {
		if (p->cap_in - p->n_in < CHUNK) {
			if (p->n_in > MAX_LINE)
				return err_set(e, EMSGSIZE,
				               "virtual router's connection: a line of over %d "
				               "MiB",
				               MAX_LINE >> 20);
			p->cap_in = p->cap_in * 2 + CHUNK;
			p->in = xrealloc(p->in, p->cap_in, 1);
		}
		struct iovec iov = { p->in + p->n_in, p->cap_in - p->n_in };
		struct msghdr msg = { .msg_iov = &iov,
			              .msg_iovlen = 1,
			              .msg_control = control.buf,
			              .msg_controllen = sizeof(control.buf) };
		ssize_t n = recvmsg(p->fd, &msg, MSG_CMSG_CLOEXEC);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN)
				return 0;
			return err_sys(e, errno, "virtual router's connection: receive");
		}
		if (n == 0)
			return err_set(e, ECONNRESET, "virtual router's connection: closed");
		keep_fds(p, &msg);
		p->n_in += (size_t)n;
	}
}

json_t *peer_next(struct peer *p, struct err *e)
{
	char *nl =
	    p->n_in > p->scanned ? memchr(p->in + p->scanned, '\n', p->n_in - p->scanned) : NULL;
	json_error_t je;

	if (!nl) {
		p->scanned = p->n_in;
		return NULL;
	}
	size_t len = (size_t)(nl - p->in);
	json_t *msg = json_loadb(p->in, len, 0, &je);

	p->n_in -= len + 1;
	memmove(p->in, nl + 1, p->n_in);
	p->scanned = 0;
	if (!p->n_in && p->cap_in > 4 * CHUNK) { /* something large went by: do not keep its room */
		free(p->in);
		p->in = NULL;
		p->cap_in = 0;
	}
	if (!json_is_object(msg)) {
		err_set(e, EBADMSG, "virtual router's connection: not a JSON object: %s",
		        msg ? "of another type" : je.text);
		json_decref(msg);
		return NULL;
	}
	return msg;
}

bool peer_take_fds(struct peer *p, int *ret, size_t n)
{
	if (p->n_fds < n)
		return false;
	memcpy(ret, p->fds, n * sizeof(*ret));
	p->n_fds -= n;
	memmove(p->fds, p->fds + n, p->n_fds * sizeof(*p->fds));
	return true;
}
