/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reference(): what only a running Azure knows, from an allocation of ours. */
#include "arm_case.h"

#define VNET \
	" {`type`: `Microsoft.Network/virtualNetworks`, `name`: `v`, `properties`: {" \
	"  `addressSpace`: {`addressPrefixes`: [`10.0.0.0/16`]}, `subnets`: [" \
	"   {`name`: `a`, `properties`: {`addressPrefix`: `10.0.0.0/24`}}," \
	"   {`name`: `GatewaySubnet`, `properties`: {`addressPrefixes`: [`fd00::/64`, " \
	"`10.0.1.0/27`]}}," \
	"   {`name`: `RouteServerSubnet`, `properties`: {`addressPrefix`: `10.0.2.0/26`}}]}}"
#define SUBNET(name) \
	"`subnet`: {`id`: `[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', '" name \
	"')]`}"
#define PIP(name) \
	"`publicIPAddress`: {`id`: `[resourceId('Microsoft.Network/publicIPAddresses', '" name \
	"')]`}"
#define NIC(name, more) \
	" {`type`: `Microsoft.Network/networkInterfaces`, `name`: `" name \
	"`, `properties`: {`ipConfigurations`: [" \
	"  {`name`: `c`, `properties`: {" SUBNET("a") more "}}]}}"

/* Lowest free from .4 on, never one that is written down further below; whoever asks first, the
 * values are the same. */
static void private_addresses(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`resources`: ["
	    " {`type`: `Microsoft.Network/routeTables`, `name`: `rt`, `properties`: "
	    "{`routes`: [{`name`: `d`, `properties`: {"
	    "   `addressPrefix`: `0.0.0.0/0`, `nextHopType`: `VirtualAppliance`,"
	    "   `nextHopIpAddress`: "
	    "`[reference('n2').ipConfigurations[0].properties.privateIPAddress]`}}]}}"
	    "," NIC("n1", ", `privateIPAllocationMethod`: `Dynamic`") "," NIC("n2", "") "," NIC(
	        "n3", ", `privateIPAllocationMethod`: `Static`, `privateIPAddress`: "
	              "`10.0.0.5`") "," NIC("n4", ", `privateIPAddressVersion`: "
	                                          "`IPv6`") ","
	                                                    " {`type`: "
	                                                    "`Microsoft.Network/"
	                                                    "loadBalancers`, "
	                                                    "`name`: `lb`, "
	                                                    "`properties`: "
	                                                    "{`"
	                                                    "frontendIPConfiguration"
	                                                    "s`: [{`name`: `f`,"
	                                                    "   `properties`: "
	                                                    "{" SUBNET("a") "}}], "
	                                                                    "`backendAddres"
	                                                                    "sPools`: "
	                                                                    "[{`name`: "
	                                                                    "`pool`}]}}"
	                                                                    "," VNET "],"
	                                                                    "`outputs`: "
	                                                                    "{`lb`: "
	                                                                    "{`type`: "
	                                                                    "`string`, "
	                                                                    "`value`: "
	                                                                    "`[reference('"
	                                                                    "lb')."
	                                                                    "frontendIPConf"
	                                                                    "igurations[0]."
	                                                                    "properties."
	                                                                    "privateIPAddre"
	                                                                    "ss]`},"
	                                                                    " `pool`: "
	                                                                    "{`type`: "
	                                                                    "`string`, "
	                                                                    "`value`: "
	                                                                    "`[last(split("
	                                                                    "reference('lb'"
	                                                                    ")."
	                                                                    "backendAddress"
	                                                                    "Pools[0].id, "
	                                                                    "'/'))]`},"
	                                                                    " `subnet`: "
	                                                                    "{`type`: "
	                                                                    "`string`, "
	                                                                    "`value`: "
	                                                                    "`[reference('"
	                                                                    "v').subnets[0]"
	                                                                    ".id]`}}}");

	(void)state;
	no_findings(&m);
	has(&m, "/routeTables/rt", "properties.routes.0.properties.nextHopIpAddress", "`10.0.0.6`");
	has(&m, "/networkInterfaces/n1",
	    "properties.ipConfigurations.0.properties.privateIPAddress", "`10.0.0.4`");
	has(&m, "/networkInterfaces/n2",
	    "properties.ipConfigurations.0.properties.privateIPAddress", "`10.0.0.6`");
	has(&m, "/networkInterfaces/n3",
	    "properties.ipConfigurations.0.properties.privateIPAddress", "`10.0.0.5`");
	assert_null(at(resource(&m, "/networkInterfaces/n4"),
	               "properties.ipConfigurations.0.properties.privateIPAddress"));
	output_is(&m, "lb", "`10.0.0.7`");
	output_is(&m, "pool", "`pool`");
	output_is(
	    &m, "subnet",
	    "`/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/lab/providers/"
	    "Microsoft.Network/virtualNetworks/v/subnets/a`");
}

