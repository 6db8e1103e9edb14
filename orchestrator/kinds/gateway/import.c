/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual network gateways as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

/* The virtual network that the first IP configuration with a subnet names; NULL: none does. */
static const char *vnet_of(struct import *im, struct res *r, const char *type)
{
	struct res *c, *subnet;

	IM_EACH(im, c, type)
	{
		if (c->parent != r || !arm_id(c->j, "subnet"))
			continue;
		subnet = im_ref(im, c, arm_id(c->j, "subnet"), "subnet");
		if (subnet && subnet->out && subnet->parent)
			return subnet->parent->lab;
	}
	return NULL;
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
	json_t *obj = json_object(), *v;
	size_t i;

	DESCRIBE(obj, arm_str(arm_get(r->j, "sku"), "name"));
	put_str(obj, "virtualNetwork", vnet);
	put_str(obj, "gatewayType", type ? type : "Vpn");
	put_bool(obj, "activeActive",
	         arm_bool(r->j, "activeActive", arm_bool(r->j, "active", false)), false);
	if (arm_int(arm_get(r->j, "bgpSettings"), "asn", &asn) && asn > 0)
		json_object_set_new(obj, "asn", json_integer(asn));
	im_put(im, "virtualNetworkGateways", r, obj);
	json_array_foreach (arm_list(arm_get(r->j, "bgpSettings"), "bgpPeeringAddresses"), i, v)
		if (json_array_size(arm_list(v, "customBgpIpAddresses")))
			im_note(im, SEV_WARNING, "IMPORT-PROP-02", r, NULL,
			        "gateway \"%s\" has APIPA addresses for BGP, which are not "
			        "emulated: it speaks from its own",
			        r->name);
}

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
	                { "bgp_settings", "bgpSettings", TF_BLOCK, tf_bgp_settings },
	                { "ip_configuration", "ipConfigurations", TF_BLOCKS, tf_ip_configuration },
	                { 0 } } },
	{ 0 },
};

const struct import_type gateway_imports[] = {
	{ IMPORT_READ(NET "virtualnetworkgateways", "virtualNetworkGateways"),
	  .terraform = tf_gateways, .read = read_gateway,
	  .lists = LISTS{ { "ipConfigurations", "ipconfigurations" }, { 0 } },
	  .known = " gatewayType vpnType activeActive active enableBgp bgpSettings "
	           "ipConfigurations sku vpnGatewayGeneration enableDnsForwarding adminState "
	           "inboundDnsForwardingEndpoint disableIPSecReplayProtection "
	           "virtualNetworkGatewayPolicyGroups autoScaleConfiguration "
	           "allowVirtualWanTraffic enableHighBandwidthVpnGateway resiliencyModel "
	           "virtualNetworkGatewayMigrationStatus vNetExtendedLocationResourceId "
	           "virtualNetworkExtendedLocation remoteVirtualNetworkPeerings ",
	  .missing =
	      LACKING{ { "customRoutes", "they are not announced" },
	               { "gatewayDefaultSite", "there is no forced tunnelling" },
	               { "natRules", "addresses are not translated" },
	               { "enableBgpRouteTranslationForNat", "addresses are not translated" },
	               { "enablePrivateIpAddress", "tunnels end at public addresses" },
	               { "allowRemoteVnetTraffic", "the lab does not tell such traffic apart" },
	               { "vpnClientConfiguration", "there are no point-to-site clients" },
	               { 0 } } },
	{ IMPORT_PART(NET "virtualnetworkgateways/ipconfigurations", "gateway") },
	{ 0 },
};
