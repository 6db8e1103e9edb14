/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gateways, what is behind them, and the connections between. */
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

/* The VPN gateway of this design that has the public address, or NULL. If there is one, the
 * site is another virtual network that plays on-premises. */
static struct res *gateway_at(struct import *im, const char *ip)
{
	struct res *c;

	IM_EACH(im, c, NET "virtualnetworkgateways/ipconfigurations")
	{
		const char *id = arm_id(c->j, "publicIPAddress");
		struct res *pip = id ? im_find(im, id) : NULL;

		if (ip && pip && c->parent && c->parent->out &&
		    streq(arm_str(pip->j, "ipAddress"), ip))
			return c->parent;
	}
	return NULL;
}

/* Adds a host to the site, at base+10 of its first prefix that has so many addresses. */
static void put_host(json_t *site, const json_t *prefixes, const char *router)
{
	struct prefix p;
	json_t *v;
	size_t i;

	json_array_foreach ((json_t *)prefixes, i, v) {
		if (prefix_parse(json_string_value(v), &p) < 0 || p.len > 27)
			continue;
		const char *ip = IP4_STR(prefix_at(p, 10));

		if (!streq(ip, router))
			im_set_in(site, "hosts", "host", json_string(ip));
		return;
	}
}

static void read_local(struct import *im, struct res *r)
{
	const char *ip = arm_str(r->j, "gatewayIpAddress");
	json_t *bgp = arm_get(r->j, "bgpSettings");
	const char *peer = arm_str(bgp, "bgpPeeringAddress");
	json_int_t asn = 0;

	if (gateway_at(im, ip)) /* its connections lead to that gateway */
		return;
	json_t *prefixes =
	    arm_prefixes(im, r, arm_get(r->j, "localNetworkAddressSpace"), NULL, "addressPrefixes");

	if (!json_array_size(prefixes) && peer)
		json_array_append_new(prefixes, json_sprintf("%s/32", peer));
	if (!json_array_size(prefixes)) {
		json_decref(prefixes);
		im_leave_out(im, r, NULL, "it has neither address prefixes nor a BGP address");
		return;
	}
	json_t *lng = json_object();
	json_t *site = json_pack("{s:s, s:O}", "description",
	                         "what the local network gateway of "
	                         "this name describes",
	                         "addressPrefixes", prefixes);

	DESCRIBE(lng, ip ? ip : arm_str(r->j, "fqdn"));
	json_object_set_new(lng, "addressPrefixes", prefixes);
	if (arm_int(bgp, "asn", &asn) && asn > 0 && peer) {
		json_object_set_new(lng, "bgpSettings",
		                    json_pack("{s:I, s:s}", "asn", asn, "bgpPeeringAddress", peer));
		json_object_set_new(site, "asn", json_integer(asn));
		put_str(site, "bgpPeeringAddress", peer);
	}
	put_host(site, prefixes, peer);
	put_str(lng, "site", r->lab);
	put_str(site, "source", r->source);
	im_set_in(im->topology, "sites", r->lab, site);
	im_put(im, "localNetworkGateways", r, lng);
}

/* --- ExpressRoute ------------------------------------------------------------------------------
 */

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

/* --- connections -------------------------------------------------------------------------------
 */

/* A tunnel whose two sides have different keys stays down, in the lab too.  The keys
 * themselves are not written. */
static void check_shared_keys(struct import *im, const struct res *r, json_t *obj)
{
	const char *own = arm_str(r->j, "sharedKey"), *to = arm_id(r->j, "virtualNetworkGateway2");
	const char *from = arm_id(r->j, "virtualNetworkGateway1");
	struct res *c;

	if (!own || !to || !from)
		return;
	IM_EACH(im, c, NET "connections")
	{
		const char *back = arm_id(c->j, "virtualNetworkGateway1");
		const char *forth = arm_id(c->j, "virtualNetworkGateway2");
		const char *key = arm_str(c->j, "sharedKey");

		if (back && forth && key && im_find(im, back) == im_find(im, to) &&
		    im_find(im, forth) == im_find(im, from) && !streq(key, own))
			put_str(obj, "sharedKey", strcmp(own, key) < 0 ? "one" : "another");
	}
}

