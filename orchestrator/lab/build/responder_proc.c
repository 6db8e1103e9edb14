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

#include "base/clock.h"
#include "base/loop.h"
#include "base/str.h"

enum { REQUEST_MAX = 8192, CLIENTS_MAX = 4096, IDLE_MS = 30000, SWEEP_MS = 1000 };

struct responder_state;

struct item { /* the connection to the driver, a listener, a client's connection */
	struct source src;
	struct responder_state *state;
	bool client;
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
	struct loop *loop;
	struct item *items;
	size_t clients;
	struct timer sweep; /* armed while there are clients */
};

static void item_free(struct item *it)
{
	struct responder_state *s = it->state;
	int fd = it->src.fd;

	for (struct item **p = &s->items; *p; p = &(*p)->next)
		if (*p == it) {
			*p = it->next;
			break;
		}
	s->clients -= it->client;
	loop_del(s->loop, &it->src);
	close(fd);
	free(it->req);
	free(it);
}

static struct item *item_new(struct responder_state *s, int fd,
                             void (*fn)(struct source *src, uint32_t events))
{
	struct item *it = xcalloc(1, sizeof(*it));

	it->state = s;
	it->src = (struct source){ .fd = fd, .fn = fn };
	it->last = clock_ms();
	it->next = s->items;
	s->items = it;
	(void)loop_add(s->loop, &it->src, fd, EPOLLIN, NULL);
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
	if (send(c->src.fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
	/* The other side closes first; what it still sends is read, as unread data would make our
	 * close a reset, which can overtake the answer. */
	shutdown(c->src.fd, SHUT_WR);
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

static void answer_web_request(struct item *c)
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
	if (getpeername(c->src.fd, (struct sockaddr *)&sa, &len) == 0)
		inet_ntop(AF_INET, &sa.sin_addr, peer, sizeof(peer));
	_cleanup_free_ char *body = xasprintf("%s here, you are %s\n", c->name, peer);

	send_http(c, "200 OK", str_starts(c->req, "HEAD "), body);
}

static void on_client(struct source *src, uint32_t events)
{
	struct item *c = container_of(src, struct item, src);
	char buf[REQUEST_MAX];
	ssize_t n = recv(c->src.fd, buf, sizeof(buf), MSG_DONTWAIT);

	(void)events;
	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			item_free(c);
		return;
	}
	c->last = clock_ms();
	if (c->answered)
		return;
	if (!c->echo && c->n == 0 && !maybe_http(buf, (size_t)n))
		c->echo = true;
	if (c->echo) {
		if (send(c->src.fd, buf, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			item_free(c);
		return;
	}
	c->req = xrealloc(c->req, c->n + (size_t)n + 1, 1);
	memcpy(c->req + c->n, buf, (size_t)n);
	c->n += (size_t)n;
	c->req[c->n] = '\0';
	if (strstr(c->req, "\r\n\r\n")) {
		answer_web_request(c);
	} else if (c->n > REQUEST_MAX) {
		c->answered = true;
		send_http(c, "431 Request Header Fields Too Large", false, "that is too long\n");
	}
}

/* --- sockets
 * -------------------------------------------------------------------------------------- */

static void on_tcp(struct source *src, uint32_t events)
{
	const struct item *l = container_of(src, struct item, src);
	struct responder_state *s = l->state;
	int fd = accept4(l->src.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	if (s->clients >= CLIENTS_MAX) {
		close(fd);
		return;
	}
	struct item *c = item_new(s, fd, on_client);

	c->client = true;
	if (!s->clients++)
		loop_timer(s->loop, &s->sweep, SWEEP_MS);
	memcpy(c->name, l->name, sizeof(c->name));
}

/* Back from the address that it came to: a node may have several. */
static void on_udp(struct source *src, uint32_t events)
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
	ssize_t n = recvmsg(src->fd, &mh, MSG_DONTWAIT);

	(void)events;
	if (n < 0)
		return;
	iov.iov_len = (size_t)n;
	struct cmsghdr *h = CMSG_FIRSTHDR(&mh);

	if (h && h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo *pi = (struct in_pktinfo *)(void *)CMSG_DATA(h);

		pi->ipi_spec_dst = pi->ipi_addr;
		pi->ipi_ifindex = 0;
	}
	(void)!sendmsg(src->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void take_listener(struct responder_state *s, const struct responder_msg *m, int fd)
{
	struct item *l = item_new(s, fd, m->udp ? on_udp : on_tcp);

	l->id = m->id;
	memcpy(l->name, m->name, sizeof(l->name));
}

static void close_listener(struct responder_state *s, uint32_t id)
{
	for (struct item *i = s->items; i; i = i->next)
		if (i->id == id && (i->src.fn == on_tcp || i->src.fn == on_udp)) {
			item_free(i);
			return;
		}
}

static void on_control(struct source *src, uint32_t events)
{
	struct responder_state *s = container_of(src, struct item, src)->state;
	struct responder_msg m;
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl;
	struct iovec iov = { &m, sizeof(m) };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &ctl, .msg_controllen = sizeof(ctl)
	};
	ssize_t n = recvmsg(src->fd, &mh, MSG_CMSG_CLOEXEC);

	(void)events;
	if (n != (ssize_t)sizeof(m)) {
		if (n >= 0 || errno != EINTR) /* the driver has gone */
			loop_quit(s->loop);
		return;
	}
	if (!m.add) {
		close_listener(s, m.id);
		return;
	}
	struct cmsghdr *h = CMSG_FIRSTHDR(&mh);
	int fd;

	if (!h || h->cmsg_type != SCM_RIGHTS)
		return;
	memcpy(&fd, CMSG_DATA(h), sizeof(fd));
	take_listener(s, &m, fd);
}

static void on_sweep(struct timer *t)
{
	struct responder_state *s = container_of(t, struct responder_state, sweep);
	int64_t now = clock_ms();

	for (struct item *i = s->items, *next; i; i = next) {
		next = i->next;
		if (i->client && now - i->last > IDLE_MS)
			item_free(i);
	}
	if (s->clients)
		loop_timer(s->loop, t, SWEEP_MS);
}

_Noreturn void responder_run(int control_fd)
{
	struct responder_state s = { .sweep.fn = on_sweep };

	if (loop_new(&s.loop, NULL) < 0)
		_exit(1);
	item_new(&s, control_fd, on_control);
	_exit(loop_run(s.loop, NULL) < 0 ? 1 : 0);
}
