/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Echo requests: one raw socket per sending namespace, shared by all of its probes; requests leave
 * in batches and answers are drained after each batch, so that a matrix of thousands does not
 * overflow a socket's buffer.  Each request is timed as it leaves, and each answer by the kernel as
 * it comes in: a node's whole row is on its way at once, and is read together.
 *
 * A packet is known by (identifier, sequence): the identifier is the probe within its namespace
 * (and its flow, where it has several), the sequence the shot, so that ICMP errors, which quote
 * only the first 8 bytes behind the IP header, find their probe too.  Other pings in the same
 * namespace are told apart by a cookie in the payload. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "kernel/ns.h"
#include "probe/engine.h"

enum { BATCH = 16, PAYLOAD = 8 };

struct echo { /* as on the wire */
	struct icmphdr h;
	uint8_t cookie[PAYLOAD];
};

struct due {
	struct task *t;
	unsigned no;
};

struct sender {
	struct source source;
	dev_t dev; /* of the namespace: two descriptors of one namespace share a sender */
	ino_t ino;
	int ns_fd;
	uint16_t base; /* identifier of slot 0 */
	size_t
	    stride; /* between identifiers of one slot, of which a probe with flows has several */
	struct task **tasks;
	size_t n_tasks, cap_tasks;
	struct due *due;
	size_t n_due, cap_due;
};

struct icmp {
	struct sender **senders;
	size_t n, cap;
	uint8_t cookie[PAYLOAD];
};

struct shots { /* task->priv */
	struct sender *sender;
	uint64_t sent_us[]; /* 0: not sent, or over */
};

