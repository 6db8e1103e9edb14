/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/resource/range.h"

#include "azure/alloc.h"
#include "input/arm/resource/resource.h"
#include "input/arm/resource/shared.h"
#include "input/arm/resource/there.h"
#include "input/arm/value/text.h"
#include "input/import/provider.h"

#define RANGES "ranges" /* the pool of shared.h in which they are */

/* The row of the type that says which range the resource is; NULL: it is none. */
static const struct import_range *range_row(const struct inst *i)
{
	const struct import_provider *p = import_provider(i->type);

	return p ? p->range : NULL;
}

static struct prefix parse_range(const char *text)
{
	struct prefix p;

	return text && prefix_parse(text, &p) == 0 ? p : (struct prefix){ 0 };
}

/* The range in the properties of a resource, by whichever property it has.  addr 0: none. */
static struct prefix read_range(const struct val *props)
{
	const struct import_range *r;
	struct prefix p = { 0 };

	for (size_t at = 0; ip4_is_none(p.addr) && (r = import_range_next(&at));)
		p = parse_range(val_get_str(props, r->range));
	return p;
}

static unsigned length_of(const struct import_range *r, const struct val *props)
{
	const struct val *v = val_get(props, r->length);

	return v && v->type == V_INT && v->i >= 24 && v->i <= 31 ? (unsigned)v->i : 0;
}

struct prefix range_of(const struct inst *i)
{
	const struct import_range *r = range_row(i);
	const struct val *props = val_get(i->body, "properties");
	struct prefix given = read_range(props);

	if (!r || ip4_is_set(given.addr) || !i->n_ips || ip4_is_none(i->ips[0]))
		return given;
	return (struct prefix){ i->ips[0], (uint8_t)length_of(r, props) };
}

void range_show(struct inst *i, struct val_builder *b, const struct val *props)
{
	const struct import_range *r = range_row(i);
	struct prefix range = range_of(i);

	if (r && ip4_is_set(range.addr) && !val_get(props, r->range))
		val_set(b, r->range, val_str(i->d->a->arena, PREFIX_STR(range)));
}

/* Takes a range of another template, of which the first address alone is known: no prefix is longer
 * than /24. */
static void seed_range(void *ctx, ip4 first)
{
	struct ranges *all = ctx;

	VEC_PUSH(all->v, all->n, all->cap) = (struct prefix){ first & ~(ip4)0xff, 24 };
}

static void take_range_of_store(struct ranges *all, const json_t *props)
{
	const struct import_range *r;

	for (size_t at = 0; (r = import_range_next(&at));) {
		struct prefix p = parse_range(json_string_value(json_object_get(props, r->range)));

		if (ip4_is_set(p.addr))
			VEC_PUSH(all->v, all->n, all->cap) = p;
	}
}

static void seed_ranges(struct arm *a, struct ranges *all)
{
	const char *key;
	json_t *r;

	if (all->seeded)
		return;
	all->seeded = true;
	shared_each(a, RANGES, seed_range, all);
	json_object_foreach (a->o->there, key, r)
		take_range_of_store(all, json_object_get(r, "properties"));
}

void range_take_given(struct arm *a, struct ranges *all, struct inst *i)
{
	struct prefix p =
	    range_row(i) ? read_range(val_get(i->body, "properties")) : (struct prefix){ 0 };

	if (ip4_is_none(p.addr))
		return;
	seed_ranges(a, all);
	VEC_PUSH(all->v, all->n, all->cap) = p;
	shared_keep(a, RANGES, i, 0, p.addr, true);
}

/* The first address of the range that i has already, in another template or in the store; or of a
 * free one. */
static ip4 take_free_range(struct arm *a, struct ranges *all, const struct inst *i, unsigned length)
{
	ip4 had = shared_of(a, i, 0);

	if (ip4_is_none(had))
		had = read_range(val_get(there_find(a, i->id), "properties")).addr;
	return ip4_is_set(had) ? had : alloc_public_range(all->v, all->n, length).addr;
}

void range_give(struct arm *a, struct ranges *all, struct inst *i)
{
	const struct import_range *r = range_row(i);
	const struct val *props = val_get(i->body, "properties");
	unsigned length = r ? length_of(r, props) : 0;

	if (!r || i->ips || i->state != ST_DONE || !length || ip4_is_set(read_range(props).addr) ||
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

const char *range_id_of(const struct val *props)
{
	const struct import_range *r;
	const char *id = NULL;

	for (size_t at = 0; !id && (r = import_range_next(&at));)
		id = val_get_str(val_get(props, r->named_by), "id");
	return id;
}

void ranges_free(struct ranges *all)
{
	free(all->v);
}
