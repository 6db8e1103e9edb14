/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With which public address a packet of a NIC leaves a VNet for the Internet, and why.  Pure.
 *
 * The walk tells it in words, the edge's packet filter is made of it: both ask here.  A NAT gateway
 * serves subnets of one VNet: what they send to the Internet leaves with its address, and nothing
 * comes in by it unasked. */
#pragma once

#include "azure/model.h"
#include "azure/nat.h"

enum outside_why {
	/* The packet leaves: */
	OUTSIDE_PUBLIC,   /* with the NIC's own public address */
	OUTSIDE_SERVICE,  /* by a service endpoint: its traffic stays in Azure */
	OUTSIDE_NAT,      /* with that of the NAT gateway of its subnet */
	OUTSIDE_BALANCER, /* with a public load balancer's */
	OUTSIDE_DEFAULT,  /* by default outbound access */
	/* It does not: */
	OUTSIDE_NAT_EMPTY,     /* the NAT gateway has no public address */
	OUTSIDE_NAT_PROTOCOL,  /* the NAT gateway does not translate its protocol */
	OUTSIDE_LB_PROTOCOL,   /* the public load balancer does not translate its protocol */
	OUTSIDE_OTHER_NIC,     /* another NIC of the VM has a public address */
	OUTSIDE_FIREWALL_BARE, /* an Azure Firewall without a public address */
	OUTSIDE_POOL,          /* the pool of a load balancer takes it from the NIC */
	OUTSIDE_CLOSED         /* the subnet has defaultOutboundAccess false */
};

struct outside {
	ip4 ip; /* 0: the packet is dropped */
	enum outside_why why;
};
/* by_service: the destination is of a service endpoint of n's subnet.  Azure takes any of a NAT
 * gateway's addresses for a flow; here it is the first. */
struct outside outside_address(const struct nic *n, unsigned ip_proto, bool by_service);
/* Nobody from outside gets in by the NIC's public address: one of SKU Standard is closed until a
 * security group of the NIC or of its subnet opens it (azure-behaviour 1.8). */
bool public_ip_closed(const struct nic *n);
/* The same of what a public load balancer hands to n (azure-behaviour 5.1). */
bool balancer_closed(const struct load_balancer *lb, const struct nic *n);
/* The same as words behind "as 20.100.0.4" or "leads to the Internet, but". */
const char *outside_text(struct arena *a, const struct nic *n, const struct outside *o);
