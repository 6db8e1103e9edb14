/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket: sends what nl_encode.c wrote, reads acknowledgements, turns refusals into words. */
#include "kernel/nl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/nl_encode.h"
#include "kernel/nl_socket.h"
#include "kernel/ns.h"

struct nl *nl_wrap(int fd, struct err *e)
{
	struct mnl_socket *sock = mnl_socket_fdopen(fd);
	int on = 1, r = errno;

	if (!sock) {
		close_p(&fd);
		err_sys(e, r, "netlink socket");
		return NULL;
	}
	/* Older kernels miss some of these: then errors have no words, or are longer. */
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	struct nl *nl = xcalloc(1, sizeof(*nl));

	nl->sock = sock;
	return nl;
}

int nl_open(int ns_fd, struct nl **ret, struct err *e)
{
	int fd = ns_socket(ns_fd, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, e);

	if (fd < 0)
		return err_wrap(e, "rtnetlink");
	struct nl *nl = nl_wrap(fd, e);

	if (!nl)
		return e ? -e->code : -EIO;
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		int r = errno;

		nl_close(nl);
		return err_sys(e, r, "rtnetlink: bind");
	}
	*ret = nl;
	return 0;
}

struct nl *nl_close(struct nl *nl)
{
	if (!nl)
		return NULL;
	mnl_socket_close(nl->sock);
	free(nl->buf);
	free(nl);
	return NULL;
}

int nl_fd(const struct nl *nl)
{
	return mnl_socket_get_fd(nl->sock);
}

/* --- errors --------------------------------------------------------------------------------- */

/* The kernel's own words behind an error, or NULL. */
static const char *ext_ack(const struct nlmsghdr *h)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;
	size_t off = sizeof(*err);

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		off += err->msg.nlmsg_len - sizeof(err->msg);
	if (h->nlmsg_len < MNL_NLMSG_HDRLEN + off)
		return NULL;
	mnl_attr_for_each(a, h, off)
	{
		if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0)
			return mnl_attr_get_str(a);
	}
	return NULL;
}

int nl_refused(const struct nlmsghdr *request, const struct nlmsghdr *answer, int code,
               struct err *e)
{
	char what[512];
	const char *words = answer ? ext_ack(answer) : NULL;
	const char *name = strerrorname_np(code);

	nl_describe(request, what, sizeof(what));
	return err_set(e, code, "%s: %s (%s)", what, words ? words : strerror(code),
	               name ? name : "?");
}

/* --- changes -------------------------------------------------------------------------------- */

enum {
	BATCH_BYTES = 32 * 1024, /* what one send carries; the kernel copes with more, nobody gains
	                          */
	BATCH_MSGS = 256,
};

static void *room(struct nl *nl)
{
	if (!nl->buf)
		nl->buf = xmalloc(BATCH_BYTES + NL_MSG_MAX);
	return nl->buf + nl->used;
}

static bool is_ignored(const struct nlmsghdr *h, int code)
{
	/* Gone already is what a deletion wants. */
	switch (h->nlmsg_type) {
	case RTM_DELROUTE:
		return code == ESRCH;
	case RTM_DELNEIGH:
	case RTM_DELRULE:
		return code == ENOENT || code == ENODEV;
	case RTM_DELADDR:
		return code == EADDRNOTAVAIL || code == ENODEV;
	case RTM_DELLINK:
		return code == ENODEV;
	default:
		return false;
	}
}

static const struct nlmsghdr *pending(const struct nl *nl, uint32_t seq)
{
	const struct nlmsghdr *h = (const void *)nl->buf;
	int left = (int)nl->used;

	for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
		if (h->nlmsg_seq == seq)
			return h;
	return NULL;
}

/* Sends what was collected and reads until the last message is acknowledged. */
static int flush(struct nl *nl, struct err *e)
{
	if (!nl->used)
		return 0;
	struct nlmsghdr *last = (void *)(nl->buf + nl->last);
	char answer[8192];
	int r = 0;

	last->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(nl->sock, nl->buf, nl->used) < 0)
		r = err_sys(e, errno, "rtnetlink: send");
	for (bool done = r < 0; !done;) {
		ssize_t n = mnl_socket_recvfrom(nl->sock, answer, sizeof(answer));

		if (n < 0) {
			if (errno == EINTR)
				continue;
			r = err_sys(e, errno, "rtnetlink: receive");
			break;
		}
		const struct nlmsghdr *h = (const void *)answer;

		for (int left = (int)n; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			int code = -((const struct nlmsgerr *)mnl_nlmsg_get_payload(h))->error;
			const struct nlmsghdr *req = pending(nl, h->nlmsg_seq);

			if (!req)
				continue; /* left over from an exchange that was given up */
			if (code && r == 0 && !is_ignored(req, code))
				r = nl_refused(req, h, code, e);
			done = done || req == last;
		}
	}
	nl->used = nl->msgs = 0;
	return r;
}

