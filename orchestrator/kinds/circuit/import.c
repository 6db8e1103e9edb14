/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ExpressRoute circuits as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

static void read_circuit(struct import *im, struct res *r)
{
	json_t *provider = arm_get(r->j, "serviceProviderProperties"), *obj = json_object();
	struct res *c;
	json_int_t asn, mbps = 0;

	arm_int(provider, "bandwidthInMbps", &mbps);
	DESCRIBE(obj, arm_str(provider, "serviceProviderName"),
	         arm_str(provider, "peeringLocation"),
	         mbps ? arena_printf(im->a, "%d Mbit/s", (int)mbps) : NULL);

	const char *tier = arm_str(arm_get(r->j, "sku"), "tier");

	if (tier) /* an unknown tier counts as a standard one */
		put_str(obj, "skuTier",
		        strieq(tier, "Premium") ? "Premium"
		        : strieq(tier, "Local") ? "Local"
		                                : "Standard");
	IM_EACH(im, c, NET "expressroutecircuits/peerings")
	{
		const char *type = arm_str(c->j, "peeringType");

		if (c->parent != r)
			continue;
		if (type && !strieq(type, "AzurePrivatePeering"))
			im_note(im, SEV_INFO, "IMPORT-PROP-03", c, NULL,
			        "peering \"%s\" of circuit \"%s\" is %s, which is not emulated",
			        c->name, r->name, type);
		else if (arm_int(c->j, "peerASN", &asn) && asn > 0)
			json_object_set_new(obj, "peerAsn", json_integer(asn));
	}
	im_note(im, SEV_INFO, "IMPORT-SITE-01", r,
	        "add a site to the topology, with its prefixes, and name it in the circuit",
	        "the design does not say what is at the customer's end of circuit \"%s\"", r->name);
	im_put(im, "expressRouteCircuits", r, obj);
}

static const struct tf_attr tf_sku[] = { { "tier", "tier" }, { "family", "family" }, { 0 } };

static const struct tf_type tf_circuits[] = {
	{ "azurerm_express_route_circuit", ARM_NET "expressRouteCircuits",
	  .ids = " express_route_circuit_id ",
	  .attrs = TF_ATTRS{ { "peering_location", "serviceProviderProperties.peeringLocation" },
	                     { "bandwidth_in_mbps", "serviceProviderProperties.bandwidthInMbps" },
	                     { "sku", "^sku", TF_BLOCK, tf_sku },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "rate_limiting_enabled", "false" }, { 0 } } },
	{ "azurerm_express_route_circuit_peering", ARM_NET "expressRouteCircuits/peerings",
	  .parent_name = "express_route_circuit_name",
	  .attrs = TF_ATTRS{ { "peering_type", "peeringType" },
	                     { "peer_asn", "peerASN" },
	                     { "primary_peer_address_prefix", "primaryPeerAddressPrefix" },
	                     { "secondary_peer_address_prefix", "secondaryPeerAddressPrefix" },
	                     { "vlan_id", "vlanId" },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "ipv4_enabled", "true" }, { 0 } } },
	{ 0 },
};

const struct import_type circuit_imports[] = {
	{ IMPORT_READ(NET "expressroutecircuits", "expressRouteCircuits"),
	  .provider = PROVIDER{ ARM_NET "expressRouteCircuits",
	                        .children = CHILDREN{ { "peerings" }, { "authorizations" }, { 0 } },
	                        .guid = "serviceKey",
	                        .defaults = DEFAULTS{ { "peerings", "[]" },
	                                              { "authorizations", "[]" },
	                                              { "circuitProvisioningState", "\"Enabled\"" },
	                                              { "serviceProviderProvisioningState",
	                                                "\"Provisioned\"" },
	                                              { 0 } } },
	  .terraform = tf_circuits, .read = read_circuit,
	  .lists =
	      LISTS{ { "peerings", "peerings" }, { "authorizations", "authorizations" }, { 0 } },
	  .known = " serviceProviderProperties peerings authorizations bandwidthInGbps "
	           "allowClassicOperations circuitProvisioningState "
	           "serviceProviderProvisioningState serviceKey serviceProviderNotes "
	           "gatewayManagerEtag stag authorizationKey authorizationStatus "
	           "enableDirectPortRateLimit ",
	  .missing = LACKING{ { "globalReachEnabled", "Global Reach is not emulated" },
	                      { "expressRoutePort", "ExpressRoute Direct is not emulated" },
	                      { 0 } },
	  .shown = SHOWN{ { "serviceKey", .kept = true },
	                  { "circuitProvisioningState", .kept = true },
	                  { 0 } } },
	{ IMPORT_PART(NET "expressroutecircuits/peerings", "circuit") },
	{ IMPORT_IGNORED(NET "expressroutecircuits/authorizations", WHY_RIGHTS) },
	{ IMPORT_MISSING(NET "expressroutecircuits/peerings/connections",
	                 "Global Reach is not emulated") },
	{ 0 },
};
