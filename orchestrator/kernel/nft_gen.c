/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/nft_gen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "kernel/ns.h"

static int read_generation_attr(const struct nlattr *a, void *arg)
{
	if (mnl_attr_get_type(a) == NFTA_GEN_ID)
		*(uint32_t *)arg = ntohl(mnl_attr_get_u32(a));
	return MNL_CB_OK;
}

static int read_generation_message(const struct nlmsghdr *h, void *arg)
{
	return mnl_attr_parse(h, sizeof(struct nfgenmsg), read_generation_attr, arg);
}

int nft_generation(int ns_fd, uint32_t *ret, struct err *e)
{
	_Alignas(8) char buf[4096];
	_cleanup_close_ int fd = ns_socket(ns_fd, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER, e);

	if (fd < 0)
		return fd;
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	uint32_t gen = 0;

	h->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN;
	h->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(h, sizeof(struct nfgenmsg));
	if (send(fd, buf, h->nlmsg_len, 0) < 0)
		return err_sys(e, errno, "nftables: generation");
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n < 0 || mnl_cb_run(buf, (size_t)n, 0, 0, read_generation_message, &gen) < 0)
		return err_sys(e, errno, "nftables: generation");
	*ret = gen;
	return 0;
}
