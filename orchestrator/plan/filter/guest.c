/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/guest.h"

static const struct filter_fixed SOURCE_NAT[] = {
	{ .name = "source_nat",
	  .hook = "type nat hook postrouting priority 100; policy accept;",
	  .rules = "fib saddr type local accept\n"
	           "ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } accept\n"
	           "oifname \"eth*\" masquerade\n" },
};
static const struct filter_block BLOCK = { "", SOURCE_NAT, ARRAY_LEN(SOURCE_NAT) };
static const struct filter_block *const BLOCKS[] = { &BLOCK, NULL };
static const struct filter_shape SHAPE = { NULL, 0, BLOCKS };

const struct filter source_nat_filter = { .shape = &SHAPE };

static const struct filter_fixed CLAMP_MSS[] = {
	{ .name = "clamp_mss",
	  .hook = "type filter hook forward priority -150; policy accept;",
	  .rules = "tcp flags & (syn | rst) == syn tcp option maxseg size set 1350\n" },
};
static const struct filter_block CLAMP_BLOCK = { "", CLAMP_MSS, ARRAY_LEN(CLAMP_MSS) };
static const struct filter_block *const CLAMP_BLOCKS[] = { &CLAMP_BLOCK, NULL };
static const struct filter_shape CLAMP_SHAPE = { NULL, 0, CLAMP_BLOCKS };

const struct filter vpn_gateway_filter = { .shape = &CLAMP_SHAPE };
