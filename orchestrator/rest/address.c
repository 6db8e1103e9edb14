/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/address.h"

#include "azure/alloc.h"
#include "azure/subnet.h"
#include "base/addr.h"
#include "base/json.h"
#include "base/str.h"
#include "input/import/provider.h"
#include "input/resources.h"

#define NET "microsoft.network/"

/* Lists whose members have an address of a subnet. */
static const char *const address_lists[] = { "ipConfigurations", "frontendIPConfigurations" };

/* Public addresses stand there in s->taken where the keys of subnets do. */
static const char PUBLIC[] = "public";

static const json_t *get_const_properties(const json_t *j)
{
	return json_object_get(j, "properties");
}

/* --- what is taken: {"KEY OF A SUBNET": {"ADDRESS": true}} ---------------------------------------
 */

static void note_taken_address(json_t *taken, const char *place, const char *address)
{
	json_t *of = json_object_get(taken, place);
	ip4 ip;

	if (!address || ip4_parse(address, &ip) < 0)
		return;
	if (!of) {
		of = json_object();
		json_object_set_new(taken, place, of);
	}
	json_object_set_new(of, IP4_STR(ip), json_true());
}

static void take_configurations(json_t *taken, const json_t *resource)
{
	for (size_t l = 0; l < ARRAY_LEN(address_lists); l++) {
		json_t *c;
		size_t i;

		json_array_foreach (
		    json_object_get(get_const_properties(resource), address_lists[l]), i, c) {
			const json_t *p = get_const_properties(c);
			const char *subnet = member_text(json_object_get(p, "subnet"), "id", NULL);
			_cleanup_free_ char *key = subnet ? resource_key(subnet) : NULL;

			if (key)
				note_taken_address(taken, key,
				                   member_text(p, "privateIPAddress", NULL));
		}
	}
}

static bool is_public_address(const json_t *resource)
{
	return strieq(member_text(resource, "type", NULL), NET "publicIPAddresses");
}

static void take_resource(json_t *taken, const json_t *resource)
{
	take_configurations(taken, resource);
	if (is_public_address(resource))
		note_taken_address(taken, PUBLIC,
		                   member_text(get_const_properties(resource), "ipAddress", NULL));
}

static bool has_addresses(const json_t *resource)
{
	const json_t *p = get_const_properties(resource);

	for (size_t l = 0; l < ARRAY_LEN(address_lists); l++)
		if (json_object_get(p, address_lists[l]))
			return true;
	return is_public_address(resource);
}

/* The addresses that all resources but own have; new reference. */
static json_t *taken_by_others(struct store *s, const json_t *own)
{
	const char *id = member_text(own, "id", NULL), *key;
	_cleanup_free_ char *own_key = resource_key(id ? id : "");
	bool is_new = !json_object_get(s->resources, own_key);
	json_t *taken, *r;

	if (is_new && s->taken)
		return json_incref(s->taken);
	taken = json_object();
	json_object_foreach (s->resources, key, r)
		if (!streq(key, own_key))
			take_resource(taken, r);
	if (is_new)
		s->taken = json_incref(taken);
	return taken;
}

void addresses_forget(struct store *s)
{
	json_decref(s->taken);
	s->taken = NULL;
}

void addresses_note(struct store *s, const json_t *old, const json_t *new)
{
	if (old && has_addresses(old)) /* it may have lost some */
		addresses_forget(s);
	if (s->taken && new)
		take_resource(s->taken, new);
}

/* --- giving -------------------------------------------------------------------------------------
 */

static bool find_store_prefix(const struct store *s, const char *key, struct prefix *ret)
{
	const json_t *p = get_const_properties(store_find(s, key));
	const char *text = member_text(p, "addressPrefix", NULL);

	if (!text)
		text = json_string_value(json_array_get(json_object_get(p, "addressPrefixes"), 0));
	return text && prefix_parse(text, ret) == 0;
}

/* The lowest address of the subnet that neither others nor the resource itself have; 0: none. */
static ip4 find_lowest_address(const struct store *s, const json_t *others, const json_t *own,
                               const char *subnet)
{
	_cleanup_free_ char *key = resource_key(subnet);
	const json_t *theirs = json_object_get(others, key), *ours;
	json_t *all = json_object();
	struct prefix p;
	ip4 found = IP4_NONE;

	take_configurations(all, own);
	ours = json_object_get(all, key);
	if (!find_store_prefix(s, key, &p))
		p = (struct prefix){ 0, 32 };
	for (uint32_t k = SUBNET_KEPT; k + 1 < prefix_size(p) && ip4_is_none(found); k++) {
		const char *address = IP4_STR(prefix_at(p, k));

		if (!json_object_get(theirs, address) && !json_object_get(ours, address))
			found = prefix_at(p, k);
	}
	json_decref(all);
	return found;
}