/* The far end, by type; false: it is not there (and has its finding). */
static bool put_far_end(struct import *im, struct res *r, json_t *obj, const char *type)
{
	const char *lab = NULL, *key = "site";

	if (streq(type, "Vnet2Vnet")) {
		key = "remoteGateway";
		lab = im_lab(im, r, arm_id(r->j, "virtualNetworkGateway2"), "gateway");
	} else if (streq(type, "ExpressRoute")) {
		key = "circuit";
		lab = im_lab(im, r, arm_id(r->j, "peer"), "circuit");
	} else {
		struct res *local =
		    im_ref(im, r, arm_id(r->j, "localNetworkGateway2"), "local network gateway");
		struct res *gw =
		    local ? gateway_at(im, arm_str(local->j, "gatewayIpAddress")) : NULL;

		key = gw ? "remoteGateway" : "localNetworkGateway";
		if (gw)
			put_str(obj, "type", "Vnet2Vnet");
		lab = gw ? gw->lab : local && local->out ? local->lab : NULL;
	}
	put_str(obj, key, lab);
	return lab;
}

static void read_gateway_connection(struct import *im, struct res *r)
{
	static const char *const types[] = { "IPsec", "Vnet2Vnet", "ExpressRoute", NULL };
	const char *type = arm_word(arm_str(r->j, "connectionType"), types);
	const char *id = arm_id(r->j, "virtualNetworkGateway1");
	struct res *gw = im_ref(im, r, id, "gateway");

	if (!gw || !gw->out || !type) {
		im_leave_out(im, r, NULL, "%s",
		             type ? "its gateway is not in the lab" : "it has no connectionType");
		return;
	}
	json_t *obj = json_object();

	put_str(obj, "gateway", gw->lab);
	put_str(obj, "type", type);
	if (!put_far_end(im, r, obj, type)) {
		json_decref(obj);
		im_leave_out(im, r, NULL, "what is at its other end is not in the lab");
		return;
	}
	put_bool(obj, "enableBgp", arm_bool(r->j, "enableBgp", false), false);
	check_shared_keys(im, r, obj);
	im_put(im, "connections", r, obj);
}

static const struct tf_attr tf_bgp_settings[] = {
	{ "asn", "asn" },
	{ "bgp_peering_address", "bgpPeeringAddress" },
	{ "peer_weight", "peerWeight" },
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
	                { "bgp_settings", "bgpSettings", TF_BLOCK, tf_bgp_settings },
	                { "ip_configuration", "ipConfigurations", TF_BLOCKS, tf_ip_configuration },
	                { 0 } } },
	{ 0 },
};

static const struct tf_type tf_sites[] = {
	{ "azurerm_local_network_gateway", ARM_NET "localNetworkGateways",
	  .ids = " local_network_gateway_id ",
	  .attrs =
	      TF_ATTRS{ { "address_space", "localNetworkAddressSpace.addressPrefixes", TF_LIST },
	                { "gateway_address", "gatewayIpAddress" },
	                { "gateway_fqdn", "fqdn" },
	                { "bgp_settings", "bgpSettings", TF_BLOCK, tf_bgp_settings },
	                { 0 } } },
	{ 0 },
};

static const struct tf_attr tf_sku[] = { { "tier", "tier" }, { "family", "family" }, { 0 } };

static const struct tf_type tf_circuits[] = {
	{ "azurerm_express_route_circuit", ARM_NET "expressRouteCircuits",
	  .ids = " express_route_circuit_id ",
	  .attrs = TF_ATTRS{ { "peering_location", "serviceProviderProperties.peeringLocation" },
	                     { "bandwidth_in_mbps", "serviceProviderProperties.bandwidthInMbps" },
	                     { "sku", "^sku", TF_BLOCK, tf_sku },
	                     { 0 } } },
	{ "azurerm_express_route_circuit_peering", ARM_NET "expressRouteCircuits/peerings",
	  .parent_name = "express_route_circuit_name",
	  .attrs = TF_ATTRS{ { "peering_type", "peeringType" },
	                     { "peer_asn", "peerASN" },
	                     { "primary_peer_address_prefix", "primaryPeerAddressPrefix" },
	                     { "secondary_peer_address_prefix", "secondaryPeerAddressPrefix" },
	                     { "vlan_id", "vlanId" },
	                     { 0 } } },
	{ 0 },
};

