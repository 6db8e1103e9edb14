/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets what the provider or Azure sets on apply: ids by the rule that plans use, addresses that the
 * lab allocates, values that carry no packets.  The rest stays open, and says what it is. */
#include "input/terraform/convert.h"
#include "input/terraform/plan.h"
#include "input/terraform/types.h"
#include "input/tfsource/source.h"

#define ZEROS "00000000-0000-0000-0000-000000000000"

/* Attributes that an id is made of: each by itself, so that an id never waits for the rest. */
static json_t *naming_values(struct source *s, struct tfs_node *n, const struct tf_type *def)
{
	const char *names[] = { "name",
		                "resource_group_name",
		                def ? def->parent_id : NULL,
		                def ? def->parent_name : NULL,
		                "type",
		                "parent_id" };
	json_t *values = json_object();

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		json_t *v = names[i] ? tfs_given_attr(s, n, names[i]) : NULL;

		if (json_is_string(v))
			json_object_set(values, names[i], v);
		json_decref(v);
	}
	return values;
}

static json_t *make_id(struct source *s, void *ctx)
{
	struct tfs_node *n = ctx;
	const struct tf_type *def = tf_type_find(n->type);
	struct tf t = { .arena = s->arena, .findings = s->findings, .id = tf_id };
	struct tf_module root = { .address = "" };
	struct tf_node x = { .address = n->address,
		             .type = n->type,
		             .name = n->name,
		             .module = &root,
		             .index = n->key,
		             .def = def };

	if (streq(n->type, "azurerm_resource_group")) {
		json_t *name = tfs_given_attr(s, n, "name");
		json_t *id = json_sprintf("/subscriptions/" ZEROS "/resourceGroups/%s",
		                          json_is_string(name) ? json_string_value(name) : n->name);

		json_decref(name);
		return id;
	}
	x.values = naming_values(s, n, def);
	json_t *id = json_string(tf_id(&t, &x));

	free(x.id);
	json_decref(x.values);
	return id;
}

static json_t *node_id(struct source *s, struct tfs_node *n)
{
	return tfs_once(s, n->known, n->busy, "id", n->block->place, make_id, n);
}

