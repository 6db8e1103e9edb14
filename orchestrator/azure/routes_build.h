/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts that build an effective-route table only. */
#pragma once

#include "azure/routes.h"
#include "base/lpm.h"
#include "base/str.h"

struct owner { /* of a next hop address, seen from the VNet */
	ip4 ip;
	const char *name;               /* "172.16.1.4 (NVA_1)" */
	const struct nic *nic;          /* that gets the packets, or NULL */
	const struct load_balancer *lb; /* whose frontend it is, or NULL */
	const char *why_not;            /* when both are NULL */
};

struct build {
	const struct model *m;
	const struct subnet *s;
	const struct vnet *v;
	const struct route_server *rs; /* that programs it, or NULL */
	const struct vnet *by;         /* whose Route Server and gateways serve it, or NULL */
	const struct rib *rib;
	struct rib_table learned; /* by BGP, and what gateways bring: gateway_merge() */
	const struct runtime *rt;
	bool plain; /* no words for what was learned */
	struct eff_table *t;
	struct lpm *local;      /* own and connected peers' address spaces -> struct vnet */
	struct lpm *originated; /* what the Route Server announces itself -> struct vnet */
	struct lpm *services;   /* the subnet's service endpoints -> struct service_prefix */
	struct lpm *user;       /* -> struct route */
	struct lpm *bgp;        /* rows that are installed -> struct rib_route */
	struct owner *owners;
	size_t n_owners, cap_owners, cap_routes, cap_hidden;
};

static const struct prefix build_anything = { 0, 0 };

#define TEXT(b, ...) arena_printf((b)->t->arena, __VA_ARGS__)

/* A new row, Active; the pointer holds until the next one is made. */
struct eff_route *build_row(struct build *b, struct prefix p, enum route_source source,
                            enum next_hop_type type);
void build_hide(struct build *b, struct prefix p, enum route_source source, const char *reason);
/* A UDR with the same prefix wins over everything else. */
void build_beaten_by_user(struct build *b, struct eff_route *r, struct str *why);
void build_finish(struct build *b, struct eff_route *r, struct str *why);

/* The owner of a next hop address, found once; never NULL. */
const struct owner *build_owner(struct build *b, ip4 ip);
/* Fills in next hops and owners; adds to the reason why packets do not arrive there.  Returns how
 * many of them work. */
unsigned build_next_hops(struct build *b, struct eff_route *r, const ip4 *hops, unsigned n,
                         struct str *why);

/* The parts of each source of routes: which spaces it has (_spaces), what it overrides (_wins), its
 * rows. */
/* routes_peering.c */
void build_local_spaces(struct build *b);
void build_local(struct build *b);
void build_peering_spaces(struct build *b);
void build_peerings(struct build *b);
void build_global_peerings(struct build *b); /* listed behind everything else */
/* Marks the address space of a VNet, or as much of it as a peering shows, unless there is one. */
void build_set_vnet(struct lpm *t, const struct vnet *v);
void build_set_peered(struct lpm *t, const struct peering *p);

/* routes_group.c */
void build_group_spaces(struct build *b);
void build_groups(struct build *b);

/* routes_endpoint.c */
void build_service_spaces(struct build *b);
void build_services(struct build *b);
void build_private(struct build *b);
/* Why a user-defined route does not come before a service endpoint; NULL: it does. */
const char *build_service_first(struct build *b, const struct route *u);

/* routes_bgp.c */
void build_bgp_wins(struct build *b); /* also b->learned and b->originated */
void build_bgp(struct build *b);

/* routes_missing.c */
void build_missing(struct build *b);

/* routes_none.c */
void build_internet(struct build *b);
void build_none(struct build *b);

/* routes_user.c */
void build_user_wins(struct build *b);
void build_user(struct build *b);
