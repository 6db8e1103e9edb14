/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups, load balancers, machines, and what only occupies an address. */
#include "input/terraform/types.h"

#include <stddef.h>

#define N "Microsoft.Network/"
#define C "Microsoft.Compute/"
#define ATTRS (const struct tf_attr[])

static const struct tf_attr address[] = {
	{ "subnet_id", "subnet", TF_ID },
	{ "private_ip_address", "privateIPAddress" },
	{ "private_ip_address_allocation", "privateIPAllocationMethod" },
	{ "public_ip_address_id", "publicIPAddress", TF_ID },
	{ 0 },
};

static const struct tf_attr security_rule[] = {
	{ "priority", "priority" },
	{ "direction", "direction" },
	{ "access", "access" },
	{ "protocol", "protocol" },
	{ "source_port_range", "sourcePortRange" },
	{ "source_port_ranges", "sourcePortRanges", TF_LIST },
	{ "destination_port_range", "destinationPortRange" },
	{ "destination_port_ranges", "destinationPortRanges", TF_LIST },
	{ "source_address_prefix", "sourceAddressPrefix" },
	{ "source_address_prefixes", "sourceAddressPrefixes", TF_LIST },
	{ "destination_address_prefix", "destinationAddressPrefix" },
	{ "destination_address_prefixes", "destinationAddressPrefixes", TF_LIST },
	{ "source_application_security_group_ids", "sourceApplicationSecurityGroups", TF_IDS },
	{ "destination_application_security_group_ids", "destinationApplicationSecurityGroups",
	  TF_IDS },
	{ 0 },
};

static const struct tf_attr image[] = {
	{ "publisher", "publisher" },
	{ "offer", "offer" },
	{ "sku", "sku" },
	{ "version", "version" },
	{ "product", "product" },
	{ "name", "name" },
	{ 0 },
};

static const struct tf_attr machine[] = {
	{ "network_interface_ids", "networkProfile.networkInterfaces", TF_IDS },
	{ "source_image_reference", "storageProfile.imageReference", TF_BLOCK, image },
	{ "storage_image_reference", "storageProfile.imageReference", TF_BLOCK, image },
	{ "plan", "^plan", TF_BLOCK, image },
	{ "custom_data", "osProfile.customData" },
	{ "user_data", "userData" },
	{ "tags", "^tags" },
	{ 0 },
};

static const struct tf_attr script[] = { { "script", "script" },
	                                 { "script_uri", "scriptUri" },
	                                 { 0 } };

static const struct tf_attr frontend[] = {
	{ "subnet_id", "subnet", TF_ID },
	{ "private_ip_address", "privateIPAddress" },
	{ "private_ip_address_allocation", "privateIPAllocationMethod" },
	{ "public_ip_address_id", "publicIPAddress", TF_ID },
	{ 0 },
};

static const struct tf_attr firewall_rule[] = {
	{ "protocols", "protocols", TF_LIST },
	{ "source_addresses", "sourceAddresses", TF_LIST },
	{ "source_ip_groups", "sourceIpGroups", TF_LIST },
	{ "destination_addresses", "destinationAddresses", TF_LIST },
	{ "destination_address", "destinationAddress" },
	{ "destination_ip_groups", "destinationIpGroups", TF_LIST },
	{ "destination_fqdns", "destinationFqdns", TF_LIST },
	{ "destination_ports", "destinationPorts", TF_LIST },
	{ "translated_address", "translatedAddress" },
	{ "translated_fqdn", "translatedFqdn" },
	{ "translated_port", "translatedPort" },
	{ 0 },
};

/* Of a policy's group as blocks, and of a firewall as resources of their own. */
static const struct tf_attr firewall_collection[] = {
	{ "priority", "priority" },
	{ "action", "action.type" },
	{ "rule", "rules", TF_BLOCKS, firewall_rule },
	{ 0 },
};

static const struct tf_attr service_connection[] = {
	{ "private_connection_resource_id", "privateLinkServiceId" },
	{ "subresource_names", "groupIds", TF_LIST },
	{ 0 },
};

