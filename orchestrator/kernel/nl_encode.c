/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/nl_encode.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/neighbour.h>
#include <linux/veth.h>
#include <string.h>

static struct nlmsghdr *start(void *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	return h;
}

static void put_ip(struct nlmsghdr *h, uint16_t type, ip4 a)
{
	mnl_attr_put_u32(h, type, htonl(a));
}

static void put_name(struct nlmsghdr *h, const char *name)
{
	char cut[IFNAMSIZ] = { 0 };

	memcpy(cut, name, strnlen(name, IFNAMSIZ - 1));
	mnl_attr_put_strz(h, IFLA_IFNAME, cut);
}

static void put_end(struct nlmsghdr *h, const struct nl_end *end)
{
	put_name(h, end->name);
	if (end->mac)
		mnl_attr_put(h, IFLA_ADDRESS, 6, end->mac);
	if (end->mtu)
		mnl_attr_put_u32(h, IFLA_MTU, end->mtu);
	if (end->group)
		mnl_attr_put_u32(h, IFLA_GROUP, end->group);
	if (end->ns_fd >= 0)
		mnl_attr_put_u32(h, IFLA_NET_NS_FD, (uint32_t)end->ns_fd);
}

static void put_ifinfo(struct nlmsghdr *h, int ifindex, unsigned flags, unsigned change)
{
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));

	i->ifi_family = AF_UNSPEC;
	i->ifi_index = ifindex;
	i->ifi_flags = flags;
	i->ifi_change = change;
}

struct nlmsghdr *nl_enc_vxlan(void *buf, const struct nl_vxlan *v)
{
	struct nlmsghdr *h = start(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);

	put_ifinfo(h, v->ifindex, 0, 0);
	mnl_attr_put_strz(h, IFLA_IFNAME, v->name);
	mnl_attr_put_u32(h, IFLA_MTU, v->mtu);
	struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);

	mnl_attr_put_strz(h, IFLA_INFO_KIND, "vxlan");
	struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);

	mnl_attr_put_u32(h, IFLA_VXLAN_ID, v->vni);
	mnl_attr_put_u32(h, IFLA_VXLAN_LOCAL, htonl(v->local));
	mnl_attr_put_u32(h, IFLA_VXLAN_GROUP, htonl(v->remote));
	mnl_attr_put_u16(h, IFLA_VXLAN_PORT, htons(v->port));
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, info);
	return h;
}

struct nlmsghdr *nl_enc_veth(void *buf, const struct nl_end *a, const struct nl_end *b)
{
	struct nlmsghdr *h = start(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);

	const unsigned flags = (a->up ? IFF_UP : 0) | (a->no_arp ? IFF_NOARP : 0);

	put_ifinfo(h, a->ifindex, flags, flags);
	put_end(h, a);
	struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);

	mnl_attr_put_strz(h, IFLA_INFO_KIND, "veth");
	struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(h, VETH_INFO_PEER);

	/* Up here is refused (ENOTCONN): the other end is not there yet. */
	put_ifinfo(h, b->ifindex, b->no_arp ? IFF_NOARP : 0, b->no_arp ? IFF_NOARP : 0);
	put_end(h, b);
	mnl_attr_nest_end(h, peer);
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, info);
	return h;
}

struct nlmsghdr *nl_enc_link_flags(void *buf, int ifindex, bool up)
{
	struct nlmsghdr *h = start(buf, RTM_NEWLINK, 0);

	put_ifinfo(h, ifindex, up ? IFF_UP : 0, IFF_UP);
	return h;
}

struct nlmsghdr *nl_enc_link_ipv4_only(void *buf, int ifindex)
{
	struct nlmsghdr *h = start(buf, RTM_NEWLINK, 0);

	put_ifinfo(h, ifindex, 0, 0);
	struct nlattr *af = mnl_attr_nest_start(h, IFLA_AF_SPEC);
	struct nlattr *v4 = mnl_attr_nest_start(h, AF_INET);
	struct nlattr *conf = mnl_attr_nest_start(h, IFLA_INET_CONF);

	mnl_attr_put_u32(h, IPV4_DEVCONF_RP_FILTER, 0);
	mnl_attr_nest_end(h, conf);
	mnl_attr_nest_end(h, v4);
	struct nlattr *v6 = mnl_attr_nest_start(h, AF_INET6);

	mnl_attr_put_u8(h, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(h, v6);
	mnl_attr_nest_end(h, af);
	return h;
}

struct nlmsghdr *nl_enc_link_group(void *buf, int ifindex, uint32_t group)
{
	struct nlmsghdr *h = start(buf, RTM_NEWLINK, 0);

