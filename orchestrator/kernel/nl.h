/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink over libmnl: pure encoders apart from the socket that sends.  One socket per namespace,
 * for ever; each operation is acknowledged, errors carry the kernel's own words (extended ack). */
#pragma once

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"

struct nl;
int nl_open(int ns_fd, struct nl **ret, struct err *e); /* ns_fd -1: where we are */
struct nl *nl_close(struct nl *nl);                     /* returns NULL */
int nl_fd(const struct nl *nl);

/* Between begin and end, changes are collected and sent many at a time; the kernel acknowledges the
 * last one and reports each that failed.  An operation then returns 0, or the error of an earlier
 * one; end sends the rest and returns the first error that was not returned yet.  An error does not
 * stop the operations behind it.  Queries and dumps send what is waiting first. */
void nl_batch_begin(struct nl *nl);
int nl_batch_end(struct nl *nl, struct err *e);

struct nl_end { /* one end of a veth pair */
	const char *name;
	const uint8_t *mac; /* NULL: random */
	const char *alias;  /* NULL: none; for an end in the socket's own namespace */
	int ns_fd;          /* -1: the socket's own namespace */
	bool up; /* end a only: in the same message.  The kernel cannot do it for end b, which is
	            brought up from its own namespace (nl_link_up4) */
	unsigned mtu; /* 0: default */
	/* Asks nobody for a hardware address: frames go to that of the link itself, which its other
	 * end must have, too. */
	bool no_arp;
	uint32_t group;
	int ifindex; /* 0: the kernel chooses; one that the caller knows to be free saves asking */
};
struct nl_vxlan { /* to one other end */
	const char *name;
	ip4 local, remote;
	uint32_t vni;
	uint16_t port;
	unsigned mtu;
	int ifindex;
};
int nl_vxlan_add(struct nl *nl, const struct nl_vxlan *v, struct err *e);
/* Reads all of a VXLAN device but its name. -ENODEV: there is none, or it is no VXLAN. */
int nl_vxlan_get(struct nl *nl, const char *name, struct nl_vxlan *ret, struct err *e);
int nl_veth_add(struct nl *nl, const struct nl_end *a, const struct nl_end *b, struct err *e);
int nl_link_index(struct nl *nl, const char *name, struct err *e); /* > 0, or -ENODEV */
int nl_link_set_up(struct nl *nl, int ifindex, bool up, struct err *e);
/* Up, for a link that carries IPv4 only: no IPv6 link-local address, so no router solicitations and
 * no multicast listener reports; no reverse path filter, whatever this machine's default is. */
int nl_link_up4(struct nl *nl, int ifindex, struct err *e);
int nl_link_alias(struct nl *nl, int ifindex, const char *alias, struct err *e);
int nl_link_del(struct nl *nl, int ifindex, struct err *e);
/* Deleting links waits 15 to 22 ms each, or once for all links of a group. */
int nl_link_set_group(struct nl *nl, int ifindex, uint32_t group, struct err *e);
int nl_link_del_group(struct nl *nl, uint32_t group, struct err *e);
int nl_addr_add(struct nl *nl, int ifindex, ip4 addr, uint8_t len, struct err *e);
/* Without the route to its prefix that the kernel adds by itself. */
int nl_addr_add_alone(struct nl *nl, int ifindex, ip4 addr, uint8_t len, struct err *e);
int nl_addr_del(struct nl *nl, int ifindex, ip4 addr, uint8_t len, struct err *e);

struct nl_hop {
	ip4 via; /* 0: directly attached */
	int ifindex;
	bool onlink;
};
struct nl_route {
	struct prefix dst;
	uint32_t table; /* 0 means RT_TABLE_MAIN */
	uint8_t type;   /* RTN_UNICAST, RTN_BLACKHOLE, RTN_THROW, RTN_UNREACHABLE, ... */
	uint8_t protocol, scope;
	uint32_t metric;
	ip4 src;       /* preferred source, 0: none */
	bool quickack; /* TCP acknowledges at once; not read back */
	struct nl_hop hops[16];
	unsigned n_hops;
};
int nl_route_replace(struct nl *nl, const struct nl_route *r, struct err *e);
int nl_route_del(struct nl *nl, const struct nl_route *r, struct err *e); /* gone already: 0 */
struct nl_rule {
	uint32_t priority, mark, mask, table;
	uint8_t protocol;
	struct prefix to;   /* only for these destinations; /0: all */
	struct prefix from; /* the same for sources */
};
int nl_rule_add(struct nl *nl, const struct nl_rule *r, struct err *e);
int nl_rule_del(struct nl *nl, const struct nl_rule *r, struct err *e);
int nl_neigh_replace(struct nl *nl, int ifindex, ip4 ip, const uint8_t mac[6], struct err *e);
int nl_neigh_del(struct nl *nl, int ifindex, ip4 ip, struct err *e);

