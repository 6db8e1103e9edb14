/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that Azure would give to dynamic NICs. */
#include "azure/subnet.h"
#include "input/import/priv.h"

struct place { /* an address of a subnet; without padding, as it is hashed */
	uint64_t subnet, ip;
};

struct used {
	struct place at;
	UT_hash_handle hh;
};

struct all_used {
	struct arena *a;
	struct used *by_place;
};

static struct place place_of(const struct res *subnet, ip4 ip)
{
	return (struct place){ (uintptr_t)subnet, ip };
}

static bool is_used(const struct all_used *all, const struct res *subnet, ip4 ip)
{
	const struct place p = place_of(subnet, ip);
	struct used *u;

	HASH_FIND(hh, all->by_place, &p, sizeof(p), u);
	return u != NULL;
}

static void use_address(struct all_used *all, const struct res *subnet, ip4 ip)
{
	if (!subnet || ip4_is_none(ip) || is_used(all, subnet, ip))
		return;
	struct used *u = arena_alloc(all->a, sizeof(*u));

	u->at = place_of(subnet, ip);
	HASH_ADD(hh, all->by_place, at, sizeof(u->at), u);
}

/* The lowest free one from base+4 on; n_given remembers how far all are taken. */
static ip4 find_free_address(const struct all_used *all, struct res *subnet, struct prefix p)
{
	enum { LOOK_MAX = 4096 };

	if (subnet->n_given < SUBNET_KEPT)
		subnet->n_given = SUBNET_KEPT;
	for (uint32_t k = subnet->n_given; k < prefix_size(p) && k < LOOK_MAX; k++) {
		subnet->n_given = k;
		if (!is_used(all, subnet, prefix_at(p, k)))
			return prefix_at(p, k);
	}
	return IP4_NONE;
}

void import_dynamic_addresses(struct import *im)
{
	struct all_used all = { .a = im->a };

	for (size_t i = 0; i < im->n_nics; i++)
		use_address(&all, im->nics[i].subnet, im->nics[i].ip);
	for (size_t i = 0; i < im->n_taken; i++)
		use_address(&all, im->taken[i].subnet, im->taken[i].ip);
	for (size_t i = 0; i < im->n_nics; i++) {
		struct im_nic *n = &im->nics[i];
		struct prefix p;

		if (!n->dynamic || ip4_is_set(n->ip) || !n->subnet || !n->subnet->out ||
		    prefix_parse(
		        json_string_value(json_object_get(n->subnet->out, "addressPrefix")), &p) <
		        0)
			continue;
		n->ip = find_free_address(&all, n->subnet, p);
		use_address(&all, n->subnet, n->ip);
	}
	HASH_CLEAR(hh, all.by_place);
}
