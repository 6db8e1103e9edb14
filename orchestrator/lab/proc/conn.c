/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "kernel/limits.h"
#include "lab/proc/answer.h"
#include "lab/proc/driver.h"
#include "lab/proc/signals.h"

enum {
	LINE_MAX_BYTES = 160 << 20, /* a topology of 64 MiB and its files */
	READ_MAX_BYTES =
	    1 << 20, /* at once: a client that writes as fast as we read ends somewhere */
	OUT_MAX_BYTES = 32 << 20, /* what a slow client may leave unread */
	CONNS_MAX = 512,
};

static void fds_drop(struct conn *c)
{
	for (size_t i = 0; i < c->n_fds; i++)
		close(c->fds[i]);
	c->n_fds = 0;
}

void conn_reap(struct driver *d)
{
	for (struct conn **p = &d->conns; *p;) {
		struct conn *c = *p;

		if (!c->dead) {
			p = &c->next;
			continue;
		}
		*p = c->next;
		free(c->in);
		free(c->out);
		free(c);
	}
}

/* Frees at the end of the event: callers up the stack still look at it. */
void conn_close(struct conn *c)
{
	if (c->dead)
		return;
	c->dead = true;
	if (c->worker.pid) { /* a worker ends when its client goes */
		kill(c->worker.pid, SIGKILL);
		loop_child_forget(c->d->loop, &c->worker);
	}
	if (c->on_close)
		c->on_close(c);
	if (c->has_lab)
		driver_quit(c->d);
	int fd = c->src.fd;

	loop_del(c->d->loop, &c->src);
	close(fd);
	fds_drop(c);
	loop_timer(c->d->loop, &c->d->reaper, 0);
}

void conn_close_all(struct driver *d, const struct conn *except)
{
	for (struct conn *c = d->conns; c; c = c->next)
		if (c != except && !c->dead)
			close(c->src.fd);
}

void driver_after_fork(struct driver *d, const struct conn *keep)
{
	loop_after_fork(d->loop);
	signals_deadly_undo();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "vnetlab-worker");
	conn_close_all(d, keep);
	close(d->listener.fd);
	close(d->dir_fd);
	close(d->run_fd);
	/* The lock is the driver's: a worker that lingers does not keep the lab's name. */
	close(d->lock_fd);
}

static void watch_conn(struct conn *c)
{
	/* A client that has shut down its side but waits for answers is not read any more. */
	loop_mod(c->d->loop, &c->src, (c->eof ? 0 : EPOLLIN) | (c->out_n ? EPOLLOUT : 0));
}

static void drain_out(struct conn *c)
{
	size_t off = 0;

	while (off < c->out_n) {
		ssize_t k = send(c->src.fd, c->out + off, c->out_n - off, MSG_NOSIGNAL);

		if (k >= 0) {
			off += (size_t)k;
		} else if (errno == EAGAIN) {
			break;
		} else if (errno != EINTR) {
			conn_close(c);
			return;
		}
	}
	memmove(c->out, c->out + off, c->out_n - off);
	c->out_n -= off;
}

static void conn_put(struct conn *c, const char *s, size_t n)
{
	if (c->dead)
		return;
	if (c->out_n + n > OUT_MAX_BYTES) {
		conn_close(c);
		return;
	}
	if (c->out_n + n > c->out_cap) {
		c->out_cap = (c->out_n + n) * 2;
		c->out = xrealloc(c->out, c->out_cap, 1);
	}
	memcpy(c->out + c->out_n, s, n);
	bool idle = c->out_n == 0;

	c->out_n += n;
	if (idle)
		drain_out(c);
	if (!c->dead)
		watch_conn(c);
}

void conn_send(struct conn *c, json_t *obj)
{
	_cleanup_free_ char *text = json_dumps(obj, JSON_COMPACT);

	json_decref(obj);
	if (!text)
		return;
	size_t n = strlen(text);

	text[n] = '\n';
	conn_put(c, text, n + 1);
}

void conn_line(struct conn *c, const char *json)
{
	_cleanup_str_ struct str b = { 0 };

	str_printf(&b, "{\"line\":%s}\n", json);
	conn_put(c, b.s, b.n);
}

