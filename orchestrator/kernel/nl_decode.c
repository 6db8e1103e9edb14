/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink messages read back, and said in words. */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>

#include "kernel/nl_encode.h"

/* Attributes by type, those that are too short for what they should hold left out. */
struct attrs {
	const struct nlattr *a[64];
};

static void collect_attrs(const struct nlmsghdr *h, size_t header, struct attrs *ret)
{
	const struct nlattr *a;

	memset(ret, 0, sizeof(*ret));
	mnl_attr_for_each(a, h, header)
	{
		uint16_t type = mnl_attr_get_type(a);

		if (type < ARRAY_LEN(ret->a))
			ret->a[type] = a;
	}
}

static uint32_t get_u32(const struct attrs *t, unsigned type, uint32_t dflt)
{
	const struct nlattr *a = t->a[type];

	return a && mnl_attr_get_payload_len(a) >= 4 ? mnl_attr_get_u32(a) : dflt;
}

static ip4 get_ip_attr(const struct attrs *t, unsigned type)
{
	return ntohl(get_u32(t, type, 0));
}

static bool has_header(const struct nlmsghdr *h, size_t size)
{
	return h->nlmsg_len >= MNL_NLMSG_HDRLEN + size;
}

static void get_multipath(const struct nlattr *nest, struct nl_route *ret)
{
	const char *p = mnl_attr_get_payload(nest);
	size_t left = mnl_attr_get_payload_len(nest);

	while (left >= sizeof(struct rtnexthop) && ret->n_hops < ARRAY_LEN(ret->hops)) {
		const struct rtnexthop *nh = (const void *)p;
		size_t len = nh->rtnh_len;

		if (len < sizeof(*nh) || len > left)
			return;
		struct nl_hop *hop = &ret->hops[ret->n_hops++];

		hop->ifindex = nh->rtnh_ifindex;
		hop->onlink = nh->rtnh_flags & RTNH_F_ONLINK;
		size_t off = RTNH_ALIGN(sizeof(*nh));

		while (off + sizeof(struct nlattr) <= len) {
			const struct nlattr *a = (const void *)(p + off);

			if (a->nla_len < sizeof(*a) || off + a->nla_len > len)
				break;
			if (mnl_attr_get_type(a) == RTA_GATEWAY && mnl_attr_get_payload_len(a) >= 4)
				hop->via = ntohl(mnl_attr_get_u32(a));
			off += MNL_ALIGN(a->nla_len);
		}
		len = RTNH_ALIGN(len);
		if (len >= left)
			return;
		p += len;
		left -= len;
	}
}

bool nl_dec_route(const struct nlmsghdr *h, struct nl_route *ret)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	struct attrs t;

	if ((h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE) ||
	    !has_header(h, sizeof(*m)) || m->rtm_family != AF_INET || m->rtm_dst_len > 32)
		return false;
	collect_attrs(h, sizeof(*m), &t);
	memset(ret, 0, sizeof(*ret));
	ret->dst.addr = get_ip_attr(&t, RTA_DST);
	ret->dst.len = m->rtm_dst_len;
	ret->table = get_u32(&t, RTA_TABLE, m->rtm_table);
	ret->type = m->rtm_type;
	ret->protocol = m->rtm_protocol;
	ret->scope = m->rtm_scope;
	ret->metric = get_u32(&t, RTA_PRIORITY, 0);
	ret->src = get_ip_attr(&t, RTA_PREFSRC);
	if (t.a[RTA_MULTIPATH]) {
		get_multipath(t.a[RTA_MULTIPATH], ret);
	} else if (t.a[RTA_OIF]) {
		ret->n_hops = 1;
		ret->hops[0].ifindex = (int)get_u32(&t, RTA_OIF, 0);
		ret->hops[0].via = get_ip_attr(&t, RTA_GATEWAY);
		ret->hops[0].onlink = m->rtm_flags & RTNH_F_ONLINK;
	}
	return true;
}

enum { OPER_UP = 6 }; /* IF_OPER_UP of linux/if.h, which net/if.h excludes */

