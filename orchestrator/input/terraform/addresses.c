/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that Azure chooses on apply, where something in the design needs them: a route whose
 * next hop is a firewall's address, a peering with an appliance's.  Chosen as Azure does
 * (interfaces.md, section 1: the lowest free one from base+4 on), and given to the owner as a
 * static address, so that both say the same.  A Route Server's are base+4 and base+5
 * (azure-behaviour 7.1). */

#include "azure/hybrid.h"
#include "azure/subnet.h"
#include "base/addr.h"
#include "base/base64.h"
#include "base/str.h"
#include "input/resources.h"
#include "input/terraform/convert.h"

struct addresses {
	struct tf *t;
	json_t *by_id; /* resources, by lower-case id */
	json_t *taken; /* addresses that are given, as keys */
};

static void collect_taken(json_t *v, json_t *taken)
{
	const char *key;
	json_t *x;
	size_t i;

	json_array_foreach (v, i, x)
		collect_taken(x, taken);
	json_object_foreach (v, key, x) {
		ip4 ip;

		if (strieq(key, "privateIPAddress") && json_is_string(x) &&
		    !ip4_parse(json_string_value(x), &ip))
			json_object_set_new(taken, json_string_value(x), json_true());
		collect_taken(x, taken);
	}
}

json_t *tf_find_inline_subnet(json_t *by_id, const char *id)
{
	const char *kind = id ? strstr(id, "/subnets/") : NULL;
	_cleanup_free_ char *net = kind ? xstrndup(id, (size_t)(kind - id)) : NULL;
	json_t *vnet = net ? resource_find(by_id, net) : NULL, *x;
	size_t i;

	json_array_foreach (json_object_get(json_object_get(vnet, "properties"), "subnets"), i, x)
		if (strieq(json_string_value(json_object_get(x, "name")),
		           kind + strlen("/subnets/")))
			return x;
	return NULL;
}

static bool find_subnet_prefix(struct addresses *a, json_t *ref, struct prefix *ret)
{
	const char *id = json_string_value(json_object_get(ref, "id"));
	json_t *subnet = resource_find(a->by_id, id), *props, *p;

	if (!subnet && id)
		subnet = tf_find_inline_subnet(a->by_id, id);
	props = json_object_get(subnet, "properties");
	p = json_object_get(props, "addressPrefix");
	if (!p)
		p = json_array_get(json_object_get(props, "addressPrefixes"), 0);
	return json_is_string(p) && !prefix_parse(json_string_value(p), ret);
}

/* The ipConfiguration that holds the address of a resource. */
static json_t *first_configuration(json_t *props)
{
	static const char *const lists[] = { "ipConfigurations", "frontendIPConfigurations" };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		json_t *x = json_array_get(json_object_get(props, lists[i]), 0);

		if (x)
			return json_object_get(x, "properties");
	}
	return json_object_get(props, "subnet") ? props : NULL;
}

static bool allocate_lowest(struct addresses *a, struct prefix p, ip4 *ret)
{
	for (uint32_t k = SUBNET_KEPT; k + 1 < prefix_size(p); k++)
		if (!json_object_get(a->taken, IP4_STR(prefix_at(p, k)))) {
			*ret = prefix_at(p, k);
			return true;
		}
	return false;
}

/* The address behind a mark "@ip:INDEX:ADDRESS", where "ADDRESS" ends with the text or at ";";
 * NULL: none can be had. */
static const char *address_of_mark(struct addresses *a, const char *text)
{
	_cleanup_free_ char *mark = xstrndup(text, strcspn(text, ";"));
	char *end = NULL;
	unsigned long k = strtoul(mark + strlen("@ip:"), &end, 10);
	struct tf_node *n = NULL;
	struct prefix p;
	json_t *conf, *resource, *given;
	ip4 ip;

	for (size_t i = 0; *end == ':' && i < a->t->n_nodes && !n; i++)
		if (streq(a->t->nodes[i].address, end + 1))
			n = &a->t->nodes[i];
	if (!n)
		return NULL;
	resource = resource_find(a->by_id, tf_id(a->t, n));
	if (str_starts(n->type, "azurerm_public_ip"))
		return resource ? tf_public_address(a->t, a->by_id, resource) : NULL;
	if (streq(n->type, "azurerm_route_server")) {
		_cleanup_free_ char *of = xasprintf("%s/ipConfigurations/ipconfig", tf_id(a->t, n));

		conf = json_object_get(resource_find(a->by_id, of), "properties");
		if (k > 1 || !find_subnet_prefix(a, json_object_get(conf, "subnet"), &p))
			return NULL;
		return arena_printf(a->t->arena, "%s",
		                    IP4_STR(prefix_at(p, SUBNET_KEPT + (uint32_t)k)));
	}
	conf = first_configuration(json_object_get(resource, "properties"));
	if (streq(n->type, "azurerm_virtual_network_gateway")) { /* azure-behaviour 8.1 */
		bool two = json_is_true(
		    json_object_get(json_object_get(resource, "properties"), "activeActive"));

		if (k > two || !find_subnet_prefix(a, json_object_get(conf, "subnet"), &p))
			return NULL;
		return arena_printf(a->t->arena, "%s",
		                    IP4_STR(gateway_address(p, !two, (unsigned)k)));
	}
	given = json_object_get(conf, "privateIPAddress");
	if (json_is_string(given))
		return json_string_value(given);
	if (!conf || !find_subnet_prefix(a, json_object_get(conf, "subnet"), &p) ||
	    !allocate_lowest(a, p, &ip))
		return NULL;
	json_object_set_new(conf, "privateIPAddress", json_string(IP4_STR(ip)));
	json_object_set_new(conf, "privateIPAllocationMethod", json_string("Static"));
	json_object_set_new(a->taken, IP4_STR(ip), json_true());
	return json_string_value(json_object_get(conf, "privateIPAddress"));
}