/* An address that is computed from another one's does not stand in its own way. */
static void address_of_an_address(void **state)
{
	_cleanup_made_ struct made m = make("{`resources`: [" VNET "," NIC(
	    "b", ", `privateIPAllocationMethod`: `Static`, `privateIPAddress`:"
	         " `[concat('10.0.0.1', "
	         "last(split(reference('a').ipConfigurations[0].properties.privateIPAddress, "
	         "'.')))]`") "," NIC("a", "") "," NIC("c", "") "]}");

	(void)state;
	no_findings(&m);
	has(&m, "/networkInterfaces/a", "properties.ipConfigurations.0.properties.privateIPAddress",
	    "`10.0.0.4`");
	has(&m, "/networkInterfaces/b", "properties.ipConfigurations.0.properties.privateIPAddress",
	    "`10.0.0.14`");
	has(&m, "/networkInterfaces/c", "properties.ipConfigurations.0.properties.privateIPAddress",
	    "`10.0.0.5`");
}

static void public_addresses(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`resources`: ["
	    " {`type`: `Microsoft.Network/publicIPAddresses`, `name`: `p1`, `location`: `eastus`,"
	    "  `properties`: {`dnsSettings`: {`domainNameLabel`: `lab`}}},"
	    " {`type`: `Microsoft.Network/publicIPAddresses`, `name`: `p2`, `properties`: "
	    "{`ipAddress`: `20.100.0.5`}},"
	    " {`type`: `Microsoft.Network/publicIPAddresses`, `name`: `p3`}],"
	    "`outputs`: {`a`: {`type`: `string`, `value`: `[reference('p1').ipAddress]`},"
	    " `b`: {`type`: `string`, `value`: `[reference('p1').dnsSettings.fqdn]`},"
	    " `c`: {`type`: `string`, `value`: `[reference('p3').ipAddress]`}}}");

	(void)state;
	no_findings(&m);
	output_is(&m, "a", "`20.100.0.4`");
	output_is(&m, "b", "`lab.eastus.cloudapp.azure.com`");
	output_is(&m, "c", "`20.100.0.6`");
}

/* Each address of a prefix is one of its range; a range that is given is nobody else's. */
static void public_ranges(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: ["
	    " {`type`: `Microsoft.Network/publicIPAddresses`, `name`: `p1`, `properties`: {"
	    "  `publicIPPrefix`: {`id`: `[resourceId('Microsoft.Network/publicIPPrefixes', 'r')]`}}},"
	    " {`type`: `Microsoft.Network/publicIPPrefixes`, `name`: `given`, `properties`: {"
	    "  `prefixLength`: 29, `ipPrefix`: `20.101.0.0/29`}},"
	    " {`type`: `Microsoft.Network/publicIPPrefixes`, `name`: `r`, `properties`: {`prefixLength`: 30}},"
	    " {`type`: `Microsoft.Network/publicIPAddresses`, `name`: `p2`, `properties`: {"
	    "  `publicIPPrefix`: {`id`: `[resourceId('Microsoft.Network/publicIPPrefixes', 'r')]`}}}],"
	    "`outputs`: {`a`: {`type`: `string`, `value`: `[reference('p1').ipAddress]`},"
	    " `b`: {`type`: `string`, `value`: `[reference('p2').ipAddress]`},"
	    " `r`: {`type`: `string`, `value`: `[reference('r').ipPrefix]`}}}");
	/* clang-format on */

	(void)state;
	no_findings(&m);
	output_is(&m, "r", "`20.101.0.8/30`");
	output_is(&m, "a", "`20.101.0.8`");
	output_is(&m, "b", "`20.101.0.9`");
}

