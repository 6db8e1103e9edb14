/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual network gateways as ARM and azurerm have them. */
#include "azure/hybrid.h"
#include "input/import/priv.h"
#include "input/terraform/types.h"

/* The virtual network that the first IP configuration with a subnet names; NULL: none does. */
static const char *vnet_of(struct import *im, struct res *r, const char *type)
{
	struct res *c, *subnet;

	IM_EACH_CHILD(c, r, type)
	{
		if (!arm_id(c->j, "subnet"))
			continue;
		subnet = im_ref(im, c, arm_id(c->j, "subnet"), "subnet");
		if (subnet && subnet->out && subnet->parent)
			return subnet->parent->lab;
	}
	return NULL;
}

/* The prefix of the subnet that the IP configurations name, as it is in the lab. */
static bool find_gateway_prefix(struct import *im, const struct res *r, struct prefix *ret)
{
	struct res *c;

	IM_EACH(im, c, NET "virtualnetworkgateways/ipconfigurations")
	{
		struct res *subnet = c->parent == r && arm_id(c->j, "subnet")
		                         ? im_find(im, arm_id(c->j, "subnet"))
		                         : NULL;
		const char *prefix =
		    subnet ? json_string_value(json_object_get(subnet->out, "addressPrefix"))
		           : NULL;

		if (prefix)
			return prefix_parse(prefix, ret) == 0;
	}
	return false;
}

static bool has_two(const struct res *r)
{
	return arm_bool(r->j, "activeActive", arm_bool(r->j, "active", false));
}

/* Has it one instance? */
static bool is_one(const struct res *r)
{
	const char *type = arm_str(r->j, "gatewayType");

	return (!type || strieq(type, "Vpn")) && !has_two(r);
}

/* Leaves out an address that the lab gives anyway: the one that Azure gave, as a state or an export
 * prints it.  Templates write addresses there, too, which Azure does not take: only one of the
 * subnet may be true. */
static void put_default_address(struct import *im, struct res *r, json_t *obj, const char *ip,
                                unsigned k)
{
	struct prefix p;
	ip4 a;

	if (!ip || ip4_parse(ip, &a) < 0 || !find_gateway_prefix(im, r, &p) ||
	    a == gateway_address(p, is_one(r), k))
		return;
	if (prefix_has(p, a))
		json_object_set_new(obj, "defaultBgpIpAddresses", json_pack("[s]", ip));
	else
		im_note(
		    im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
		    "gateway \"%s\" has BGP address %s, which is not in its subnet (%s): the lab "
		    "gives it one",
		    r->name, ip, PREFIX_STR(p));
}

