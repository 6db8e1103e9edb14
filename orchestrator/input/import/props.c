/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of the types that move packets: read, harmless, or missing in the lab.  What is in
 * none of the lists is said to be not understood, once for each type. */
#include "input/import/priv.h"

struct missing {
	const char *name, *why; /* NULL ends the list */
};

struct props {
	const char *type;
	const char *known; /* read, or without meaning for packets; with a space around each */
	const struct missing *missing;
};

/* What stands around the properties, and az puts beside them. */
static const char envelope[] =
    " id name type location tags etag sku kind zones resourceGroup resourceGroupName identity plan "
    "apiVersion "
    "dependsOn extendedLocation source managedBy managedByExtended systemData provisioningState "
    "comments scope subscriptionId tenantId resourceGuid properties copy condition existing ";

static const struct props table[] = {
	{ NET "virtualnetworks",
	  " addressSpace addressPrefixes summarizedGatewayPrefixes subnets "
	  "virtualNetworkPeerings dhcpOptions "
	  "enableDdosProtection "
	  "ddosProtectionPlan enableVmProtection flowTimeoutInMinutes flowLogs "
	  "privateEndpointVNetPolicies ipAllocations defaultPublicNatGateway ",
	  (const struct missing[]){ { "bgpCommunities", "gateways announce no communities" },
	                            { "encryption", "packets are not encrypted" },
	                            { NULL, NULL } } },
	{ NET "virtualnetworks/subnets",
	  " addressPrefix addressPrefixes routeTable networkSecurityGroup natGateway "
	  "serviceEndpoints "
	  "defaultOutboundAccess privateEndpointNetworkPolicies privateLinkServiceNetworkPolicies "
	  "delegations ipConfigurations ipConfigurationProfiles privateEndpoints purpose "
	  "resourceNavigationLinks serviceAssociationLinks applicationGatewayIPConfigurations "
	  "ipAllocations ipamPoolPrefixAllocations sharingScope ",
	  (const struct missing[]){ { "serviceEndpointPolicies", "every service is reached" },
	                            { NULL, NULL } } },
	{ NET "virtualnetworks/virtualnetworkpeerings",
	  " remoteVirtualNetwork allowVirtualNetworkAccess allowForwardedTraffic "
	  "allowGatewayTransit "
	  "useRemoteGateways peeringState peeringSyncLevel localSubnetNames remoteSubnetNames "
	  "peerCompleteVnets "
	  "doNotVerifyRemoteGateways "
	  "localAddressSpace localVirtualNetworkAddressSpace remoteAddressSpace "
	  "remoteVirtualNetworkAddressSpace remoteBgpCommunities remoteVirtualNetworkEncryption ",
	  (const struct missing[]){ { "enableOnlyIPv6Peering", "IPv6 is not emulated" },
	                            { NULL, NULL } } },
	{ NET "routetables", " disableBgpRoutePropagation routes subnets ",
	  (const struct missing[]){ { "disablePeeringRoute", "peering routes are there" },
	                            { NULL, NULL } } },
	{ NET "routetables/routes",
	  " addressPrefix nextHopType nextHopIpAddress nextHop hasBgpOverride ", NULL },
	{ NET "networksecuritygroups",
	  " securityRules defaultSecurityRules networkInterfaces subnets flowLogs flushConnection ",
	  NULL },
	{ NET "networksecuritygroups/securityrules",
	  " access description destinationAddressPrefix destinationAddressPrefixes "
	  "destinationApplicationSecurityGroups destinationPortRange destinationPortRanges "
	  "direction "
	  "priority protocol sourceAddressPrefix sourceAddressPrefixes "
	  "sourceApplicationSecurityGroups "
	  "sourcePortRange sourcePortRanges ",
	  NULL },
	{ NET "networkinterfaces",
	  " ipConfigurations enableIPForwarding networkSecurityGroup virtualMachine dnsSettings "
	  "enableAcceleratedNetworking macAddress primary privateEndpoint privateLinkService "
	  "nicType "
	  "hostedWorkloads tapConfigurations auxiliaryMode auxiliarySku vnetEncryptionSupported "
	  "disableTcpStateTracking dscpConfiguration migrationPhase workloadType "
	  "defaultOutboundConnectivityEnabled allowPort25Out interfaceEndpoint kind "
	  "virtualNetworkTap ",
	  NULL },
	{ NET "networkinterfaces/ipconfigurations",
	  " privateIPAddress privateIPAllocationMethod privateIPAddressVersion subnet "
	  "publicIPAddress "
	  "primary applicationSecurityGroups loadBalancerBackendAddressPools "
	  "privateLinkConnectionProperties ",
	  (const struct missing[]){
	      { "loadBalancerInboundNatRules", "the load balancer's port is not forwarded" },
	      { "applicationGatewayBackendAddressPools", "application gateways are not emulated" },
	      { "gatewayLoadBalancer", "gateway load balancers are not emulated" },
	      { "virtualNetworkTaps", "taps are not emulated" },
	      { "privateIPAddressPrefixLength", "it has one address" },
	      { NULL, NULL } } },
	{ NET "publicipaddresses",
	  " ipAddress publicIPAllocationMethod publicIPAddressVersion dnsSettings "
	  "idleTimeoutInMinutes "
	  "ipConfiguration ipTags ddosSettings deleteOption publicIPPrefix natGateway "
	  "linkedPublicIPAddress servicePublicIPAddress migrationPhase ",
	  NULL },
	{ NET "virtualhubs",
	  " sku allowBranchToBranchTraffic hubRoutingPreference virtualRouterAsn virtualRouterIps "
	  "virtualRouterAutoScaleConfiguration ipConfigurations bgpConnections routingState "
	  "virtualHubRouteTableV2s routeTable preferredRoutingGateway securityProviderName "
	  "virtualWan "
	  "addressPrefix vpnGateway expressRouteGateway azureFirewall p2SVpnGateway "
	  "securityPartnerProvider ",
	  (const struct missing[]){ { "routeMaps", "all routes pass unchanged" },
	                            { NULL, NULL } } },
	{ NET "virtualhubs/bgpconnections",
	  " peerIp peerAsn connectionState routingConfiguration hubVirtualNetworkConnection "
	  "peeringState ",
	  NULL },
	{ NET "virtualnetworkgateways",
	  " gatewayType vpnType activeActive active enableBgp bgpSettings ipConfigurations sku "
	  "vpnGatewayGeneration enableDnsForwarding adminState inboundDnsForwardingEndpoint "
	  "disableIPSecReplayProtection virtualNetworkGatewayPolicyGroups autoScaleConfiguration "
	  "allowVirtualWanTraffic enableHighBandwidthVpnGateway resiliencyModel "
	  "virtualNetworkGatewayMigrationStatus vNetExtendedLocationResourceId "
	  "virtualNetworkExtendedLocation remoteVirtualNetworkPeerings ",
	  (const struct missing[]){
	      { "customRoutes", "they are not announced" },
	      { "gatewayDefaultSite", "there is no forced tunnelling" },
	      { "natRules", "addresses are not translated" },
	      { "enableBgpRouteTranslationForNat", "addresses are not translated" },
	      { "enablePrivateIpAddress", "tunnels end at public addresses" },
	      { "allowRemoteVnetTraffic", "the lab does not tell such traffic apart" },
	      { "vpnClientConfiguration", "there are no point-to-site clients" },
	      { NULL, NULL } } },
	{ NET "localnetworkgateways",
	  " localNetworkAddressSpace gatewayIpAddress fqdn bgpSettings ", NULL },
	{ NET "connections",
	  " connectionType virtualNetworkGateway1 virtualNetworkGateway2 localNetworkGateway2 peer "
	  "enableBgp sharedKey authorizationKey connectionMode connectionProtocol connectionStatus "
	  "dpdTimeoutSeconds ipsecPolicies tunnelConnectionStatus egressBytesTransferred "
	  "ingressBytesTransferred useLocalAzureIpAddress authenticationType "
	  "certificateAuthentication "
	  "expressRouteGatewayBypass enablePrivateLinkFastPath tunnelProperties ",
	  (const struct missing[]){
	      { "routingWeight", "all connections weigh the same" },
	      { "trafficSelectorPolicies", "the tunnel takes all traffic" },
	      { "usePolicyBasedTrafficSelectors", "the tunnel takes all traffic" },
	      { "egressNatRules", "addresses are not translated" },
	      { "ingressNatRules", "addresses are not translated" },
	      { "gatewayCustomBgpIpAddresses", "BGP is spoken from the gateway's own addresses" },
	      { "routingConfiguration", "Virtual WAN is not emulated" },
	      { NULL, NULL } } },
	{ NET "loadbalancers/loadbalancingrules",
	  " protocol frontendPort backendPort enableFloatingIP loadDistribution probe "
	  "backendAddressPool backendAddressPools frontendIPConfiguration idleTimeoutInMinutes "
	  "enableTcpReset disableOutboundSnat enableConnectionTracking ",
	  NULL },
	{ NET "loadbalancers/frontendipconfigurations",
	  " privateIPAddress privateIPAllocationMethod privateIPAddressVersion subnet "
	  "publicIPAddress "
	  "inboundNatRules inboundNatPools loadBalancingRules outboundRules ddosSettings ",
	  (const struct missing[]){ { "gatewayLoadBalancer", "traffic does not pass through it" },
	                            { "publicIPPrefix", "it has no address of its own" },
	                            { NULL, NULL } } },
	{ NET "natgateways",
	  " publicIpAddresses publicIpPrefixes idleTimeoutInMinutes subnets sourceVirtualNetwork ",
	  (const struct missing[]){ { "publicIpAddressesV6", "IPv6 is not emulated" },
	                            { "publicIpPrefixesV6", "IPv6 is not emulated" },
	                            { "nat64", "IPv6 is not emulated" },
	                            { NULL, NULL } } },
	{ NET "expressroutecircuits",
	  " serviceProviderProperties peerings authorizations bandwidthInGbps "
	  "allowClassicOperations "
	  "circuitProvisioningState serviceProviderProvisioningState serviceKey "
	  "serviceProviderNotes "
	  "gatewayManagerEtag stag authorizationKey authorizationStatus enableDirectPortRateLimit ",
	  (const struct missing[]){ { "globalReachEnabled", "Global Reach is not emulated" },
	                            { "expressRoutePort", "ExpressRoute Direct is not emulated" },
	                            { NULL, NULL } } },
};