/* proxy_arp answers at once instead of within 0.8 s.  Neighbour defaults exist in the initial
 * namespace only, so this cannot be inherited; a message costs a tenth of a sysctl file. */
int nl_proxy_delay_none(struct nl *nl, int ifindex, struct err *e);

/* Dumps call fn for each object; a negative return ends the dump and is returned. */
struct nl_link {
	int ifindex;
	char name[IFNAMSIZ];
	uint8_t mac[6];
	bool up, carrier;
	bool running; /* up, and the kernel has seen to what follows from its carrier */
	unsigned mtu;
};
struct nl_neigh {
	int ifindex;
	ip4 ip;
	uint8_t mac[6];
	uint16_t state;
};
int nl_links(struct nl *nl, int (*fn)(const struct nl_link *, void *), void *arg, struct err *e);
/* The same for a namespace of thousands of veth pairs: the kernel looks for the number of each
 * peer's namespace among all of them, so a dump of links takes the square of their number.  This
 * one lists what has IPv4 (a link of at least 68 bytes), and asks for each, but not for its
 * carrier. */
int nl_links_many(struct nl *nl, int (*fn)(const struct nl_link *, void *), void *arg,
                  struct err *e);
/* True if the link is up and its cable is plugged in, at this moment. */
bool nl_link_carrier(struct nl *nl, const char *name);
/* Returns when the kernel sends by each of these links that has a carrier, or after 5 s.  A veth
 * link whose other end comes up gets its carrier at once, and its queue from a kernel thread
 * (Linux, net/core/link_watch.c); what is sent until then is dropped.  Numbers of links that are
 * not there are passed over. */
void nl_links_settle(struct nl *nl, int first, int last);
/* table 0: every table; protocol 0: every protocol. */
int nl_routes(struct nl *nl, uint32_t table, uint8_t protocol,
              int (*fn)(const struct nl_route *, void *), void *arg, struct err *e);
int nl_rules(struct nl *nl, int (*fn)(const struct nl_rule *, void *), void *arg, struct err *e);
int nl_neighs(struct nl *nl, int (*fn)(const struct nl_neigh *, void *), void *arg, struct err *e);

/* Asks what the kernel would do with a packet (RTM_GETROUTE): the answer is the route, type
 * included; an unreachable or blackhole answer is a result, not an error. iif 0: locally made. */
struct nl_query {
	ip4 src, dst;
	int iif;
	uint32_t mark;
	uint8_t ip_proto;
	uint16_t sport, dport;
};
int nl_route_get(struct nl *nl, const struct nl_query *q, struct nl_route *ret, struct err *e);

/* Route changes as they happen (RTNLGRP_IPV4_ROUTE) on a socket of its own. */
int nl_monitor_open(int ns_fd, struct nl **ret, struct err *e);
/* The same for links.  nl_link_monitor_read(): fn (NULL: nobody) is told each change; of a link
 * that is gone only its number is in *l.  1: something changed, 0: nothing did.  -ENOBUFS: changes
 * were lost, or are not understood; the links have to be read. */
int nl_link_monitor_open(int ns_fd, struct nl **ret, struct err *e);
int nl_link_monitor_read(struct nl *nl, void (*fn)(const struct nl_link *l, bool gone, void *arg),
                         void *arg);
/* Reads what is there without blocking; deleted says which.  -ENOBUFS: changes were lost and the
 * socket is empty now; whoever dumps after that, and goes on reading, misses nothing. */
int nl_monitor_read(struct nl *nl, int (*fn)(const struct nl_route *, bool deleted, void *),
                    void *arg, struct err *e);
