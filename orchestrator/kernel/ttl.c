/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nft's language has no addition, and its map from TTL to TTL is miscompiled by 1.0.6; the kernel's
 * own instructions can do it: load the byte, look it up, store it.  So the one rule is sent as
 * nf_tables messages, and needs neither iptables nor its TTL module. */
#include "kernel/ttl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4.h>
#include <netinet/ip.h>
#include <stddef.h>
#include <string.h>

#include "kernel/ns.h"

#define TABLE "vnetlab_ttl"
#define RAISE "raise"
#define RESTORE "restore"
#define MAP "plus_one"

struct batch {
	char buf[24 * 1024];
	size_t used;
	uint32_t seq;
	const char *table;
};

static struct nlmsghdr *start_message(struct batch *b, uint16_t type, uint16_t flags,
                                      uint8_t family, uint16_t res_id)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(b->buf + b->used);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++b->seq;
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));

	g->nfgen_family = family;
	g->version = NFNETLINK_V0;
	g->res_id = htons(res_id);
	return h;
}

static struct nlmsghdr *start_nft_message(struct batch *b, uint16_t type, uint16_t flags)
{
	return start_message(b, NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_CREATE | flags,
	                     NFPROTO_IPV4, 0);
}

static void end_message(struct batch *b, const struct nlmsghdr *h)
{
	b->used += MNL_ALIGN(h->nlmsg_len);
}

static void put_be32(struct nlmsghdr *h, uint16_t type, uint32_t v)
{
	mnl_attr_put_u32(h, type, htonl(v));
}

static void put_byte(struct nlmsghdr *h, uint16_t type, uint8_t v)
{
	struct nlattr *nest = mnl_attr_nest_start(h, type);

	mnl_attr_put(h, NFTA_DATA_VALUE, 1, &v);
	mnl_attr_nest_end(h, nest);
}

static void add_ttl_map(struct batch *b)
{
	struct nlmsghdr *h = start_nft_message(b, NFT_MSG_NEWSET, 0);

	mnl_attr_put_strz(h, NFTA_SET_TABLE, b->table);
	mnl_attr_put_strz(h, NFTA_SET_NAME, MAP);
	put_be32(h, NFTA_SET_FLAGS, NFT_SET_MAP | NFT_SET_CONSTANT);
	put_be32(h, NFTA_SET_KEY_TYPE, 4); /* "integer", for whoever lists it */
	put_be32(h, NFTA_SET_KEY_LEN, 1);
	put_be32(h, NFTA_SET_DATA_TYPE, 4);
	put_be32(h, NFTA_SET_DATA_LEN, 1);
	put_be32(h, NFTA_SET_ID, 1);
	struct nlattr *desc = mnl_attr_nest_start(h, NFTA_SET_DESC);

	put_be32(h, NFTA_SET_DESC_SIZE, 256);
	mnl_attr_nest_end(h, desc);
	end_message(b, h);

	h = start_nft_message(b, NFT_MSG_NEWSETELEM, 0);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_TABLE, b->table);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_SET, MAP);
	put_be32(h, NFTA_SET_ELEM_LIST_SET_ID, 1);
	struct nlattr *list = mnl_attr_nest_start(h, NFTA_SET_ELEM_LIST_ELEMENTS);

	for (unsigned ttl = 0; ttl < 256; ttl++) {
		struct nlattr *elem = mnl_attr_nest_start(h, NFTA_LIST_ELEM);

		put_byte(h, NFTA_SET_ELEM_KEY, (uint8_t)ttl);
		put_byte(h, NFTA_SET_ELEM_DATA, (uint8_t)(ttl < 254 ? ttl + 1 : ttl));
		mnl_attr_nest_end(h, elem);
	}
	mnl_attr_nest_end(h, list);
	end_message(b, h);
}

static struct nlattr *expr_start(struct nlmsghdr *h, const char *name, struct nlattr **ret_data)
{
	struct nlattr *elem = mnl_attr_nest_start(h, NFTA_LIST_ELEM);

	mnl_attr_put_strz(h, NFTA_EXPR_NAME, name);
	*ret_data = mnl_attr_nest_start(h, NFTA_EXPR_DATA);
	return elem;
}

static void expr_end(struct nlmsghdr *h, struct nlattr *elem, struct nlattr *data)
{
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, elem);
}

