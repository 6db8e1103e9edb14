/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packet filters of guests that have few rules of their own.  Pure. */
#pragma once

#include "plan/filter/filter.h"
#include "plan/guest.h"

/* TCP segments of 1350 bytes over a VPN gateway (azure-behaviour 8.1).  The kernel lowers what a
 * SYN says, and raises nothing. */
extern const struct filter vpn_gateway_filter;
/* sourceNat: what the guest forwards, but to what is excepted, leaves with its own address, which
 * is what Azure translates further (azure-behaviour 1.8). */
struct source_nat {
	char rules[1024];
	struct filter_fixed chain;
	struct filter_block block;
	const struct filter_block *blocks[2];
	struct filter_shape shape;
	struct filter filter; /* of the members above; lives as long as they do */
};
void source_nat_filter(const struct guest_settings *set, struct source_nat *ret);
