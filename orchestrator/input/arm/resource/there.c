/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/resource/there.h"

#include <strings.h>

#include "base/str.h"
#include "input/arm/value/text.h"

static json_t *find_there(const struct arm *a, const char *id)
{
	_cleanup_free_ char *key = a->o->there ? xstrdup(arm_lower(a->arena, id)) : NULL;
	size_t n = key ? strlen(key) : 0;

	while (n && key[n - 1] == '/')
		key[--n] = 0;
	return key ? json_object_get(a->o->there, key) : NULL;
}

/* ".../virtualNetworks/v/subnets/s": the member "s" of the list "subnets" of its parent. */
static json_t *find_child_there(const struct arm *a, const char *id)
{
	const char *name = strrchr(id, '/'), *list = name, *key;
	json_t *v, *members = NULL, *x;
	size_t i;

	while (list && list > id && *--list != '/')
		;
	if (!list || list == id)
		return NULL;
	json_t *parent = find_there(a, arena_printf(a->arena, "%.*s", (int)(list - id), id));

	json_object_foreach (json_object_get(parent, "properties"), key, v)
		if (strlen(key) == (size_t)(name - list) - 1 &&
		    !strncasecmp(key, list + 1, strlen(key)))
			members = v;
	json_array_foreach (members, i, x)
		if (strieq(json_string_value(json_object_get(x, "name")), name + 1))
			return x;
	return NULL;
}

const struct val *there_find(struct arm *a, const char *id)
{
	json_t *j = find_there(a, id);

	if (!j && a->o->there)
		j = find_child_there(a, id);
	return j ? val_from_json(a->arena, j, false) : NULL;
}

static ip4 read_address_member(const json_t *props, const char *name)
{
	const char *text = json_string_value(json_object_get(props, name));
	ip4 ip;

	return text && ip4_parse(text, &ip) == 0 ? ip : IP4_NONE;
}

static const char *get_subnet_id(const json_t *props)
{
	return json_string_value(json_object_get(json_object_get(props, "subnet"), "id"));
}

/* The addresses of a Route Server stand in it, and its subnet in its configuration. */
static void each_router_address(const json_t *props, void (*fn)(void *ctx, ip4 ip), void *ctx)
{
	json_t *v;
	size_t i;
	ip4 ip;

	json_array_foreach (json_object_get(props, "virtualRouterIps"), i, v)
		if (json_is_string(v) && ip4_parse(json_string_value(v), &ip) == 0)
			fn(ctx, ip);
}

void there_each(struct arm *a, const char *subnet, void (*fn)(void *ctx, ip4 ip), void *ctx)
{
	static const char *const lists[] = { "ipConfigurations", "frontendIPConfigurations" };
	const char *key;
	json_t *r, *config;
	size_t i;

	json_object_foreach (a->o->there, key, r) {
		json_t *props = json_object_get(r, "properties");
		ip4 ip = *subnet ? 0 : read_address_member(props, "ipAddress");

		if (ip4_is_set(ip))
			fn(ctx, ip);
		for (size_t k = 0; *subnet && k < ARRAY_LEN(lists); k++) {
			json_array_foreach (json_object_get(props, lists[k]), i, config) {
				json_t *own = json_object_get(config, "properties");
				const char *in = get_subnet_id(own);

				if (!in || !strieq(in, subnet))
					continue;
				ip = read_address_member(own, "privateIPAddress");
				if (ip4_is_set(ip))
					fn(ctx, ip);
				each_router_address(props, fn, ctx);
			}
		}
	}
}

ip4 there_address(struct arm *a, const struct inst *i, const char *configs, uint32_t k)
{
	json_t *props = json_object_get(find_there(a, i->id), "properties");
	json_t *config = configs ? json_array_get(json_object_get(props, configs), k) : NULL;

	return configs
	           ? read_address_member(json_object_get(config, "properties"), "privateIPAddress")
	           : read_address_member(props, "ipAddress");
}