static void ttl_byte(struct nlmsghdr *h, bool store)
{
	struct nlattr *data, *elem = expr_start(h, "payload", &data);

	put_be32(h, store ? NFTA_PAYLOAD_SREG : NFTA_PAYLOAD_DREG, NFT_REG32_00);
	put_be32(h, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	put_be32(h, NFTA_PAYLOAD_OFFSET, offsetof(struct iphdr, ttl));
	put_be32(h, NFTA_PAYLOAD_LEN, 1);
	if (store) {
		put_be32(h, NFTA_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_INET);
		put_be32(h, NFTA_PAYLOAD_CSUM_OFFSET, offsetof(struct iphdr, check));
	}
	expr_end(h, elem, data);
}

static void add_ttl_chain(struct batch *b, const char *name, uint32_t hook_number)
{
	struct nlmsghdr *h = start_nft_message(b, NFT_MSG_NEWCHAIN, 0);

	mnl_attr_put_strz(h, NFTA_CHAIN_TABLE, b->table);
	mnl_attr_put_strz(h, NFTA_CHAIN_NAME, name);
	mnl_attr_put_strz(h, NFTA_CHAIN_TYPE, "filter");
	put_be32(h, NFTA_CHAIN_POLICY, NF_ACCEPT);
	struct nlattr *hook = mnl_attr_nest_start(h, NFTA_CHAIN_HOOK);

	put_be32(h, NFTA_HOOK_HOOKNUM, hook_number);
	put_be32(h, NFTA_HOOK_PRIORITY, (uint32_t)NF_IP_PRI_MANGLE);
	mnl_attr_nest_end(h, hook);
	end_message(b, h);
}

static struct nlmsghdr *rule_start(struct batch *b, const char *chain, struct nlattr **ret_list)
{
	struct nlmsghdr *h = start_nft_message(b, NFT_MSG_NEWRULE, NLM_F_APPEND);

	mnl_attr_put_strz(h, NFTA_RULE_TABLE, b->table);
	mnl_attr_put_strz(h, NFTA_RULE_CHAIN, chain);
	*ret_list = mnl_attr_nest_start(h, NFTA_RULE_EXPRESSIONS);
	return h;
}

/* ip ttl set ip ttl map @plus_one */
static void add_raise(struct batch *b, const char *chain)
{
	struct nlattr *list, *data;
	struct nlmsghdr *h = rule_start(b, chain, &list);

	ttl_byte(h, false);
	struct nlattr *elem = expr_start(h, "lookup", &data);

	mnl_attr_put_strz(h, NFTA_LOOKUP_SET, MAP);
	put_be32(h, NFTA_LOOKUP_SET_ID, 1);
	put_be32(h, NFTA_LOOKUP_SREG, NFT_REG32_00);
	put_be32(h, NFTA_LOOKUP_DREG, NFT_REG32_00);
	expr_end(h, elem, data);
	ttl_byte(h, true);
	mnl_attr_nest_end(h, list);
	end_message(b, h);
}

/* ip ttl 254 ip ttl set 255 */
static void add_restore(struct batch *b)
{
	struct nlattr *list, *data;
	struct nlmsghdr *h = rule_start(b, RESTORE, &list);

	ttl_byte(h, false);
	struct nlattr *elem = expr_start(h, "cmp", &data);

	put_be32(h, NFTA_CMP_SREG, NFT_REG32_00);
	put_be32(h, NFTA_CMP_OP, NFT_CMP_EQ);
	put_byte(h, NFTA_CMP_DATA, 254);
	expr_end(h, elem, data);
	elem = expr_start(h, "immediate", &data);
	put_be32(h, NFTA_IMMEDIATE_DREG, NFT_REG32_00);
	put_byte(h, NFTA_IMMEDIATE_DATA, 255);
	expr_end(h, elem, data);
	ttl_byte(h, true);
	mnl_attr_nest_end(h, list);
	end_message(b, h);
}

/* A table of its own. */
static void encode_keep(struct batch *b)
{
	struct nlmsghdr *h = start_nft_message(b, NFT_MSG_NEWTABLE, NLM_F_EXCL);

	mnl_attr_put_strz(h, NFTA_TABLE_NAME, b->table);
	end_message(b, h);
	add_ttl_map(b);
	add_ttl_chain(b, RAISE, NF_INET_PRE_ROUTING);
	add_raise(b, RAISE);
	add_ttl_chain(b, RESTORE, NF_INET_FORWARD); /* the TTL is lowered before this hook */
	add_restore(b);
}

static int send_batch(struct mnl_socket *sock, const struct batch *b, struct err *e)
{
	_Alignas(8) char answer[8192];

	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return err_sys(e, errno, "nf_tables: bind");
	if (mnl_socket_sendto(sock, b->buf, b->used) < 0)
		return err_sys(e, errno, "nf_tables: send");
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(sock, answer, sizeof(answer));

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(e, errno, "nf_tables: receive");
		}
		const struct nlmsghdr *h = (const void *)answer;

		for (int left = (int)n; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			int code = -((const struct nlmsgerr *)mnl_nlmsg_get_payload(h))->error;

			if (code == EEXIST) /* done before */
				return 0;
			if (code)
				return err_sys(e, code,
				               "keep the TTL of forwarded packets (nf_tables "
				               "message %u)",
				               h->nlmsg_seq);
			if (h->nlmsg_seq == b->seq)
				return 0;
		}
	}
}

/* chain: in a table that is there; NULL: a table of its own. */
static int send_rules(int ns_fd, const char *table, const char *chain, struct err *e)
{
	_cleanup_free_ struct batch *b = xcalloc(1, sizeof(*b));
	int fd = ns_socket(ns_fd, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER, e);

	if (fd < 0)
		return err_wrap(e, "nf_tables");
	struct mnl_socket *sock = mnl_socket_fdopen(fd);

	if (!sock) {
		close_p(&fd);
		return err_sys(e, ENOMEM, "nf_tables");
	}
	b->table = table;
	end_message(b, start_message(b, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
	if (chain) {
		add_ttl_map(b);
		add_raise(b, chain);
	} else {
		encode_keep(b);
	}
	/* The kernel acknowledges the batch by its last message. */
	end_message(
	    b, start_message(b, NFNL_MSG_BATCH_END, NLM_F_ACK, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
	int r = send_batch(sock, b, e);

	mnl_socket_close(sock);
	return r;
}

int ttl_keep(int ns_fd, struct err *e)
{
	return send_rules(ns_fd, TABLE, NULL, e);
}

int ttl_raise(int ns_fd, const char *table, const char *chain, struct err *e)
{
	return send_rules(ns_fd, table, chain, e);
}
