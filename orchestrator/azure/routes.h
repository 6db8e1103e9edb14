/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Effective routes of a NIC: azure-behaviour 1 and 2.  Pure.
 *
 * A table depends on the NIC's subnet, on which Route Server instance programs it, and on which VMs
 * run; so it is computed per (subnet, instance), never per NIC. */
#pragma once

#include "azure/model.h"
#include "azure/rib.h"

enum route_source { SRC_DEFAULT, SRC_VNG, SRC_USER };
enum route_state { ST_ACTIVE, ST_INVALID };
const char *route_source_str(enum route_source s); /* "Default", "VirtualNetworkGateway", "User" */
const char *route_state_str(enum route_state s);

struct eff_route {
	struct prefix prefix;
	enum route_source source;
	enum route_state state;
	enum next_hop_type type; /* as displayed: a UDR to a stopped VM shows NH_NONE */
	const char *name;        /* UDRs only */
	uint8_t n_next_hops;
	ip4 next_hops[RIB_MAX_NEXT_HOPS];
	/* The next hops that Azure prints where a gateway is the next hop; NULL: it prints
	 * next_hops. */
	uint8_t n_shown;
	ip4 *shown;
	/* Per next hop the NIC that gets the packets; NULL: none does (nobody has the address in
	 * the VNet or a peered one, or its VM is stopped).  NULL where there are no next hops. */
	const struct nic **owners;
	/* The same for the frontends of load balancers; NULL: none of the next hops is one. */
	const struct load_balancer **balancers;
	const char *reason; /* why it is there and why it won or lost; a sentence with its rule;
	                       never NULL */
	const char
	    *ptr; /* JSON pointer of what made it (route, peering, address space); may be NULL */
	struct vnet *vnet;             /* NH_VNET_LOCAL, peerings: whose address space */
	const struct peering *peering; /* that a peering row is of */
	/* The object that one row of az with many prefixes stands for (a connected group, a service
	 * tag); rows that follow one another with the same value and state are printed as one.
	 * NULL: none. */
	const void *of;
};

/* A route that is NOT in the table, and why (suppressed None rows, filtered BGP routes): for
 * --explain. */
struct hidden_route {
	struct prefix prefix;
	enum route_source source;
	const char *reason;
};

struct nsg_rules;
struct eff_table {
	const struct subnet *subnet;
	unsigned instance;
	bool disable_bgp;
	/* az's order, as observed: VNet, peerings, BGP (0/0 last), Internet, None, UDRs, global
	 * peerings */
	struct eff_route *routes;
	size_t n;
	struct hidden_route *hidden;
	size_t n_hidden;
	const struct nsg_rules **nsgs; /* azure/nsg.h: what was compiled for it so far */
	struct lpm *index;             /* of the Active rows, when they are many; else NULL */
	struct arena *arena;           /* owns what rows point to */
};

/* What changes without the design changing: which VMs run (deallocated by the file or by `fault
 * stop`). */
struct runtime {
	const bool *vm_stopped; /* by vm->idx; NULL: as the design says */
	/* Backends that fail their probe, by lb->first_backend + place in the pool; NULL: none. */
	const bool *backend_down;
};
bool vm_runs(const struct runtime *rt, const struct node *vm); /* rt may be NULL */

/* What a peering lets through, from a NIC of one VNet to a NIC of another (azure-behaviour 3.2).
 */
enum pair_rule {
	PAIR_OPEN,        /* everything; also within one VNet, or one connected group */
	PAIR_OWN_SOURCES, /* allowForwardedTraffic=false: only sources in from's address space */
	/* from here on nothing passes */
	PAIR_OTHER_SUBNETS, /* subnet peering, and one of the two subnets takes no part in it */
	PAIR_CLOSED         /* not peered, or allowVirtualNetworkAccess=false on either side */
};
/* *ret_peering (may be NULL) is the peering whose property decides; NULL when there is none. */
enum pair_rule vnet_pair_rule(const struct model *m, const struct vnet *from, const struct vnet *to,
                              const struct peering **ret_peering);
/* The same for two subnets. */
enum pair_rule subnet_pair_rule(const struct model *m, const struct subnet *from,
                                const struct subnet *to, const struct peering **ret_peering);
static inline bool pair_drops(enum pair_rule r)
{
	return r >= PAIR_OTHER_SUBNETS;
}
/* Why a pair that a peering decides about lets nothing pass: "allowVirtualNetworkAccess is false on
 * peering p of V"; for explanations. */
const char *pair_reason(struct arena *a, enum pair_rule r, const struct peering *p);
bool vnet_has(const struct vnet *v, ip4 a); /* in its address space */

/* The None rows of the system, in az's order: of NONE_ROWS_MAX possible ones, NULL for those that
 * the setting azureInternalNone leaves out. */
enum { NONE_ROWS_MAX = 26 };
struct none_row {
	struct prefix prefix;
	const char *what;
};
const struct none_row *none_row(const struct settings *s, size_t i);

struct eff_table *effective_routes(const struct model *m, const struct subnet *s, unsigned instance,
                                   const struct rib *rib, const struct runtime *rt);
/* The same for who wants rows, and neither reasons nor hidden routes: learned routes have "" for
 * a reason, and there are no hidden ones of them.  Words are four fifths of the work. */
struct eff_table *effective_routes_plain(const struct model *m, const struct subnet *s,
                                         unsigned instance, const struct rib *rib,
                                         const struct runtime *rt);
/* Subnets of one VNet with the same route table, service endpoints and part in subnet peerings have
 * the same routes: the first of them, for sharing. */
const struct subnet *effective_routes_like(const struct subnet *s);
/* Finds and remembers that for all of them; the design must not change any more. */
void effective_routes_share(struct model *m);
struct eff_table *eff_table_free(struct eff_table *t); /* returns NULL */
void eff_table_free_p(struct eff_table **t);

/* Longest match over usable routes; NULL: nothing matches (then the packet is dropped). */
const struct eff_route *eff_lookup(const struct eff_table *t, ip4 dst);

/* The JSON that `az network nic show-effective-route-table` prints (interfaces.md, section 5); new
 * reference.
 * explain adds "reason" and "hidden". */
json_t *eff_table_json(const struct eff_table *t, bool explain);
json_t *eff_route_json(const struct eff_table *t, const struct eff_route *r, bool explain);

/* Tables computed when first asked for and kept: for walks over the same state.  The model, the RIB
 * and the runtime must not change meanwhile. */
struct eff_cache;
struct eff_cache *eff_cache_new(const struct model *m, const struct rib *rib,
                                const struct runtime *rt);
struct eff_cache *eff_cache_free(struct eff_cache *c); /* returns NULL */
void eff_cache_free_p(struct eff_cache **c);
const struct eff_table *eff_cache_get(struct eff_cache *c, const struct subnet *s,
                                      unsigned instance);
