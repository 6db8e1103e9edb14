/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Networks, interfaces, routes, Route Servers, gateways. */
#include "input/terraform/types.h"

#include "base/str.h"

const struct tf_type *tf_type_find(const char *tf)
{
	for (const struct tf_type *t = tf_types; t->tf; t++)
		if (streq(t->tf, tf))
			return t;
	for (const struct tf_type *t = tf_types_more; t->tf; t++)
		if (streq(t->tf, tf))
			return t;
	return NULL;
}

#define N "Microsoft.Network/"
#define ATTRS (const struct tf_attr[])

static const struct tf_attr ip_configuration[] = {
	{ "subnet_id", "subnet", TF_ID },
	{ "private_ip_address", "privateIPAddress" },
	{ "private_ip_address_allocation", "privateIPAllocationMethod" },
	{ "public_ip_address_id", "publicIPAddress", TF_ID },
	{ "primary", "primary" },
	{ "private_ip_address_version", "privateIPAddressVersion" },
	{ 0 },
};

static const struct tf_attr route[] = {
	{ "address_prefix", "addressPrefix" },
	{ "next_hop_type", "nextHopType" },
	{ "next_hop_in_ip_address", "nextHopIpAddress" },
	{ 0 },
};

static const struct tf_attr bgp_settings[] = {
	{ "asn", "asn" },
	{ "bgp_peering_address", "bgpPeeringAddress" },
	{ "peer_weight", "peerWeight" },
	{ 0 },
};

static const struct tf_attr inline_subnet[] = {
	{ "address_prefix", "addressPrefix" },
	{ "address_prefixes", "addressPrefixes", TF_LIST },
	{ "security_group", "networkSecurityGroup", TF_ID },
	{ "route_table_id", "routeTable", TF_ID },
	{ "default_outbound_access_enabled", "defaultOutboundAccess" },
	{ "service_endpoints", "serviceEndpoints", TF_SERVICES },
	{ 0 },
};

static const struct tf_attr sku[] = { { "tier", "tier" }, { "family", "family" }, { 0 } };

