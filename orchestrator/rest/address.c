/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/address.h"

#include "azure/alloc.h"
#include "azure/subnet.h"
#include "base/addr.h"
#include "base/str.h"
#include "input/resources.h"

#define NET "microsoft.network/"

/* Lists whose members have an address of a subnet. */
static const char *const address_lists[] = { "ipConfigurations", "frontendIPConfigurations" };

struct taken {
	ip4 *v;
	size_t n, cap;
};

static const char *text_of(const json_t *j, const char *name)
{
	return json_string_value(json_object_get(j, name));
}

static const json_t *properties_of(const json_t *j)
{
	return json_object_get(j, "properties");
}

static void take(struct taken *t, const char *address)
{
	ip4 ip;

	if (address && ip4_parse(address, &ip) == 0)
		VEC_PUSH(t->v, t->n, t->cap) = ip;
}

/* What the configurations of one resource have in the subnet. */
static void take_configurations(struct taken *t, const json_t *resource, const char *subnet)
{
	for (size_t l = 0; l < ARRAY_LEN(address_lists); l++) {
		json_t *c;
		size_t i;

		json_array_foreach (json_object_get(properties_of(resource), address_lists[l]), i,
		                    c) {
			const json_t *p = properties_of(c);

			if (strieq(text_of(json_object_get(p, "subnet"), "id"), subnet))
				take(t, text_of(p, "privateIPAddress"));
		}
	}
}

static int compare_taken(const void *a, const void *b)
{
	return ip4_cmp(*(const ip4 *)a, *(const ip4 *)b);
}

static bool is_free(const struct taken *t, ip4 ip)
{
	return !t->n || !bsearch(&ip, t->v, t->n, sizeof(ip), compare_taken);
}

static bool subnet_prefix(const struct store *s, const char *id, struct prefix *ret)
{
	_cleanup_free_ char *key = resource_key(id);
	const json_t *p = properties_of(store_find(s, key));
	const char *text = text_of(p, "addressPrefix");

	if (!text)
		text = json_string_value(json_array_get(json_object_get(p, "addressPrefixes"), 0));
	return text && prefix_parse(text, ret) == 0;
}

/* The lowest free address of the subnet; 0: none. */
static ip4 find_free(const struct store *s, const json_t *own, const char *subnet)
{
	struct taken t = { 0 };
	struct prefix p;
	const char *key;
	json_t *r;
	ip4 found = IP4_NONE;

	if (!subnet_prefix(s, subnet, &p))
		return IP4_NONE;
	json_object_foreach (s->resources, key, r)
		if (!strieq(text_of(r, "id"), text_of(own, "id")))
			take_configurations(&t, r, subnet);
	take_configurations(&t, own, subnet);
	if (t.n)
		qsort(t.v, t.n, sizeof(*t.v), compare_taken);
	for (uint32_t k = SUBNET_KEPT; k + 1 < prefix_size(p) && ip4_is_none(found); k++)
		if (is_free(&t, prefix_at(p, k)))
			found = prefix_at(p, k);
	free(t.v);
	return found;
}

static void give_private(const struct store *s, const char *list, json_t *resource)
{
	json_t *c;
	size_t i;

	json_array_foreach (json_object_get(properties_of(resource), list), i, c) {
		json_t *p = json_object_get(c, "properties");
		const char *subnet = text_of(json_object_get(p, "subnet"), "id");
		const char *version = text_of(p, "privateIPAddressVersion");

		if (!subnet || text_of(p, "privateIPAddress") || strieq(version, "IPv6"))
			continue;
		ip4 ip = find_free(s, resource, subnet);

		if (ip4_is_set(ip))
			json_object_set_new(p, "privateIPAddress", json_string(IP4_STR(ip)));
	}
}

static void give_public(const struct store *s, json_t *resource)
{
	json_t *p = json_object_get(resource, "properties"), *r;
	struct taken t = { 0 };
	const char *key;
	ip4 next = IP4_NONE;

	if (text_of(p, "ipAddress") || strieq(text_of(p, "publicIPAddressVersion"), "IPv6") ||
	    json_object_get(p, "publicIPPrefix"))
		return;
	json_object_foreach (s->resources, key, r)
		if (strieq(text_of(r, "type"), NET "publicIPAddresses"))
			take(&t, text_of(properties_of(r), "ipAddress"));
	if (t.n)
		qsort(t.v, t.n, sizeof(*t.v), compare_taken);
	ip4 ip = alloc_public(t.v, t.n, &next);

	if (ip4_is_set(ip))
		json_object_set_new(p, "ipAddress", json_string(IP4_STR(ip)));
	free(t.v);
}

void addresses_give(const struct store *s, const char *type, json_t *resource)
{
	if (strieq(type, NET "networkInterfaces"))
		give_private(s, "ipConfigurations", resource);
	else if (strieq(type, NET "loadBalancers"))
		give_private(s, "frontendIPConfigurations", resource);
	else if (strieq(type, NET "publicIPAddresses"))
		give_public(s, resource);
}