static void gateway_and_route_server(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`resources`: [" VNET ","
	    " {`type`: `Microsoft.Network/publicIPAddresses`, `name`: `p1`}, {`type`: "
	    "`Microsoft.Network/publicIPAddresses`, `name`: `p2`},"
	    " {`type`: `Microsoft.Network/virtualNetworkGateways`, `name`: `gw`, `properties`: "
	    "{`gatewayType`: `Vpn`, `activeActive`: true,"
	    "  `bgpSettings`: {`asn`: 65100}, `ipConfigurations`: ["
	    "   {`name`: `one`, `properties`: {" SUBNET("GatewaySubnet") "," PIP(
	        "p1") "}},"
	              "   {`name`: `two`, `properties`: {" SUBNET("GatewaySubnet") "," PIP(
	                  "p2") "}}]}},"
	                        " {`type`: `Microsoft.Network/virtualHubs`, `name`: `rs`, "
	                        "`properties`: {`sku`: `Standard`}},"
	                        " {`type`: `Microsoft.Network/virtualHubs/ipConfigurations`, "
	                        "`name`: `rs/c`, `properties`: {" SUBNET(
	                            "RouteServerSubnet") "}}],"
	                                                 "`outputs`: {`bgp`: {`type`: `string`, "
	                                                 "`value`: "
	                                                 "`[reference('gw').bgpSettings."
	                                                 "bgpPeeringAddress]`},"
	                                                 " `asn`: {`type`: `int`, `value`: "
	                                                 "`[reference('gw').bgpSettings.asn]`},"
	                                                 " `second`: {`type`: `string`, `value`: "
	                                                 "`[reference('gw').bgpSettings."
	                                                 "bgpPeeringAddresses[1].tunnelIpAddresses["
	                                                 "0]]`},"
	                                                 " `ips`: {`type`: `array`, `value`: "
	                                                 "`[reference(resourceId('Microsoft."
	                                                 "Network/virtualHubs', "
	                                                 "'rs')).virtualRouterIps]`},"
	                                                 " `rs`: {`type`: `int`, `value`: "
	                                                 "`[reference('rs').virtualRouterAsn]`}}}");

	(void)state;
	no_findings(&m);
	output_is(&m, "bgp", "`10.0.1.4,10.0.1.5`");
	output_is(&m, "asn", "65100");
	output_is(&m, "second", "`20.100.0.5`");
	output_is(&m, "ips", "[`10.0.2.4`, `10.0.2.5`]");
	output_is(&m, "rs", "65515");
	has(&m, "/virtualNetworkGateways/gw",
	    "properties.ipConfigurations.1.properties.privateIPAddress", "`10.0.1.5`");
}

/* Subnets that are resources of their own, a firewall, storage, a whole resource. */
static void others(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`resources`: ["
	         " {`type`: `Microsoft.Network/virtualNetworks`, `name`: `v`, `properties`: {}},"
	         " {`type`: `Microsoft.Network/virtualNetworks/subnets`, `name`: "
	         "`v/AzureFirewallSubnet`, `dependsOn`: [`v`],"
	         "  `properties`: {`addressPrefix`: `10.9.0.0/26`}},"
	         " {`type`: `Microsoft.Network/azureFirewalls`, `name`: `fw`, `location`: "
	         "`eastus`, `sku`: {`tier`: `Standard`},"
	         "  `properties`: {`ipConfigurations`: [{`name`: `c`, `properties`: {" SUBNET(
	             "AzureFirewallSubnet") "}}]}},"
	                                    " {`type`: `Microsoft.Storage/storageAccounts`, "
	                                    "`name`: `st`}],"
	                                    "`outputs`: {`fw`: {`type`: `string`, `value`: "
	                                    "`[reference('fw').ipConfigurations[0].properties."
	                                    "privateIPAddress]`},"
	                                    " `sku`: {`type`: `string`, `value`: `[reference('fw', "
	                                    "'2023-01-01', 'Full').sku.tier]`},"
	                                    " `n`: {`type`: `int`, `value`: "
	                                    "`[length(reference('v').subnets)]`},"
	                                    " `blob`: {`type`: `string`, `value`: "
	                                    "`[reference('st').primaryEndpoints.blob]`},"
	                                    " `id`: {`type`: `string`, `value`: "
	                                    "`[reference('st').resourceGuid]`}}}");

	(void)state;
	no_findings(&m);
	output_is(&m, "fw", "`10.9.0.4`");
	output_is(&m, "sku", "`Standard`");
	output_is(&m, "n", "1");
	output_is(&m, "blob", "`https://st.blob.core.windows.net/`");
	output_is(&m, "id", "`reference('st').resourceGuid`");
}

static void not_there(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`resources`: [{`type`: `a.b/c`, `name`: `off`, `condition`: false}],"
	         "`outputs`: {`a`: {`type`: `string`, `value`: `[reference('off').x]`},"
	         " `b`: {`type`: `string`, `value`: `[concat('x', reference(resourceId('a.b/c', "
	         "'else')).y)]`},"
	         " `c`: {`type`: `string`, `value`: "
	         "`[reference(resourceId('Microsoft.Network/virtualNetworks', 'v')).z]`}}}");

	(void)state;
	says(&m, "ARM-EXPR-01", "/outputs/a/value", "its condition is false");
	output_is(&m, "b", "`xreference('else').y`");
	assert_int_equal(m.f.errors, 1);
	assert_int_equal(m.f.warnings,
	                 1); /* of the two that are not here, the network is worth one */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_addresses),
		cmocka_unit_test(address_of_an_address),
		cmocka_unit_test(public_addresses),
		cmocka_unit_test(public_ranges),
		cmocka_unit_test(gateway_and_route_server),
		cmocka_unit_test(others),
		cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests_name("arm_runtime", tests, NULL, NULL);
}