bool nl_dec_link(const struct nlmsghdr *h, struct nl_link *ret)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	struct attrs t;

	if (h->nlmsg_type != RTM_NEWLINK || !has_header(h, sizeof(*m)))
		return false;
	collect_attrs(h, sizeof(*m), &t);
	memset(ret, 0, sizeof(*ret));
	ret->ifindex = m->ifi_index;
	ret->up = m->ifi_flags & IFF_UP;
	if (t.a[IFLA_CARRIER] && mnl_attr_get_payload_len(t.a[IFLA_CARRIER]) >= 1)
		ret->carrier = mnl_attr_get_u8(t.a[IFLA_CARRIER]);
	if (t.a[IFLA_OPERSTATE] && mnl_attr_get_payload_len(t.a[IFLA_OPERSTATE]) >= 1)
		ret->running = mnl_attr_get_u8(t.a[IFLA_OPERSTATE]) == OPER_UP;
	ret->mtu = get_u32(&t, IFLA_MTU, 0);
	const struct nlattr *name = t.a[IFLA_IFNAME], *mac = t.a[IFLA_ADDRESS];

	if (name && mnl_attr_validate2(name, MNL_TYPE_STRING, 0) >= 0)
		memcpy(ret->name, mnl_attr_get_payload(name),
		       strnlen(mnl_attr_get_payload(name),
		               mnl_attr_get_payload_len(name) < IFNAMSIZ - 1
		                   ? mnl_attr_get_payload_len(name)
		                   : IFNAMSIZ - 1));
	if (mac && mnl_attr_get_payload_len(mac) == 6)
		memcpy(ret->mac, mnl_attr_get_payload(mac), 6);
	return true;
}

static void collect_nested(const struct nlattr *nest, struct attrs *ret)
{
	const struct nlattr *a;

	memset(ret, 0, sizeof(*ret));
	mnl_attr_for_each_nested(a, nest)
	{
		uint16_t type = mnl_attr_get_type(a);

		if (type < ARRAY_LEN(ret->a))
			ret->a[type] = a;
	}
}

bool nl_dec_vxlan(const struct nlmsghdr *h, struct nl_vxlan *ret)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	struct attrs t, info;

	if (h->nlmsg_type != RTM_NEWLINK || !has_header(h, sizeof(*m)))
		return false;
	memset(ret, 0, sizeof(*ret));
	collect_attrs(h, sizeof(*m), &t);
	ret->ifindex = m->ifi_index;
	ret->mtu = get_u32(&t, IFLA_MTU, 0);
	if (!t.a[IFLA_LINKINFO])
		return true;
	collect_nested(t.a[IFLA_LINKINFO], &info);
	const struct nlattr *kind = info.a[IFLA_INFO_KIND], *data = info.a[IFLA_INFO_DATA];

	if (!kind || !data || mnl_attr_validate2(kind, MNL_TYPE_STRING, 0) < 0 ||
	    strncmp(mnl_attr_get_payload(kind), "vxlan", mnl_attr_get_payload_len(kind)) != 0)
		return true;
	collect_nested(data, &t);
	ret->vni = get_u32(&t, IFLA_VXLAN_ID, 0);
	ret->local = get_ip_attr(&t, IFLA_VXLAN_LOCAL);
	ret->remote = get_ip_attr(&t, IFLA_VXLAN_GROUP);
	if (t.a[IFLA_VXLAN_PORT] && mnl_attr_get_payload_len(t.a[IFLA_VXLAN_PORT]) >= 2)
		ret->port = ntohs(mnl_attr_get_u16(t.a[IFLA_VXLAN_PORT]));
	return true;
}

bool nl_dec_rule(const struct nlmsghdr *h, struct nl_rule *ret)
{
	const struct fib_rule_hdr *m = mnl_nlmsg_get_payload(h);
	struct attrs t;

	if (h->nlmsg_type != RTM_NEWRULE || !has_header(h, sizeof(*m)) || m->family != AF_INET)
		return false;
	collect_attrs(h, sizeof(*m), &t);
	memset(ret, 0, sizeof(*ret));
	ret->table = get_u32(&t, FRA_TABLE, m->table);
	ret->priority = get_u32(&t, FRA_PRIORITY, 0);
	ret->mark = get_u32(&t, FRA_FWMARK, 0);
	ret->mask = get_u32(&t, FRA_FWMASK, 0);
	ret->to.addr = get_ip_attr(&t, FRA_DST);
	ret->to.len = m->dst_len;
	const struct nlattr *protocol = t.a[FRA_PROTOCOL];

	if (protocol && mnl_attr_get_payload_len(protocol) >= 1)
		ret->protocol = mnl_attr_get_u8(protocol);
	return true;
}

bool nl_dec_neigh(const struct nlmsghdr *h, struct nl_neigh *ret)
{
	const struct ndmsg *m = mnl_nlmsg_get_payload(h);
	struct attrs t;

	if (h->nlmsg_type != RTM_NEWNEIGH || !has_header(h, sizeof(*m)) || m->ndm_family != AF_INET)
		return false;
	collect_attrs(h, sizeof(*m), &t);
	memset(ret, 0, sizeof(*ret));
	ret->ifindex = m->ndm_ifindex;
	ret->state = m->ndm_state;
	ret->ip = get_ip_attr(&t, NDA_DST);
	const struct nlattr *mac = t.a[NDA_LLADDR];

	if (mac && mnl_attr_get_payload_len(mac) == 6)
		memcpy(ret->mac, mnl_attr_get_payload(mac), 6);
	return true;
}

