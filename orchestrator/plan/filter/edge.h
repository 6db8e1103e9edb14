/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet edge's translations: which address a NIC leaves with, and which NIC a public address
 * leads to (azure-behaviour 1.8).  Pure.
 *
 * A VNet's link has a number (its interface number in the edge); it is the link's mark, conntrack
 * zone and routing table, so that VNets with the same addresses never meet. */
#pragma once

#include "azure/model.h"
#include "plan/filter/filter.h"

#define EDGE_UPLINK "internet" /* the edge's link to the Internet's node */

extern const struct filter_shape edge_filter_shape;

enum edge_set {
	SET_LINK,        /* link : its number */
	SET_LINK_ZONE,   /* the same, as a zone */
	SET_NIC_ZONE,    /* link . address of a NIC that has a public one : number */
	SET_PUBLIC,      /* public address : number of the link that it is behind */
	SET_PUBLIC_ZONE, /* the same, as a zone */
	SET_LEADS_TO,    /* public address : the NIC's */
	SET_LEAVES_AS,   /* link . address of a NIC : what it leaves as */
	SET_MAY_LEAVE,   /* the same keys: all else dies, but for: */
	SET_SERVICE, /* link . address . prefix of a service endpoint of the NIC's subnet, for NICs
	                that may not leave otherwise, or have a NAT gateway */
	SET_TRANSLATED,    /* link . address of a NIC : that of its NAT gateway, for TCP and UDP */
	SET_MAY_TRANSLATE, /* the same keys */
	SET_FRONTENDS,     /* link . public address of a load balancer behind it */
	SET_SERVICES,      /* public address of a load balancer . protocol . port of a rule of it */
	EDGE_SETS
};

/* number: of a VNet's link, by vnet->idx; 0: it has none. */
void edge_filter(const struct model *m, const uint32_t *number, struct filter *ret);