void conn_text(struct conn *c, const char *s, size_t n)
{
	conn_send(c, json_pack("{s:o}", "text", text_json(s, n)));
}

static void parse_request_lines(struct conn *c);

static void finish_operation(struct conn *c)
{
	c->busy = false;
	c->ctx = NULL;
	c->on_input = NULL;
	c->on_close = NULL;
	if (!c->dead)
		parse_request_lines(c);
}

void conn_answer(struct conn *c, json_t *payload)
{
	conn_send(c, ok_json(payload));
	finish_operation(c);
}

void conn_error(struct conn *c, const struct err *e)
{
	conn_send(c, error_json(e));
	finish_operation(c);
}

void conn_flush(struct conn *c, int timeout_ms)
{
	int64_t end = clock_ms() + (int64_t)timeout_ms;

	while (!c->dead && c->out_n && clock_ms() < end) {
		struct pollfd p = { .fd = c->src.fd, .events = POLLOUT };

		poll(&p, 1, 10);
		drain_out(c);
	}
}

/* --- operations ------------------------------------------------------------------------------ */

static void worker_ended(struct child *ch, int wstatus)
{
	struct conn *c = container_of(ch, struct conn, worker);
	struct err e;

	if (wstatus == 0) { /* it has answered itself */
		finish_operation(c);
		return;
	}
	if (WIFSIGNALED(wstatus))
		err_set(&e, EIO, "the operation died of signal %d (%s)", WTERMSIG(wstatus),
		        strsignal(WTERMSIG(wstatus)));
	else
		err_set(&e, EIO, "the operation ended with status %d and no answer",
		        WEXITSTATUS(wstatus));
	conn_error(c, &e);
}

static _Noreturn void be_worker(struct conn *c, const struct lab_op *op, struct request *r)
{
	struct err e = { 0 };
	json_t *reply = NULL;

	driver_after_fork(c->d, c);
	if (c->out_n) { /* what was queued comes before what we write */
		int fl = fcntl(c->src.fd, F_GETFL);

		fcntl(c->src.fd, F_SETFL, fl & ~O_NONBLOCK);
		drain_out(c);
		fcntl(c->src.fd, F_SETFL, fl);
	}
	int rc = op->run(&c->d->lab, r, &reply, &e);

	rc = line_write(r->conn, rc < 0 ? error_json(&e) : ok_json(reply));
	_exit(rc < 0 ? 1 : 0);
}

static void run_op(struct conn *c, json_t *body)
{
	const char *name = json_string_value(json_object_get(body, "op"));
	const struct lab_op *op = name ? op_find(name) : NULL;
	struct request r = { .body = body,
		             .fds = { -1, -1, -1 },
		             .n_fds = c->n_fds,
		             .conn = c->src.fd,
		             .client = c };
	struct err e = { 0 };
	json_t *reply = NULL;

	memcpy(r.fds, c->fds, c->n_fds * sizeof(int));
	if (!op) {
		err_set(&e, ENOSYS, name ? "no operation \"%s\"" : "a request has no \"op\"%s",
		        name ? name : "");
		conn_error(c, &e);
		return;
	}
	if (op->kind == OP_WORKER) {
		pid_t pid = fork();

		if (pid == 0)
			be_worker(c, op, &r);
		if (pid < 0) {
			err_fork(&e, errno, "starting a worker");
			conn_error(c, &e);
			return;
		}
		c->out_n = 0;
		c->worker.pid = pid;
		c->worker.fn = worker_ended;
		loop_child(c->d->loop, &c->worker);
		return;
	}
	int rc = op->run(&c->d->lab, &r, &reply, &e);

	if (rc < 0)
		conn_error(c, &e);
	else if (rc == 0)
		conn_answer(c, reply);
	/* else: the operation keeps the connection and answers later */
}

static void take_request_line(struct conn *c, char *line, size_t n)
{
	json_error_t je;
	json_t *body = json_loadb(line, n, JSON_REJECT_DUPLICATES, &je);
	struct err e;

	if (!json_is_object(body)) {
		if (body)
			err_set(&e, EPROTO, "a request is a JSON object");
		else
			err_set(&e, EPROTO, "a request is not JSON: %s", je.text);
		json_decref(body);
		fds_drop(c);
		conn_send(c, error_json(&e));
		return;
	}
	if (c->busy) {
		if (c->on_input)
			c->on_input(c, body);
	} else {
		c->busy = true;
		run_op(c, body);
		fds_drop(c);
	}
	json_decref(body);
}

