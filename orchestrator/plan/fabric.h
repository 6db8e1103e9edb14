/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fabric namespace's desired state, compiled from the design and the learned routes.  Pure.
 *
 * Packets of a port get a mark in nft prerouting: bits 0-15 the routing class (VNet, route table,
 * instance),
 * bits 16-31 the VNet.  Per class one table holds the effective routes, per VNet one delivery table
 * holds a /32 for each NIC that is reachable from it.  A class table says `throw` for VnetLocal and
 * peering prefixes, and so goes on to the VNet's delivery table, and behind that to a blackhole:
 * cost grows with routes and NICs, never with their product.  Where a class has nothing to say
 * about what its VNet delivers, which is the rule, the delivery table is asked first: a look-up
 * less.
 *
 * A load balancer is a pair of links, out of the fabric and in again: routes lead to it as to a
 * port. What comes in again gets the mark of a backend from the packet filter, and by that mark
 * (rules of priority 900, a table per backend) goes to the backend's port, whatever its destination
 * is.
 *
 * Public frontends have tables of their own, one per VNet, which only what comes from the
 * Internet's edge is led to: its mark has no class.
 *
 * Rules, by priority: 900 mark of a backend -> its table; 940 mark of a VNet without a class ->
 * table of its public frontends; 950 fwmark class -> delivery table, for
 * such classes; 960 platform addresses; 1000 fwmark class -> class table (one per class); 2000
 * fwmark vnet/0xffff0000 -> delivery table (one per VNet); 3000 any VNet (a rule per bit) ->
 * blackhole.  The main table has only `default dev sink0`, which makes the kernel answer ARP for
 * everything.
 *
 * All of it carries RTPROT_VNETLAB and the nft table `ip vnetlab`; nothing else is ever touched. */
#pragma once

#include <net/if.h>

#include "azure/routes.h"
#include "plan/filter/filter.h"

#define RTPROT_VNETLAB 157
#define TABLE_CLASS_BASE 10000u     /* + class */
#define TABLE_DELIVERY_BASE 100000u /* + vnet->idx + 1 */
#define TABLE_BACKEND_BASE 200000u  /* + nic->idx + 1 */
#define TABLE_FRONTEND_BASE 250000u /* + vnet->idx + 1 */
#define TABLE_END 300000u           /* a blackhole for everything */
#define MARK_VNET_SHIFT 16
#define MARK_BACKEND 0xFFFF0000u /* + nic->idx + 1, at most 0x7FFF */
#define MARK_NOT_TCP 0x8000u     /* in the mark of a connection that has a backend */
#define RULE_PRIO_BACKEND 900u
#define RULE_PRIO_FRONTEND 940u
#define RULE_PRIO_DIRECT 950u
#define RULE_PRIO_PLATFORM 960u /* the only one that is there from the first */
#define RULE_PRIO_CLASS 1000u
#define RULE_PRIO_DELIVERY 2000u
#define RULE_PRIO_END 3000u
#define SINK "sink0"
#define EDGE_VIA \
	0xA9FE0001u /* 169.254.0.1: the edge's end of every edge link, by its neighbour entry */

enum fab_kind {
	FAB_THROW,     /* VnetLocal, peering: continue in the delivery table */
	FAB_BLACKHOLE, /* None, unusable next hop, the end */
	FAB_PORT,      /* hand to one NIC: next hop address + port */
	FAB_MULTIPATH, /* ECMP over NICs */
	FAB_EDGE       /* Internet: one hop, EDGE_VIA on the VNet's edge link */
};

struct fab_hop {
	ip4 via; /* next hop address (set RTNH_F_ONLINK); the port's own address for a delivery */
	char port[IFNAMSIZ]; /* SINK: an ECMP leg whose VM is stopped; its flows are lost */
};

struct fab_route {
	uint32_t table;
	struct prefix prefix;
	enum fab_kind kind;
	uint8_t n_hops;
	struct fab_hop *hops;
};

struct fab_rule {
	uint32_t priority, mark, mask, table;
};

struct fab_neigh { /* permanent: the fabric never asks a guest for its address */
	char port[IFNAMSIZ];
	ip4 ip;
	uint8_t mac[6];
};

struct fab_port { /* what nft needs to know of a port; those of stopped VMs are listed too */
	char name[IFNAMSIZ];
	uint32_t mark; /* mark >> MARK_VNET_SHIFT: the VNet's number, idx + 1 */
	ip4 ip;
	bool forwarding; /* false: only its own source leaves, only its own destination arrives */
	bool edge;       /* the Internet edge's link of a VNet: mark = vnet << 16 */
	bool gateway;    /* what it brings is never forwarded traffic: azure/walk.c */
	bool balancer;   /* a load balancer's: the same mark */
	bool endpoint;   /* its answers go back to who handed the question over */
	uint32_t back;   /* the mark of answers that go back to it; 0: none do */
	/* The instances of a firewall that has several; ip is the address in front of them. */
	ip4 *instances;
	size_t n_instances;
};

