/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/responder_proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/str.h"

enum { REQUEST_MAX = 8192, CLIENTS_MAX = 4096, IDLE_MS = 30000, SWEEP_MS = 1000 };

enum what { CONTROL, TCP, UDP, CLIENT };

struct item { /* whatever epoll watches */
	enum what what;
	int fd;
	uint32_t id;
	char name[RESPONDER_NAME];
	char *req; /* CLIENT: what it has sent so far */
	size_t n;
	bool answered; /* only waiting for it to hang up */
	bool echo;     /* does not speak HTTP */
	int64_t last;
	struct item *next;
};

struct responder_state {
	int epfd;
	struct item *items;
	size_t clients;
	int64_t swept;
};

static void item_free(struct responder_state *s, struct item *it)
{
	for (struct item **p = &s->items; *p; p = &(*p)->next)
		if (*p == it) {
			*p = it->next;
			break;
		}
	s->clients -= it->what == CLIENT;
	close(it->fd);
	free(it->req);
	free(it);
}

static struct item *item_new(struct responder_state *s, enum what what, int fd)
{
	struct item *it = xcalloc(1, sizeof(*it));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = it };

	it->what = what;
	it->fd = fd;
	it->last = clock_ms();
	it->next = s->items;
	s->items = it;
	s->clients += what == CLIENT;
	epoll_ctl(s->epfd, EPOLL_CTL_ADD, fd, &ev);
	return it;
}

/* --- HTTP, as much of it as a server needs that says one thing (RFC 9112) ------------------------
 */

