/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the kernel: dumps and single look-ups. */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "kernel/nl_encode.h"
#include "kernel/nl_socket.h"

enum { DUMP_BUF = 64 * 1024, DUMP_TRIES = 10 };

struct dump {
	int (*each)(const struct nlmsghdr *h, void *ctx);
	void *ctx;
};

/* One pass.  1: the kernel changed meanwhile and what came is inconsistent. */
static int dump_once(struct nl *nl, struct nlmsghdr *req, const struct dump *d, char *buf,
                     struct err *e)
{
	bool interrupted = false;
	int r = 0;

	req->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sock, req, req->nlmsg_len) < 0)
		return err_sys(e, errno, "rtnetlink: send");
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->sock, buf, DUMP_BUF);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(e, errno, "rtnetlink: receive");
		}
		const struct nlmsghdr *h = (const void *)buf;

		for (int left = (int)n; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			if (h->nlmsg_seq != req->nlmsg_seq)
				continue;
			if (h->nlmsg_flags & NLM_F_DUMP_INTR)
				interrupted = true;
			if (h->nlmsg_type == NLMSG_DONE)
				return r < 0 ? r : interrupted;
			if (h->nlmsg_type == NLMSG_ERROR) {
				int code =
				    -((const struct nlmsgerr *)mnl_nlmsg_get_payload(h))->error;

				/* A table that nobody wrote to does not exist: it is empty. */
				if (code == ENOENT && req->nlmsg_type == RTM_GETROUTE)
					return 0;
				return code ? nl_refused(req, h, code, e) : r;
			}
			/* After a refusal by the caller the rest is read and dropped, so that the
			 * socket stays in step. */
			if (r == 0)
				r = d->each(h, d->ctx);
		}
	}
}

/* The objects are handed on only when a whole dump was consistent; so they are collected first. */
struct collected {
	char *items;
	size_t n, cap, size;
	bool (*decode)(const struct nlmsghdr *h, void *ret);
};

static int collect_message(const struct nlmsghdr *h, void *ctx)
{
	struct collected *c = ctx;

	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->items = xrealloc(c->items, c->cap, c->size);
	}
	if (c->decode(h, c->items + c->n * c->size))
		c->n++;
	return 0;
}

static int dump_objects(struct nl *nl, struct nlmsghdr *req, struct collected *c, struct err *e)
{
	_cleanup_free_ char *buf = xmalloc(DUMP_BUF);
	const struct dump d = { collect_message, c };
	int r = nl_flush(nl, e);

	req->nlmsg_flags |= NLM_F_DUMP;
	for (int i = 0; r == 0 && i < DUMP_TRIES; i++) {
		c->n = 0;
		r = dump_once(nl, req, &d, buf, e);
		if (r <= 0)
			return r;
		r = 0;
	}
	return r < 0 ? r
	             : err_set(e, EAGAIN,
	                       "rtnetlink: the tables changed %d times while "
	                       "they were read",
	                       DUMP_TRIES);
}

/* Decoders write into void *, one per kind, so that collect_message() needs no casts of functions.
 */
static bool as_link(const struct nlmsghdr *h, void *ret)
{
	return nl_dec_link(h, ret);
}

static bool as_route(const struct nlmsghdr *h, void *ret)
{
	return nl_dec_route(h, ret);
}

static bool as_rule(const struct nlmsghdr *h, void *ret)
{
	return nl_dec_rule(h, ret);
}

static bool as_neigh(const struct nlmsghdr *h, void *ret)
{
	return nl_dec_neigh(h, ret);
}

static struct nlmsghdr *start_dump_request(void *buf, uint16_t type, size_t header)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(h, header);
	return h;
}

