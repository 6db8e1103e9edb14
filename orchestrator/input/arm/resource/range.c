/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/resource/range.h"

#include "azure/alloc.h"
#include "input/arm/resource/resource.h"
#include "input/arm/resource/shared.h"
#include "input/arm/resource/there.h"
#include "input/arm/value/text.h"

#define RANGES "ranges" /* the pool of shared.h in which they are */

static bool is_public_prefix(const struct inst *i)
{
	return strieq(i->type, "Microsoft.Network/publicIPPrefixes");
}

static struct prefix read_range(const struct val *props)
{
	const char *text = val_get_str(props, "ipPrefix");
	struct prefix p;

	return text && prefix_parse(text, &p) == 0 ? p : (struct prefix){ 0 };
}

static unsigned length_of(const struct val *props)
{
	const struct val *v = val_get(props, "prefixLength");

	return v && v->type == V_INT && v->i >= 24 && v->i <= 31 ? (unsigned)v->i : 0;
}

struct prefix range_of(const struct inst *i)
{
	const struct val *props = val_get(i->body, "properties");
	struct prefix given = read_range(props);

	if (ip4_is_set(given.addr) || !i->n_ips || ip4_is_none(i->ips[0]))
		return given;
	return (struct prefix){ i->ips[0], (uint8_t)length_of(props) };
}

/* Of another template the first address alone is known: no prefix is longer than this. */
static void seed_range(void *ctx, ip4 first)
{
	struct ranges *all = ctx;

	VEC_PUSH(all->v, all->n, all->cap) = (struct prefix){ first & ~(ip4)0xff, 24 };
}

static void seed_ranges(struct arm *a, struct ranges *all)
{
	const char *key;
	json_t *r;

	if (all->seeded)
		return;
	all->seeded = true;
	shared_each(a, RANGES, seed_range, all);
	json_object_foreach (a->o->there, key, r) {
		const char *text = json_string_value(
		    json_object_get(json_object_get(r, "properties"), "ipPrefix"));
		struct prefix p;

		if (text && prefix_parse(text, &p) == 0)
			VEC_PUSH(all->v, all->n, all->cap) = p;
	}
}

void range_take_given(struct arm *a, struct ranges *all, struct inst *i)
{
	struct prefix p =
	    is_public_prefix(i) ? read_range(val_get(i->body, "properties")) : (struct prefix){ 0 };

	if (ip4_is_none(p.addr))
		return;
	seed_ranges(a, all);
	VEC_PUSH(all->v, all->n, all->cap) = p;
	shared_keep(a, RANGES, i, 0, p.addr, true);
}

/* What it has already, in another template or in the store; or a free one. */
static ip4 take_free_range(struct arm *a, struct ranges *all, const struct inst *i, unsigned length)
{
	ip4 had = shared_of(a, i, 0);

	if (ip4_is_none(had))
		had = read_range(val_get(there_find(a, i->id), "properties")).addr;
	return ip4_is_set(had) ? had : alloc_public_range(all->v, all->n, length).addr;
}

void range_give(struct arm *a, struct ranges *all, struct inst *i)
{
	const struct val *props = val_get(i->body, "properties");
	unsigned length = length_of(props);

	if (!is_public_prefix(i) || i->ips || i->state != ST_DONE || !length ||
	    ip4_is_set(read_range(props).addr) ||
	    strieq(val_get_str(props, "publicIPAddressVersion"), "IPv6"))
		return;
	seed_ranges(a, all);
	i->ips = arena_array(a->arena, 1, sizeof(*i->ips));
	i->n_ips = 1;
	i->ips[0] = take_free_range(a, all, i, length);
	if (ip4_is_set(i->ips[0])) {
		VEC_PUSH(all->v, all->n, all->cap) = (struct prefix){ i->ips[0], (uint8_t)length };
		shared_keep(a, RANGES, i, 0, i->ips[0], false);
	}
}

struct prefix range_by_id(struct arm *a, struct ranges *all, const char *id)
{
	struct inst *i = inst_by_id(a, id);

	if (!i || i->existing)
		return read_range(val_get(there_find(a, id), "properties"));
	if (i->state != ST_DONE)
		return (struct prefix){ 0 };
	range_give(a, all, i);
	return range_of(i);
}

void ranges_free(struct ranges *all)
{
	free(all->v);
}