static void parse_request_lines(struct conn *c)
{
	if (c->parsing) /* finish_operation() of an inline operation comes back here */
		return;
	c->parsing = true;
	while (!c->dead && (!c->busy || c->on_input)) {
		char *nl =
		    c->n > c->scanned ? memchr(c->in + c->scanned, '\n', c->n - c->scanned) : NULL;

		if (!nl) {
			c->scanned = c->n;
			break;
		}
		size_t len = (size_t)(nl - c->in);
		_cleanup_free_ char *line = xstrndup(c->in, len);

		memmove(c->in, nl + 1, c->n - len - 1);
		c->n -= len + 1;
		c->scanned = 0;
		if (len)
			take_request_line(c, line, len);
		if (c->n == 0 && c->cap > 65536) { /* a design went by: do not keep its room */
			free(c->in);
			c->in = NULL;
			c->cap = 0;
		}
	}
	c->parsing = false;
	if (!c->dead && c->eof && !c->busy && !c->out_n)
		conn_close(c);
}

static void take_fds(struct conn *c, struct msghdr *mh)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(mh); h; h = CMSG_NXTHDR(mh, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(fd));
			if (c->n_fds < ARRAY_LEN(c->fds))
				c->fds[c->n_fds++] = fd;
			else
				close(fd);
		}
	}
}

static void fill_in(struct conn *c)
{
	union {
		char buf[CMSG_SPACE(8 * sizeof(int))];
		struct cmsghdr align;
	} ctl;

	if (c->cap - c->n < 16384) {
		c->cap = c->cap ? c->cap * 2 : 32768;
		c->in = xrealloc(c->in, c->cap, 1);
	}
	size_t room = c->cap - c->n;
	struct iovec iov = { c->in + c->n, room < READ_MAX_BYTES ? room : READ_MAX_BYTES };
	struct msghdr mh = { .msg_iov = &iov,
		             .msg_iovlen = 1,
		             .msg_control = ctl.buf,
		             .msg_controllen = sizeof(ctl.buf) };
	ssize_t k = recvmsg(c->src.fd, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (k < 0) {
		if (errno != EAGAIN && errno != EINTR)
			conn_close(c);
		return;
	}
	if (k == 0) {
		c->eof = true;
		watch_conn(c);
	}
	take_fds(c, &mh);
	c->n += (size_t)k;
	parse_request_lines(c);
	if (!c->dead && c->n > LINE_MAX_BYTES) {
		struct err e;

		err_set(&e, EMSGSIZE, "a request is longer than %d MiB", LINE_MAX_BYTES >> 20);
		conn_send(c, error_json(&e));
		conn_close(c);
	}
}

static void on_event(struct source *s, uint32_t events)
{
	struct conn *c = container_of(s, struct conn, src);

	if (c->d->building)
		return;
	if (events & EPOLLOUT) {
		drain_out(c);
		if (!c->dead)
			watch_conn(c);
	}
	if (!c->dead && (events & EPOLLIN))
		fill_in(c);
	/* Both directions closed: nobody waits for the answer. */
	if (!c->dead && (events & (EPOLLHUP | EPOLLERR)))
		conn_close(c);
	if (!c->dead && c->eof && !c->busy && !c->out_n)
		conn_close(c);
}

int conn_add(struct driver *d, int fd, struct err *e)
{
	struct conn *c = xcalloc(1, sizeof(*c));

	c->d = d;
	c->src.fn = on_event;
	int r = fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ? err_sys(e, errno, "a connection")
	                                           : loop_add(d->loop, &c->src, fd, EPOLLIN, e);

	if (r < 0) {
		free(c);
		return r;
	}
	c->next = d->conns;
	d->conns = c;
	return 0;
}

void conn_accept(struct driver *d, int listen_fd)
{
	size_t n = 0;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	for (struct conn *c = d->conns; c; c = c->next)
		n++;
	if (n >= CONNS_MAX || conn_add(d, fd, NULL) < 0)
		close(fd);
}