int nl_links(struct nl *nl, int (*fn)(const struct nl_link *, void *), void *arg, struct err *e)
{
	char req[256];
	struct collected c = { .size = sizeof(struct nl_link), .decode = as_link };
	struct nlmsghdr *h = start_dump_request(req, RTM_GETLINK, sizeof(struct ifinfomsg));
	int r;

	/* Statistics are two thirds of the answer. */
	mnl_attr_put_u32(h, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	r = dump_objects(nl, h, &c, e);

	for (size_t i = 0; r == 0 && i < c.n; i++)
		r = fn((struct nl_link *)(void *)c.items + i, arg);
	free(c.items);
	return r;
}

static bool as_ifindex(const struct nlmsghdr *h, void *ret)
{
	const struct nlattr *a;
	int index = 0;

	if (h->nlmsg_type != RTM_NEWNETCONF ||
	    h->nlmsg_len < NLMSG_SPACE(sizeof(struct netconfmsg)))
		return false;
	mnl_attr_for_each(a, h, sizeof(struct netconfmsg))
	{
		if (mnl_attr_get_type(a) == NETCONFA_IFINDEX &&
		    mnl_attr_get_payload_len(a) >= sizeof(index))
			index = (int)mnl_attr_get_u32(a);
	}
	memcpy(ret, &index, sizeof(index));
	return index > 0; /* two are of links in general */
}

/* False: it has gone meanwhile. */
static bool ask_link(int fd, int ifindex, struct nl_link *ret)
{
	struct ifreq q = { .ifr_ifindex = ifindex };

	*ret = (struct nl_link){ .ifindex = ifindex };
	if (ioctl(fd, SIOCGIFNAME, &q) < 0)
		return false;
	memcpy(ret->name, q.ifr_name, strnlen(q.ifr_name, IFNAMSIZ - 1));
	if (ioctl(fd, SIOCGIFFLAGS, &q) < 0)
		return false;
	ret->up = q.ifr_flags & IFF_UP;
	if (ioctl(fd, SIOCGIFMTU, &q) < 0)
		return false;
	ret->mtu = (unsigned)q.ifr_mtu;
	if (ioctl(fd, SIOCGIFHWADDR, &q) < 0)
		return false;
	memcpy(ret->mac, q.ifr_hwaddr.sa_data, 6);
	return true;
}

bool nl_link_carrier(struct nl *nl, const char *name)
{
	struct ethtool_value v = { .cmd = ETHTOOL_GLINK };
	struct ifreq q = { .ifr_data = (char *)&v };

	memcpy(q.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
	return ioctl(mnl_socket_get_fd(nl->sock), SIOCETHTOOL, &q) == 0 && v.data;
}

int nl_links_many(struct nl *nl, int (*fn)(const struct nl_link *, void *), void *arg,
                  struct err *e)
{
	char req[256];
	struct collected c = { .size = sizeof(int), .decode = as_ifindex };
	struct nlmsghdr *h = start_dump_request(req, RTM_GETNETCONF, sizeof(struct netconfmsg));

	((struct netconfmsg *)mnl_nlmsg_get_payload(h))->ncm_family = AF_INET;
	int r = dump_objects(nl, h, &c, e);

	for (size_t i = 0; r == 0 && i < c.n; i++) {
		struct nl_link l;
		int ifindex;

		memcpy(&ifindex, c.items + i * sizeof(int), sizeof(int));
		if (ask_link(mnl_socket_get_fd(nl->sock), ifindex, &l))
			r = fn(&l, arg);
	}
	free(c.items);
	return r;
}

int nl_routes(struct nl *nl, uint32_t table, uint8_t protocol,
              int (*fn)(const struct nl_route *, void *), void *arg, struct err *e)
{
	char req[256];
	struct collected c = { .size = sizeof(struct nl_route), .decode = as_route };
	struct nlmsghdr *h = start_dump_request(req, RTM_GETROUTE, sizeof(struct rtmsg));
	struct rtmsg *m = mnl_nlmsg_get_payload(h);

	m->rtm_family = AF_INET;
	m->rtm_protocol = protocol;
	if (table)
		mnl_attr_put_u32(h, RTA_TABLE, table);
	int r = dump_objects(nl, h, &c, e);

	for (size_t i = 0; r == 0 && i < c.n; i++) {
		const struct nl_route *rt = (struct nl_route *)(void *)c.items + i;

		/* Kernels before 4.20 do not filter. */
		if ((!table || rt->table == table) && (!protocol || rt->protocol == protocol))
			r = fn(rt, arg);
	}
	free(c.items);
	return r;
}

int nl_rules(struct nl *nl, int (*fn)(const struct nl_rule *, void *), void *arg, struct err *e)
{
	char req[256];
	struct collected c = { .size = sizeof(struct nl_rule), .decode = as_rule };
	struct nlmsghdr *h = start_dump_request(req, RTM_GETRULE, sizeof(struct fib_rule_hdr));

	((struct fib_rule_hdr *)mnl_nlmsg_get_payload(h))->family = AF_INET;
	int r = dump_objects(nl, h, &c, e);

	for (size_t i = 0; r == 0 && i < c.n; i++)
		r = fn((struct nl_rule *)(void *)c.items + i, arg);
	free(c.items);
	return r;
}

int nl_neighs(struct nl *nl, int (*fn)(const struct nl_neigh *, void *), void *arg, struct err *e)
{
	char req[256];
	struct collected c = { .size = sizeof(struct nl_neigh), .decode = as_neigh };
	struct nlmsghdr *h = start_dump_request(req, RTM_GETNEIGH, sizeof(struct ndmsg));

	((struct ndmsg *)mnl_nlmsg_get_payload(h))->ndm_family = AF_INET;
	int r = dump_objects(nl, h, &c, e);

	for (size_t i = 0; r == 0 && i < c.n; i++)
		r = fn((struct nl_neigh *)(void *)c.items + i, arg);
	free(c.items);
	return r;
}

/* --- single look-ups ------------------------------------------------------------------------ */

/* Sends req and decodes its one answer.  -errno as the kernel said, with *e. */
static int send_dump_request(struct nl *nl, struct nlmsghdr *req,
                             bool (*decode)(const struct nlmsghdr *, void *), void *ret,
                             struct err *e)
{
	_Alignas(8) char buf[16 * 1024];
	int r = nl_flush(nl, e);

	if (r < 0)
		return r;
	req->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sock, req, req->nlmsg_len) < 0)
		return err_sys(e, errno, "rtnetlink: send");
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(e, errno, "rtnetlink: receive");
		}
		const struct nlmsghdr *h = (const void *)buf;

		for (int left = (int)n; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			if (h->nlmsg_seq != req->nlmsg_seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR)
				return nl_refused(
				    req, h,
				    -((const struct nlmsgerr *)mnl_nlmsg_get_payload(h))->error, e);
			if (!decode(h, ret))
				return err_set(e, EPROTO, "rtnetlink: an answer of type %u",
				               h->nlmsg_type);
			return 0;
		}
	}
}

