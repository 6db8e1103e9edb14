/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/alternatives.h"

#include "base/addr.h"
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
static json_t *index_by_key(json_t *resources)
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

/* True if packets go by the property; names, sizes, keys and what was invented differ in any two
 * files. */
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

static const json_t *named(const json_t *list, const char *name)
{
	json_t *v;
	size_t i;

	json_array_foreach ((json_t *)list, i, v)
		if (strieq(json_string_value(json_object_get(v, "name")), name))
			return v;
	return NULL;
}

static bool contains(const json_t *list, const json_t *others)
{
	json_t *v, *w;
	size_t i, k;

	json_array_foreach ((json_t *)others, i, v) {
		bool there = false;

		json_array_foreach ((json_t *)list, k, w)
			there |= json_equal(v, w);
		if (!there)
			return false;
	}
	return true;
}

static bool contradicts(const json_t *a, const json_t *b, const char *under);

/* Objects are compared by their names; of two lists of prefixes one may be longer. */
static bool lists_contradict(const json_t *a, const json_t *b, const char *under)
{
	json_t *v;
	size_t i;

	if (!json_is_object(json_array_get(a, 0)))
		return carries_packets(under) && !contains(a, b) && !contains(b, a);
	json_array_foreach ((json_t *)a, i, v) {
		const char *name = json_string_value(json_object_get(v, "name"));

		if (name && contradicts(v, named(b, name), under))
			return true;
	}
	return false;
}

/* True if a and b contradict each other; a property of one alone is no contradiction. */
static bool contradicts(const json_t *a, const json_t *b, const char *under)
{
	const char *key;
	json_t *v;

	if (!a || !b || json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_array(a))
		return lists_contradict(a, b, under);
	if (json_is_object(a)) {
		json_object_foreach ((json_t *)a, key, v)
			if (contradicts(v, json_object_get(b, key), key))
				return true;
		return false;
	}
	if (json_is_string(a) && strieq(json_string_value(a), json_string_value(b)))
		return false;
	return carries_packets(under) && !json_equal(a, b);
}

/* --- networks -------------------------------------------------------------------------------- */

static bool is_network_key(const char *key)
{
	_cleanup_free_ char *type = resource_type(key);

	return streq(type, "microsoft.network/virtualnetworks") ||
	       streq(type, "microsoft.network/virtualnetworks/subnets");
}

static int read_subnet_prefix(const json_t *subnet, struct prefix *ret)
{
	const json_t *props = json_object_get(subnet, "properties");
	const char *s = json_string_value(json_object_get(props, "addressPrefix"));

	if (!s)
		s = json_string_value(json_array_get(json_object_get(props, "addressPrefixes"), 0));
	return s ? prefix_parse(s, ret) : -1;
}

/* Both say what is in a VNet, and it cannot be both: subnets of one name elsewhere, or of two names
 * at one place. */
static bool subnets_contradict(const json_t *a, const json_t *b)
{
	const json_t *in_a = json_object_get(json_object_get(a, "properties"), "subnets");
	const json_t *in_b = json_object_get(json_object_get(b, "properties"), "subnets");
	json_t *v, *w;
	size_t i, k;

	json_array_foreach ((json_t *)in_a, i, v)
		json_array_foreach ((json_t *)in_b, k, w) {
			const char *x = json_string_value(json_object_get(v, "name"));
			const char *y = json_string_value(json_object_get(w, "name"));
			struct prefix p, q;

			if (!x || !y || read_subnet_prefix(v, &p) < 0 ||
			    read_subnet_prefix(w, &q) < 0)
				continue;
			if (strieq(x, y) ? !prefix_eq(p, q) : prefix_overlaps(p, q))
				return true;
		}
	return false;
}

/* --- pairs ----------------------------------------------------------------------------------- */

struct overlap {
	size_t shared, only_a, only_b; /* of what is built once */
	bool contradiction;
	const char *both;
};

static void compare_resource(struct overlap *o, const char *key, json_t *x, json_t *y)
{
	json_t *a = json_object_get(x, "properties"), *b = json_object_get(y, "properties");
	bool once = is_built_once(key), differ;

	if (!once && !is_network_key(key))
		return;
	differ = once ? contradicts(a, b, "") : subnets_contradict(x, y);
	o->shared += once;
	if (!o->both || (differ && !o->contradiction))
		o->both = json_string_value(json_object_get(x, "id"));
	o->contradiction |= differ;
}

static struct overlap overlap_of(json_t *a, json_t *b)
{
	struct overlap o = { 0 };
	const char *key;
	json_t *x;

	json_object_foreach (a, key, x)
		if (json_object_get(b, key))
			compare_resource(&o, key, x, json_object_get(b, key));
		else
			o.only_a += is_built_once(key);
	json_object_foreach (b, key, x)
		o.only_b += !json_object_get(a, key) && is_built_once(key);
	return o;
}

static bool are_alternatives(const struct overlap *o)
{
	size_t fewer = o->shared + (o->only_a < o->only_b ? o->only_a : o->only_b);

	return o->contradiction || (o->shared && o->shared * 2 >= fewer && o->only_a && o->only_b);
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
static void compare_templates(struct template_of_folder *a, struct template_of_folder *b,
                              json_t *in_a, json_t *in_b)
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
		maps[i] = index_by_key(v[i].resources);
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			compare_templates(&v[i], &v[k], maps[i], maps[k]);
	for (size_t i = 0; i < n; i++)
		json_decref(maps[i]);
}