	put_ifinfo(h, ifindex, 0, 0);
	mnl_attr_put_u32(h, IFLA_GROUP, group);
	return h;
}

struct nlmsghdr *nl_enc_link_del_group(void *buf, uint32_t group)
{
	struct nlmsghdr *h = start(buf, RTM_DELLINK, 0);

	put_ifinfo(h, 0, 0, 0);
	mnl_attr_put_u32(h, IFLA_GROUP, group);
	return h;
}

struct nlmsghdr *nl_enc_link_alias(void *buf, int ifindex, const char *name, const char *alias)
{
	struct nlmsghdr *h = start(buf, RTM_NEWLINK, 0);
	char cut[256] = { 0 }; /* IFALIASZ */

	put_ifinfo(h, ifindex, 0, 0);
	if (name)
		put_name(h, name);
	memcpy(cut, alias, strnlen(alias, sizeof(cut) - 1));
	mnl_attr_put_str(h, IFLA_IFALIAS, cut);
	return h;
}

struct nlmsghdr *nl_enc_link_del(void *buf, int ifindex)
{
	struct nlmsghdr *h = start(buf, RTM_DELLINK, 0);

	put_ifinfo(h, ifindex, 0, 0);
	return h;
}

struct nlmsghdr *nl_enc_link_get(void *buf, const char *name)
{
	struct nlmsghdr *h = start(buf, RTM_GETLINK, 0);

