/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Planted by the linker (make chaos-plant): elements of the packet filter's sets are left behind.
 */
#include "plan/filter/elems.h"

size_t __real_nft_elems_diff(const struct nft_set *sets, size_t n_sets,
                             const struct nft_elems *have, const struct nft_elems *want,
                             size_t most, struct nft_texts *ret);
size_t __wrap_nft_elems_diff(const struct nft_set *sets, size_t n_sets,
                             const struct nft_elems *have, const struct nft_elems *want,
                             size_t most, struct nft_texts *ret);

static bool has_key(const struct nft_elems *v, const struct nft_elem *x)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct nft_elem *y = &v->items[i];

		if (x->set == y->set && x->from == y->from && x->key == y->key &&
		    x->len == y->len && strcmp(x->port, y->port) == 0)
			return true;
	}
	return false;
}

size_t __wrap_nft_elems_diff(const struct nft_set *sets, size_t n_sets,
                             const struct nft_elems *have, const struct nft_elems *want,
                             size_t most, struct nft_texts *ret)
{
	struct nft_elems both = { 0 };

	for (size_t i = 0; i < want->n; i++)
		VEC_PUSH(both.items, both.n, both.cap) = want->items[i];
	for (size_t i = 0; i < have->n; i++)
		if (!has_key(want, &have->items[i]))
			VEC_PUSH(both.items, both.n, both.cap) = have->items[i];
	nft_elems_sort(&both);
	size_t n = __real_nft_elems_diff(sets, n_sets, have, &both, most, ret);

	nft_elems_free(&both);
	return n;
}
