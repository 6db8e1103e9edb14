/* The fabric's packet filter: what never changes (the skeleton, in nft's own language), and the
 * elements of its sets and maps, which follow struct fabric.  Pure. */
#pragma once

#include "kernel/nft_elems.h"
#include "plan/fabric.h"

extern const char FABRIC_NFT_SKELETON[];

/* The sets and maps of the skeleton.  Only ports with IP forwarding can send what is not their own,
 * so only they are looked up for restricted peerings. */
enum fab_set {
	SET_PORT_MARK, /* port : mark; routing class and VNet */
	SET_OWN,       /* port . address of its NIC */
	SET_OPEN,      /* port: IP forwarding, or an edge link */
	SET_EDGE,      /* edge link */
	SET_PORT_VNET, /* port : VNet number, of VNets that are `to` in a pair */
	SET_PAIR_FROM, /* port with IP forwarding in a VNet that is `from` in a pair */
	SET_PAIRS,     /* such a port . VNet number that it may not forward to */
	SET_SPACES,    /* such a port . prefix of its own VNet */
	FAB_SETS
};
extern const struct nft_set FABRIC_NFT_SETS[FAB_SETS];

void fabric_nft_elems(const struct fabric *f, struct nft_elems *ret);