static void send_http(struct item *c, const char *status, bool head, const char *body)
{
	char date[64];
	time_t now = time(NULL);
	struct tm tm;

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
	_cleanup_free_ char *text =
	    xasprintf("HTTP/1.1 %s\r\nDate: %s\r\nServer: vnetlab\r\nContent-Type: text/plain; "
	              "charset=utf-8\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
	              status, date, strlen(body), head ? "" : body);

	/* A few hundred bytes into an empty socket buffer: all or a client that has gone. */
	if (send(c->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
	/* The other side closes first; what it still sends is read, as unread data would make our
	 * close a reset, which can overtake the answer. */
	shutdown(c->fd, SHUT_WR);
}

static const char *const METHODS[] = { "GET ",    "HEAD ",  "POST ",   "PUT ",
	                               "DELETE ", "PATCH ", "OPTIONS " };

/* Could the bytes so far be the start of an HTTP request? */
static bool maybe_http(const char *s, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(METHODS); i++) {
		size_t m = strlen(METHODS[i]);

		if (memcmp(s, METHODS[i], n < m ? n : m) == 0)
			return true;
	}
	return false;
}

static void answer_http(struct item *c)
{
	struct sockaddr_in sa = { 0 };
	socklen_t len = sizeof(sa);
	char peer[INET_ADDRSTRLEN] = "?";
	char *eol = strstr(c->req, "\r\n"), *path, *version;

	c->answered = true;
	*eol = '\0';
	path = strchr(c->req, ' ') + 1;
	version = strchr(path, ' ');
	if (!version || strncmp(version + 1, "HTTP/1.", 7) != 0) {
		send_http(c, "400 Bad Request", false, "this is no HTTP/1.1 request\n");
		return;
	}
	*version = '\0';
	/* RFC 9112 3.2: a 1.1 request without Host is refused. */
	if (streq(version + 1, "HTTP/1.1") && !strcasestr(eol + 1, "\nhost:")) {
		send_http(c, "400 Bad Request", false, "a Host field is missing\n");
		return;
	}
	if (getpeername(c->fd, (struct sockaddr *)&sa, &len) == 0)
		inet_ntop(AF_INET, &sa.sin_addr, peer, sizeof(peer));
	_cleanup_free_ char *body = xasprintf("%s here, you are %s\n", c->name, peer);

	send_http(c, "200 OK", str_starts(c->req, "HEAD "), body);
}

static void on_client(struct responder_state *s, struct item *c)
{
	char buf[REQUEST_MAX];
	ssize_t n = recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			item_free(s, c);
		return;
	}
	c->last = clock_ms();
	if (c->answered)
		return;
	if (!c->echo && c->n == 0 && !maybe_http(buf, (size_t)n))
		c->echo = true;
	if (c->echo) {
		if (send(c->fd, buf, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			item_free(s, c);
		return;
	}
	c->req = xrealloc(c->req, c->n + (size_t)n + 1, 1);
	memcpy(c->req + c->n, buf, (size_t)n);
	c->n += (size_t)n;
	c->req[c->n] = '\0';
	if (strstr(c->req, "\r\n\r\n")) {
		answer_http(c);
	} else if (c->n > REQUEST_MAX) {
		c->answered = true;
		send_http(c, "431 Request Header Fields Too Large", false, "that is too long\n");
	}
}

/* --- sockets
 * -------------------------------------------------------------------------------------- */

static void on_tcp(struct responder_state *s, struct item *l)
{
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (s->clients >= CLIENTS_MAX) {
		close(fd);
		return;
	}
	struct item *c = item_new(s, CLIENT, fd);

	memcpy(c->name, l->name, sizeof(c->name));
}

/* Back from the address that it came to: a node may have several. */
static void on_udp(struct item *it)
{
	char buf[65536];
	struct sockaddr_in from;
	union {
		char buf[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} ctl;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr mh = { .msg_name = &from,
		             .msg_namelen = sizeof(from),
		             .msg_iov = &iov,
		             .msg_iovlen = 1,
		             .msg_control = &ctl,
		             .msg_controllen = sizeof(ctl) };
	ssize_t n = recvmsg(it->fd, &mh, MSG_DONTWAIT);

	if (n < 0)
		return;
	iov.iov_len = (size_t)n;
	struct cmsghdr *h = CMSG_FIRSTHDR(&mh);

	if (h && h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo *pi = (struct in_pktinfo *)(void *)CMSG_DATA(h);

		pi->ipi_spec_dst = pi->ipi_addr;
		pi->ipi_ifindex = 0;
	}
	(void)!sendmsg(it->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* False: the driver has gone. */
static bool on_control(struct responder_state *s, struct item *it)
{
	struct responder_msg m;
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl;
	struct iovec iov = { &m, sizeof(m) };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &ctl, .msg_controllen = sizeof(ctl)
	};
	ssize_t n = recvmsg(it->fd, &mh, MSG_CMSG_CLOEXEC);

	if (n != (ssize_t)sizeof(m))
		return n < 0 && errno == EINTR;
	if (!m.add) {
		for (struct item *i = s->items; i; i = i->next)
			if (i->id == m.id && (i->what == TCP || i->what == UDP)) {
				item_free(s, i);
				break;
			}
		return true;
	}
	struct cmsghdr *h = CMSG_FIRSTHDR(&mh);
	int fd;

	if (!h || h->cmsg_type != SCM_RIGHTS)
		return true;
	memcpy(&fd, CMSG_DATA(h), sizeof(fd));
	struct item *l = item_new(s, m.udp ? UDP : TCP, fd);

	l->id = m.id;
	memcpy(l->name, m.name, sizeof(l->name));
	return true;
}

static void sweep(struct responder_state *s)
{
	int64_t now = clock_ms();

	if (now - s->swept < SWEEP_MS)
		return;
	s->swept = now;
	for (struct item *i = s->items, *next; i; i = next) {
		next = i->next;
		if (i->what == CLIENT && now - i->last > IDLE_MS)
			item_free(s, i);
	}
}

_Noreturn void responder_run(int control_fd)
{
	struct responder_state s = { .epfd = epoll_create1(EPOLL_CLOEXEC) };

	if (s.epfd < 0)
		_exit(1);
	item_new(&s, CONTROL, control_fd);
	for (;;) {
		struct epoll_event ev;
		/* Nothing to sweep: nothing to wake up for. */
		int n = epoll_wait(s.epfd, &ev, 1, s.clients ? SWEEP_MS : -1);

		if (n < 0 && errno != EINTR)
			_exit(1);
		if (n == 1) {
			struct item *it = ev.data.ptr;

			if (it->what == CONTROL && !on_control(&s, it))
				_exit(0);
			else if (it->what == TCP)
				on_tcp(&s, it);
			else if (it->what == UDP)
				on_udp(it);
			else if (it->what == CLIENT)
				on_client(&s, it);
		}
		sweep(&s);
	}
}
