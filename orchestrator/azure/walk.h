/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of a packet, hop by hop, as Azure's rules have it; no packet is sent.  Pure: what a guest
 * does with a packet that is not for it comes from a callback, so that the same walk runs over the
 * model alone and over the kernels' real tables. */
#pragma once

#include "azure/routes.h"

struct firewall;

enum verdict { WALK_DELIVERED, WALK_DROPPED, WALK_LOOP };
const char *verdict_str(enum verdict v); /* "delivered", "dropped", "loop" */

struct walk_packet {
	ip4 src, dst;
	uint8_t ip_proto; /* IPPROTO_ICMP, ... */
	uint16_t sport, dport;
};

struct walk_hop {
	const char *node;      /* "Backend", "internet" */
	const struct nic *nic; /* NULL: internet, a load balancer */
	const struct nic *by;  /* by which NIC the packet left; NULL: it did not */
	const struct eff_route
	    *route; /* that the fabric used when the packet left this hop; NULL: none */
	const struct eff_table *table; /* where route is */
	ip4 next_hop;                  /* 0: destination itself */
	struct walk_packet came;       /* the packet as it came here */
	struct walk_packet left;       /* the packet as it was sent on; nothing: it was not */
	const char *reason;            /* a sentence; never NULL */
};

/* An address translation on the way: by a guest (masquerading), by the Internet edge, or by a load
 * balancer (the destination). */
struct walk_nat {
	const struct node *vm; /* NULL: the edge, or the load balancer */
	const struct nic *nic; /* where the packet left; load balancer: its backend's */
	const struct load_balancer *lb;
	struct walk_packet before, after;
};

/* A node whose own packet filter the walk cannot follow any further. */
struct walk_unwalked {
	const struct node *vm;
	const char *file; /* NULL: somebody changed the filter inside the node */
	unsigned line;    /* 0: the whole file */
	const char *rule; /* NULL: all of them */
};

/* The backend that a flow has at a load balancer. */
struct walk_pin {
	const struct load_balancer *lb;
	const struct nic *backend;
	struct walk_packet p; /* as it came to the load balancer */
};

/* A flow that a NIC's security groups let pass: its answers pass too. */
struct walk_flow {
	const struct nic *nic;
	bool out;
	struct walk_packet p;
};

struct walk {
	enum verdict verdict;
	const char *reason; /* of the verdict: hop, route, rule, and what to do */
	/* The nodes that held the packet, in order; the last one got it (delivered), or held it
	 * when it was dropped or found to loop. */
	struct walk_hop *hops;
	size_t n, cap;
	struct walk_packet sent, arrived; /* as it left, and as it was at the end (translated) */
	struct walk_nat *nats;
	size_t n_nats, cap_nats;
	struct walk_pin *pins;
	size_t n_pins, cap_pins;
	struct walk_flow *flows;
	size_t n_flows, cap_flows;
	/* The NIC whose security groups, or whose firewall's rules, deny the packet: they may let
	 * another one pass.  NULL: nobody's. */
	const struct nic *denied_at;
	bool denied_out; /* on its way out of that NIC */
	/* The NIC of a firewall, or of a guest whose own packet filter drops an answer without its
	 * question: it saw one half of the flow. */
	const struct nic *half_at;
	/* A guest that would give what comes next its own address, having seen no question of it;
	 * NULL: none. */
	const struct nic *late;
	ip4 late_source;
	/* Rules on the way of nodes' own packet filters (azure/guest_filter.h) that could not be
	 * read and may drop or translate it: the walk cannot say, and its reason says so. */
	struct walk_unwalked *unwalked;
	size_t n_unwalked, cap_unwalked;
	/* Set by walk_judge_rest(). */
	const char *breaks_at; /* the node that drops what follows the first packet; NULL: none */
	struct eff_cache *tables; /* its own, when the environment brought none */
	struct arena *arena;
};

/* What a load balancer does with a flow that it sees first. */
struct walk_choice {
	const struct nic *backend; /* NULL: it drops the packet */
	ip4 ip;                    /* new destination address; 0: unchanged */
	uint16_t port;             /* new destination port; 0: unchanged */
	char reason[384];
};

/* What a guest does with a packet that came in. */
struct walk_guest {
	enum { GUEST_LOCAL, GUEST_FORWARD, GUEST_DROP } act;
	const struct nic *out; /* GUEST_FORWARD: where it leaves */
	ip4 src;               /* GUEST_FORWARD: new source address; 0: unchanged */
	char reason[256];      /* "routes 8.8.8.8 via 172.16.1.1 dev eth0" */
};

/* Where the fabric hands a packet that a NIC sends. */
struct walk_fabric {
	enum { FABRIC_NIC, FABRIC_INSTANCE, FABRIC_INTERNET, FABRIC_BALANCER, FABRIC_DROP } act;
	const struct nic *to;           /* FABRIC_NIC */
	const struct load_balancer *lb; /* FABRIC_BALANCER */
	const struct route_server *rs;  /* FABRIC_INSTANCE */
	unsigned instance;
	ip4 next_hop;     /* 0: the destination itself */
	char reason[256]; /* "table 10003: 0.0.0.0/0 via 172.16.1.4" */
};

