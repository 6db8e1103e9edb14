/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fabric's packet filter: its shape, and what of struct fabric it decides about.  Pure. */
#pragma once

#include "plan/fabric.h"
#include "plan/filter/filter.h"

extern const struct filter_shape fabric_filter_shape;
#define FABRIC_FILTER_RAISE "raise" /* its chain for the rule of ttl_raise() */

/* Sets and maps of the fabric's filter. Only ports with IP forwarding can send what is not their
 * own, so only they are looked up for restricted peerings. */
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
	SET_NSG_PORTS,   /* ports with a security group */
	/* Port : chain of a security group, in the order of enum fab_slot. */
	SET_NSG_NIC_OUT,
	SET_NSG_SUBNET_OUT,
	SET_NSG_SUBNET_IN,
	SET_NSG_NIC_IN,
	/* Private endpoints whose answers go back to who handed the question over. */
	SET_BACK_FROM, /* their ports */
	SET_BACK_TO,   /* port of who may hand over : the mark of what goes back to it */
	/* Azure Firewalls that are several instances. */
	SET_SHARE_PORTS,  /* their ports */
	SET_SHARE_FRONTS, /* the addresses in front */
	SET_SHARE_OWN,    /* port . address of an instance */
	SET_SHARE_SLOTS,  /* slot of a flow, from 1, . address of the instance that it reaches */
	FAB_SETS
};

/* Parts of the filter. */
enum {
	FAB_PART_CHECKS =
	    1,             /* of what goes to a port: somebody forwards, or routes have next hops */
	FAB_PART_LB = 2,   /* load balancers */
	FAB_PART_NSG = 4,  /* security groups */
	FAB_PART_BACK = 8, /* answers of private endpoints */
	FAB_PART_SHARE = 16, /* instances of firewalls */
	FAB_PARTS_ALL = 31
};

/* ret borrows the rules of f's chains. */
void fabric_filter(const struct fabric *f, struct filter *ret);