/* azure/lb.h says what a load balancer does. */
struct fab_lb_rule {
	uint32_t protocol, frontend_port, backend_port, mode;
	bool floating;
};
struct fab_balancer {
	char in[IFNAMSIZ];
	uint32_t vnet, zone; /* numbers; conntrack zone of what passes through */
	ip4 ip;
	bool outside; /* a public frontend: nothing reaches it but by the Internet's edge */
	struct fab_lb_rule *rules;
	size_t n_rules;
	uint32_t slots[LB_SLOTS]; /* marks of backends; 0: nobody is healthy */
};
struct fab_backend { /* a NIC in a pool */
	char port[IFNAMSIZ];
	uint32_t mark, vnet;
	ip4 ip;
};

/* allowForwardedTraffic=false with strictForwarded (azure-behaviour 3.2): what comes in from a
 * port of VNet `from` and goes out to a port of VNet `to` must have its source in one of from's
 * spaces. (allowVirtualNetworkAccess=false needs no filter: such a pair delivers nothing to one
 * another.) */
struct fab_pair {
	uint32_t from, to; /* VNet numbers */
};
struct fab_space { /* the address spaces of the VNets that are `from` in some pair */
	uint32_t vnet;
	struct prefix prefix;
};

/* Security groups (azure/nsg.h): a chain for each group, direction and expansion of its tags, named
 * by what it says; and which of them a port has. */
enum fab_slot { SLOT_NIC_OUT, SLOT_SUBNET_OUT, SLOT_SUBNET_IN, SLOT_NIC_IN, SLOT_MAX };
struct fab_bind {
	enum fab_slot slot;
	char port[IFNAMSIZ], chain[CHAIN_NAME];
};

struct fabric {
	struct fab_route *routes; /* sorted by table, then prefix */
	size_t n_routes, cap_routes;
	struct fab_rule *rules; /* sorted by priority, then mark */
	size_t n_rules, cap_rules;
	struct fab_neigh *neighs; /* sorted by port, then ip */
	size_t n_neighs, cap_neighs;
	struct fab_port *ports; /* sorted by name */
	size_t n_ports, cap_ports;
	struct fab_pair *pairs; /* sorted by from, then to */
	size_t n_pairs, cap_pairs;
	struct fab_space *spaces; /* sorted by vnet, then prefix */
	size_t n_spaces, cap_spaces;
	struct fab_balancer *balancers; /* in the order of the design */
	size_t n_balancers, cap_balancers;
	struct fab_backend *backends; /* sorted by mark */
	size_t n_backends, cap_backends;
	struct filter_chain
	    *chains; /* sorted by name: groups' ("nsg_"), and those of their rules' lists */
	size_t n_chains, cap_chains;
	struct fab_bind *binds; /* sorted by slot, then port */
	size_t n_binds, cap_binds;
	struct arena *arena;
};

struct fabric *fabric_compile(const struct model *m, const struct rib *rib,
                              const struct runtime *rt);
struct fabric *fabric_free(struct fabric *f); /* returns NULL */
void fabric_free_p(struct fabric **f);

/* For qsort() and for merging two sorted lists: the order documented above, by an object's key
 * (table and prefix; all of a rule; port and address; name), and whether two with one key are the
 * same in all else too. */
int fab_route_cmp(const void *a, const void *b);
int fab_rule_cmp(const void *a, const void *b);
int fab_neigh_cmp(const void *a, const void *b);
int fab_port_cmp(const void *a, const void *b);
int fab_pair_cmp(const void *a, const void *b);
int fab_space_cmp(const void *a, const void *b);
int fab_backend_cmp(const void *a, const void *b);
int fab_bind_cmp(const void *a, const void *b);
bool fab_route_eq(const struct fab_route *a, const struct fab_route *b);
bool fab_neigh_eq(const struct fab_neigh *a, const struct fab_neigh *b);
bool fab_port_eq(const struct fab_port *a, const struct fab_port *b);

/* One line per object, as `plan -v` shows them; the callers free. */
char *fabric_text(const struct fabric *f);
char *fab_route_text(const struct fab_route *r);

/* The name of the chain that these rules become. */
struct nsg_rules;
const char *fabric_chain_name(const struct nsg_rules *r, char buf[CHAIN_NAME]);

/* Routing class of a subnet as programmed by an instance, from 1 (0 = no class): 2 * idx + 1 of the
 * first subnet of its VNet with the same route table (they have the same routes and share a table),
 * and one more for instance 1 where a Route Server programs the VNet.  Private
 * endpoints of a subnet with user-defined routes have a class of their own, behind those of all
 * subnets.  A mark has room for 16,383 subnets (half of that with such endpoints) and 32,767 VNets,
 * while half of the numbers is left for a lab that changes. */
uint32_t fabric_class(const struct model *m, const struct subnet *s, unsigned instance);
uint32_t fabric_mark_nic(const struct model *m, const struct nic *n);
uint32_t fabric_mark_backend(const struct nic *n);
uint32_t fabric_mark_rs(const struct model *m, const struct route_server *rs, unsigned instance);