struct walk_env {
	const struct model *m;
	const struct rib *rib;
	const struct runtime *rt;
	void *ctx;
	/* For many walks over one state; may be NULL.  Routes in hops live as long as it does. */
	struct eff_cache *tables;
	/* What the guest does with p that came in on NIC in; NULL: the design's default,
	 * walk_guest_default().  Translating replies back (reply_to) is done before it is asked. */
	void (*guest)(void *ctx, const struct nic *in, const struct walk_packet *p,
	              struct walk_guest *ret);
	/* Asked instead of the effective routes, so that the same walk runs over the kernel's own
	 * tables; what those do not hold (platform addresses, source and destination checks,
	 * peerings, the Internet's edge) stays the design's.  NULL: effective routes.  back: the
	 * NIC that an endpoint's answer goes back to, whatever its routes are; NULL: none. */
	void (*fabric)(void *ctx, const struct nic *from, const struct nic *back,
	               const struct walk_packet *p, struct walk_fabric *ret);
	/* The same for security groups: false: n's groups drop a new flow, reason (256 bytes) says
	 * why.  NULL: by the design (azure/nsg.h). */
	bool (*filter)(void *ctx, const struct nic *n, bool out, const struct walk_packet *p,
	               char *reason);
	/* True if the rules that decide at an Azure Firewall are the design's; false: reason (256
	 * bytes) says what is there.  NULL: they are. */
	bool (*firewall)(void *ctx, const struct firewall *fw, char *reason);
	/* The same for what a load balancer decides; NULL: by the design, walk_balance_default().
	 */
	void (*balance)(void *ctx, const struct load_balancer *lb, const struct walk_packet *p,
	                struct walk_choice *ret);
	/* Returns the index in r->next_hops that a packet takes (ECMP); NULL: the first that
	 * somebody has. */
	unsigned (*ecmp_choice)(void *ctx, const struct nic *from, const struct eff_route *r,
	                        const struct walk_packet *p);
	/* Returns the NIC by which vm sends p, a packet of its own: what a tunnel wraps.  NULL: by
	 * the design, walk_source_nic(). */
	const struct nic *(*sends_by)(void *ctx, const struct node *vm,
	                              const struct walk_packet *p);
	/* Returns the next hop to which p leaves by NIC from, the destination itself where no
	 * router is between; 0: not known.  NULL: by the design, walk_next_hop(). */
	ip4 (*next_hop)(void *ctx, const struct nic *from, const struct walk_packet *p);
	/* Fills in *outer, the packet into which the device of a tunnel's end wraps others.  False:
	 * the other end's device does not take them out, and reason (256 bytes) says why.  NULL: by
	 * the design. */
	bool (*tunnel)(void *ctx, const struct nic *from, struct walk_packet *outer, char *reason);
	/* True if the packet filter inside vm is no longer what its files made: somebody changed it
	 * there by hand.  NULL: it is what the design says. */
	bool (*filter_changed)(void *ctx, const struct node *vm);
	/* Returns the NIC that stands in for an address of v that no NIC has, for a caller that
	 * asks about subnets rather than NICs; NULL, also as a result: none. */
	const struct nic *(*stand_in)(void *ctx, const struct vnet *v, ip4 a);
	/* Every public address that nobody of the design has is somebody's; false: there are the
	 * hosts of internet.hosts alone. */
	bool whole_internet;
	/* Set when this is the way back of a packet that arrived: who translated it then translates
	 * it back now, and an answer from an address that nobody asked does not count. */
	const struct walk *reply_to;
};

/* By the design: own addresses and loopbacks are local; what is left is forwarded by the guest's
 * static routes, its NICs' subnets, or the primary NIC's gateway, when ip_forward is on (it follows
 * enableIPForwarding); sourceNat masquerades (vm_translates()). */
void walk_guest_default(const struct walk_env *env, const struct nic *in,
                        const struct walk_packet *p, struct walk_guest *ret);
/* sourceNat translates what the guest forwards there. */
bool vm_translates(const struct node *vm, ip4 dst);
void walk_balance_default(const struct walk_env *env, const struct load_balancer *lb,
                          const struct walk_packet *p, struct walk_choice *ret);
/* The NIC that a guest's own packets to dst leave by, by the same routes, and those for the source
 * src; 0: the kernel has not chosen it yet. */
const struct nic *walk_source_nic(const struct node *vm, ip4 dst, ip4 src);
/* The next hop by the same routes, of what leaves by that NIC; 0: they lead to another NIC. */
ip4 walk_next_hop(const struct nic *from, const struct walk_packet *p);
/* The answer to what arrived: addresses and ports swapped. */
struct walk_packet walk_reply(const struct walk *w);

/* from: a NIC, or NULL for the Internet.  A source of 0 becomes the NIC's address, or that of the
 * lab's first Internet host. */
struct walk *walk_packet_path(const struct walk_env *env, const struct nic *from,
                              const struct walk_packet *p);
/* A node that keeps state and sees one half of a TCP connection: it drops what follows the first
 * packet and its answer. */
struct walk_break {
	struct walk *way; /* of what it drops */
	size_t at;        /* its hop there */
	const char *node, *reason;
	const char *what; /* it does: "sees the questions alone, and ..." */
};
/* By the ways of any packet and of its answer, both delivered; false: nobody does. */
bool walk_find_break(struct walk *there, struct walk *back, struct walk_break *ret);
/* The same about two ways of TCP: sets the verdict and the reason of the way that ends there, and
 * its breaks_at. */
void walk_judge_rest(struct walk *there, struct walk *back);
struct walk *walk_free(struct walk *w);  /* returns NULL */
json_t *walk_json(const struct walk *w); /* {"verdict","reason","hops"}; new reference */
