/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network of a node's kernel, compiled from the design: links, addresses, routes, neighbours,
 * settings.  Pure.
 *
 * It is all that kernel/guest.c builds a node from, and all that says whether a node that runs is
 * still what the design wants (guest_plan_hash()): what is not in here cannot be built, and what is
 * in here cannot be forgotten when designs are compared. */
#pragma once

#include <net/if.h>

#include "azure/model.h"
#include "base/str.h"

/* Interface numbers inside a guest: lo, then its NICs, wires and tunnels in their order. */
enum { GUEST_LO = 1, GUEST_FIRST_IFINDEX = 2 };

enum guest_link_kind {
	GUEST_PORT,  /* to a port of the fabric */
	GUEST_WIRE,  /* to another guest */
	GUEST_TUNNEL /* a VXLAN device */
};

/* Members without gaps: these are compared, and hashed, as bytes. */
struct guest_link {
	uint32_t kind, ifindex;
	char name[IFNAMSIZ];
	char port[IFNAMSIZ]; /* GUEST_PORT: its end in the fabric */
	uint8_t mac[8];      /* GUEST_PORT: 6 of them */
	ip4 local, remote;   /* GUEST_TUNNEL; GUEST_WIRE: the addresses of its ends */
	uint32_t vni, vxlan_port, mtu;
	/* For people: of a port's end in the fabric; who is at the other end of a wire.  The last
	 * member, and not part of a hash: names may change their case. */
	char alias[256];
};
struct guest_addr {
	uint32_t ifindex, len;
	ip4 ip;
	uint32_t alone; /* without the route to its prefix that the kernel adds by itself */
};
struct guest_hop { /* a route, with its one next hop */
	ip4 dst;
	uint32_t len, ifindex;
	ip4 via; /* 0: on the link */
	uint32_t onlink, protocol, scope, metric;
	ip4 src;
	uint32_t quickack; /* TCP acknowledges at once */
	uint32_t table;    /* of policy routing; 0: the main one */
};
struct guest_rule { /* policy routing: what has this source looks there first */
	ip4 from;
	uint32_t table;
};
struct guest_neigh { /* permanent: the gateway of a subnet, which is the fabric */
	uint32_t ifindex;
	ip4 ip;
};

struct guest_plan {
	struct guest_link *links;
	size_t n_links, cap_links;
	struct guest_addr *addrs;
	size_t n_addrs, cap_addrs;
	struct guest_hop *routes;
	size_t n_routes, cap_routes;
	struct guest_rule *rules;
	size_t n_rules, cap_rules;
	struct guest_neigh *neighs;
	size_t n_neighs, cap_neighs;
	struct guest_settings {
		uint32_t forwarding;
		uint32_t no_ping;    /* does not answer ICMP echo */
		uint32_t no_hop;     /* does not lower the TTL: kernel/ttl.h */
		uint32_t source_nat; /* masquerades what it forwards, but to ... */
		uint32_t n_except;
		struct {
			ip4 addr;
			uint32_t len;
		} except[GUEST_NAT_EXCEPT_MAX];
		uint32_t clamp_mss; /* of TCP that it forwards, as a VPN gateway */
		uint32_t bgp_open;  /* speaks BGP as Azure does: plan/filter/bgp_open.h */
	} set;
};

/* forwarding: ip_forward (the appliance's image says). */
struct guest_plan *guest_plan_vm(const struct node *vm, bool forwarding);
/* An instance: its address as /32 and every other address directly on eth0 (the fabric answers ARP
 * for all of them), so that BIRD may write any next hop into the table that the virtual router
 * watches.  It never forwards (azure-behaviour 1.2).  answers_ping: settings.routeServerPing */
struct guest_plan *guest_plan_rs(const struct route_server *rs, unsigned instance,
                                 bool answers_ping);
/* The part of one wire's or tunnel's end, without settings. */
struct guest_plan *guest_plan_nic(const struct nic *n);
struct guest_plan *guest_plan_free(struct guest_plan *p); /* returns NULL */
void guest_plan_free_p(struct guest_plan **p);
#define _cleanup_guest_plan_ _cleanup_(guest_plan_free_p)

/* Hashes of the plan without its routes, and of its routes, which can be exchanged while the node
 * runs. */
uint64_t guest_plan_hash(const struct guest_plan *p);
uint64_t guest_routes_hash(const struct guest_plan *p);

/* The route for an address and metric; NULL: none. */
const struct guest_hop *guest_plan_route(const struct guest_plan *p, const struct guest_hop *like);
/* True if routes of that kernel table are the plan's: the main table, and those of its rules. */
bool guest_plan_has_table(const struct guest_plan *p, uint32_t table);
/* "route 10.0.0.0/8 via 10.1.1.1 dev eth0": for sentences. */
void guest_hop_text(const struct guest_plan *p, const struct guest_hop *h, struct str *ret);
