/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/conntrack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/ns.h"

static int send_and_wait(struct mnl_socket *s, const struct nlmsghdr *h, struct err *e)
{
	char buf[4096];

	if (mnl_socket_sendto(s, h, h->nlmsg_len) < 0)
		return err_sys(e, errno, "conntrack");
	ssize_t n = mnl_socket_recvfrom(s, buf, sizeof(buf));

	if (n < 0 ||
	    mnl_cb_run(buf, (size_t)n, h->nlmsg_seq, mnl_socket_get_portid(s), NULL, NULL) < 0)
		return errno == ENOENT ? 0 : err_sys(e, errno, "conntrack");
	return 0;
}

int conntrack_forget(int ns_fd, uint32_t mark, struct err *e)
{
	char buf[256];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	h->nlmsg_seq = 1;
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));

	*g = (struct nfgenmsg){ .nfgen_family = AF_INET, .version = NFNETLINK_V0 };
	if (mark) {
		mnl_attr_put_u32(h, CTA_MARK, htonl(mark));
		mnl_attr_put_u32(h, CTA_MARK_MASK, htonl(~0u));
	}
	int fd = ns_fd >= 0 ? ns_socket(ns_fd, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER, e)
	                    : socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd < 0)
		return err_sys(e, errno, "conntrack");
	struct mnl_socket *s = mnl_socket_fdopen(fd);

	if (!s) {
		close(fd);
		return err_sys(e, errno, "conntrack");
	}
	int r = mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ? err_sys(e, errno, "conntrack")
	                                                      : send_and_wait(s, h, e);

	mnl_socket_close(s);
	return r;
}
