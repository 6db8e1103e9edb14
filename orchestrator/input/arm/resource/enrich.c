/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds to the properties of a resource what Azure adds: addresses, ids of what is in lists, end
 * points. */
#include <stdio.h>
#include <strings.h>

#include "base/addr.h"
#include "input/arm/resource/range.h"
#include "input/arm/resource/resource.h"
#include "input/import/provider.h"

static const struct val *str_val(struct arm *a, const char *s)
{
	return val_str(a->arena, s);
}

static const struct val *ip_val(struct arm *a, ip4 ip)
{
	return str_val(a, IP4_STR(ip));
}

/* An address that the template alone does not tell stays open. */
static const struct val *ip_of_inst(struct inst *i, size_t k)
{
	struct arm *a = i->d->a;

	return i->ips[k] ? ip_val(a, i->ips[k])
	                 : val_open(a->arena, arena_printf(a->arena, "the address of %s", i->name));
}

/* The elements of a list with their ids. */
static const struct val *add_ids_to_list(struct inst *i, const char *list, const struct val *v)
{
	struct arm *a = i->d->a;
	struct val_builder b = { .a = a->arena };

	for (uint32_t k = 0; k < v->n; k++) {
		const struct val *x = v->items[k];
		const char *name = val_get_str(x, "name");
		struct val_builder o = { .a = a->arena };

		if (!name || val_get(x, "id")) {
			val_push(&b, x);
			continue;
		}
		val_set(&o, "id", val_printf(a->arena, "%s/%s/%s", i->id, list, name));
		val_set_all(&o, x);
		val_push(&b, val_built_obj(&o));
		if (!b.items[b.n - 1])
			return NULL;
	}
	return val_built_arr(&b);
}

/* Addresses into the list of IP configurations. */
static const struct val *add_addresses_to_list(struct inst *i, const struct val *v)
{
	struct arm *a = i->d->a;
	struct val_builder b = { .a = a->arena };

	for (uint32_t k = 0; k < v->n; k++) {
		const struct val *props = val_get(v->items[k], "properties");
		struct val_builder o = { .a = a->arena }, p = { .a = a->arena };

		if (k >= i->n_ips || !i->ips[k] || !props) {
			val_push(&b, v->items[k]);
			continue;
		}
		val_set_all(&p, props);
		val_set(&p, "privateIPAddress", ip_val(a, i->ips[k]));
		val_set_all(&o, v->items[k]);
		val_set(&o, "properties", val_built_obj(&p));
		val_push(&b, val_built_obj(&o));
	}
	return val_built_arr(&b);
}

/* --- by type --------------------------------------------------------------------------------- */

static ip4 public_address_of(struct arm *a, const struct val *config)
{
	const char *id = val_get_str(val_path(config, "properties.publicIPAddress"), "id");
	struct inst *pip = id ? inst_by_id(a, id) : NULL;

	return pip && pip->n_ips ? pip->ips[0] : IP4_NONE;
}

/* A gateway's own end of BGP: its addresses, AS 65515 unless it says otherwise.  For reference()
 * alone: the lab gives them by the same rule. */
static void add_bgp_settings(struct inst *i, struct val_builder *b, const struct val *props)
{
	struct arm *a = i->d->a;
	const struct val *configs = val_get(props, "ipConfigurations"),
	                 *given = val_get(props, "bgpSettings");
	struct val_builder s = { .a = a->arena }, list = { .a = a->arena };
	_cleanup_str_ struct str all = { 0 };

	if (!strieq(val_get_str(props, "gatewayType"), "Vpn"))
		return;
	for (uint32_t k = 0; configs && configs->type == V_ARR && k < configs->n && k < i->n_ips;
	     k++) {
		const char *name = val_get_str(configs->items[k], "name");
		const struct val *ip = ip_of_inst(i, k), *none = val_arr(a->arena, NULL, 0);
		const struct val **one = arena_array(a->arena, 2, sizeof(*one));
		struct val_builder o = { .a = a->arena };
		ip4 public = public_address_of(a, configs->items[k]);

		one[0] = ip;
		one[1] = ip_val(a, public);
		str_printf(&all, "%s%s", all.n ? "," : "", ip->open ? "" : ip->s);
		val_set(
		    &o, "ipconfigurationId",
		    val_printf(a->arena, "%s/ipConfigurations/%s", i->id, name ? name : "default"));
		val_set(&o, "defaultBgpIpAddresses", val_arr(a->arena, one, 1));
		val_set(&o, "customBgpIpAddresses", none);
		val_set(&o, "tunnelIpAddresses",
		        ip4_is_set(public) ? val_arr(a->arena, one + 1, 1) : none);
		val_push(&list, val_built_obj(&o));
	}
	val_set(&s, "asn", val_int(a->arena, 65515));
	val_set(&s, "peerWeight", val_int(a->arena, 0));
	if (all.n)
		val_set(&s, "bgpPeeringAddress", str_val(a, str_get(&all)));
	if (list.n)
		val_set(&s, "bgpPeeringAddresses", val_built_arr(&list));
	for (uint32_t k = 0; given && given->type == V_OBJ && k < given->n; k++)
		if (given->members[k].v->type != V_NULL &&
		    !strieq(given->members[k].key, "bgpPeeringAddresses"))
			val_set(&s, given->members[k].key, given->members[k].v);
	val_set(b, "bgpSettings", val_built_obj(&s));
}