/* s with its marks replaced, or NULL: one of them (*ret_missing) has no address. */
static json_t *text_without_marks(struct addresses *a, const char *s, const char **ret_missing)
{
	_cleanup_str_ struct str out = { 0 };

	for (const char *at; (at = strstr(s, "@ip:"));) {
		const char *ip = address_of_mark(a, at);

		if (!ip) {
			*ret_missing = at;
			return NULL;
		}
		str_addn(&out, s, (size_t)(at - s));
		str_add(&out, ip);
		s = at + strcspn(at, ";");
		s += *s == ';';
	}
	str_add(&out, s);
	return json_string(str_get(&out));
}

/* s, what a machine is handed in base64, with the marks within it replaced; NULL: it has none. */
static json_t *encoded_without_marks(struct addresses *a, const char *s, const char **ret_missing)
{
	_cleanup_str_ struct str plain = { 0 }, out = { 0 };
	json_t *text;

	if (!base64_decode(s, strlen(s), &plain) || !strstr(str_get(&plain), "@ip:"))
		return NULL;
	text = text_without_marks(a, str_get(&plain), ret_missing);
	if (!text) {
		*ret_missing = arena_strdup(a->t->arena, *ret_missing);
		return NULL;
	}
	base64_encode(json_string_value(text), json_string_length(text), &out);
	json_decref(text);
	return json_string(str_get(&out));
}

/* The text under that key with its marks replaced; NULL: it has none, or *ret_missing has no
 * address. */
static json_t *value_without_marks(struct addresses *a, const char *key, const char *s,
                                   const char **ret_missing)
{
	if (s && strstr(s, "@ip:"))
		return text_without_marks(a, s, ret_missing);
	if (s && (streq(key, "customData") || streq(key, "userData")))
		return encoded_without_marks(a, s, ret_missing);
	return NULL;
}

static void report_no_address(struct addresses *a, json_t *resource, const char *key,
                              const char *mark)
{
	const char *address = strchr(mark + strlen("@ip:"), ':');

	finding_add(a->t->findings, SEV_WARNING, "TF-REF-01", NULL,
	            json_string_value(json_object_get(resource, "source")),
	            "give the address in the configuration",
	            "%s is the address of %.*s, which is known after apply only, and its subnet or "
	            "range is not in this plan",
	            key, address ? (int)strcspn(address + 1, ";") : 0, address ? address + 1 : "");
}

static void replace_marks(struct addresses *a, json_t *v, json_t *resource)
{
	const char *key;
	json_t *x;
	size_t i;
	void *tmp;

	json_array_foreach (v, i, x) {
		const char *missing = NULL, *s = json_string_value(x);
		json_t *text = s && strstr(s, "@ip:") ? text_without_marks(a, s, &missing) : NULL;

		if (text)
			json_array_set_new(v, i, text);
		else if (missing)
			report_no_address(a, resource, "an element", missing);
		else
			replace_marks(a, x, resource);
	}
	json_object_foreach_safe (v, tmp, key, x) {
		const char *missing = NULL;
		json_t *text = value_without_marks(a, key, json_string_value(x), &missing);

		if (text) {
			json_object_set_new(v, key, text);
		} else if (missing) {
			report_no_address(a, resource, key, missing);
			json_object_del(v, key);
		} else {
			replace_marks(a, x, resource);
		}
	}
}

void tf_addresses(struct tf *t, json_t *resources)
{
	struct addresses a = { .t = t, .by_id = json_object(), .taken = json_object() };
	json_t *x;
	size_t i;

	json_array_foreach (resources, i, x) {
		_cleanup_free_ char *key =
		    resource_key(json_string_value(json_object_get(x, "id")));

		json_object_set(a.by_id, key, x);
		collect_taken(x, a.taken);
	}
	json_array_foreach (resources, i, x)
		replace_marks(&a, json_object_get(x, "properties"), x);
	json_decref(a.by_id);
	json_decref(a.taken);
}
