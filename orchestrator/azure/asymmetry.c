/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/asymmetry.h"

#include <netinet/in.h>
#include <uthash.h>

#include "azure/asymmetry_priv.h"
#include "base/str.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

/* ---- kinds of pairs ---- */

enum { DIRECT = 1, NOWHERE };

static bool is_direct(enum next_hop_type t)
{
	return t == NH_VNET_LOCAL || t == NH_VNET_PEERING || t == NH_VNET_GLOBAL_PEERING ||
	       t == NH_CONNECTED_GROUP || t == NH_INTERFACE_ENDPOINT;
}

/* Hashes what the route to dst does with a packet, whatever its prefix and its name are. */
static uint64_t kind_of_route(const struct eff_table *t, ip4 dst)
{
	const struct eff_route *r = eff_lookup(t, dst);

	if (!r)
		return NOWHERE;
	if (is_direct(r->type))
		return DIRECT;
	uint64_t h = bytes_hash(BYTES_HASH_SEED, &r->type, sizeof(r->type));

	return bytes_hash(h, r->next_hops, r->n_next_hops * sizeof(*r->next_hops));
}

/* Returns a bit for each combination of properties that a peering of the VNet has. */
static uint32_t flags_of_peerings(const struct vnet *v)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < v->n_peerings; i++) {
		const struct peering *p = &v->peerings[i];

		if (peering_connected(p))
			bits |= 1u << (p->allow_access | p->allow_forwarded << 1 |
			               p->reverse->allow_access << 2 |
			               p->reverse->allow_forwarded << 3);
	}
	return bits;
}

/* Hashes what every node that hands packets on does with those to party p: whether it takes them,
 * and by which kind of route they leave. */
static uint64_t kind_of_party(const struct asym_search *x, const struct asym_party *p)
{
	uint64_t h = BYTES_HASH_SEED;
	uint32_t flags = p->subnet ? flags_of_peerings(p->subnet->vnet) : 0;
	/* whose gateways tell sites of it */
	const struct vnet *by = p->subnet ? vnet_served_by(p->subnet->vnet) : NULL;

	h = bytes_hash(h, &flags, sizeof(flags));
	h = bytes_hash(h, &by, sizeof(by));
	h = bytes_hash(h, &p->site, sizeof(p->site));
	for (size_t i = 0; i < x->n_forwarders; i++) {
		uint64_t k = kind_of_route(asym_table(x, x->forwarders[i]), p->ip);

		h = bytes_hash(h, &k, sizeof(k));
	}
	return h;
}

static uint64_t kind_of_way(const struct asym_search *x, const struct asym_party *from, ip4 dst)
{
	if (!from->subnet) /* its router's routes are its own */
		return bytes_hash(BYTES_HASH_SEED, &from->site, sizeof(from->site));
	return kind_of_route(asym_table(x, from->nic), dst);
}

struct kind_of_pair {
	uint64_t key;
	unsigned tries;
	bool known, asymmetric;
	size_t at; /* in the result */
	UT_hash_handle hh;
};

static struct kind_of_pair *find_kind(struct arena *a, struct kind_of_pair **all, uint64_t key)
{
	struct kind_of_pair *k;

	HASH_FIND(hh, *all, &key, sizeof(key), k);
	if (k)
		return k;
	k = arena_alloc(a, sizeof(*k));
	k->key = key;
	HASH_ADD(hh, *all, key, sizeof(k->key), k);
	return k;
}

/* ---- results ---- */

static uint64_t hash_asymmetry(const struct asymmetry *a)
{
	return str_hash(a->ptr, str_hash(a->node, 0));
}

/* Adds what was found, or the pair to what is the same; returns its place. */
static size_t add_result(struct asymmetries *r, const struct asymmetry *a)
{
	uint64_t key = hash_asymmetry(a);

	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].key == key)
			return i;
	VEC_PUSH(r->v, r->n, r->cap) = *a;
	r->v[r->n - 1].key = key;
	r->v[r->n - 1].n = 0;
	return r->n - 1;
}

static void look_at_kind(struct asym_search *x, struct kind_of_pair *k, const struct asym_party *a,
                         const struct asym_party *b)
{
	struct asymmetry found;
	enum asym_result r = asym_judge(x, a, b, &found);

	if (r != ASYM_FOUND) {
		enum asym_result other = asym_judge(x, b, a, &found);

		r = other == ASYM_FOUND || r == ASYM_NONE ? other : r;
	}
	k->known = r != ASYM_DENIED || ++k->tries >= ASYM_TRIES;
	k->asymmetric = r == ASYM_FOUND;
	if (k->asymmetric)
		k->at = add_result(x->result, &found);
}

static void search_pairs(struct asym_search *x)
{
	struct kind_of_pair *kinds = NULL;
	_cleanup_free_ uint64_t *as_end = xcalloc(x->n_parties + 1, sizeof(*as_end));

	for (size_t i = 0; i < x->n_parties; i++)
		as_end[i] = kind_of_party(x, &x->parties[i]);
	for (size_t i = 0; i < x->n_parties; i++)
		for (size_t j = 0; j < i; j++) {
			const struct asym_party *a = &x->parties[i], *b = &x->parties[j];
			uint64_t way[2] = { kind_of_way(x, a, b->ip), kind_of_way(x, b, a->ip) };

			if (way[0] == DIRECT && way[1] == DIRECT)
				continue;
			uint64_t key =
			    bytes_hash(bytes_hash(bytes_hash(BYTES_HASH_SEED, way, sizeof(way)),
			                          &as_end[i], sizeof(*as_end)),
			               &as_end[j], sizeof(*as_end));
			struct kind_of_pair *k = find_kind(x->result->arena, &kinds, key);

			if (!k->known && x->result->walked < ASYM_MAX_WALKS)
				look_at_kind(x, k, a, b);
			if (k->asymmetric)
				x->result->v[k->at].n++;
		}
	HASH_CLEAR(hh, kinds); /* they are the arena's */
}

/* Somebody keeps state here at all: else there is nothing to look for. */
static bool has_state(const struct model *m)
{
	bool any = m->n_firewalls || m->n_nsgs;

	for (size_t i = 0; i < m->n_vms && !any; i++)
		any = m->vms[i].guest.source_nat || m->vms[i].guest.filter;
	return any;
}

void asymmetries_find(const struct model *m, struct asymmetries *ret)
{
	struct asym_search x = { 0 };

	*ret = (struct asymmetries){ .arena = arena_new() };
	if (!has_state(m))
		return;
	asym_search_init(&x, m, ret);
	search_pairs(&x);
	asym_search_done(&x);
}

void asymmetries_done(struct asymmetries *a)
{
	free(a->v);
	a->arena = arena_free(a->arena);
	a->v = NULL;
	a->n = 0;
}
