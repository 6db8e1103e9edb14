/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that the rules of nodes' own packet filters tell apart. */
#include "azure/guest_filter.h"
#include "matrix/priv.h"

static void mark_match(struct run *r, const struct gf_match *x, size_t node, size_t *n,
                       uint64_t salt)
{
	if (x->field != GF_SOURCE && x->field != GF_DESTINATION)
		return;
	for (size_t i = 0; i < x->n; i++) {
		const size_t key[2] = { node, (*n)++ };

		sweep_add_range(&r->sweep, x->values[i].lo, x->values[i].hi,
		                sweep_token(key, sizeof(key), salt));
	}
}

void run_mark_filter(struct run *r, const struct node *vm, uint64_t salt)
{
	const struct guest_filter *f = vm->guest.filter;
	size_t n = 0;

	for (size_t i = 0; f && i < f->n; i++)
		for (size_t k = 0; k < f->chains[i].n; k++)
			for (size_t j = 0; j < f->chains[i].rules[k].n; j++)
				mark_match(r, &f->chains[i].rules[k].matches[j], vm->idx, &n, salt);
}