static uint16_t icmp_checksum(const void *data, size_t n)
{
	const uint8_t *d = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(d[i] << 8 | d[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

void icmp_error_str(uint8_t type, uint8_t code, ip4 from, char *buf, size_t cap)
{
	static const char *const unreach[] = {
		"network unreachable", "host unreachable",      "protocol unreachable",
		"port unreachable",    "fragmentation needed",  "source route failed",
		"network unknown",     "host unknown",          "host isolated",
		"network prohibited",  "host prohibited",       "network unreachable for TOS",
		"host unreachable",    "filtered by a firewall"
	};
	const char *what = "ICMP error";

	if (type == ICMP_TIME_EXCEEDED)
		what = code == 0 ? "TTL exceeded" : "reassembly time exceeded";
	else if (type == ICMP_DEST_UNREACH && code < ARRAY_LEN(unreach))
		what = unreach[code];
	else if (type == ICMP_PARAMETERPROB)
		what = "parameter problem";
	snprintf(buf, cap, "%s from %s", what, IP4_STR(from));
}

static struct shots *shots_of(const struct task *t)
{
	return t->priv;
}

/* ---- answers ---- */

static void shot_error(struct engine *eng, struct task *t, unsigned no, uint8_t type, uint8_t code,
                       ip4 from)
{
	char what[80];

	shots_of(t)->sent_us[no] = 0;
	t->p->error_from = from;
	icmp_error_str(type, code, from, what, sizeof(what));
	shot_done(eng, t, no, -1, "%s", what);
}

static struct task *find_task(const struct sender *s, const struct echo *m, bool whole,
                              const struct icmp *icmp, unsigned *ret_no)
{
	size_t slot = (uint16_t)(ntohs(m->h.un.echo.id) - s->base) % s->stride;

	if (slot >= s->n_tasks)
		return NULL;
	if (whole && memcmp(m->cookie, icmp->cookie, PAYLOAD) != 0)
		return NULL;
	struct task *t = s->tasks[slot];

	*ret_no = ntohs(m->h.un.echo.sequence);
	if (*ret_no >= t->p->count || !shots_of(t)->sent_us[*ret_no])
		return NULL;
	return t;
}

static void one_packet(struct engine *eng, struct sender *s, const uint8_t *pkt, size_t n,
                       uint64_t now)
{
	struct iphdr ip, inner;
	struct icmphdr h;
	struct echo m;
	unsigned no;

	if (n < sizeof(ip))
		return;
	memcpy(&ip, pkt, sizeof(ip));
	size_t hl = ip.ihl * 4u;

	if (hl < sizeof(ip) || n < hl + sizeof(h))
		return;
	memcpy(&h, pkt + hl, sizeof(h));
	if (h.type == ICMP_ECHOREPLY) {
		if (n < hl + sizeof(m))
			return;
		memcpy(&m, pkt + hl, sizeof(m));
		struct task *t = find_task(s, &m, true, eng->icmp, &no);

		if (!t || ntohl(ip.saddr) != t->p->dst)
			return;
		uint64_t sent = shots_of(t)->sent_us[no];
		double rtt = now > sent ? (double)(now - sent) / 1000.0 : 0; /* clocks are set */

		shots_of(t)->sent_us[no] = 0;
		shot_done(eng, t, no, rtt, "answered, TTL %u", ip.ttl);
		return;
	}
	/* An error: it quotes the IP header and at least 8 bytes of what we sent. */
	const uint8_t *q = pkt + hl + sizeof(h);
	size_t left = n - hl - sizeof(h);

	if (left < sizeof(inner))
		return;
	memcpy(&inner, q, sizeof(inner));
	size_t ihl = inner.ihl * 4u;

	if (ihl < sizeof(inner) || left < ihl + sizeof(h) || inner.protocol != IPPROTO_ICMP)
		return;
	memset(&m, 0, sizeof(m));
	memcpy(&m, q + ihl, left - ihl < sizeof(m) ? left - ihl : sizeof(m));
	if (m.h.type != ICMP_ECHO)
		return;
	struct task *t = find_task(s, &m, left - ihl >= sizeof(m), eng->icmp, &no);

	if (t && ntohl(inner.daddr) == t->p->dst)
		shot_error(eng, t, no, h.type, h.code, ntohl(ip.saddr));
}

/* When the kernel got it, by the clock of clock_us(); before_us: how much less that one shows than
 * the kernel's stamps. */
static uint64_t arrival_us(struct msghdr *mh, uint64_t now, int64_t before_us)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		struct timespec ts;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		int64_t at = ts.tv_sec * 1000000 + ts.tv_nsec / 1000 - before_us;

		return at < (int64_t)now ? (uint64_t)at : now;
	}
	return now;
}

static void read_replies(struct engine *eng, struct sender *s)
{
	static _Thread_local uint8_t bufs[BATCH][256];
	_Alignas(struct cmsghdr) char control[BATCH][CMSG_SPACE(sizeof(struct timespec))];
	struct mmsghdr msgs[BATCH];
	struct iovec iovs[BATCH];

	for (;;) {
		for (size_t i = 0; i < BATCH; i++) {
			iovs[i] = (struct iovec){ bufs[i], sizeof(bufs[i]) };
			msgs[i] =
			    (struct mmsghdr){ .msg_hdr = { .msg_iov = &iovs[i],
				                           .msg_iovlen = 1,
				                           .msg_control = control[i],
				                           .msg_controllen = sizeof(control[i]) } };
		}
		int n = recvmmsg(s->source.fd, msgs, BATCH, MSG_DONTWAIT, NULL);

		if (n <= 0)
			return;
		struct timespec wall;

		clock_gettime(CLOCK_REALTIME, &wall);
		uint64_t now = clock_us();
		int64_t before = wall.tv_sec * 1000000 + wall.tv_nsec / 1000 - (int64_t)now;

		for (int i = 0; i < n; i++)
			one_packet(eng, s, bufs[i], msgs[i].msg_len,
			           arrival_us(&msgs[i].msg_hdr, now, before));
		if (n < BATCH)
			return;
	}
}

static void icmp_socket_ready(struct engine *eng, struct source *src, uint32_t events)
{
	(void)events;
	read_replies(eng, (struct sender *)src);
}

/* ---- sending ---- */

struct packet {
	struct echo m;
	struct sockaddr_in to;
	struct iovec iov;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

static uint16_t identifier_of(const struct sender *s, const struct due *d)
{
	unsigned per_flow = d->t->p->flow_packets;
	size_t flow = per_flow ? d->no / per_flow % (65536 / s->stride) : 0;

	return (uint16_t)(s->base + d->t->slot + flow * s->stride);
}

static void make_packet(const struct icmp *icmp, const struct sender *s, const struct due *d,
                        struct packet *pk, struct msghdr *mh)
{
	const struct probe *p = d->t->p;

	pk->m = (struct echo){ .h = { .type = ICMP_ECHO } };
	pk->m.h.un.echo.id = htons(identifier_of(s, d));
	pk->m.h.un.echo.sequence = htons((uint16_t)d->no);
	memcpy(pk->m.cookie, icmp->cookie, PAYLOAD);
	pk->m.h.checksum = icmp_checksum(&pk->m, sizeof(pk->m));
	pk->to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(p->dst) } };
	pk->iov = (struct iovec){ &pk->m, sizeof(pk->m) };
	*mh = (struct msghdr){ .msg_name = &pk->to,
		               .msg_namelen = sizeof(pk->to),
		               .msg_iov = &pk->iov,
		               .msg_iovlen = 1 };
	if (ip4_is_none(p->src))
		return;
	mh->msg_control = pk->control;
	mh->msg_controllen = sizeof(pk->control);
	memset(pk->control, 0, sizeof(pk->control));
	struct cmsghdr *c = CMSG_FIRSTHDR(mh);
	struct in_pktinfo info = { .ipi_spec_dst = { htonl(p->src) } };

	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

static void send_failed(struct engine *eng, const struct due *d, int code)
{
	char what[80];

	shots_of(d->t)->sent_us[d->no] = 0;
	shot_done(eng, d->t, d->no, -1, "%s", send_error_str(code, what, sizeof(what)));
}

static void send_one(struct engine *eng, struct sender *s, const struct due *d)
{
	struct packet pk;
	struct msghdr mh;
	ssize_t r;

	make_packet(eng->icmp, s, d, &pk, &mh);
	d->t->p->sent++;
	uint64_t now = clock_us();

	shots_of(d->t)->sent_us[d->no] = now;
	do
		r = sendmsg(s->source.fd, &mh, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		send_failed(eng, d, errno);
	else
		engine_timer(eng, now + d->t->p->timeout_ms * 1000ull, d->t, d->no, true);
}

void icmp_flush(struct engine *eng)
{
	if (!eng->icmp)
		return;
	for (size_t k = 0; k < eng->icmp->n; k++) {
		struct sender *s = eng->icmp->senders[k];

		for (size_t i = 0; i < s->n_due; i += BATCH) {
			size_t end = s->n_due - i < BATCH ? s->n_due : i + BATCH;

			for (size_t j = i; j < end; j++)
				send_one(eng, s, &s->due[j]);
			read_replies(eng, s);
		}
		s->n_due = 0;
	}
}

/* ---- senders ---- */

static struct sender *sender_open(struct engine *eng, int ns_fd, const struct stat *st)
{
	struct sender *s = xcalloc(1, sizeof(*s));
	struct icmp_filter filter = { ~(1u << ICMP_ECHOREPLY | 1u << ICMP_DEST_UNREACH |
		                        1u << ICMP_TIME_EXCEEDED | 1u << ICMP_PARAMETERPROB) };
	int big = 1 << 20, on = 1; /* big is cut to net.core.rmem_max */
	int fd = ns_socket(ns_fd, AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP,
	                   eng->e);

	if (fd < 0) {
		if (!eng->failed)
			eng->failed = err_wrap(eng->e, "icmp socket");
		free(s);
		return NULL;
	}
	s->source = (struct source){ icmp_socket_ready, fd };
	s->dev = st->st_dev;
	s->ino = st->st_ino;
	s->ns_fd = ns_fd;
	setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big));
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	s->stride = eng->n_tasks <= UINT16_MAX ? eng->n_tasks : UINT16_MAX + 1;
	if (getrandom(&s->base, sizeof(s->base), 0) < 0)
		s->base = (uint16_t)getpid();
	int r = engine_watch(eng, &s->source, EPOLLIN);

	if (r < 0)
		engine_fail(eng, -r, "watch an icmp socket");
	VEC_PUSH(eng->icmp->senders, eng->icmp->n, eng->icmp->cap) = s;
	return s;
}

