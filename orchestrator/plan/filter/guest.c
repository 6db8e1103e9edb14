/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/guest.h"

#include <stdio.h>

static const struct filter_fixed CLAMP_MSS[] = {
	{ .name = "clamp_mss",
	  .hook = "type filter hook forward priority -150; policy accept;",
	  .rules = "tcp flags & (syn | rst) == syn tcp option maxseg size set 1350\n" },
};
static const struct filter_block CLAMP_BLOCK = { "", CLAMP_MSS, ARRAY_LEN(CLAMP_MSS) };
static const struct filter_block *const CLAMP_BLOCKS[] = { &CLAMP_BLOCK, NULL };
static const struct filter_shape CLAMP_SHAPE = { NULL, 0, CLAMP_BLOCKS };

const struct filter vpn_gateway_filter = { .shape = &CLAMP_SHAPE };

void source_nat_filter(const struct guest_settings *set, struct source_nat *ret)
{
	size_t n = 0, cap = sizeof(ret->rules);

	*ret = (struct source_nat){ .chain = { .name = "source_nat",
		                               .hook = "type nat hook postrouting priority 100; "
		                                       "policy accept;",
		                               .rules = ret->rules } };
	n += (size_t)snprintf(ret->rules, cap, "fib saddr type local accept\n");
	for (uint32_t i = 0; i < set->n_except; i++) {
		struct prefix p = { set->except[i].addr, (uint8_t)set->except[i].len };

		n += (size_t)snprintf(ret->rules + n, cap - n, "%s%s%s", i ? ", " : "ip daddr { ",
		                      PREFIX_STR(p), i + 1 < set->n_except ? "" : " } accept\n");
	}
	snprintf(ret->rules + n, cap - n, "oifname \"eth*\" masquerade\n");
	ret->block = (struct filter_block){ "", &ret->chain, 1 };
	ret->blocks[0] = &ret->block;
	ret->shape = (struct filter_shape){ NULL, 0, ret->blocks };
	ret->filter.shape = &ret->shape;
}
