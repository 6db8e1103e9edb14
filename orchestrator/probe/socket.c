/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP: a connection that opens, and carries something there and its acknowledgement back, is an
 * answer: stateful hops that saw one half of a handshake let it pass, and drop what follows.  UDP:
 * a datagram that comes back is.  One socket per shot, in the sender's namespace; ICMP errors are
 * read from the socket's error queue, which names who sent them. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/net_tstamp.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "kernel/ns.h"
#include "probe/engine.h"

enum { ESTABLISHED = 1, FIN_WAIT1 = 4 }; /* of the kernel's own net/tcp_states.h */

struct shot {
	struct source source;
	struct task *t;
	unsigned no;
	uint64_t start_us;
	size_t index;  /* in the task's list */
	double rtt_ms; /* TCP: of the handshake, once it is over; else 0 */
};

struct shot_list { /* task->priv */
	struct shot **shots;
	size_t n, cap;
};

static const char question[] = "vnetlab probe";

static void shot_end(struct engine *eng, struct shot *sh, double rtt, const char *detail)
{
	struct task *t = sh->t;
	struct shot_list *l = t->priv;
	unsigned no = sh->no;

	close(sh->source.fd); /* and with it gone from epoll */
	engine_give_slot(eng);
	l->shots[sh->index] = l->shots[--l->n];
	l->shots[sh->index]->index = sh->index;
	free(sh);
	shot_done(eng, t, no, rtt, "%s", detail);
}

/* Describes the ICMP error in the socket's error queue in buf; false: there is none. */
static bool read_error_queue(struct task *t, int fd, char *buf, size_t cap)
{
	char data[64], control[512];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr mh = { .msg_iov = &iov,
		             .msg_iovlen = 1,
		             .msg_control = control,
		             .msg_controllen = sizeof(control) };

	if (recvmsg(fd, &mh, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&mh); c; c = CMSG_NXTHDR(&mh, c)) {
		struct sock_extended_err ee;
		struct sockaddr_in from;

		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR ||
		    c->cmsg_len < CMSG_LEN(sizeof(ee) + sizeof(from)))
			continue;
		memcpy(&ee, CMSG_DATA(c), sizeof(ee));
		if (ee.ee_origin != SO_EE_ORIGIN_ICMP)
			continue;
		memcpy(&from, CMSG_DATA(c) + sizeof(ee), sizeof(from));
		t->p->error_from = ntohl(from.sin_addr.s_addr);
		t->p->refused |= ee.ee_type == ICMP_DEST_UNREACH &&
		                 ee.ee_code == ICMP_PORT_UNREACH && t->p->error_from == t->p->dst;
		icmp_error_str(ee.ee_type, ee.ee_code, t->p->error_from, buf, cap);
		return true;
	}
	return false;
}

static void shot_failed(struct engine *eng, struct shot *sh, int code)
{
	char what[120];

	if (!read_error_queue(sh->t, sh->source.fd, what, sizeof(what))) {
		if (code == ETIMEDOUT)
			snprintf(what, sizeof(what), "no answer");
		else
			send_error_str(code, what, sizeof(what));
		sh->t->p->refused |= code == ECONNREFUSED;
	}
	shot_end(eng, sh, -1, what);
}

static int pending_error(int fd)
{
	int code = 0;
	socklen_t len = sizeof(code);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
		return errno;
	return code;
}

static double ms_since_start(const struct shot *sh)
{
	return (double)(clock_us() - sh->start_us) / 1000.0;
}

/* True if the other side has acknowledged what was sent behind the handshake: where this side has
 * ended its stream, that end; or the other side has ended its own, which it does only when the
 * handshake's last packet has come there. */
static bool has_carried(const struct shot *sh)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(sh->source.fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return false;
	if (sh->t->p->echoes) /* the SYN counts as one */
		return info.tcpi_bytes_acked >= sizeof(question);
	return info.tcpi_state != ESTABLISHED && info.tcpi_state != FIN_WAIT1;
}

/* Sends what the lab's own responder takes; its kernel acknowledges that, however busy the
 * responder is.  Of other programs nobody knows what bytes do to them (BIRD ends a neighbour's
 * session for such): they get the end of the stream, which has a number of its own in it as a byte
 * has. */
static void carry_data(struct engine *eng, struct shot *sh)
{
	/* An acknowledgement alone wakes nobody, but its time stamp does. */
	unsigned stamp =
	    SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;

	if (sh->t->p->echoes) {
		setsockopt(sh->source.fd, SOL_SOCKET, SO_TIMESTAMPING, &stamp, sizeof(stamp));
		if (send(sh->source.fd, question, sizeof(question) - 1, MSG_NOSIGNAL) < 0)
			shot_failed(eng, sh, errno);
		return;
	}
	shutdown(sh->source.fd, SHUT_WR);
	if (has_carried(sh))
		shot_end(eng, sh, sh->rtt_ms, "connected");
}