static const char *route_type(uint8_t type)
{
	switch (type) {
	case RTN_BLACKHOLE:
		return "blackhole ";
	case RTN_THROW:
		return "throw ";
	case RTN_UNREACHABLE:
		return "unreachable ";
	case RTN_PROHIBIT:
		return "prohibit ";
	case RTN_LOCAL:
		return "local ";
	default:
		return "";
	}
}

static void describe_route(const struct nlmsghdr *h, char *buf, size_t cap)
{
	struct attrs t;
	struct nl_route r = { 0 };

	collect_attrs(h, sizeof(struct rtmsg), &t);
	if (h->nlmsg_type == RTM_GETROUTE) {
		snprintf(buf, cap, "look up route to %s", IP4_STR(get_ip_attr(&t, RTA_DST)));
		return;
	}
	nl_dec_route(h, &r);
	int n = snprintf(buf, cap, "%s route %s%s table %u",
	                 h->nlmsg_type == RTM_NEWROUTE ? "set" : "delete", route_type(r.type),
	                 PREFIX_STR(r.dst), r.table);

	for (unsigned i = 0; i < r.n_hops && n > 0 && (size_t)n < cap; i++) {
		if (ip4_is_set(r.hops[i].via))
			n += snprintf(buf + n, cap - (size_t)n, " via %s", IP4_STR(r.hops[i].via));
		if ((size_t)n < cap)
			n += snprintf(buf + n, cap - (size_t)n, " dev %d", r.hops[i].ifindex);
	}
}

static void describe_link(const struct nlmsghdr *h, char *buf, size_t cap)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	struct attrs t;
	const char *what = h->nlmsg_type == RTM_DELLINK    ? "delete link"
	                   : h->nlmsg_type == RTM_GETLINK  ? "find link"
	                   : h->nlmsg_flags & NLM_F_CREATE ? "create veth"
	                   : !(m->ifi_change & IFF_UP)     ? "change link"
	                   : m->ifi_flags & IFF_UP         ? "bring up link"
	                                                   : "bring down link";

	collect_attrs(h, sizeof(*m), &t);
	if (t.a[IFLA_IFNAME])
		snprintf(buf, cap, "%s %s", what, mnl_attr_get_str(t.a[IFLA_IFNAME]));
	else
		snprintf(buf, cap, "%s %d", what, m->ifi_index);
}

const char *nl_describe(const struct nlmsghdr *h, char *buf, size_t cap)
{
	struct attrs t;

	switch (h->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
	case RTM_GETROUTE:
		describe_route(h, buf, cap);
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
	case RTM_GETLINK:
		describe_link(h, buf, cap);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR: {
		const struct ifaddrmsg *m = mnl_nlmsg_get_payload(h);

		collect_attrs(h, sizeof(*m), &t);
		snprintf(buf, cap, "%s address %s/%u on link %u",
		         h->nlmsg_type == RTM_NEWADDR ? "add" : "delete",
		         IP4_STR(get_ip_attr(&t, IFA_LOCAL)), m->ifa_prefixlen, m->ifa_index);
		break;
	}
	case RTM_NEWRULE:
	case RTM_DELRULE: {
		const struct fib_rule_hdr *m = mnl_nlmsg_get_payload(h);

		collect_attrs(h, sizeof(*m), &t);
		snprintf(buf, cap, "%s rule %u fwmark 0x%x/0x%x to %s/%u table %u",
		         h->nlmsg_type == RTM_NEWRULE ? "add" : "delete",
		         get_u32(&t, FRA_PRIORITY, 0), get_u32(&t, FRA_FWMARK, 0),
		         get_u32(&t, FRA_FWMASK, 0), IP4_STR(get_ip_attr(&t, FRA_DST)), m->dst_len,
		         get_u32(&t, FRA_TABLE, m->table));
		break;
	}
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH: {
		const struct ndmsg *m = mnl_nlmsg_get_payload(h);

		collect_attrs(h, sizeof(*m), &t);
		snprintf(buf, cap, "%s neighbour %s dev %d",
		         h->nlmsg_type == RTM_NEWNEIGH ? "set" : "delete",
		         IP4_STR(get_ip_attr(&t, NDA_DST)), m->ndm_ifindex);
		break;
	}
	case RTM_SETNEIGHTBL:
		snprintf(buf, cap, "set a link's ARP delay");
		break;
	default:
		snprintf(buf, cap, "netlink request %u", h->nlmsg_type);
	}
	return buf;
}