const struct tf_type tf_types[] = {
	{ "azurerm_virtual_network", N "virtualNetworks",
	  .attrs = ATTRS{ { "address_space", "addressSpace.addressPrefixes", TF_LIST },
	                  { "subnet", "subnets", TF_BLOCKS, inline_subnet },
	                  { 0 } } },
	{ "azurerm_subnet", N "virtualNetworks/subnets", .parent_id = "virtual_network_id",
	  .parent_name = "virtual_network_name",
	  .attrs = ATTRS{ { "address_prefix", "addressPrefix" },
	                  { "address_prefixes", "addressPrefixes", TF_LIST },
	                  { "default_outbound_access_enabled", "defaultOutboundAccess" },
	                  { "private_endpoint_network_policies", "privateEndpointNetworkPolicies" },
	                  { "service_endpoints", "serviceEndpoints", TF_SERVICES },
	                  { "network_security_group_id", "networkSecurityGroup", TF_ID },
	                  { "route_table_id", "routeTable", TF_ID },
	                  { 0 } } },
	{ "azurerm_subnet_route_table_association", .parent_id = "subnet_id", .joins = true,
	  .attrs = ATTRS{ { "route_table_id", "routeTable", TF_ID }, { 0 } } },
	{ "azurerm_subnet_network_security_group_association", .parent_id = "subnet_id",
	  .joins = true,
	  .attrs = ATTRS{ { "network_security_group_id", "networkSecurityGroup", TF_ID }, { 0 } } },
	{ "azurerm_subnet_nat_gateway_association", .parent_id = "subnet_id", .joins = true,
	  .attrs = ATTRS{ { "nat_gateway_id", "natGateway", TF_ID }, { 0 } } },
	{ "azurerm_virtual_network_peering", N "virtualNetworks/virtualNetworkPeerings",
	  .parent_id = "virtual_network_id", .parent_name = "virtual_network_name",
	  .attrs = ATTRS{ { "remote_virtual_network_id", "remoteVirtualNetwork", TF_ID },
	                  { "allow_virtual_network_access", "allowVirtualNetworkAccess" },
	                  { "allow_forwarded_traffic", "allowForwardedTraffic" },
	                  { "allow_gateway_transit", "allowGatewayTransit" },
	                  { "use_remote_gateways", "useRemoteGateways" },
	                  { "peer_complete_virtual_networks_enabled", "peerCompleteVnets" },
	                  { "local_subnet_names", "localSubnetNames", TF_LIST },
	                  { "remote_subnet_names", "remoteSubnetNames", TF_LIST },
	                  { 0 } } },
	{ "azurerm_route_table", N "routeTables",
	  .attrs = ATTRS{ { "bgp_route_propagation_enabled", "disableBgpRoutePropagation", TF_NOT },
	                  { "disable_bgp_route_propagation", "disableBgpRoutePropagation" },
	                  { "route", "routes", TF_BLOCKS, route },
	                  { 0 } } },
	{ "azurerm_route", N "routeTables/routes", .parent_name = "route_table_name",
	  .attrs = route },
	{ "azurerm_network_interface", N "networkInterfaces",
	  .attrs = ATTRS{ { "ip_forwarding_enabled", "enableIPForwarding" },
	                  { "enable_ip_forwarding", "enableIPForwarding" },
	                  { "ip_configuration", "ipConfigurations", TF_BLOCKS, ip_configuration },
	                  { 0 } } },
	{ "azurerm_network_interface_security_group_association",
	  .parent_id = "network_interface_id", .joins = true,
	  .attrs = ATTRS{ { "network_security_group_id", "networkSecurityGroup", TF_ID }, { 0 } } },
	{ "azurerm_network_interface_backend_address_pool_association",
	  .parent_id = "network_interface_id", .joins = true, .within = "ip_configuration_name",
	  .attrs = ATTRS{ { "backend_address_pool_id", "loadBalancerBackendAddressPools", TF_IDS },
	                  { 0 } } },
	{ "azurerm_network_interface_application_security_group_association",
	  .parent_id = "network_interface_id", .joins = true, .within = "",
	  .attrs = ATTRS{ { "application_security_group_id", "applicationSecurityGroups", TF_IDS },
	                  { 0 } } },
	{ "azurerm_public_ip", N "publicIPAddresses",
	  .attrs = ATTRS{ { "allocation_method", "publicIPAllocationMethod" },
	                  { "sku", "^sku.name" },
	                  { "ip_address", "ipAddress" },
	                  { 0 } } },
	{ "azurerm_route_server", N "virtualHubs", .also = "ipConfigurations",
	  .also_attrs = ATTRS{ { "subnet_id", "subnet", TF_ID },
	                       { "public_ip_address_id", "publicIPAddress", TF_ID },
	                       { 0 } },
	  .attrs = ATTRS{ { "sku", "sku" },
	                  { "branch_to_branch_traffic_enabled", "allowBranchToBranchTraffic" },
	                  { "hub_routing_preference", "hubRoutingPreference" },
	                  { "virtual_router_asn", "virtualRouterAsn" },
	                  { 0 } } },
	{ "azurerm_route_server_bgp_connection", N "virtualHubs/bgpConnections",
	  .parent_id = "route_server_id",
	  .attrs = ATTRS{ { "peer_asn", "peerAsn" }, { "peer_ip", "peerIp" }, { 0 } } },
	{ "azurerm_virtual_network_gateway", N "virtualNetworkGateways",
	  .attrs = ATTRS{ { "type", "gatewayType" },
	                  { "vpn_type", "vpnType" },
	                  { "active_active", "activeActive" },
	                  { "enable_bgp", "enableBgp" },
	                  { "bgp_enabled", "enableBgp" },
	                  { "sku", "sku.name" },
	                  { "bgp_settings", "bgpSettings", TF_BLOCK, bgp_settings },
	                  { "ip_configuration", "ipConfigurations", TF_BLOCKS, ip_configuration },
	                  { 0 } } },
	{ "azurerm_local_network_gateway", N "localNetworkGateways",
	  .attrs = ATTRS{ { "address_space", "localNetworkAddressSpace.addressPrefixes", TF_LIST },
	                  { "gateway_address", "gatewayIpAddress" },
	                  { "gateway_fqdn", "fqdn" },
	                  { "bgp_settings", "bgpSettings", TF_BLOCK, bgp_settings },
	                  { 0 } } },
	{ "azurerm_virtual_network_gateway_connection", N "connections",
	  .attrs = ATTRS{ { "type", "connectionType" },
	                  { "virtual_network_gateway_id", "virtualNetworkGateway1", TF_ID },
	                  { "peer_virtual_network_gateway_id", "virtualNetworkGateway2", TF_ID },
	                  { "local_network_gateway_id", "localNetworkGateway2", TF_ID },
	                  { "express_route_circuit_id", "peer", TF_ID },
	                  { "enable_bgp", "enableBgp" },
	                  { "bgp_enabled", "enableBgp" },
	                  { "routing_weight", "routingWeight" },
	                  { "shared_key", "sharedKey" },
	                  { 0 } } },
	{ "azurerm_express_route_circuit", N "expressRouteCircuits",
	  .attrs = ATTRS{ { "peering_location", "serviceProviderProperties.peeringLocation" },
	                  { "bandwidth_in_mbps", "serviceProviderProperties.bandwidthInMbps" },
	                  { "sku", "^sku", TF_BLOCK, sku },
	                  { 0 } } },
	{ "azurerm_express_route_circuit_peering", N "expressRouteCircuits/peerings",
	  .parent_name = "express_route_circuit_name",
	  .attrs = ATTRS{ { "peering_type", "peeringType" },
	                  { "peer_asn", "peerASN" },
	                  { "primary_peer_address_prefix", "primaryPeerAddressPrefix" },
	                  { "secondary_peer_address_prefix", "secondaryPeerAddressPrefix" },
	                  { "vlan_id", "vlanId" },
	                  { 0 } } },
	{ 0 },
};