/* "ip_configuration" of a firewall -> "ipConfigurations": what stands in ids of nested objects. */
static const char *segment_of(const char *block)
{
	static const struct {
		const char *block, *segment;
	} known[] = {
		{ "ip_configuration", "ipConfigurations" },
		{ "frontend_ip_configuration", "frontendIPConfigurations" },
		{ "subnet", "subnets" },
		{ "management_ip_configuration", "managementIpConfiguration" },
		{ "gateway_ip_configuration", "gatewayIPConfigurations" },
		{ "backend_address_pool", "backendAddressPools" },
		{ "frontend_port", "frontendPorts" },
		{ "http_listener", "httpListeners" },
		{ "probe", "probes" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (streq(known[i].block, block))
			return known[i].segment;
	return NULL;
}

/* An address that the lab allocates (input/terraform/addresses.c); it may stand within a text. */
static json_t *address_mark(const struct tfs_node *n, unsigned k)
{
	return json_sprintf("@ip:%u:%s;", k, n->address);
}

/* A machine's address is that of its first NIC; NULL: it has none here. */
static json_t *address_of_machine(struct source *s, struct tfs_node *n)
{
	json_t *nics = tfs_given_attr(s, n, "network_interface_ids");
	json_t *first = json_array_get(nics, 0), *found = NULL;

	for (size_t i = 0; json_is_string(first) && i < s->n_nodes && !found; i++) {
		struct tfs_node *x = s->nodes[i];

		if (!streq(x->type, "azurerm_network_interface"))
			continue;
		json_t *id = node_id(s, x);

		if (json_equal(id, first))
			found = address_mark(x, 0);
		json_decref(id);
	}
	json_decref(nics);
	return found;
}

static void set_missing(json_t *object, const char *key, json_t *v /* stolen */)
{
	json_t *given = json_object_get(object, key);

	if (given && !json_is_null(given))
		json_decref(v);
	else
		json_object_set_new(object, key, v);
}

/* Completes what Azure gives a gateway that speaks BGP: an address for each of its instances. */
static void complete_bgp_settings(struct source *s, struct tfs_node *n, json_t *part)
{
	json_t *two = tfs_given_attr(s, n, "active_active"), *list = json_array(), *x;
	json_t *given = json_object_get(part, "peering_addresses");
	size_t instances = json_is_true(two) ? 2 : 1;

	for (size_t k = 0; k < instances; k++) {
		_cleanup_free_ char *what = xasprintf(
		    "%s.bgp_settings[0].peering_addresses[%zu].tunnel_ip_addresses", n->address, k);

		x = json_array_get(given, k);
		x = json_is_object(x) ? json_copy(x) : json_object();
		set_missing(x, "default_addresses", json_pack("[o]", address_mark(n, (unsigned)k)));
		set_missing(x, "tunnel_ip_addresses", hcl_unknown(what));
		set_missing(x, "apipa_addresses", json_array());
		json_array_append_new(list, x);
	}
	json_object_set_new(part, "peering_addresses", list);
	set_missing(part, "asn", json_integer(65515));
	set_missing(part, "peer_weight", json_integer(0));
	json_decref(two);
}

/* Each object gets what ids and addresses it will have, and is a handle then: it has more parts. */
json_t *tfs_part_list(struct source *s, struct tfs_node *n, const char *block, json_t *list)
{
	json_t *out = json_array(), *x;
	const char *segment = segment_of(block);
	size_t i;
	json_t *sorted = streq(block, "subnet") ? hcl_set_of(list) : json_incref(list);

	json_array_foreach (sorted, i, x) {
		json_t *part = json_copy(x), *name = json_object_get(x, "name"), *id;

		if (segment && json_is_string(name) && !json_object_get(part, "id")) {
			id = node_id(s, n);
			json_object_set_new(part, "id",
			                    json_sprintf("%s/%s/%s", json_string_value(id), segment,
			                                 json_string_value(name)));
			json_decref(id);
		}
		if (streq(block, "bgp_settings") &&
		    streq(n->type, "azurerm_virtual_network_gateway"))
			complete_bgp_settings(s, n, part);
		json_t *ip = json_object_get(part, "private_ip_address");

		if ((!ip || json_is_null(ip)) && (strstr(block, "ip_configuration") ||
		                                  streq(block, "private_service_connection")))
			json_object_set_new(part, "private_ip_address", address_mark(n, 0));
		json_array_append_new(out, hcl_handle(TFS_PART, json_array_size(s->parts), NULL));
		json_array_append_new(s->parts, part);
	}
	json_decref(sorted);
	return out;
}

/* --- values that carry no packets
 * ------------------------------------------------------------------------ */

static json_t *random_value(struct source *s, struct tfs_node *n, const char *name)
{
	json_t *length = tfs_given_attr(s, n, "length"), *min = tfs_given_attr(s, n, "min");
	json_int_t len = json_is_integer(length) ? json_integer_value(length) : 8;
	json_t *v = NULL;
	char text[65];

	if (len < 1 || len > 64)
		len = 8;
	for (json_int_t i = 0; i < len; i++)
		text[i] = "abcdefghijklmnopqrstuvwxyz"[(n->number * 7 + (size_t)i * 3) % 26];
	text[len] = '\0';
	if (streq(n->type, "random_integer"))
		v = json_is_integer(min) ? json_incref(min) : json_integer(1000);
	else if (streq(n->type, "random_uuid"))
		v = json_sprintf("00000000-0000-4000-9000-%012zx", n->number);
	else if (streq(n->type, "random_pet"))
		v = json_string("calm-otter");
	else if (streq(n->type, "random_shuffle"))
		v = tfs_given_attr(s, n, "input");
	else if (streq(n->type, "random_id"))
		v = streq(name, "dec") ? json_integer(1000 + (json_int_t)n->number)
		                       : json_sprintf("%08zx", n->number + 0xabcdef);
	else
		v = json_string(text);
	json_decref(length);
	json_decref(min);
	return v ? v : json_string(text);
}

static bool is_id_of_people(const char *name)
{
	static const char *const words[] = { "tenant_id", "principal_id", "object_id", "client_id",
		                             "subscription_id" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (streq(name, words[i]))
			return true;
	return false;
}

static json_t *compute_bgp_settings(struct source *s, struct tfs_node *n)
{
	json_t *one = json_pack("[{}]");
	json_t *out = tfs_part_list(s, n, "bgp_settings", one);

	json_decref(one);
	return out;
}

/* A subnet's prefix is an attribute under two names; NULL: it is given under neither. */
static json_t *compute_subnet_prefix(struct source *s, struct tfs_node *n, const char *name)
{
	bool one = streq(name, "address_prefix");
	json_t *v = tfs_given_attr(s, n, one ? "address_prefixes" : "address_prefix"), *out = NULL;

	if (one && json_array_size(v))
		out = json_incref(json_array_get(v, 0));
	else if (!one && json_is_string(v))
		out = json_pack("[O]", v);
	json_decref(v);
	return out;
}

json_t *tfs_computed(struct source *s, struct tfs_node *n, const char *name)
{
	if (streq(name, "id") && !str_starts(n->type, "random_"))
		return node_id(s, n);
	if (str_starts(n->type, "random_"))
		return streq(name, "keepers") ? json_null() : random_value(s, n, name);
	if (str_starts(n->type, "tls_"))
		return json_string(strstr(name, "public")
		                       ? "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQ== invented"
		                       : "-----BEGIN INVENTED-----");
	if (streq(name, "private_ip_address") || streq(name, "private_ip_addresses")) {
		json_t *ip = strstr(n->type, "_machine") ? address_of_machine(s, n) : NULL;

		if (!ip)
			ip = address_mark(n, 0);
		return streq(name, "private_ip_address") ? ip : json_pack("[o]", ip);
	}
	if (tf_is_public(n->type, name))
		return address_mark(n, 0);
	if (streq(name, "virtual_router_ips"))
		return json_pack("[o, o]", address_mark(n, 0), address_mark(n, 1));
	if (streq(name, "virtual_router_asn"))
		return json_integer(65515);
	if (is_id_of_people(name))
		return json_string(ZEROS);
	if (str_starts(name, "address_prefix") && streq(n->type, "azurerm_subnet")) {
		json_t *prefix = compute_subnet_prefix(s, n, name);

		if (prefix)
			return prefix;
	}
	if (streq(name, "bgp_settings") && streq(n->type, "azurerm_virtual_network_gateway"))
		return compute_bgp_settings(s, n);
	_cleanup_free_ char *what = xasprintf("%s.%s", n->address, name);

	return hcl_unknown(what);
}