const struct tf_type tf_types_more[] = {
	{ "azurerm_network_security_group", N "networkSecurityGroups",
	  .attrs = ATTRS{ { "security_rule", "securityRules", TF_BLOCKS, security_rule }, { 0 } } },
	{ "azurerm_network_security_rule", N "networkSecurityGroups/securityRules",
	  .parent_name = "network_security_group_name", .attrs = security_rule },
	{ "azurerm_application_security_group", N "applicationSecurityGroups",
	  .attrs = ATTRS{ { 0 } } },
	{ "azurerm_nat_gateway", N "natGateways",
	  .attrs = ATTRS{ { "sku_name", "^sku.name" }, { 0 } } },
	{ "azurerm_nat_gateway_public_ip_association", .parent_id = "nat_gateway_id", .joins = true,
	  .attrs = ATTRS{ { "public_ip_address_id", "publicIpAddresses", TF_IDS }, { 0 } } },
	{ "azurerm_lb", N "loadBalancers",
	  .attrs = ATTRS{ { "sku", "^sku.name" },
	                  { "frontend_ip_configuration", "frontendIPConfigurations", TF_BLOCKS,
	                    frontend },
	                  { 0 } } },
	{ "azurerm_lb_backend_address_pool", N "loadBalancers/backendAddressPools",
	  .parent_id = "loadbalancer_id", .fold = "backendAddressPools", .attrs = ATTRS{ { 0 } } },
	{ "azurerm_lb_probe", N "loadBalancers/probes", .parent_id = "loadbalancer_id",
	  .fold = "probes",
	  .attrs = ATTRS{ { "protocol", "protocol" },
	                  { "port", "port" },
	                  { "request_path", "requestPath" },
	                  { "interval_in_seconds", "intervalInSeconds" },
	                  { "number_of_probes", "numberOfProbes" },
	                  { "probe_threshold", "probeThreshold" },
	                  { 0 } } },
	{ "azurerm_lb_rule", N "loadBalancers/loadBalancingRules", .parent_id = "loadbalancer_id",
	  .fold = "loadBalancingRules",
	  .attrs =
	      ATTRS{ { "protocol", "protocol" },
	             { "frontend_port", "frontendPort" },
	             { "backend_port", "backendPort" },
	             { "floating_ip_enabled", "enableFloatingIP" },
	             { "enable_floating_ip", "enableFloatingIP" },
	             { "load_distribution", "loadDistribution" },
	             { "probe_id", "probe", TF_ID },
	             { "backend_address_pool_ids", "backendAddressPools", TF_IDS },
	             { "backend_address_pool_id", "backendAddressPool", TF_ID },
	             { "frontend_ip_configuration_name", "frontendIPConfiguration", TF_FRONTEND },
	             { 0 } } },
	{ "azurerm_firewall", N "azureFirewalls",
	  .attrs = ATTRS{ { "sku_name", "sku.name" },
	                  { "sku_tier", "sku.tier" },
	                  { "ip_configuration", "ipConfigurations", TF_BLOCKS, address },
	                  { "firewall_policy_id", "firewallPolicy", TF_ID },
	                  { "private_ip_ranges", "snat.privateRanges", TF_LIST },
	                  { 0 } } },
	{ "azurerm_firewall_network_rule_collection", N "azureFirewalls/networkRuleCollections",
	  .parent_name = "azure_firewall_name", .fold = "networkRuleCollections",
	  .attrs = firewall_collection },
	{ "azurerm_firewall_nat_rule_collection", N "azureFirewalls/natRuleCollections",
	  .parent_name = "azure_firewall_name", .fold = "natRuleCollections",
	  .attrs = firewall_collection },
	{ "azurerm_firewall_application_rule_collection",
	  N "azureFirewalls/applicationRuleCollections", .parent_name = "azure_firewall_name",
	  .fold = "applicationRuleCollections",
	  .attrs = ATTRS{ { "priority", "priority" }, { 0 } } },
	{ "azurerm_firewall_policy", N "firewallPolicies",
	  .attrs = ATTRS{ { "sku", "sku.tier" },
	                  { "base_policy_id", "basePolicy", TF_ID },
	                  { "private_ip_ranges", "snat.privateRanges", TF_LIST },
	                  { 0 } } },
	{ "azurerm_firewall_policy_rule_collection_group",
	  N "firewallPolicies/ruleCollectionGroups", .parent_id = "firewall_policy_id",
	  .attrs = ATTRS{ { "priority", "priority" },
	                  { "network_rule_collection", "networkRuleCollections", TF_BLOCKS,
	                    firewall_collection },
	                  { "nat_rule_collection", "natRuleCollections", TF_BLOCKS,
	                    firewall_collection },
	                  { "application_rule_collection", "applicationRuleCollections", TF_BLOCKS,
	                    firewall_collection },
	                  { 0 } } },
	{ "azurerm_ip_group", N "ipGroups",
	  .attrs = ATTRS{ { "cidrs", "ipAddresses", TF_LIST }, { 0 } } },
	{ "azurerm_bastion_host", N "bastionHosts",
	  .attrs = ATTRS{ { "ip_configuration", "ipConfigurations", TF_BLOCKS, address }, { 0 } } },
	{ "azurerm_private_endpoint", N "privateEndpoints",
	  .attrs = ATTRS{ { "subnet_id", "subnet", TF_ID },
	                  { "ip_configuration", "ipConfigurations", TF_BLOCKS, address },
	                  { "private_service_connection", "privateLinkServiceConnections",
	                    TF_BLOCKS, service_connection },
	                  { 0 } } },
	{ "azurerm_virtual_machine", C "virtualMachines", .attrs = machine },
	{ "azurerm_linux_virtual_machine", C "virtualMachines", .attrs = machine },
	{ "azurerm_windows_virtual_machine", C "virtualMachines", .attrs = machine },
	{ "azurerm_virtual_machine_extension", C "virtualMachines/extensions",
	  .parent_id = "virtual_machine_id",
	  .attrs = ATTRS{ { "publisher", "publisher" },
	                  { "type", "type" },
	                  { "settings", "settings", TF_JSON },
	                  { "protected_settings", "protectedSettings", TF_JSON },
	                  { 0 } } },
	{ "azurerm_virtual_machine_run_command", C "virtualMachines/runCommands",
	  .parent_id = "virtual_machine_id",
	  .attrs = ATTRS{ { "source", "source", TF_BLOCK, script }, { 0 } } },
	{ "azurerm_virtual_wan", N "virtualWans", .attrs = ATTRS{ { 0 } } },
	{ "azurerm_virtual_hub", N "virtualHubs",
	  .attrs = ATTRS{ { "address_prefix", "addressPrefix" },
	                  { "virtual_wan_id", "virtualWan", TF_ID },
	                  { 0 } } },
	{ 0 },
};