static void tcp_ready(struct engine *eng, struct source *src, uint32_t events)
{
	struct shot *sh = (struct shot *)src;
	bool open = sh->rtt_ms > 0;
	int code = pending_error(sh->source.fd);
	/* A program that takes nothing from strangers has closed: it got the handshake's end. */
	bool closed = !sh->t->p->echoes && (code == ECONNRESET || code == EPIPE);

	if (open && (closed || has_carried(sh))) {
		shot_end(eng, sh, sh->rtt_ms, "connected");
	} else if (open && code) {
		shot_end(eng, sh, -1, "the connection opened, and was reset when data came");
	} else if (code) {
		shot_failed(eng, sh, code);
	} else if (!open && events & (EPOLLOUT | EPOLLHUP)) {
		sh->rtt_ms = ms_since_start(sh);
		carry_data(eng, sh);
	} else if (!open && events & EPOLLERR) { /* only the error queue has something */
		shot_failed(eng, sh, EHOSTUNREACH);
	}
}

static void udp_ready(struct engine *eng, struct source *src, uint32_t events)
{
	struct shot *sh = (struct shot *)src;
	char buf[256];

	if (events & EPOLLIN && recv(sh->source.fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0) {
		shot_end(eng, sh, ms_since_start(sh), "answered");
		return;
	}
	int code = pending_error(sh->source.fd);

	if (code || events & EPOLLERR)
		shot_failed(eng, sh, code ? code : EHOSTUNREACH);
}

/* The socket of a shot, bound and watched; NULL: the shot is over, or waits its turn. */
static struct shot *shot_open(struct engine *eng, struct task *t, unsigned no, int type,
                              void (*ready)(struct engine *, struct source *, uint32_t))
{
	struct shot_list *l = t->priv;
	int on = 1;

	if (!l)
		t->priv = l = xcalloc(1, sizeof(*l));
	if (!engine_take_slot(eng)) {
		shot_wait(eng, t, no);
		return NULL;
	}
	int fd = ns_socket(t->p->ns_fd, AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, eng->e);

	if (fd < 0) {
		engine_give_slot(eng);
		if (!eng->failed)
			eng->failed =
			    err_wrap(eng->e, "%s socket", probe_protocol_str(t->p->protocol));
		return NULL;
	}
	setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	struct shot *sh = xcalloc(1, sizeof(*sh));

	*sh = (struct shot){ { ready, fd }, t, no, clock_us(), l->n };
	VEC_PUSH(l->shots, l->n, l->cap) = sh;
	t->p->sent++;
	engine_timer(eng, sh->start_us + t->p->timeout_ms * 1000ull, t, no, true);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(t->p->src) } };

	if (ip4_is_set(t->p->src) && bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		shot_failed(eng, sh, errno);
		return NULL;
	}
	return sh;
}

static bool shot_connect(struct engine *eng, struct shot *sh, uint32_t events)
{
	const struct probe *p = sh->t->p;
	struct sockaddr_in a = { .sin_family = AF_INET,
		                 .sin_port = htons(p->port),
		                 .sin_addr = { htonl(p->dst) } };

	if (connect(sh->source.fd, (struct sockaddr *)&a, sizeof(a)) < 0 && errno != EINPROGRESS) {
		shot_failed(eng, sh, errno);
		return false;
	}
	int r = engine_watch(eng, &sh->source, events);

	if (r < 0)
		engine_fail(eng, -r, "watch a socket");
	return r >= 0;
}

static void tcp_start(struct engine *eng, struct task *t, unsigned no)
{
	struct shot *sh = shot_open(eng, t, no, SOCK_STREAM, tcp_ready);
	/* Closed with a reset: thousands of probes must not leave ports in TIME_WAIT. */
	struct linger now = { 1, 0 };

	if (!sh)
		return;
	setsockopt(sh->source.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	/* Each change of state wakes once: a socket that is shut can be written to for ever. */
	shot_connect(eng, sh, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

static void udp_start(struct engine *eng, struct task *t, unsigned no)
{
	struct shot *sh = shot_open(eng, t, no, SOCK_DGRAM, udp_ready);

	if (!sh || !shot_connect(eng, sh, EPOLLIN))
		return;
	if (send(sh->source.fd, question, sizeof(question) - 1, 0) < 0)
		shot_failed(eng, sh, errno);
}

static struct shot *find_shot(const struct task *t, unsigned no)
{
	const struct shot_list *l = t->priv;

	for (size_t i = 0; l && i < l->n; i++)
		if (l->shots[i]->no == no)
			return l->shots[i];
	return NULL;
}

static bool shot_is_open(const struct engine *eng, const struct task *t, unsigned no)
{
	(void)eng;
	return find_shot(t, no) != NULL;
}

static void shot_timeout(struct engine *eng, struct task *t, unsigned no)
{
	struct shot *sh = find_shot(t, no);

	if (sh)
		shot_end(eng, sh, -1,
		         sh->rtt_ms > 0 ? "the connection opened, and then nothing came through: "
		                          "somebody on the way saw one half of it"
		                        : "no answer");
}

static void shot_list_free(struct task *t)
{
	struct shot_list *l = t->priv;

	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++) {
		close(l->shots[i]->source.fd);
		free(l->shots[i]);
	}
	free(l->shots);
	free(l);
}

const struct protocol_ops tcp_ops = { .start = tcp_start,
	                              .timeout = shot_timeout,
	                              .is_open = shot_is_open,
	                              .task_free = shot_list_free };
const struct protocol_ops udp_ops = { .start = udp_start,
	                              .timeout = shot_timeout,
	                              .is_open = shot_is_open,
	                              .task_free = shot_list_free };