static struct sender *find_sender(struct engine *eng, int ns_fd)
{
	struct stat st;

	if (!eng->icmp) {
		eng->icmp = xcalloc(1, sizeof(*eng->icmp));
		if (getrandom(eng->icmp->cookie, PAYLOAD, 0) < 0)
			memcpy(eng->icmp->cookie, &(uint64_t){ clock_us() }, PAYLOAD);
	}
	/* Tasks come grouped by sender as a rule: look at the latest first. */
	for (size_t i = eng->icmp->n; i-- > 0;)
		if (eng->icmp->senders[i]->ns_fd == ns_fd)
			return eng->icmp->senders[i];
	if (fstat(ns_fd, &st) < 0) {
		engine_fail(eng, errno, "the sender's namespace");
		return NULL;
	}
	for (size_t i = eng->icmp->n; i-- > 0;)
		if (eng->icmp->senders[i]->ino == st.st_ino &&
		    eng->icmp->senders[i]->dev == st.st_dev)
			return eng->icmp->senders[i];
	return sender_open(eng, ns_fd, &st);
}

static bool join_sender(struct engine *eng, struct task *t)
{
	struct sender *s = find_sender(eng, t->p->ns_fd);

	if (!s)
		return false;
	if (s->n_tasks > UINT16_MAX) {
		engine_fail(eng, E2BIG, "more than 65536 icmp probes of one node at once");
		return false;
	}
	struct shots *sh = xcalloc(1, sizeof(*sh) + t->p->count * sizeof(sh->sent_us[0]));

	sh->sender = s;
	t->priv = sh;
	t->slot = (uint16_t)s->n_tasks;
	VEC_PUSH(s->tasks, s->n_tasks, s->cap_tasks) = t;
	return true;
}

