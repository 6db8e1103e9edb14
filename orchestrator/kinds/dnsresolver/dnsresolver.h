/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inbound endpoints of DNS Private Resolvers: what of the row (dnsresolver.c) the rules see. */
#pragma once

#include "azure/kind.h"

#define DNS_INBOUND "dnsInboundEndpoints"

struct dns_inbound {
	RESOURCE;
	struct subnet *subnet;
	ip4 ip;          /* given; else its NIC gets one */
	struct node *vm; /* the node that it is */
};
