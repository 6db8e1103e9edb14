/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public addresses that Azure chooses on apply, and ranges of them, where something in the design
 * asks for one: a security rule, a local gateway.  Chosen as a lab chooses (azure/alloc.h), and
 * given to the owner, so that both say the same. */
#include "azure/alloc.h"
#include "base/addr.h"
#include "base/str.h"
#include "input/import/provider.h"
#include "input/resources.h"
#include "input/terraform/convert.h"

struct taken {
	ip4 *ips; /* ascending */
	struct prefix *ranges;
	size_t n_ips, cap_ips, n_ranges, cap_ranges;
};

static int compare_taken_ips(const void *a, const void *b)
{
	return ip4_cmp(*(const ip4 *)a, *(const ip4 *)b);
}

static struct prefix range_of_resource(const json_t *resource)
{
	const json_t *props = json_object_get(resource, "properties");
	const struct import_range *r;
	struct prefix p = { 0 };

	for (size_t at = 0; !p.len && (r = import_range_next(&at));) {
		const char *s = json_string_value(json_object_get(props, r->range));

		if (!s || prefix_parse(s, &p))
			p = (struct prefix){ 0 };
	}
	return p;
}

static struct taken collect_public(json_t *by_id)
{
	struct taken t = { 0 };
	const char *key;
	json_t *x;
	ip4 ip;

	json_object_foreach (by_id, key, x) {
		const char *s = json_string_value(
		    json_object_get(json_object_get(x, "properties"), "ipAddress"));
		struct prefix range = range_of_resource(x);

		if (s && !ip4_parse(s, &ip))
			VEC_PUSH(t.ips, t.n_ips, t.cap_ips) = ip;
		if (range.len)
			VEC_PUSH(t.ranges, t.n_ranges, t.cap_ranges) = range;
	}
	if (t.n_ips)
		qsort(t.ips, t.n_ips, sizeof(*t.ips), compare_taken_ips);
	return t;
}

/* The range that the resource is, chosen now where it was not yet.  len 0: it is none. */
static struct prefix choose_range_now(const struct taken *t, json_t *resource)
{
	json_t *props = json_object_get(resource, "properties");
	struct prefix p = range_of_resource(resource);
	const struct import_range *r;

	for (size_t at = 0; !p.len && (r = import_range_next(&at));) {
		json_int_t length = json_integer_value(json_object_get(props, r->length));

		if (length < 24 || length > 31)
			continue;
		p = alloc_public_range(t->ranges, t->n_ranges, (unsigned)length);
		if (p.len)
			json_object_set_new(props, r->range, json_string(PREFIX_STR(p)));
	}
	return p;
}

static ip4 lowest_of_range(const struct taken *t, struct prefix p)
{
	for (uint32_t k = 0; p.len && k < prefix_size(p); k++) {
		ip4 ip = prefix_at(p, k);

		if (!t->n_ips ||
		    !bsearch(&ip, t->ips, t->n_ips, sizeof(*t->ips), compare_taken_ips))
			return ip;
	}
	return IP4_NONE;
}

static ip4 choose_public_address(const struct taken *t, json_t *by_id, const json_t *props)
{
	const struct import_range *r;
	ip4 next = IP4_NONE;

	for (size_t at = 0; (r = import_range_next(&at));) {
		const char *id =
		    json_string_value(json_object_get(json_object_get(props, r->named_by), "id"));
		json_t *range = id ? resource_find(by_id, id) : NULL;

		if (range)
			return lowest_of_range(t, choose_range_now(t, range));
	}
	return alloc_public(t->ips, t->n_ips, &next);
}

bool tf_is_public(const char *type, const char *attr)
{
	return (streq(type, "azurerm_public_ip") && streq(attr, "ip_address")) ||
	       (streq(type, "azurerm_public_ip_prefix") && streq(attr, "ip_prefix"));
}

const char *tf_public_address(struct tf *tf, json_t *by_id, json_t *resource)
{
	json_t *props = json_object_get(resource, "properties");
	const char *given = json_string_value(json_object_get(props, "ipAddress")), *text = NULL;
	const char *version = json_string_value(json_object_get(props, "publicIPAddressVersion"));
	struct taken t;

	if (given || strieq(version, "IPv6"))
		return given;
	t = collect_public(by_id);
	if (json_object_get(props, "prefixLength")) {
		struct prefix p = choose_range_now(&t, resource);

		text = p.len ? arena_printf(tf->arena, "%s", PREFIX_STR(p)) : NULL;
	} else {
		ip4 ip = choose_public_address(&t, by_id, props);

		if (ip4_is_set(ip)) {
			text = arena_printf(tf->arena, "%s", IP4_STR(ip));
			json_object_set_new(props, "ipAddress", json_string(text));
		}
	}
	free(t.ips);
	free(t.ranges);
	return text;
}