static const struct tf_type tf_connections[] = {
	{ "azurerm_virtual_network_gateway_connection", ARM_NET "connections",
	  .attrs = TF_ATTRS{ { "type", "connectionType" },
	                     { "virtual_network_gateway_id", "virtualNetworkGateway1", TF_ID },
	                     { "peer_virtual_network_gateway_id", "virtualNetworkGateway2", TF_ID },
	                     { "local_network_gateway_id", "localNetworkGateway2", TF_ID },
	                     { "express_route_circuit_id", "peer", TF_ID },
	                     { "enable_bgp", "enableBgp" },
	                     { "bgp_enabled", "enableBgp" },
	                     { "routing_weight", "routingWeight" },
	                     { "shared_key", "sharedKey" },
	                     { 0 } } },
	{ 0 },
};

const struct import_type import_gateways[] = {
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

const struct import_type import_sites[] = {
	{ IMPORT_READ(NET "localnetworkgateways", "sites"), .terraform = tf_sites,
	  .read = read_local,
	  .known = " localNetworkAddressSpace gatewayIpAddress fqdn bgpSettings " },
	{ 0 },
};

const struct import_type import_circuits[] = {
	{ IMPORT_READ(NET "expressroutecircuits", "expressRouteCircuits"), .terraform = tf_circuits,
	  .read = read_circuit,
	  .lists =
	      LISTS{ { "peerings", "peerings" }, { "authorizations", "authorizations" }, { 0 } },
	  .known = " serviceProviderProperties peerings authorizations bandwidthInGbps "
	           "allowClassicOperations circuitProvisioningState "
	           "serviceProviderProvisioningState serviceKey serviceProviderNotes "
	           "gatewayManagerEtag stag authorizationKey authorizationStatus "
	           "enableDirectPortRateLimit ",
	  .missing = LACKING{ { "globalReachEnabled", "Global Reach is not emulated" },
	                      { "expressRoutePort", "ExpressRoute Direct is not emulated" },
	                      { 0 } } },
	{ IMPORT_PART(NET "expressroutecircuits/peerings", "circuit") },
	{ IMPORT_IGNORED(NET "expressroutecircuits/authorizations", WHY_RIGHTS) },
	{ IMPORT_MISSING(NET "expressroutecircuits/peerings/connections",
	                 "Global Reach is not emulated") },
	{ 0 },
};

const struct import_type import_connections[] = {
	{ IMPORT_READ(NET "connections", "connections"), .terraform = tf_connections,
	  .read = read_gateway_connection,
	  .known = " connectionType virtualNetworkGateway1 virtualNetworkGateway2 "
	           "localNetworkGateway2 peer enableBgp sharedKey authorizationKey connectionMode "
	           "connectionProtocol connectionStatus dpdTimeoutSeconds ipsecPolicies "
	           "tunnelConnectionStatus egressBytesTransferred ingressBytesTransferred "
	           "useLocalAzureIpAddress authenticationType certificateAuthentication "
	           "expressRouteGatewayBypass enablePrivateLinkFastPath tunnelProperties ",
	  .missing = LACKING{ { "routingWeight", "all connections weigh the same" },
	                      { "trafficSelectorPolicies", "the tunnel takes all traffic" },
	                      { "usePolicyBasedTrafficSelectors", "the tunnel takes all traffic" },
	                      { "egressNatRules", "addresses are not translated" },
	                      { "ingressNatRules", "addresses are not translated" },
	                      { "gatewayCustomBgpIpAddresses",
	                        "BGP is spoken from the gateway's own addresses" },
	                      { "routingConfiguration", "Virtual WAN is not emulated" },
	                      { 0 } } },
	{ IMPORT_IGNORED(NET "connections/sharedkey", "secrets; tunnels of the lab need none") },
	{ 0 },
};
