/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/kmarks.h"

#include "base/lpm.h"
#include "base/str.h"
#include "lab/ops/kwalk_priv.h"

struct way { /* of a route: what the kernel does with what matches */
	struct prefix prefix;
	uint64_t hash;
};

struct ktable {
	size_t ns; /* the node's place */
	uint32_t number;
	struct lpm *lpm;
};

struct kmarks {
	struct arena *arena;
	struct ktable *tables;
	size_t n, cap;
	struct way **ways;
	size_t n_ways, cap_ways;
	size_t ns; /* that is read */
};

static struct ktable *get_kernel_table(struct kmarks *x, uint32_t number)
{
	for (size_t i = x->n; i-- && x->tables[i].ns == x->ns;)
		if (x->tables[i].number == number)
			return &x->tables[i];
	struct ktable *t = &VEC_PUSH(x->tables, x->n, x->cap);

	*t = (struct ktable){ x->ns, number, lpm_new() };
	return t;
}

static int note_route(const struct nl_route *r, void *arg)
{
	struct kmarks *x = arg;
	struct lpm *t = get_kernel_table(x, r->table)->lpm;
	struct way *w, *before = lpm_get(t, r->dst);

	/* Where two routes have one prefix either may count: the key is of both. */
	w = arena_alloc(x->arena, sizeof(*w));
	w->prefix = r->dst;
	w->hash = bytes_hash(before ? before->hash : BYTES_HASH_SEED, &r->type, sizeof(r->type));
	for (unsigned i = 0; i < r->n_hops; i++) {
		const uint32_t hop[2] = { (uint32_t)r->hops[i].ifindex, r->hops[i].via };

		w->hash = bytes_hash(w->hash, hop, sizeof(hop));
	}
	lpm_set(t, r->dst, w);
	VEC_PUSH(x->ways, x->n_ways, x->cap_ways) = w;
	return 0;
}

struct kmarks *kmarks_read(struct kwalk *k)
{
	struct kmarks *x = xcalloc(1, sizeof(*x));

	x->arena = arena_new();
	for (x->ns = 0; x->ns < k->l->n_nodes; x->ns++)
		if (kwalk_kernel_open(&k->kernels[x->ns]))
			nl_routes(k->kernels[x->ns].nl, 0, 0, note_route, x, NULL);
	return x;
}

struct kmarks *kmarks_free(struct kmarks *x)
{
	if (!x)
		return NULL;
	for (size_t i = 0; i < x->n; i++)
		lpm_free(x->tables[i].lpm);
	free(x->tables);
	free(x->ways);
	arena_free(x->arena);
	free(x);
	return NULL;
}

void kmarks_borders(const struct kmarks *x, void (*add)(void *arg, struct prefix p), void *arg)
{
	for (size_t i = 0; i < x->n_ways; i++)
		add(arg, x->ways[i]->prefix);
}

uint64_t kmarks_key(const struct kmarks *x, ip4 a)
{
	uint64_t h = BYTES_HASH_SEED;

	for (size_t i = 0; i < x->n; i++) {
		const struct way *w = lpm_match(x->tables[i].lpm, a);

		h = bytes_hash(h, w ? &w->hash : &(uint64_t){ 0 }, sizeof(w->hash));
	}
	return h;
}