static bool listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	/* "" stands everywhere, before the first word, too. */
	for (const char *p = list; n && (p = strcasestr(p, name)); p++)
		if (p[-1] == ' ' && p[n] == ' ' && !strchr(name, ' '))
			return true;
	return false;
}

/* null, false, 0, "", "Disabled", [] and {} say that there is nothing. */
static bool says_something(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return json_object_size(v) > 0;
	case JSON_ARRAY:
		return json_array_size(v) > 0;
	case JSON_STRING:
		return *json_string_value(v) && !strieq(json_string_value(v), "None") &&
		       !strieq(json_string_value(v), "Disabled") &&
		       !strieq(json_string_value(v), "false");
	case JSON_INTEGER:
		return json_integer_value(v) != 0;
	default:
		return json_is_true(v);
	}
}

/* An object that says of itself that it is off. */
static bool is_off(const json_t *v)
{
	const json_t *enabled = json_object_get(v, "enabled");

	return enabled && !says_something(enabled);
}

static void look_at(struct import *im, const struct res *r, const struct props *p, const char *key,
                    const json_t *v)
{
	if (!says_something(v) || is_off(v) || listed(p->known, key))
		return;
	for (const struct missing *m = p->missing; m && m->name; m++)
		if (strieq(m->name, key)) {
			im_note(im, SEV_WARNING, "IMPORT-PROP-02", r, NULL,
			        "\"%s\" of \"%s\" is not emulated: %s", m->name, r->name, m->why);
			return;
		}
	_cleanup_free_ char *seen = xasprintf("property %s/%s", r->type, key);

	if (json_object_get(im->names, seen))
		return;
	json_object_set_new(im->names, seen, json_true());
	im_note(im, SEV_INFO, "IMPORT-PROP-01", r, NULL, "property \"%s\" of %s is not understood",
	        key, r->type);
}

void im_props(struct import *im)
{
	for (size_t i = 0; i < im->n; i++) {
		const struct res *r = im->v[i];
		json_t *props = json_object_get(r->j, "properties"), *v;
		const char *key;

		for (size_t k = 0; r->out && k < ARRAY_LEN(table); k++) {
			if (!streq(table[k].type, r->type))
				continue;
			json_object_foreach (props, key, v)
				look_at(im, r, &table[k], key, v);
			json_object_foreach (r->j, key, v)
				if (!listed(envelope, key))
					look_at(im, r, &table[k], key, v);
		}
	}
}