static void add_public_address(struct inst *i, struct val_builder *b, const struct val *props)
{
	struct arm *a = i->d->a;
	const char *label = val_get_str(val_get(props, "dnsSettings"), "domainNameLabel");
	const char *where = val_get_str(i->body, "location");
	struct val_builder dns = { .a = a->arena };

	if (i->n_ips && i->ips[0])
		val_set(b, "ipAddress", ip_val(a, i->ips[0]));
	if (!label)
		return;
	val_set_all(&dns, val_get(props, "dnsSettings"));
	val_set(&dns, "fqdn",
	        val_printf(a->arena, "%s.%s.cloudapp.azure.com", label,
	                   where ? where : arm_location(a)));
	val_set(b, "dnsSettings", val_built_obj(&dns));
}

/* A Route Server has its addresses from its IP configuration, a resource of its own. */
static void add_router_addresses(struct inst *i, struct val_builder *b, const struct val *props)
{
	struct arm *a = i->d->a;
	_cleanup_free_ char *below = xasprintf("%s/ipconfigurations/", i->key ? i->key : "");

	if (val_get(props, "virtualWan"))
		return;
	for (size_t k = 0; k < a->n_order; k++) {
		const struct inst *x = a->order[k];
		struct val_builder list = { .a = a->arena };

		if (!x->ips || !x->key || !str_starts(x->key, below))
			continue;
		for (size_t j = 0; j < x->n_ips; j++)
			val_push(&list, ip_val(a, x->ips[j]));
		val_set(b, "virtualRouterIps", val_built_arr(&list));
	}
	if (!val_get(props, "virtualRouterAsn"))
		val_set(b, "virtualRouterAsn", val_int(a->arena, 65515));
}

/* A firewall in a virtual hub has an address of the hub's. */
static void add_hub_address(struct inst *i, struct val_builder *b, const struct val *props)
{
	struct arm *a = i->d->a;
	const char *id = val_get_str(val_get(props, "virtualHub"), "id");
	struct inst *in = id ? inst_by_id(a, id) : NULL;
	const char *net =
	    in && in->body ? val_get_str(val_get(in->body, "properties"), "addressPrefix") : NULL;
	struct val_builder o = { .a = a->arena };
	struct prefix p;

	if (!net || prefix_parse(net, &p))
		return;
	val_set_all(&o, val_get(props, "hubIPAddresses"));
	val_set(&o, "privateIPAddress", ip_val(a, prefix_at(p, 132)));
	val_set(b, "hubIPAddresses", val_built_obj(&o));
}

/* Subnets that are resources of their own stand in the network's list, too. */
static void add_own_subnets(struct inst *i, struct val_builder *b, const struct val *props)
{
	struct arm *a = i->d->a;
	const struct val *given = val_get(props, "subnets");
	struct val_builder list = { .a = a->arena };
	_cleanup_free_ char *below = xasprintf("%s/subnets/", i->key ? i->key : "");

	for (uint32_t k = 0; given && given->type == V_ARR && k < given->n; k++)
		val_push(&list, given->items[k]);
	for (size_t k = 0; k < a->n_order; k++) {
		const struct inst *x = a->order[k];
		struct val_builder o = { .a = a->arena };
		const char *name = strrchr(x->name, '/');
		bool there = false;

		if (x->state != ST_DONE || x->existing || !x->key || !name ||
		    !str_starts(x->key, below))
			continue;
		for (size_t j = 0; j < list.n && !there; j++)
			there = strieq(val_get_str(list.items[j], "name"), name + 1);
		if (there)
			continue;
		val_set(&o, "id", str_val(a, x->id));
		val_set(&o, "name", str_val(a, name + 1));
		val_set(&o, "properties",
		        val_get(x->body, "properties") ? val_get(x->body, "properties")
		                                       : val_obj(a->arena, NULL, 0));
		val_push(&list, val_built_obj(&o));
	}
	val_set(b, "subnets", val_built_arr(&list));
}

