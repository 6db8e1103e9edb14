/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/sweep.h"

#include "base/str.h"

/* The finalizer of splitmix64: tokens are combined by exclusive or. */
static uint64_t mix_token(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

uint64_t sweep_token(const void *p, size_t n, uint64_t salt)
{
	return mix_token(bytes_hash(BYTES_HASH_SEED ^ salt * 0x9e3779b97f4a7c15u, p, n));
}

void sweep_add_range(struct sweep *s, ip4 lo, ip4 hi, uint64_t token)
{
	VEC_PUSH(s->edges, s->n_edges, s->cap_edges) = (struct sweep_edge){ lo, token };
	if (hi != UINT32_MAX)
		VEC_PUSH(s->edges, s->n_edges, s->cap_edges) = (struct sweep_edge){ hi + 1, token };
}

void sweep_add(struct sweep *s, struct prefix p, uint64_t token)
{
	sweep_add_range(s, p.addr, prefix_last(p), token);
}

static int by_address(const void *pa, const void *pb)
{
	const struct sweep_edge *a = pa, *b = pb;

	return ip4_cmp(a->at, b->at);
}

void sweep_run(struct sweep *s)
{
	uint64_t key = 0;
	ip4 lo = IP4_NONE;

	if (s->n_edges)
		qsort(s->edges, s->n_edges, sizeof(*s->edges), by_address);
	for (size_t i = 0; i < s->n_edges;) {
		ip4 at = s->edges[i].at;

		if (at != lo) {
			VEC_PUSH(s->atoms, s->n_atoms, s->cap_atoms) =
			    (struct sweep_atom){ lo, at - 1, key };
			lo = at;
		}
		for (; i < s->n_edges && s->edges[i].at == at; i++)
			key ^= s->edges[i].token;
	}
	VEC_PUSH(s->atoms, s->n_atoms, s->cap_atoms) = (struct sweep_atom){ lo, UINT32_MAX, key };
}

const struct sweep_atom *sweep_find(const struct sweep *s, ip4 a)
{
	size_t lo = 0, hi = s->n_atoms - 1;

	while (lo < hi) {
		size_t mid = (lo + hi + 1) / 2;

		if (s->atoms[mid].lo <= a)
			lo = mid;
		else
			hi = mid - 1;
	}
	return &s->atoms[lo];
}

void sweep_done(struct sweep *s)
{
	free(s->edges);
	free(s->atoms);
	*s = (struct sweep){ 0 };
}
