/* Shared by the parts that build an effective-route table only. */
#pragma once

#include "azure/routes.h"
#include "base/lpm.h"
#include "base/str.h"

struct owner { /* of a next hop address, seen from the VNet */
	ip4 ip;
	const char *name;      /* "172.16.1.4 (NVA_1)" */
	const struct nic *nic; /* that gets the packets, or NULL */
	const char *why_not;   /* when NULL */
};

struct build {
	const struct model *m;
	const struct subnet *s;
	const struct vnet *v;
	const struct route_server *rs; /* that programs it, or NULL */
	const struct rib_table *learned;
	const struct runtime *rt;
	struct eff_table *t;
	struct lpm *local;      /* own and connected peers' address spaces -> struct vnet */
	struct lpm *originated; /* what the Route Server announces itself -> struct vnet */
	struct lpm *user;       /* -> struct route */
	struct lpm *bgp;        /* rows that are installed -> struct rib_route */
	struct owner *owners;
	size_t n_owners, cap_owners;
};

#define TEXT(b, ...) arena_printf((b)->t->arena, __VA_ARGS__)

struct eff_route *build_row(struct build *b, struct prefix p, enum route_source source,
                            enum next_hop_type type);
void build_hide(struct build *b, struct prefix p, enum route_source source, const char *reason);
/* A UDR with the same prefix wins over everything else. */
void build_beaten_by_user(struct build *b, struct eff_route *r, struct str *why);
void build_finish(struct build *b, struct eff_route *r, struct str *why);

/* routes_group.c */
void build_group_spaces(struct build *b); /* into b->local */
void build_groups(struct build *b);