	put_ifinfo(h, 0, 0, 0);
	put_name(h, name);
	return h;
}

struct nlmsghdr *nl_enc_addr(void *buf, bool add, int ifindex, ip4 addr, uint8_t len,
                             uint32_t flags)
{
	struct nlmsghdr *h =
	    start(buf, add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	struct ifaddrmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->ifa_family = AF_INET;
	m->ifa_prefixlen = len;
	m->ifa_scope = RT_SCOPE_UNIVERSE;
	m->ifa_index = (uint32_t)ifindex;
	put_ip(h, IFA_LOCAL, addr);
	put_ip(h, IFA_ADDRESS, addr);
	if (flags)
		mnl_attr_put_u32(h, IFA_FLAGS, flags);
	return h;
}

static void put_hops(struct nlmsghdr *h, const struct nl_route *r)
{
	struct rtmsg *m = mnl_nlmsg_get_payload(h);

	if (r->n_hops == 1) {
		if (ip4_is_set(r->hops[0].via))
			put_ip(h, RTA_GATEWAY, r->hops[0].via);
		if (r->hops[0].ifindex)
			mnl_attr_put_u32(h, RTA_OIF, (uint32_t)r->hops[0].ifindex);
		if (r->hops[0].onlink)
			m->rtm_flags |= RTNH_F_ONLINK;
		return;
	}
	struct nlattr *nest = mnl_attr_nest_start(h, RTA_MULTIPATH);

	for (unsigned i = 0; i < r->n_hops && i < ARRAY_LEN(r->hops); i++) {
		const struct nl_hop *hop = &r->hops[i];
		/* rtnexthop stands directly in the nest, with its attributes behind it. */
		struct rtnexthop *nh = mnl_nlmsg_get_payload_tail(h);

		memset(nh, 0, sizeof(*nh));
		nh->rtnh_ifindex = hop->ifindex;
		nh->rtnh_flags = hop->onlink ? RTNH_F_ONLINK : 0;
		h->nlmsg_len += RTNH_ALIGN(sizeof(*nh));
		if (ip4_is_set(hop->via))
			put_ip(h, RTA_GATEWAY, hop->via);
		nh->rtnh_len = (unsigned short)((char *)mnl_nlmsg_get_payload_tail(h) - (char *)nh);
	}
	mnl_attr_nest_end(h, nest);
}

struct nlmsghdr *nl_enc_route(void *buf, bool add, const struct nl_route *r)
{
	struct nlmsghdr *h =
	    start(buf, add ? RTM_NEWROUTE : RTM_DELROUTE, add ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	uint32_t table = r->table ? r->table : RT_TABLE_MAIN;

	m->rtm_family = AF_INET;
	m->rtm_dst_len = r->dst.len;
	m->rtm_table = table < 256 ? (uint8_t)table : RT_TABLE_UNSPEC;
	m->rtm_protocol = r->protocol;
	m->rtm_type = r->type;
	m->rtm_scope = add ? r->scope : RT_SCOPE_NOWHERE;
	if (table >= 256)
		mnl_attr_put_u32(h, RTA_TABLE, table);
	if (r->dst.len)
		put_ip(h, RTA_DST, r->dst.addr);
	if (r->metric)
		mnl_attr_put_u32(h, RTA_PRIORITY, r->metric);
	if (add && ip4_is_set(r->src))
		put_ip(h, RTA_PREFSRC, r->src);
	if (add && r->quickack) {
		struct nlattr *nest = mnl_attr_nest_start(h, RTA_METRICS);

		mnl_attr_put_u32(h, RTAX_QUICKACK, 1);
		mnl_attr_nest_end(h, nest);
	}
	/* A deletion is by prefix, table, metric and protocol: its hops are what they are. */
	if (add && r->n_hops)
		put_hops(h, r);
	return h;
}

struct nlmsghdr *nl_enc_rule(void *buf, bool add, const struct nl_rule *r)
{
	struct nlmsghdr *h =
	    start(buf, add ? RTM_NEWRULE : RTM_DELRULE, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	struct fib_rule_hdr *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->family = AF_INET;
	m->action = FR_ACT_TO_TBL;
	m->table = r->table < 256 ? (uint8_t)r->table : RT_TABLE_UNSPEC;
	if (r->table >= 256)
		mnl_attr_put_u32(h, FRA_TABLE, r->table);
	mnl_attr_put_u32(h, FRA_PRIORITY, r->priority);
	if (r->mask) {
		mnl_attr_put_u32(h, FRA_FWMARK, r->mark);
		mnl_attr_put_u32(h, FRA_FWMASK, r->mask);
	}
	m->dst_len = r->to.len;
	if (r->to.len)
		put_ip(h, FRA_DST, r->to.addr);
	m->src_len = r->from.len;
	if (r->from.len)
		put_ip(h, FRA_SRC, r->from.addr);
	if (r->protocol)
		mnl_attr_put_u8(h, FRA_PROTOCOL, r->protocol);
	return h;
}

struct nlmsghdr *nl_enc_neigh(void *buf, bool add, int ifindex, ip4 ip, const uint8_t mac[6])
{
	struct nlmsghdr *h =
	    start(buf, add ? RTM_NEWNEIGH : RTM_DELNEIGH, add ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	struct ndmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->ndm_family = AF_INET;
	m->ndm_ifindex = ifindex;
	m->ndm_state = NUD_PERMANENT;
	put_ip(h, NDA_DST, ip);
	if (add)
		mnl_attr_put(h, NDA_LLADDR, 6, mac);
	return h;
}

struct nlmsghdr *nl_enc_proxy_delay(void *buf, int ifindex, uint64_t msecs)
{
	struct nlmsghdr *h = start(buf, RTM_SETNEIGHTBL, 0);
	struct ndtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->ndtm_family = AF_INET;
	mnl_attr_put_strz(h, NDTA_NAME, "arp_cache");
	struct nlattr *params = mnl_attr_nest_start(h, NDTA_PARMS);

	mnl_attr_put_u32(h, NDTPA_IFINDEX, (uint32_t)ifindex);
	mnl_attr_put_u64(h, NDTPA_PROXY_DELAY, msecs);
	mnl_attr_nest_end(h, params);
	return h;
}

struct nlmsghdr *nl_enc_route_get(void *buf, const struct nl_query *q, bool fib_match)
{
	struct nlmsghdr *h = start(buf, RTM_GETROUTE, 0);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->rtm_family = AF_INET;
	m->rtm_dst_len = 32;
	m->rtm_flags = RTM_F_LOOKUP_TABLE | (fib_match ? RTM_F_FIB_MATCH : 0);
	put_ip(h, RTA_DST, q->dst);
	if (ip4_is_set(q->src)) {
		m->rtm_src_len = 32;
		put_ip(h, RTA_SRC, q->src);
	}
	if (q->iif)
		mnl_attr_put_u32(h, RTA_IIF, (uint32_t)q->iif);
	if (q->mark)
		mnl_attr_put_u32(h, RTA_MARK, q->mark);
	if (q->ip_proto) {
		mnl_attr_put_u8(h, RTA_IP_PROTO, q->ip_proto);
		if (q->sport)
			mnl_attr_put_u16(h, RTA_SPORT, htons(q->sport));
		if (q->dport)
			mnl_attr_put_u16(h, RTA_DPORT, htons(q->dport));
	}
	return h;
}