static void icmp_start(struct engine *eng, struct task *t, unsigned no)
{
	if (!t->priv && !join_sender(eng, t))
		return;
	struct sender *s = shots_of(t)->sender;

	VEC_PUSH(s->due, s->n_due, s->cap_due) = (struct due){ t, no };
}

static void icmp_timeout(struct engine *eng, struct task *t, unsigned no)
{
	if (!shots_of(t)->sent_us[no])
		return;
	shots_of(t)->sent_us[no] = 0;
	shot_done(eng, t, no, -1, "no answer");
}

static bool icmp_is_open(const struct engine *eng, const struct task *t, unsigned no)
{
	(void)eng;
	return shots_of(t)->sent_us[no] != 0;
}

static void icmp_task_free(struct task *t)
{
	free(t->priv);
}

void icmp_free(struct engine *eng)
{
	if (!eng->icmp)
		return;
	for (size_t i = 0; i < eng->icmp->n; i++) {
		struct sender *s = eng->icmp->senders[i];

		close(s->source.fd);
		free(s->tasks);
		free(s->due);
		free(s);
	}
	free(eng->icmp->senders);
	free(eng->icmp);
	eng->icmp = NULL;
}

const struct protocol_ops icmp_ops = { .start = icmp_start,
	                               .timeout = icmp_timeout,
	                               .is_open = icmp_is_open,
	                               .task_free = icmp_task_free };
