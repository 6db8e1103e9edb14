/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/resource/shared.h"

#include "base/str.h"

static json_t *map_of(json_t *taken, const char *key)
{
	json_t *map = json_object_get(taken, key);

	if (!map && taken) {
		map = json_object();
		json_object_set_new(taken, key, map);
	}
	return map;
}

void shared_each(struct arm *a, const char *pool, void (*fn)(void *ctx, ip4 ip), void *ctx)
{
	const char *text;
	json_t *v;
	ip4 ip;

	json_object_foreach (json_object_get(map_of(a->o->taken, "pools"), pool), text, v)
		if (ip4_parse(text, &ip) == 0)
			fn(ctx, ip);
}

static char *owner_key(const struct inst *i, uint32_t k)
{
	return xasprintf("%s#%u", i->key ? i->key : "", k);
}

ip4 shared_of(struct arm *a, const struct inst *i, uint32_t k)
{
	_cleanup_free_ char *key = owner_key(i, k);
	const char *text = json_string_value(json_object_get(map_of(a->o->taken, "owners"), key));
	ip4 ip;

	return text && ip4_parse(text, &ip) == 0 ? ip : IP4_NONE;
}

void shared_keep(struct arm *a, const char *pool, const struct inst *i, uint32_t k, ip4 ip,
                 bool given)
{
	_cleanup_free_ char *key = owner_key(i, k);

	if (!a->o->taken || ip4_is_none(ip))
		return;
	json_t *was = json_object_get(map_of(map_of(a->o->taken, "pools"), pool), IP4_STR(ip));

	json_object_set_new(map_of(map_of(a->o->taken, "pools"), pool), IP4_STR(ip),
	                    json_boolean(given || json_is_true(was)));
	json_object_set_new(map_of(a->o->taken, "owners"), key, json_string(IP4_STR(ip)));
	if (given)
		json_object_set_new(map_of(a->o->taken, "given"), key, json_true());
}

json_t *shared_given(const json_t *taken)
{
	json_t *out = json_object(), *pool, *v;
	const char *id, *ip, *owner;

	json_object_foreach (json_object_get(taken, "pools"), id, pool)
		json_object_foreach (pool, ip, v)
			if (json_is_true(v))
				json_object_set(map_of(map_of(out, "pools"), id), ip, v);
	json_object_foreach (json_object_get(taken, "given"), owner, v)
		json_object_set(map_of(out, "owners"), owner,
		                json_object_get(json_object_get(taken, "owners"), owner));
	return out;
}
