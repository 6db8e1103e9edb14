/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which parameters carry packets, by their names, and the examples that are offered for those. */
#include "input/arm/deploy/example.h"
#include "unit.h"

static const struct {
	const char *name, *type, *text;
	enum carried what;
} params[] = {
	{ "virtualNetworkName", "string", "The name of the network", CARRIES_NOTHING },
	{ "publicIPAddressName", "string", NULL, CARRIES_NOTHING },
	{ "publicIpSku", "string", NULL, CARRIES_NOTHING },
	{ "namePrefix", "string", "Prefix of all names in this address space", CARRIES_NOTHING },
	{ "VMDnsPrefix", "string", NULL, CARRIES_NOTHING },
	{ "deploymentPrefix", "string", NULL, CARRIES_NOTHING },
	{ "remoteVirtualNetworkResourceId", "string", NULL, CARRIES_NOTHING },
	{ "notificationEmailAddress", "string", NULL, CARRIES_NOTHING },
	{ "artifactZip", "string", NULL, CARRIES_NOTHING },
	{ "vmSize", "string", NULL, CARRIES_NOTHING },
	{ "dataDiskSizeGB", "int", NULL, CARRIES_NOTHING },
	{ "enableAcceleratedNetworking", "bool", NULL, CARRIES_NOTHING },
	{ "deployPolicyAssignments", "bool", NULL, CARRIES_NOTHING },
	{ "deployActivityLogDiagnosticSetting", "bool", NULL, CARRIES_NOTHING },
	{ "availabilityZones", "array", NULL, CARRIES_NOTHING },
	{ "resourceTags", "object", NULL, CARRIES_NOTHING },
	{ "patchMode", "string", NULL, CARRIES_NOTHING },
	{ "routingMode", "string", NULL, CARRIES_SWITCH },
	{ "galleryImageDefinitions", "array", NULL, CARRIES_NOTHING },
	{ "networkManagerScopes", "object", NULL, CARRIES_NOTHING },
	{ "dbSecret", "securestring", "CIDR", CARRIES_NOTHING },
	{ "hubVNetPrefix", "string", NULL, CARRIES_SPACE },
	{ "vNetAddressSpaces", "array", NULL, CARRIES_SPACE },
	{ "spokeCidr", "string", NULL, CARRIES_SPACE },
	{ "addressPrefix", "string", NULL, CARRIES_SPACE },
	{ "aseSubnetAddressRange", "string", NULL, CARRIES_SUBNET },
	{ "gatewaySubnetPrefix", "string", NULL, CARRIES_SUBNET },
	{ "untrustedRange", "string", NULL, CARRIES_SUBNET },
	{ "web-tier_prefix", "string", "CIDR of the tier, as 10.1.2.0/24", CARRIES_SUBNET },
	{ "Subnet2StartAddress", "string", NULL, CARRIES_ADDRESS },
	{ "staticIp", "string", NULL, CARRIES_ADDRESS },
	{ "hub1vpn_BGPIP1", "string", NULL, CARRIES_OUTSIDE },
	{ "mngIP", "string", NULL, CARRIES_OUTSIDE },
	{ "localGatewayIpAddress", "string", NULL, CARRIES_OUTSIDE },
	{ "dnsServers", "array", NULL, CARRIES_DNS },
	{ "peerAsn", "int", NULL, CARRIES_ASN },
	{ "customRDPport", "int", NULL, CARRIES_PORT },
	{ "nodeCount", "int", NULL, CARRIES_COUNT },
	{ "deployAzureFirewall", "bool", NULL, CARRIES_SWITCH },
	{ "createFirewallPolicy", "bool", NULL, CARRIES_SWITCH },
	{ "vnetNewOrExisting", "string", NULL, CARRIES_SWITCH },
	{ "spokes", "array", NULL, CARRIES_OTHER },
	{ "networkSettings", "object", NULL, CARRIES_OTHER },
};

static void by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(params); i++) {
		enum carried got = param_carries(params[i].name, params[i].type, params[i].text);

		if (got != params[i].what)
			fail_msg("%s is %d, not %d", params[i].name, got, params[i].what);
	}
}

/* Subnets lie in the network that was asked for before them, and addresses in their subnets. */
static void examples_fit(void **state)
{
	static const char *const want[][2] = {
		{ "vnet1Prefix", "10.0.0.0/16" },          { "subnet1Prefix", "10.0.1.0/24" },
		{ "gatewaySubnetPrefix", "10.0.10.0/24" }, { "gatewayIp", "203.0.113.4" },
		{ "subnet1StartAddress", "10.0.1.10" },    { "vnet2Prefix", "10.1.0.0/16" },
		{ "webSubnetPrefix", "10.1.11.0/24" },     { "ilbIp", "10.1.11.11" },
		{ "dnsServerIp", "168.63.129.16" },
	};
	struct examples x = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		_cleanup_str_ struct str s = { 0 };

		assert_true(param_example(&x, param_carries(want[i][0], "string", NULL), want[i][0],
		                          "string", NULL, &s));
		assert_string_equal(str_get(&s), want[i][1]);
	}
}

/* What the template has is the measure: a network around its subnets, another one beside its
 * network, and what its writer gives as an example. */
static void examples_fit_the_template(void **state)
{
	struct examples subnets = { 0 }, space = { 0 };
	_cleanup_str_ struct str a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
	json_t *j = json_pack("{s:{s:s}}", "metadata", "description",
	                      "Range of the VNet (version 2.0, e.g. 172.16.136.0/22).");
	struct arena *arena = arena_new();

	(void)state;
	example_around(&subnets, CARRIES_SUBNET, "172.16.5.0/24");
	example_around(&subnets, CARRIES_SUBNET, "10.9.0.0/24");
	param_example(&subnets, CARRIES_SPACE, "vnetPrefix", "string", NULL, &a);
	assert_string_equal(str_get(&a), "172.16.0.0/16");
	example_around(&space, CARRIES_OUTSIDE, "198.51.100.0/24");
	example_around(&space, CARRIES_SPACE, "10.7.0.0/16");
	param_example(&space, CARRIES_SUBNET, "webPrefix", "string", NULL, &b);
	assert_string_equal(str_get(&b), "10.7.10.0/24");
	param_example(&space, CARRIES_SPACE, "vnet2Prefix", "string", NULL, &c);
	assert_string_equal(str_get(&c), "10.107.0.0/16");
	param_example(&space, CARRIES_SPACE, "vnet3Prefix", "string",
	              val_from_json(arena, j, false), &d);
	assert_string_equal(str_get(&d), "172.16.136.0/22");
	str_free_p(&d);
	param_example(&space, CARRIES_SPACE, "vnet4Prefix", "string",
	              val_from_json(arena, j, false), &d);
	assert_string_equal(str_get(&d), "10.108.0.0/16");
	json_decref(j);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_name),
		cmocka_unit_test(examples_fit),
		cmocka_unit_test(examples_fit_the_template),
	};

	return cmocka_run_group_tests_name("arm_ask", tests, NULL, NULL);
}
