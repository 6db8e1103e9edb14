/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/prefixes.h"

#include <stdlib.h>

void prefixes_add(struct prefixes *x, struct prefix p)
{
	VEC_PUSH(x->v, x->n, x->cap) = p;
}

static int by_prefix(const void *a, const void *b)
{
	return prefix_cmp(*(const struct prefix *)a, *(const struct prefix *)b);
}

void prefixes_tidy(struct prefixes *x)
{
	size_t n = 0;

	if (x->n)
		qsort(x->v, x->n, sizeof(*x->v), by_prefix);
	/* a shorter one comes before those that it covers */
	for (size_t i = 0; i < x->n; i++)
		if (!n || !prefix_covers(x->v[n - 1], x->v[i]))
			x->v[n++] = x->v[i];
	x->n = n;
}

/* Adds to *ret the parts of p that no prefix in v[0..n) covers; all of v are inside of p or cover
 * it. */
static void complement(struct prefix p, const struct prefix *v, size_t n, struct prefixes *ret)
{
	size_t k = 0;

	if (!n) {
		prefixes_add(ret, p);
		return;
	}
	if (prefix_covers(v[0], p))
		return;
	const struct prefix low = prefix_half(p, false), high = prefix_half(p, true);

	while (k < n && ip4_cmp(v[k].addr, high.addr) < 0)
		k++;
	complement(low, v, k, ret);
	complement(high, v + k, n - k, ret);
}

void prefixes_complement(const struct prefixes *x, struct prefixes *ret)
{
	complement((struct prefix){ 0, 0 }, x->v, x->n, ret);
}

void prefixes_free(struct prefixes *x)
{
	free(x->v);
	*x = (struct prefixes){ 0 };
}

void prefixes_add_range(struct prefixes *x, ip4 lo, ip4 hi)
{
	uint64_t at = lo, end = (uint64_t)hi + 1;

	while (at < end) {
		uint8_t len = 32;

		/* as big as where it begins, and where all ends, allow */
		while (len && !(at & (UINT64_C(1) << (32 - len))) &&
		       at + (UINT64_C(2) << (32 - len)) <= end)
			len--;
		prefixes_add(x, (struct prefix){ (ip4)at, len });
		at += UINT64_C(1) << (32 - len);
	}
}