static void give_private(struct store *s, const char *list, json_t *resource)
{
	json_t *others = NULL, *c;
	size_t i;

	json_array_foreach (json_object_get(get_const_properties(resource), list), i, c) {
		json_t *p = json_object_get(c, "properties");
		const char *subnet = member_text(json_object_get(p, "subnet"), "id", NULL);
		const char *version = member_text(p, "privateIPAddressVersion", NULL);

		if (!subnet || member_text(p, "privateIPAddress", NULL) || strieq(version, "IPv6"))
			continue;
		if (!others)
			others = taken_by_others(s, resource);
		ip4 ip = find_lowest_address(s, others, resource, subnet);

		if (ip4_is_set(ip))
			json_object_set_new(p, "privateIPAddress", json_string(IP4_STR(ip)));
	}
	json_decref(others);
}

static int order_addresses(const void *a, const void *b)
{
	return ip4_cmp(*(const ip4 *)a, *(const ip4 *)b);
}

/* The range that a resource is, by whichever property it has. */
static bool read_public_range(const json_t *properties, struct prefix *ret)
{
	const struct import_range *r;

	for (size_t at = 0; (r = import_range_next(&at));) {
		const char *text = member_text(properties, r->range, NULL);

		if (text && prefix_parse(text, ret) == 0)
			return true;
	}
	return false;
}

/* Gives a range without one the first that overlaps no other resource's. */
static void give_range(const struct store *s, const struct import_range *own, json_t *resource)
{
	json_t *p = json_object_get(resource, "properties"), *r;
	json_int_t length = json_integer_value(json_object_get(p, own->length));
	_cleanup_free_ struct prefix *taken =
	    xcalloc(json_object_size(s->resources) + 1, sizeof(*taken));
	const char *key;
	size_t n = 0;

	if (member_text(p, own->range, NULL) || length < 24 || length > 31 ||
	    strieq(member_text(p, "publicIPAddressVersion", NULL), "IPv6"))
		return;
	json_object_foreach (s->resources, key, r)
		n += read_public_range(get_const_properties(r), &taken[n]);
	struct prefix range = alloc_public_range(taken, n, (unsigned)length);

	if (ip4_is_set(range.addr))
		json_object_set_new(p, own->range, json_string(PREFIX_STR(range)));
}

/* The id of the range that a public address names in its properties; NULL: none. */
static const char *get_range_id(const json_t *properties)
{
	const struct import_range *r;
	const char *id = NULL;

	for (size_t at = 0; !id && (r = import_range_next(&at));)
		id = member_text(json_object_get(properties, r->named_by), "id", NULL);
	return id;
}

/* The lowest address of the range that is not in `public`; 0: none is free. */
static ip4 find_in_range(const struct store *s, const json_t *public, const char *range_id)
{
	_cleanup_free_ char *key = resource_key(range_id);
	struct prefix range;

	if (!read_public_range(get_const_properties(store_find(s, key)), &range))
		return IP4_NONE;
	for (uint32_t k = 0; k < prefix_size(range); k++)
		if (!json_object_get(public, IP4_STR(prefix_at(range, k))))
			return prefix_at(range, k);
	return IP4_NONE;
}

static void give_public(struct store *s, json_t *resource)
{
	json_t *p = json_object_get(resource, "properties"), *v;
	const char *address, *range_id = get_range_id(p);
	ip4 next = IP4_NONE, given;
	size_t n = 0;

	if (member_text(p, "ipAddress", NULL) ||
	    strieq(member_text(p, "publicIPAddressVersion", NULL), "IPv6"))
		return;
	json_t *others = taken_by_others(s, resource), *public = json_object_get(others, PUBLIC);
	_cleanup_free_ ip4 *taken = xcalloc(json_object_size(public) + 1, sizeof(*taken));

	json_object_foreach (public, address, v)
		n += ip4_parse(address, &taken[n]) == 0;
	qsort(taken, n, sizeof(*taken), order_addresses);
	given = range_id ? find_in_range(s, public, range_id) : alloc_public(taken, n, &next);
	if (ip4_is_set(given))
		json_object_set_new(p, "ipAddress", json_string(IP4_STR(given)));
	json_decref(others);
}

void addresses_give(struct store *s, const char *type, json_t *resource)
{
	const struct import_provider *p = import_provider(type);

	if (strieq(type, NET "networkInterfaces"))
		give_private(s, "ipConfigurations", resource);
	else if (strieq(type, NET "loadBalancers"))
		give_private(s, "frontendIPConfigurations", resource);
	else if (strieq(type, NET "publicIPAddresses"))
		give_public(s, resource);
	else if (p && p->range)
		give_range(s, p->range, resource);
}
