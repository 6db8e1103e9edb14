/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fabric's packet filter: what never changes (the skeleton, in nft's own language), and the
 * elements of its sets and maps, which follow struct fabric.  Pure. */
#pragma once

#include "base/str.h"
#include "plan/fabric.h"
#include "plan/filter/elems.h"

extern const char FABRIC_NFT_SKELETON[];
#define FABRIC_NFT_RAISE "raise" /* its chain for the rule of ttl_raise() */

/* The sets and maps of the skeleton.  Only ports with IP forwarding can send what is not their own,
 * so only they are looked up for restricted peerings. */
enum fab_set {
	SET_PORT_MARK, /* port : mark; routing class and VNet */
	SET_OWN,       /* port . address of its NIC : mark */
	SET_QUICK,     /* the same by the port's link group; not of ports that share one */
	SET_OPEN,      /* port: IP forwarding, or an edge link */
	SET_EDGE,      /* edge link */
	SET_PORT_VNET, /* port : VNet number, of VNets that are `to` in a pair */
	SET_PAIR_FROM, /* port with IP forwarding in a VNet that is `from` in a pair */
	SET_PAIRS,     /* such a port . VNet number that it may not forward to */
	SET_SPACES,    /* such a port . prefix of its own VNet */
	/* Load balancers; "in" is the link where packets come in again. */
	SET_LB_IN,       /* in */
	SET_LB_TRACKED,  /* in, and ports of backends: connections are tracked there only */
	SET_LB_FRONT,    /* in . the frontend's address */
	SET_LB_FRONTS,   /* all frontends' addresses */
	SET_LB_ZONE,     /* in : the load balancer's zone; port of a backend: its VNet's */
	SET_LB_NAT_ZONE, /* in : its VNet's zone, for what is sent to the frontend */
	SET_LB_HA,       /* in : mode, when there is a rule with HA ports */
	SET_LB_RULE,     /* in . protocol . port : mode */
	SET_LB_SLOT,     /* in . slot, from 1 : a backend's mark */
	SET_LB_ADDR,     /* a backend's mark : its address */
	SET_LB_PORT,     /* in . protocol . port : the backends' port */
	SET_LB_FLOATING, /* in . protocol . port: the destination stays */
	SET_LB_FLOATS,   /* in: the same for HA ports */
	SET_NSG_PORTS,   /* ports with a security group; the maps and chains: nsg_nft.h */
	FAB_SETS
};
extern const struct nft_set FABRIC_NFT_SETS[FAB_SETS];

/* What is in the filter only while somebody needs it: each packet pays for it. A set of them is a
 * number with the bits 1 << part. */
enum fab_part {
	FAB_PART_CHECKS, /* of what goes to a port: somebody forwards, or routes have next hops */
	FAB_PART_LB,     /* load balancers */
	FAB_PART_NSG,    /* security groups */
	FAB_PARTS
};
enum { FAB_PARTS_ALL = (1 << FAB_PARTS) - 1 };
unsigned fabric_nft_parts(const struct fabric *f);
/* From a listing of the table (nft_elems_list()): those that are whole, and those of which some
 * chain is gone. */
unsigned fabric_nft_parts_parse(const json_t *listed, unsigned *ret_broken);
/* The commands, in nft's own language, that make want of have; nothing when they are the same.
 * Before that, what is left of broken ones goes. */
void fabric_nft_parts_text(unsigned have, unsigned broken, unsigned want, struct str *ret);

void fabric_nft_elems(const struct fabric *f, struct nft_elems *ret);
