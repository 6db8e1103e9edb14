/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink messages as bytes: pure, so that they are tested without a kernel.  Each function
 * writes one whole message into buf, which has room for NL_MSG_MAX bytes, and returns it; length,
 * type and flags are set (NLM_F_REQUEST and what the operation needs), sequence number and
 * NLM_F_ACK are the sender's.  Longer names are cut at the kernel's limit by the encoder. */
#pragma once

#include <linux/netlink.h>

#include "kernel/nl.h"

#define NL_MSG_MAX 2048

struct nlmsghdr *nl_enc_vxlan(void *buf, const struct nl_vxlan *v);
struct nlmsghdr *nl_enc_veth(void *buf, const struct nl_end *a, const struct nl_end *b);
struct nlmsghdr *nl_enc_link_flags(void *buf, int ifindex, bool up);
struct nlmsghdr *nl_enc_link_ipv4_only(void *buf, int ifindex);
struct nlmsghdr *nl_enc_link_group(void *buf, int ifindex, uint32_t group);
struct nlmsghdr *nl_enc_link_alias(void *buf, int ifindex, const char *name, const char *alias);
struct nlmsghdr *nl_enc_link_del(void *buf, int ifindex);
struct nlmsghdr *nl_enc_link_del_group(void *buf, uint32_t group);
struct nlmsghdr *nl_enc_link_get(void *buf, const char *name);
struct nlmsghdr *nl_enc_addr(void *buf, bool add, int ifindex, ip4 addr, uint8_t len,
                             uint32_t flags /* IFA_F_* */);
struct nlmsghdr *nl_enc_route(void *buf, bool add, const struct nl_route *r);
struct nlmsghdr *nl_enc_rule(void *buf, bool add, const struct nl_rule *r);
struct nlmsghdr *nl_enc_neigh(void *buf, bool add, int ifindex, ip4 ip, const uint8_t mac[6]);
struct nlmsghdr *nl_enc_proxy_delay(void *buf, int ifindex, uint64_t msecs);
struct nlmsghdr *nl_enc_route_get(void *buf, const struct nl_query *q, bool fib_match);

/* Decoders; false: not IPv4 or not of this kind. */
bool nl_dec_route(const struct nlmsghdr *h, struct nl_route *ret);
bool nl_dec_link(const struct nlmsghdr *h, struct nl_link *ret);
/* vni 0: the link is no VXLAN. */
bool nl_dec_vxlan(const struct nlmsghdr *h, struct nl_vxlan *ret);
bool nl_dec_rule(const struct nlmsghdr *h, struct nl_rule *ret);
bool nl_dec_neigh(const struct nlmsghdr *h, struct nl_neigh *ret);

/* "add route 10.0.0.0/8 table 10001 via 172.16.1.4 dev 7": for errors. */
const char *nl_describe(const struct nlmsghdr *h, char *buf, size_t cap);
