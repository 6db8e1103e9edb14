/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packet filters of guests that have few rules of their own.  Pure. */
#pragma once

#include "plan/filter/filter.h"

/* sourceNat: what the guest forwards to destinations outside RFC 1918 leaves with its own address,
 * which is what Azure translates further (azure-behaviour 1.8). */
extern const struct filter source_nat_filter;
/* TCP segments of 1350 bytes over a VPN gateway (azure-behaviour 8.1).  The kernel lowers what a
 * SYN says, and raises nothing. */
extern const struct filter vpn_gateway_filter;
