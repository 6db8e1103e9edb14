/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Azure Firewall as the packet filter of its node (azure/firewall.h).  Pure.
 *
 * Flows that have passed go on when rules change: the kernel's table of connections is not touched.
 * Rules stand in chains of some 30, which begin and end at rules, whatever stands before them: so
 * a rule that changes is a chain that changes, and a chain that leads to it. */
#pragma once

#include "azure/firewall.h"
#include "plan/filter/filter.h"

extern const struct filter_shape firewall_filter_shape;
enum firewall_set {
	SET_NETWORK, /* link : the chain of network rules */
	SET_TARGETS, /* link : that of DNAT rules */
	SET_IANA,    /* firewall_iana */
	SET_PRIVATE, /* private ranges */
	SET_SHARES,  /* slot of a flow, from 1 : address of the instance that translates it */
	FIREWALL_SETS
};
/* Settings. */
enum { FIREWALL_PART_PING = 1, FIREWALL_PART_ICMP_OUT = 2, FIREWALL_PART_SHARES = 4 };

#define FIREWALL_PREFIX "fw_" /* of those chains */

/* The caller frees. */
void firewall_filter(const struct firewall *fw, struct filter *ret);
/* filter_hash() of its filter. */
uint64_t firewall_filter_hash(const struct firewall *fw);
