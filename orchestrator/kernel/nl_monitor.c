/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes as they happen. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/nl_encode.h"
#include "kernel/nl_socket.h"
#include "kernel/ns.h"

enum { MONITOR_RCVBUF = 4 << 20 }; /* a peer may announce thousands of routes in one breath */

static int monitor_open(int ns_fd, unsigned groups, struct nl **ret, struct err *e)
{
	int fd = ns_socket(ns_fd, AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE, e);
	int size = MONITOR_RCVBUF;

	if (fd < 0)
		return err_wrap(e, "netlink monitor");
	struct nl *nl = nl_wrap(fd, e);

	if (!nl)
		return e ? -e->code : -EIO;
	/* Beyond the system's limit only for root of the machine; lost changes are found anyway. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (mnl_socket_bind(nl->sock, groups, MNL_SOCKET_AUTOPID) < 0) {
		int r = errno;

		nl_close(nl);
		return err_sys(e, r, "netlink monitor: bind");
	}
	*ret = nl;
	return 0;
}

int nl_monitor_open(int ns_fd, struct nl **ret, struct err *e)
{
	return monitor_open(ns_fd, RTMGRP_IPV4_ROUTE, ret, e);
}

int nl_link_monitor_open(int ns_fd, struct nl **ret, struct err *e)
{
	return monitor_open(ns_fd, RTMGRP_LINK, ret, e);
}

/* False: it cannot be said which link that is about. */
static bool tell_link(const struct nlmsghdr *h,
                      void (*fn)(const struct nl_link *l, bool gone, void *arg), void *arg)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	struct nl_link l = { 0 };

	if (h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK)
		return true;
	if (mnl_nlmsg_get_payload_len(h) < sizeof(*m))
		return false;
	if (m->ifi_family != AF_UNSPEC) /* what a bridge says of its port */
		return true;
	l.ifindex = m->ifi_index;
	if (h->nlmsg_type == RTM_NEWLINK && (!nl_dec_link(h, &l) || !*l.name))
		return false;
	if (fn)
		fn(&l, h->nlmsg_type == RTM_DELLINK, arg);
	return true;
}

int nl_link_monitor_read(struct nl *nl, void (*fn)(const struct nl_link *l, bool gone, void *arg),
                         void *arg)
{
	_Alignas(8) char buf[32 * 1024];
	bool lost = false;
	int changed = 0;

	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));
		const struct nlmsghdr *h = (const void *)buf;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS)
			lost = true;
		else if (n <= 0)
			return lost ? -ENOBUFS : changed;
		changed = 1;
		for (int left = (int)n; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			lost |= !tell_link(h, fn, arg);
	}
}

/* The number of messages that the kernel could not put into the socket since it was made. */
static uint32_t count_lost(const struct nl *nl)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t n = sizeof(info);

	if (getsockopt(nl_fd(nl), SOL_SOCKET, SO_MEMINFO, info, &n) < 0)
		return nl->lost;
	return info[SK_MEMINFO_DROPS];
}

/* The kernel says ENOBUFS once, before what is still queued, and then goes on losing messages
 * without a word until the queue has been empty.  So it is emptied first: only what happens after
 * that is told again. */
static int drain(struct nl *nl, char *buf, size_t cap, struct err *e)
{
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->sock, buf, cap);

		if (n >= 0 || errno == EINTR || errno == ENOBUFS)
			continue;
		if (errno != EAGAIN)
			return err_sys(e, errno, "netlink monitor");
		nl->lost = count_lost(nl);
		return err_sys(e, ENOBUFS, "netlink monitor");
	}
}

int nl_monitor_read(struct nl *nl, int (*fn)(const struct nl_route *, bool deleted, void *),
                    void *arg, struct err *e)
{
	_Alignas(8) char buf[32 * 1024];

	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));

		if (n < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN && count_lost(nl) == nl->lost)
				return 0;
			if (errno == EAGAIN || errno == ENOBUFS)
				return drain(nl, buf, sizeof(buf), e);
			return err_sys(e, errno, "netlink monitor");
		}
		const struct nlmsghdr *h = (const void *)buf;

		for (int left = (int)n; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			struct nl_route route;

			if (!nl_dec_route(h, &route))
				continue;
			int r = fn(&route, h->nlmsg_type == RTM_DELROUTE, arg);

			if (r < 0)
				return r;
		}
	}
}
