/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/tcp_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/ns.h"

enum {
	ESTABLISHED = 1, /* of the kernel's own net/tcp_states.h */
	SYN_SENT = 2,
	/* As often TCP sends its oldest bytes again, after 0.2, 0.4 and 0.8 s, until nobody is
	 * taken to answer. */
	UNANSWERED = 3,
};

struct asker {
	uint16_t port; /* network byte order */
	struct tcp_diag *ret;
	void (*fn)(void *ctx, const struct tcp_session *s); /* in place of ret */
	void *ctx;
};

static int on_socket(const struct nlmsghdr *h, void *arg)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;
	struct asker *x = arg;
	struct tcp_info info = { 0 };

	if (m->id.idiag_sport != x->port && m->id.idiag_dport != x->port)
		return MNL_CB_OK;
	mnl_attr_for_each(a, h, sizeof(*m))
	{
		size_t n = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) == INET_DIAG_INFO)
			memcpy(&info, mnl_attr_get_payload(a), n < sizeof(info) ? n : sizeof(info));
	}
	if (x->fn) {
		const struct tcp_session one = { ntohl(m->id.idiag_src[0]),
			                         ntohl(m->id.idiag_dst[0]),
			                         m->idiag_state == ESTABLISHED,
			                         info.tcpi_bytes_received };

		x->fn(x->ctx, &one);
		return MNL_CB_OK;
	}
	if (info.tcpi_retransmits >= UNANSWERED) {
		x->ret->unanswered = ntohl(m->id.idiag_dst[0]);
		x->ret->busy |= m->idiag_rqueue != 0;
		return MNL_CB_OK;
	}
	x->ret->busy |= m->idiag_rqueue || info.tcpi_notsent_bytes;
	return MNL_CB_OK;
}

static int ask_tcp_sockets(struct mnl_socket *s, struct asker *x, struct err *e)
{
	_Alignas(8) char buf[32 * 1024];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = 1;
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(h, sizeof(*req));

	*req = (struct inet_diag_req_v2){ .sdiag_family = AF_INET,
		                          .sdiag_protocol = IPPROTO_TCP,
		                          .idiag_ext = 1 << (INET_DIAG_INFO - 1),
		                          .idiag_states =
		                              1u << ESTABLISHED | (x->fn ? 1u << SYN_SENT : 0) };
	if (mnl_socket_sendto(s, h, h->nlmsg_len) < 0)
		return err_sys(e, errno, "sock_diag");
	for (int r = MNL_CB_OK; r > MNL_CB_STOP;) {
		ssize_t n = mnl_socket_recvfrom(s, buf, sizeof(buf));

		r = n < 0 ? MNL_CB_ERROR : mnl_cb_run(buf, (size_t)n, 1, 0, on_socket, x);
		if (r < 0)
			return err_sys(e, errno, "sock_diag");
	}
	return 0;
}

static int ask_in_namespace(int ns_fd, struct asker *x, struct err *e)
{
	int fd = ns_socket(ns_fd, AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG, e);

	if (fd < 0)
		return err_wrap(e, "sock_diag");
	struct mnl_socket *s = mnl_socket_fdopen(fd);
	int r = errno;

	if (!s) {
		close_p(&fd);
		return err_sys(e, r, "sock_diag");
	}
	r = ask_tcp_sockets(s, x, e);
	mnl_socket_close(s);
	return r;
}

int tcp_diag(int ns_fd, uint16_t port, struct tcp_diag *ret, struct err *e)
{
	struct asker x = { .port = htons(port), .ret = ret };

	*ret = (struct tcp_diag){ 0 };
	return ask_in_namespace(ns_fd, &x, e);
}

int tcp_sessions(int ns_fd, uint16_t port, void (*fn)(void *ctx, const struct tcp_session *s),
                 void *ctx, struct err *e)
{
	struct asker x = { .port = htons(port), .fn = fn, .ctx = ctx };

	return ask_in_namespace(ns_fd, &x, e);
}
