/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/nl_hands.h"

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "kernel/ns.h"

#ifndef NETLINK_LISTEN_ALL_NSID
#define NETLINK_LISTEN_ALL_NSID 8
#endif

struct nl_hands {
	int fd, ask; /* events; questions about numbers */
	bool *taken; /* by number */
	size_t n, cap;
	bool all; /* events were lost */
};

/* --- what is let through --------------------------------------------------------------------- */

#if __BYTE_ORDER == __LITTLE_ENDIAN
enum { LOW = 0, HIGH = 1 }; /* byte of a 16-bit field */
#else
enum { LOW = 1, HIGH = 0 };
#endif

/* The kernel tells nothing of what is new: a lab that is built would be told of thousands of
 * times.  7: a route that takes another's place. */
static const struct sock_filter TAKEN[] = {
	/* 0 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type) + LOW),
	/* 1 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTM_DELLINK, 8, 0),
	/* 2 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTM_DELADDR, 7, 0),
	/* 3 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTM_DELROUTE, 6, 0),
	/* 4 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTM_DELNEIGH, 5, 0),
	/* 5 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTM_NEWLINK, 4, 0),
	/* 6 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTM_NEWROUTE, 0, 2),
	/* 7 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_flags) + HIGH),
	/* 8 */ BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NLM_F_REPLACE >> 8, 1, 0),
	/* 9 */ BPF_STMT(BPF_RET | BPF_K, 0),
	/* 10 */ BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
};

/* Routes of daemons are theirs; a link that is new is down, too. */
static bool counts(const struct nlmsghdr *h)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(h);
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(h);

	switch (h->nlmsg_type) {
	case RTM_DELROUTE:
	case RTM_NEWROUTE:
		return route->rtm_protocol == RTPROT_STATIC || route->rtm_protocol == RTPROT_DHCP;
	case RTM_NEWLINK:
		return !(link->ifi_flags & IFF_UP) && (link->ifi_change & IFF_UP) &&
		       link->ifi_change != 0xffffffff;
	default:
		return true;
	}
}

/* --- sockets --------------------------------------------------------------------------------- */

enum { RCVBUF = 4 << 20 };

static int open_events(int ns_fd, struct err *e)
{
	const struct sock_fprog prog = { ARRAY_LEN(TAKEN), (struct sock_filter *)TAKEN };
	const struct sockaddr_nl sa = { .nl_family = AF_NETLINK,
		                        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
		                                     RTMGRP_IPV4_ROUTE | RTMGRP_NEIGH };
	int size = RCVBUF, on = 1;
	_cleanup_close_ int fd =
	    ns_socket(ns_fd, AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE, e);

	if (fd < 0)
		return fd;
	/* Beyond the system's limit only for root of the machine; what is lost counts as all. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) < 0)
		return err_sys(e, errno, "netlink: events of all namespaces");
	return take_fd(fd);
}

int nl_hands_open(int ns_fd, struct nl_hands **ret, struct err *e)
{
	struct nl_hands *h = xcalloc(1, sizeof(*h));

	h->ask = -1;
	h->fd = open_events(ns_fd, e);
	if (h->fd >= 0)
		h->ask = ns_socket(ns_fd, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, e);
	if (h->ask < 0) {
		nl_hands_close(h);
		return -EIO;
	}
	*ret = h;
	return 0;
}

struct nl_hands *nl_hands_close(struct nl_hands *h)
{
	if (!h)
		return NULL;
	close_p(&h->fd);
	close_p(&h->ask);
	free(h->taken);
	free(h);
	return NULL;
}

int nl_hands_fd(const struct nl_hands *h)
{
	return h->fd;
}

/* --- numbers --------------------------------------------------------------------------------- */

static int read_nsid_attr(const struct nlattr *a, void *arg)
{
	if (mnl_attr_get_type(a) == NETNSA_NSID)
		*(int *)arg = (int)mnl_attr_get_u32(a);
	return MNL_CB_OK;
}

/* RTM_GETNSID, RTM_NEWNSID: -1 when the kernel refuses, or there is none. */
static int send_nsid_request(struct nl_hands *h, uint16_t type, uint16_t flags, int ns_fd)
{
	_Alignas(8) char buf[4096];
	struct nlmsghdr *m = mnl_nlmsg_put_header(buf);
	struct rtgenmsg *g = mnl_nlmsg_put_extra_header(m, sizeof(*g));
	int ret = -1;

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | flags;
	g->rtgen_family = AF_UNSPEC;
	mnl_attr_put_u32(m, NETNSA_FD, (uint32_t)ns_fd);
	if (type == RTM_NEWNSID)
		mnl_attr_put_u32(m, NETNSA_NSID, (uint32_t)-1); /* the kernel chooses */
	if (send(h->ask, buf, m->nlmsg_len, 0) < 0)
		return -1;
	ssize_t n = recv(h->ask, buf, sizeof(buf), 0);
	const struct nlmsghdr *a = (const void *)buf;

	if (n > 0 && mnl_nlmsg_ok(a, (int)n) && a->nlmsg_type == RTM_NEWNSID)
		mnl_attr_parse(a, sizeof(struct rtgenmsg), read_nsid_attr, &ret);
	return ret;
}

int nl_hands_number(struct nl_hands *h, int ns_fd)
{
	int n = send_nsid_request(h, RTM_GETNSID, 0, ns_fd);

	if (n >= 0)
		return n;
	send_nsid_request(h, RTM_NEWNSID, NLM_F_ACK, ns_fd);
	return send_nsid_request(h, RTM_GETNSID, 0, ns_fd);
}

/* --- events ---------------------------------------------------------------------------------- */

static void take_nsid(struct nl_hands *h, int nsid)
{
	size_t i = (size_t)nsid;

	if (nsid < 0) /* the fabric itself: the virtual router looks at that */
		return;
	if (i >= h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 1024;

		while (cap <= i)
			cap *= 2;
		h->taken = xrealloc(h->taken, cap, sizeof(bool));
		memset(h->taken + h->cap, 0, cap - h->cap);
		h->cap = cap;
	}
	h->taken[i] = true;
	if (i >= h->n)
		h->n = i + 1;
}

static int nsid_of(struct msghdr *m)
{
	int nsid = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_NETLINK && c->cmsg_type == NETLINK_LISTEN_ALL_NSID)
			memcpy(&nsid, CMSG_DATA(c), sizeof(nsid));
	return nsid;
}

void nl_hands_read(struct nl_hands *h)
{
	_Alignas(8) char buf[32 * 1024], control[256];

	for (;;) {
		struct iovec v = { buf, sizeof(buf) };
		struct msghdr m = { .msg_iov = &v,
			            .msg_iovlen = 1,
			            .msg_control = control,
			            .msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(h->fd, &m, 0);

		if (n < 0 && errno == ENOBUFS)
			h->all = true;
		else if (n < 0 && errno != EINTR)
			return;
		const struct nlmsghdr *x = (const void *)buf;

		for (int left = (int)n; n > 0 && mnl_nlmsg_ok(x, left);
		     x = mnl_nlmsg_next(x, &left))
			if (counts(x))
				take_nsid(h, nsid_of(&m));
	}
}

bool nl_hands_taken(const struct nl_hands *h, int nsid)
{
	return nsid < 0 || h->all || ((size_t)nsid < h->n && h->taken[nsid]);
}

void nl_hands_clear(struct nl_hands *h, int nsid)
{
	if (nsid >= 0 && (size_t)nsid < h->n)
		h->taken[nsid] = false;
}

void nl_hands_clear_lost(struct nl_hands *h)
{
	h->all = false;
}
