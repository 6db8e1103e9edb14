/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/alternatives.h"

#include "base/str.h"
#include "input/resources.h"

/* --- what a template builds ------------------------------------------------------------------ */

/* Not VNets and what stands in them: every stage may name those. */
static bool is_built_once(const char *key)
{
	static const char *const types[] = {
		"microsoft.compute/virtualmachines",   "microsoft.compute/virtualmachinescalesets",
		"microsoft.network/networkinterfaces", "microsoft.network/virtualnetworkgateways",
		"microsoft.network/azurefirewalls",    "microsoft.network/loadbalancers",
		"microsoft.network/virtualhubs"
	};
	_cleanup_free_ char *type = resource_type(key);

	for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
		if (streq(type, types[i]))
			return true;
	return false;
}

/* Resources by key; new reference. */
static json_t *by_key(json_t *resources)
{
	json_t *map = json_object(), *r;
	size_t i;

	json_array_foreach (resources, i, r) {
		const char *id = json_string_value(json_object_get(r, "id"));
		_cleanup_free_ char *key = id ? resource_key(id) : NULL;

		if (key)
			json_object_set(map, key, r);
	}
	return map;
}

/* --- contradictions -------------------------------------------------------------------------- */

/* Where packets go by; names, sizes, keys and what was invented differ in any two files. */
static bool carries_packets(const char *key)
{
	static const char *const keys[] = { "addressPrefix",
		                            "addressPrefixes",
		                            "nextHopIpAddress",
		                            "nextHopType",
		                            "peerIp",
		                            "peerAsn",
		                            "asn",
		                            "gatewayType",
		                            "gatewayIpAddress",
		                            "enableIPForwarding",
		                            "id" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strieq(keys[i], key))
			return true;
	return false;
}

static bool contradicts(const json_t *a, const json_t *b, const char *under)
{
	const char *key;
	json_t *v, *w;
	size_t i;

	if (!a || !b || json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_object(a)) {
		json_object_foreach ((json_t *)a, key, v) {
			w = json_object_get(b, key);
			if (w && contradicts(v, w, key))
				return true;
		}
		return false;
	}
	if (json_is_array(a)) {
		if (json_array_size(a) != json_array_size(b))
			return carries_packets(under);
		json_array_foreach ((json_t *)a, i, v)
			if (contradicts(v, json_array_get(b, i), under))
				return true;
		return false;
	}
	if (json_is_string(a) && strieq(json_string_value(a), json_string_value(b)))
		return false;
	return carries_packets(under) && !json_equal(a, b);
}

/* --- pairs ----------------------------------------------------------------------------------- */

struct overlap {
	size_t shared, only_a, only_b; /* of what is built once */
	bool contradiction;
	const char *both;
};

static struct overlap overlap_of(json_t *a, json_t *b)
{
	struct overlap o = { 0 };
	const char *key;
	json_t *x, *y;

	json_object_foreach (a, key, x) {
		y = json_object_get(b, key);
		if (!y) {
			o.only_a += is_built_once(key);
			continue;
		}
		o.contradiction |= contradicts(json_object_get(x, "properties"),
		                               json_object_get(y, "properties"), "");
		if (is_built_once(key)) {
			o.both = json_string_value(json_object_get(x, "id"));
			o.shared++;
		}
	}
	json_object_foreach (b, key, y)
		o.only_b += !json_object_get(a, key) && is_built_once(key);
	return o;
}

static bool are_alternatives(const struct overlap *o)
{
	size_t fewer = o->shared + (o->only_a < o->only_b ? o->only_a : o->only_b);

	return o->shared && o->shared * 2 >= fewer &&
	       (o->contradiction || (o->only_a && o->only_b));
}

static bool is_main(const char *name)
{
	static const char *const words[] = { "azuredeploy.json", "main.json", "mainTemplate.json" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strieq(words[i], name))
			return true;
	return false;
}

/* b is not read if a is. */
static void compare_pair(struct template_of_folder *a, struct template_of_folder *b, json_t *in_a,
                         json_t *in_b)
{
	struct overlap o = overlap_of(in_a, in_b);

	if (a->instead || b->instead || !are_alternatives(&o))
		return;
	if (is_main(b->name) && !is_main(a->name)) {
		a->instead = b;
		a->both = o.both;
	} else {
		b->instead = a;
		b->both = o.both;
	}
}

void find_alternatives(struct template_of_folder *v, size_t n)
{
	_cleanup_free_ json_t **maps = xcalloc(n + 1, sizeof(*maps));

	for (size_t i = 0; i < n; i++)
		maps[i] = by_key(v[i].resources);
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			compare_pair(&v[i], &v[k], maps[i], maps[k]);
	for (size_t i = 0; i < n; i++)
		json_decref(maps[i]);
}