static void add_storage_endpoints(struct inst *i, struct val_builder *b,
                                  __attribute__((unused)) const struct val *props)
{
	static const char *const services[] = { "blob", "dfs", "file", "queue", "table", "web" };
	struct val_builder o = { .a = i->d->a->arena };

	for (size_t k = 0; k < ARRAY_LEN(services); k++)
		val_set(&o, services[k],
		        val_printf(i->d->a->arena, "https://%s.%s.core.windows.net/", i->name,
		                   services[k]));
	val_set(b, "primaryEndpoints", val_built_obj(&o));
}

#define NET "Microsoft.Network/"

static const struct runtime_type types[] = {
	{ NET "networkInterfaces", .configs = "ipConfigurations", .addresses = true },
	{ NET "loadBalancers", .configs = "frontendIPConfigurations", .addresses = true },
	{ NET "applicationGateways", .configs = "frontendIPConfigurations", .addresses = true },
	{ NET "bastionHosts", .configs = "ipConfigurations", .addresses = true },
	{ NET "privateEndpoints", .addresses = true },
	{ NET "virtualNetworkGateways", .configs = "ipConfigurations", .addresses = true,
	  .enrich_reference = add_bgp_settings },
	{ NET "azureFirewalls", .configs = "ipConfigurations", .addresses = true,
	  .enrich = add_hub_address },
	{ NET "publicIPAddresses", .addresses = true, .first = true, .enrich = add_public_address },
	{ NET "virtualHubs", .addresses = true, .enrich = add_router_addresses },
	{ NET "virtualHubs/ipConfigurations", .addresses = true, .first = true },
	{ NET "virtualNetworks", .first = true, .enrich_reference = add_own_subnets },
	{ NET "virtualNetworks/subnets", .first = true },
	{ "Microsoft.Storage/storageAccounts", .enrich_reference = add_storage_endpoints },
};

const struct runtime_type *runtime_type(const struct inst *i)
{
	static const struct runtime_type other = { "" };
	static const struct runtime_type range = { "", .addresses = true, .first = true,
		                                   .enrich = range_show };
	const struct import_provider *p;

	for (size_t k = 0; k < ARRAY_LEN(types); k++)
		if (strieq(i->type, types[k].type))
			return &types[k];
	p = import_provider(i->type);
	return p && p->range ? &range : &other;
}

static bool is_named_list(const struct val *v)
{
	return v->type == V_ARR && v->n && val_get_str(v->items[0], "name");
}

const struct val *runtime_properties(struct inst *i, const struct val *props, bool ids)
{
	struct arm *a = i->d->a;
	struct val_builder b = { .a = a->arena };
	const struct runtime_type *type = runtime_type(i);
	const struct val *configs = type->configs ? val_get(props, type->configs) : NULL;

	if (props->type != V_OBJ)
		return props;
	/* A property that is set to null is not there afterwards: contains() says so. */
	for (uint32_t k = 0; k < props->n; k++)
		if (!ids || props->members[k].v->type != V_NULL)
			val_set(&b, props->members[k].key, props->members[k].v);
	if (configs && configs->type == V_ARR && i->ips)
		val_set(&b, type->configs, add_addresses_to_list(i, configs));
	if (type->enrich)
		type->enrich(i, &b, props);
	if (type->enrich_reference && ids)
		type->enrich_reference(i, &b, props);
	for (size_t k = 0; ids && k < b.n; k++)
		if (is_named_list(b.members[k].v))
			b.members[k].v = add_ids_to_list(i, b.members[k].key, b.members[k].v);
	if (ids && !val_get(props, "provisioningState"))
		val_set(&b, "provisioningState", str_val(a, "Succeeded"));
	for (size_t k = 0; k < b.n; k++)
		if (!b.members[k].v)
			return NULL;
	return val_built_obj(&b);
}