static int change(struct nl *nl, struct nlmsghdr *h, struct err *e)
{
	h->nlmsg_seq = ++nl->seq;
	nl->last = nl->used;
	nl->used += MNL_ALIGN(h->nlmsg_len);
	nl->msgs++;
	if (nl->batch && nl->used < BATCH_BYTES && nl->msgs < BATCH_MSGS)
		return 0;
	return flush(nl, e);
}

void nl_batch_begin(struct nl *nl)
{
	nl->batch = true;
}

int nl_batch_end(struct nl *nl, struct err *e)
{
	nl->batch = false;
	return flush(nl, e);
}

int nl_flush(struct nl *nl, struct err *e)
{
	return flush(nl, e);
}

int nl_veth_add(struct nl *nl, const struct nl_end *a, const struct nl_end *b, struct err *e)
{
	int r = change(nl, nl_enc_veth(room(nl), a, b), e);

	if (r == 0 && a->alias && a->ns_fd < 0)
		r = change(nl, nl_enc_link_alias(room(nl), 0, a->name, a->alias), e);
	return r;
}

int nl_vxlan_add(struct nl *nl, const struct nl_vxlan *v, struct err *e)
{
	return change(nl, nl_enc_vxlan(room(nl), v), e);
}

int nl_link_set_up(struct nl *nl, int ifindex, bool up, struct err *e)
{
	return change(nl, nl_enc_link_flags(room(nl), ifindex, up), e);
}

int nl_link_up4(struct nl *nl, int ifindex, struct err *e)
{
	/* Two messages: in one, the kernel brings the link up first. */
	int r = change(nl, nl_enc_link_ipv4_only(room(nl), ifindex), e);

	return r < 0 ? r : nl_link_set_up(nl, ifindex, true, e);
}

int nl_link_set_group(struct nl *nl, int ifindex, uint32_t group, struct err *e)
{
	return change(nl, nl_enc_link_group(room(nl), ifindex, group), e);
}

int nl_link_del_group(struct nl *nl, uint32_t group, struct err *e)
{
	return change(nl, nl_enc_link_del_group(room(nl), group), e);
}

int nl_link_alias(struct nl *nl, int ifindex, const char *alias, struct err *e)
{
	return change(nl, nl_enc_link_alias(room(nl), ifindex, NULL, alias), e);
}

int nl_link_del(struct nl *nl, int ifindex, struct err *e)
{
	return change(nl, nl_enc_link_del(room(nl), ifindex), e);
}

int nl_addr_add(struct nl *nl, int ifindex, ip4 addr, uint8_t len, struct err *e)
{
	return change(nl, nl_enc_addr(room(nl), true, ifindex, addr, len, 0), e);
}

int nl_addr_add_alone(struct nl *nl, int ifindex, ip4 addr, uint8_t len, struct err *e)
{
	return change(nl, nl_enc_addr(room(nl), true, ifindex, addr, len, IFA_F_NOPREFIXROUTE), e);
}

int nl_addr_del(struct nl *nl, int ifindex, ip4 addr, uint8_t len, struct err *e)
{
	return change(nl, nl_enc_addr(room(nl), false, ifindex, addr, len, 0), e);
}

int nl_route_replace(struct nl *nl, const struct nl_route *r, struct err *e)
{
	return change(nl, nl_enc_route(room(nl), true, r), e);
}

int nl_route_del(struct nl *nl, const struct nl_route *r, struct err *e)
{
	return change(nl, nl_enc_route(room(nl), false, r), e);
}

int nl_rule_add(struct nl *nl, const struct nl_rule *r, struct err *e)
{
	return change(nl, nl_enc_rule(room(nl), true, r), e);
}

int nl_rule_del(struct nl *nl, const struct nl_rule *r, struct err *e)
{
	return change(nl, nl_enc_rule(room(nl), false, r), e);
}

int nl_neigh_replace(struct nl *nl, int ifindex, ip4 ip, const uint8_t mac[6], struct err *e)
{
	return change(nl, nl_enc_neigh(room(nl), true, ifindex, ip, mac), e);
}

int nl_neigh_del(struct nl *nl, int ifindex, ip4 ip, struct err *e)
{
	return change(nl, nl_enc_neigh(room(nl), false, ifindex, ip, NULL), e);
}

int nl_proxy_delay_none(struct nl *nl, int ifindex, struct err *e)
{
	return change(nl, nl_enc_proxy_delay(room(nl), ifindex, 0), e);
}