/* Word number k of "10.0.0.4,10.0.0.5"; NULL: there are fewer. */
static const char *get_list_word(struct import *im, const char *list, size_t k)
{
	for (; list && k; k--) {
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	if (!list)
		return NULL;
	list += strspn(list, " ");
	return arena_printf(im->a, "%.*s", (int)strcspn(list, ", "), list);
}

static json_t *read_bgp_addresses(struct import *im, struct res *r)
{
	const json_t *bgp = arm_get(r->j, "bgpSettings");
	const char *all = arm_str(bgp, "bgpPeeringAddress");
	json_t *list = arm_list(bgp, "bgpPeeringAddresses"), *ret = json_array();

	for (size_t k = 0; k < json_array_size(list) || get_list_word(im, all, k); k++) {
		json_t *x = json_array_get(list, k), *obj = json_object();
		json_t *custom = arm_list(x, "customBgpIpAddresses");
		const char *given =
		    json_string_value(json_array_get(arm_list(x, "defaultBgpIpAddresses"), 0));

		put_default_address(im, r, obj, given ? given : get_list_word(im, all, k),
		                    (unsigned)k);
		if (json_array_size(custom))
			json_object_set(obj, "customBgpIpAddresses", custom);
		json_array_append_new(ret, obj);
	}
	while (json_array_size(ret) &&
	       !json_object_size(json_array_get(ret, json_array_size(ret) - 1)))
		json_array_remove(ret, json_array_size(ret) - 1);
	return ret;
}

/* Those of a VPN gateway are ends of tunnels, and next hops in tables. */
static void put_public_addresses(struct import *im, const struct res *r, json_t *obj)
{
	const char *type = json_string_value(json_object_get(obj, "gatewayType"));
	json_t *names = json_array();
	struct res *c;

	IM_EACH(im, c, NET "virtualnetworkgateways/ipconfigurations")
	{
		const char *id = c->parent == r ? arm_id(c->j, "publicIPAddress") : NULL;
		const char *name = NULL;

		if (id && im_find(im, id) && streq(type, "Vpn") &&
		    json_array_size(names) < (has_two(r) ? 2 : 1))
			name = im_use(im, c, id, "public address");
		if (name)
			json_array_append_new(names, json_string(name));
	}
	if (json_array_size(names))
		json_object_set(obj, "publicIPAddresses", names);
	json_decref(names);
}

static void put_pools(struct import *im, struct res *r, json_t *obj)
{
	const json_t *pool =
	    arm_get(arm_get(r->j, "vpnClientConfiguration"), "vpnClientAddressPool");
	json_t *prefixes = arm_prefixes(im, r, pool, NULL, "addressPrefixes");

	if (json_array_size(prefixes))
		json_object_set(obj, "vpnClientAddressPools", prefixes);
	json_decref(prefixes);
}

static void read_gateway(struct import *im, struct res *r)
{
	static const char *const types[] = { "Vpn", "ExpressRoute", NULL };
	const char *vnet = vnet_of(im, r, NET "virtualnetworkgateways/ipconfigurations");
	const char *type = arm_word(arm_str(r->j, "gatewayType"), types);
	json_int_t asn;

	if (!vnet) {
		im_leave_out(im, r, NULL, "it is not known in which virtual network it is");
		return;
	}
	json_t *obj = json_object();

	DESCRIBE(obj, arm_str(arm_get(r->j, "sku"), "name"));
	put_str(obj, "virtualNetwork", vnet);
	put_str(obj, "gatewayType", type ? type : "Vpn");
	put_bool(obj, "activeActive", has_two(r), false);
	if (arm_int(arm_get(r->j, "bgpSettings"), "asn", &asn) && asn > 0)
		json_object_set_new(obj, "asn", json_integer(asn));
	json_t *addresses = read_bgp_addresses(im, r);

	if (json_array_size(addresses))
		json_object_set(obj, "bgpPeeringAddresses", addresses);
	json_decref(addresses);
	put_bool(obj, "allowRemoteVnetTraffic", arm_bool(r->j, "allowRemoteVnetTraffic", false),
	         false);
	put_bool(obj, "allowVirtualWanTraffic", arm_bool(r->j, "allowVirtualWanTraffic", false),
	         false);
	put_str(obj, "gatewayDefaultSite",
	        im_lab(im, r, arm_id(r->j, "gatewayDefaultSite"), "local network gateway"));
	put_pools(im, r, obj);
	put_public_addresses(im, r, obj);
	im_put(im, "virtualNetworkGateways", r, obj);
}

static const struct tf_attr tf_vpn_clients[] = {
	{ "address_space", "vpnClientAddressPool.addressPrefixes", TF_LIST },
	{ 0 },
};

static const struct tf_type tf_gateways[] = {
	{ "azurerm_virtual_network_gateway", ARM_NET "virtualNetworkGateways",
	  .ids = " virtual_network_gateway_id peer_virtual_network_gateway_id ",
	  .attrs =
	      TF_ATTRS{ { "type", "gatewayType" },
	                { "vpn_type", "vpnType" },
	                { "active_active", "activeActive" },
	                { "enable_bgp", "enableBgp" },
	                { "bgp_enabled", "enableBgp" },
	                { "sku", "sku.name" },
	                { "remote_vnet_traffic_enabled", "allowRemoteVnetTraffic" },
	                { "virtual_wan_traffic_enabled", "allowVirtualWanTraffic" },
	                { "default_local_network_gateway_id", "gatewayDefaultSite", TF_ID },
	                { "bgp_settings", "bgpSettings", TF_BLOCK, tf_bgp_settings },
	                { "ip_configuration", "ipConfigurations", TF_BLOCKS, tf_ip_configuration },
	                { "vpn_client_configuration", "vpnClientConfiguration", TF_BLOCK,
	                  tf_vpn_clients },
	                { 0 } },
	  .defaults =
	      TF_DEFAULTS{ { "vpn_type", "\"RouteBased\"" },
	                   { "active_active", "false" },
	                   { "bgp_enabled", "false", 4, 0, "enable_bgp" },
	                   { "enable_bgp", "false", 0, 3, "bgp_enabled" },
	                   { "remote_vnet_traffic_enabled", "false" },
	                   { "virtual_wan_traffic_enabled", "false" },
	                   { "bgp_route_translation_for_nat_enabled", "false" },
	                   { "ip_configuration.name", "\"vnetGatewayConfig\"" },
	                   { "ip_configuration.private_ip_address_allocation", "\"Dynamic\"" },
	                   { 0 } } },
	{ 0 },
};

const struct import_type gateway_imports[] = {
	{ IMPORT_READ(NET "virtualnetworkgateways", "virtualNetworkGateways"),
	  .provider = PROVIDER{ ARM_NET "virtualNetworkGateways",
	                        .children = CHILDREN{ { "ipConfigurations" }, { 0 } },
	                        .in_use = "VirtualNetworkGatewayCannotBeDeleted",
	                        .defaults = DEFAULTS{ { "enableBgp", "false" },
	                                              { "activeActive", "false" },
	                                              { 0 } } },
	  .terraform = tf_gateways, .read = read_gateway,
	  .lists = LISTS{ { "ipConfigurations", "ipconfigurations" }, { 0 } },
	  .known =
	      " gatewayDefaultSite gatewayType vpnType activeActive active enableBgp bgpSettings "
	      "ipConfigurations sku vpnGatewayGeneration enableDnsForwarding adminState "
	      "inboundDnsForwardingEndpoint disableIPSecReplayProtection "
	      "virtualNetworkGatewayPolicyGroups autoScaleConfiguration "
	      "allowRemoteVnetTraffic allowVirtualWanTraffic enableHighBandwidthVpnGateway "
	      "resiliencyModel "
	      "virtualNetworkGatewayMigrationStatus vNetExtendedLocationResourceId "
	      "virtualNetworkExtendedLocation remoteVirtualNetworkPeerings ",
	  .missing = LACKING{ { "customRoutes", "they are not announced" },
	                      { "natRules", "addresses are not translated" },
	                      { "enableBgpRouteTranslationForNat", "addresses are not translated" },
	                      { "enablePrivateIpAddress", "tunnels end at public addresses" },
	                      { "vpnClientConfiguration",
	                        "no point-to-site client is there: the lab has the pool's routes "
	                        "alone",
	                        "vpnClientAddressPool.addressPrefixes" },
	                      { 0 } } },
	{ IMPORT_PART(NET "virtualnetworkgateways/ipconfigurations", "gateway") },
	{ 0 },
};
