/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts of the walk only. */
#pragma once

#include "azure/guest_filter.h"
#include "azure/walk.h"
#include "base/str.h"

struct walk_left { /* the packet as it left a node, to see that it comes round again */
	const struct nic *nic;
	ip4 src, dst;
};

struct walker {
	const struct walk_env *env;
	const struct model *m;
	struct eff_cache *tables;
	struct walk *w;
	struct walk_packet p; /* as it is now */
	struct walk_left *left;
	size_t n_left, cap_left;
	bool at_balancer; /* the last hop is a load balancer */
	const char *back; /* why a node gets back what it has sent; NULL: none does */
};

#define TEXT(x, ...) arena_printf((x)->w->arena, __VA_ARGS__)

/* The next place of the packet: a NIC, the Internet, or none (the walk has ended). */
enum step { STEP_NIC, STEP_INTERNET, STEP_END };

struct walk_hop *walk_hop_add(struct walker *x, const char *node, const struct nic *nic);
enum step walk_end(struct walker *x, enum verdict v, const char *reason);
enum step walk_drop(struct walker *x, const char *fmt, ...) PRINTF(2, 3);
void walk_nat_add(struct walker *x, const struct node *vm, const struct nic *nic,
                  const struct walk_packet *before);
/* The reply's translation back at vm (NULL: the edge): p->dst becomes what it was. */
const struct walk_nat *walk_nat_back(struct walker *x, const struct node *vm);
/* The packet answers one that vm has sent on, as it sent it on. */
bool walk_has_seen(const struct walker *x, const struct node *vm);
/* The packet is an answer, and its protocol shows that: connection tracking takes it for nothing
 * new. */
bool walk_begins_nothing(const struct walker *x);
/* "10.0.0.0/8 (User, to-fw)" */
const char *walk_route_text(struct walker *x, const struct eff_route *r);

/* walk_pass.c */
/* The peering between two VNets, and the checks of the NIC that gets the packet. */
enum step walk_pass(struct walker *x, const struct nic *n, const struct subnet *to);
enum step walk_receive(struct walker *x, const struct nic *from, const struct nic *to);

/* walk_fabric.c */
/* The packet leaves n: what the fabric does with it. */
enum step walk_by_fabric(struct walker *x, const struct nic *n, struct walk_hop *hop,
                         const struct nic **ret);

/* walk_nsg.c */
/* The packet leaves n, or arrives there, and its security groups let it pass: STEP_NIC. */
enum step walk_filter(struct walker *x, const struct nic *n, bool out);
/* So, and NIC n takes what arrives: what is not for its address only if it forwards. */
enum step walk_into_nic(struct walker *x, const struct nic *n);

/* walk_firewall.c */
struct walk_firewall {
	ip4 source;                /* that it leaves with; 0: unchanged */
	struct walk_packet before; /* as it came in */
	const char *said;          /* "rule net/web allows it; ", or "" */
};
/* Lets an Azure Firewall decide about the packet: sets its new destination in x->p, and returns the
 * source that it leaves with in *ret.  Does nothing at other guests: STEP_NIC. */
enum step walk_at_firewall(struct walker *x, const struct node *vm, bool translated_back,
                           struct walk_firewall *ret);

/* The packet goes to `to`, by a route whose next hop (0: none) may be the address in front of a
 * firewall's instances: it ends where that is not the address that it is for. */
enum step walk_to_instance(struct walker *x, const struct nic *from, const struct nic *to,
                           ip4 next_hop, const char *route);

/* walk_half.c */
bool walk_passes(const struct walk *w, const struct node *vm);
/* A firewall, or who translates sources, sees one half of the flow. */
bool walk_half_break(struct walk *there, struct walk *back, struct walk_break *ret);
/* A clause that says how the routes of two ways become those of one; way `with` passes fw,
 * `without` does not.  "" when neither knows its routes. */
const char *walk_half_cure(struct arena *a, const struct walk *with, size_t at,
                           const struct walk *without, const struct node *fw);

/* walk_own.c: nodes' own packet filters */
struct walk_own {
	const struct nic *in, *out; /* NULL: the node sends it, or gets it */
	bool seen;                  /* the packet belongs to a flow that passed */
};
/* The packet at that hook of vm's own packet filter: it passes (STEP_NIC), translated in x->p where
 * a rule does that for a first packet, or is dropped.  *ret_source: its new source, which x->p does
 * not have yet; 0: unchanged. */
enum step walk_own_filter(struct walker *x, const struct node *vm, enum gf_hook hook,
                          const struct walk_own *o, ip4 *ret_source);
/* Fills in *ret with the first own packet filter on the two ways of a TCP connection that lets the
 * first packets pass, and drops what follows. */
bool walk_own_break(struct walk *there, struct walk *back, struct walk_break *ret);

/* walk_lb.c */
/* The packet of n (NULL: from the Internet) comes to a load balancer: adds a hop for it, and
 * chooses the backend (*ret). */
enum step walk_to_balancer(struct walker *x, const struct nic *n, const struct load_balancer *lb,
                           const struct nic **ret);
/* Replaces the source of a backend's answer by the frontend's address that the client asked. */
void walk_balancer_reply(struct walker *x, const struct nic *n);

/* walk_internet.c */
/* The packet leaves by n's route to the Internet: translates its source, or drops it. */
enum step walk_to_internet(struct walker *x, const struct nic *n, struct walk_hop *hop);
/* The packet is at the Internet's edge: an Internet host gets it, or the NIC (*ret_nic) with that
 * public address. */
enum step walk_at_internet(struct walker *x, const struct nic **ret_nic);

/* walk_wire.c */
/* The packet leaves by a wire or a tunnel to another node's NIC (*ret), not by the fabric. */
enum step walk_by_wire(struct walker *x, const struct nic *from, struct walk_hop *hop,
                       const struct nic **ret);