int nl_link_index(struct nl *nl, const char *name, struct err *e)
{
	char req[NL_MSG_MAX];
	struct nl_link link = { 0 };
	int r = send_dump_request(nl, nl_enc_link_get(req, name), as_link, &link, e);

	return r < 0 ? r : link.ifindex;
}

/* Empty: there is none, or it has no carrier. */
static void name_with_carrier(struct nl *nl, int ifindex, char ret[IFNAMSIZ])
{
	struct ifreq q = { .ifr_ifindex = ifindex };

	*ret = '\0';
	if (ioctl(mnl_socket_get_fd(nl->sock), SIOCGIFNAME, &q) == 0 &&
	    nl_link_carrier(nl, q.ifr_name))
		memcpy(ret, q.ifr_name, IFNAMSIZ);
}

static bool is_running(struct nl *nl, const char *name)
{
	char req[NL_MSG_MAX];
	struct nl_link link = { 0 };

	return send_dump_request(nl, nl_enc_link_get(req, name), as_link, &link, NULL) < 0 ||
	       link.running || !link.up;
}

void nl_links_settle(struct nl *nl, int first, int last)
{
	enum { MOST_MS = 5000 };
	int64_t end_us = clock_us() + MOST_MS * 1000ll;
	char name[IFNAMSIZ], latest[IFNAMSIZ] = "";

	/* Since Linux 6.9 who asks for the carrier is answered when the link has its queue. Before,
	 * the thread takes links one after the other, as they came. */
	for (int i = first; i <= last; i++) {
		name_with_carrier(nl, i, name);
		if (*name)
			memcpy(latest, name, sizeof(latest));
	}
	while (*latest && !is_running(nl, latest) && clock_us() < end_us)
		poll(NULL, 0, 1);
}

static bool as_vxlan(const struct nlmsghdr *h, void *ret)
{
	return nl_dec_vxlan(h, ret);
}

int nl_vxlan_get(struct nl *nl, const char *name, struct nl_vxlan *ret, struct err *e)
{
	char req[NL_MSG_MAX];
	int r = send_dump_request(nl, nl_enc_link_get(req, name), as_vxlan, ret, e);

	return r < 0 || ret->vni ? r : err_set(e, ENODEV, "%s is no VXLAN", name);
}

int nl_route_get(struct nl *nl, const struct nl_query *q, struct nl_route *ret, struct err *e)
{
	char req[NL_MSG_MAX];
	struct nl_route chosen = { 0 }, matched = { 0 };
	struct err why = { 0 };
	int r = send_dump_request(nl, nl_enc_route_get(req, q, false), as_route, &chosen, &why);

	switch (r) {
	case 0:
		/* The look-up proper says which of several hops, but answers with the host's /32;
		 * the match says which route it came from. */
		if (send_dump_request(nl, nl_enc_route_get(req, q, true), as_route, &matched,
		                      NULL) == 0) {
			chosen.dst = matched.dst;
			chosen.protocol = matched.protocol;
			chosen.metric = matched.metric;
		}
		break;
	/* The kernel tells the type of such a route by an error (fib_props). */
	case -EINVAL:
		chosen.type = RTN_BLACKHOLE;
		break;
	case -EHOSTUNREACH:
		chosen.type = RTN_UNREACHABLE;
		break;
	case -EACCES:
		chosen.type = RTN_PROHIBIT;
		break;
	case -ENETUNREACH: /* no route at all */
		chosen.type = RTN_UNREACHABLE;
		break;
	default:
		if (e)
			*e = why;
		return r;
	}
	if (r < 0)
		chosen.dst = prefix_host(q->dst);
	*ret = chosen;
	return 0;
}
