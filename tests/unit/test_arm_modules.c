/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deployments that ask each other for outputs, as the modules of Bicep do: addresses are given
 * while some of them wait. */
#include "arm_case.h"

/* clang-format off */
#define MODULE(name, more, resources, outputs) \
	"{`type`: `Microsoft.Resources/deployments`, `name`: `" name "`, `properties`: {" \
	" `mode`: `Incremental`, `expressionEvaluationOptions`: {`scope`: `inner`}," more \
	" `template`: {`parameters`: {`in`: {`type`: `string`, `defaultValue`: `none`}}," \
	"  `resources`: [" resources "], `outputs`: {" outputs "}}}}"
#define OUT(name, value) "`" name "`: {`type`: `string`, `value`: `[" value "]`}"
#define IN(module, name) \
	" `parameters`: {`in`: {`value`: `[reference('" module "').outputs." name ".value]`}},"
#define VNET \
	"{`type`: `Microsoft.Network/virtualNetworks`, `name`: `v`, `properties`: {" \
	" `addressSpace`: {`addressPrefixes`: [`10.9.0.0/16`]}, `subnets`: [" \
	"  {`name`: `s`, `properties`: {`addressPrefix`: `10.9.3.0/28`}}," \
	"  {`name`: `wide`, `properties`: {`addressPrefix`: `10.9.4.0/24`}}]}}"
#define IN_SUBNET(name) \
	"`subnet`: {`id`: `[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', '" name "')]`}"
#define NIC_IN(subnet, name, more) \
	"{`type`: `Microsoft.Network/networkInterfaces`, `name`: `" name "`, `properties`: {" \
	" `ipConfigurations`: [{`name`: `c`, `properties`: {" IN_SUBNET(subnet) more "}}]}}"
#define NIC(name) NIC_IN("s", name, "")
#define STATIC(ip) ", `privateIPAllocationMethod`: `Static`, `privateIPAddress`: `" ip "`"
#define LB \
	"{`type`: `Microsoft.Network/loadBalancers`, `name`: `lb`, `properties`: {" \
	" `frontendIPConfigurations`: [{`name`: `f`, `properties`: {" IN_SUBNET("s") "}}]," \
	" `backendAddressPools`: [{`name`: `p`}]}}"
#define IP_OF(nic) "reference('" nic "').ipConfigurations[0].properties.privateIPAddress"
#define LAB "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/lab/providers/"
/* clang-format on */

static void nic_has(const struct made *m, const char *nic, const char *ip)
{
	has(m, nic, "properties.ipConfigurations.0.properties.privateIPAddress", ip);
}

/* The outputs of "first" want an address while "second" and "third", which take addresses, wait for
 * these outputs. */
static void who_waits_stays_out(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: [" VNET ","
	    MODULE("third", IN("second", "ip"), NIC("c"), OUT("ip", IP_OF("c"))) ","
	    MODULE("second", IN("first", "ip"), NIC_IN("s", "fixed", STATIC("10.9.3.8")) "," NIC("b"),
	           OUT("ip", IP_OF("b"))) ","
	    MODULE("first", "", NIC("a"), OUT("ip", IP_OF("a"))) "," NIC("d") "],"
	    "`outputs`: {" OUT("third", "reference('third').outputs.ip.value") "}}");
	/* clang-format on */

	(void)state;
	no_findings(&m);
	nic_has(&m, "/d", "`10.9.3.4`");
	nic_has(&m, "/a", "`10.9.3.5`");
	nic_has(&m, "/b", "`10.9.3.6`");
	output_is(&m, "third", "`10.9.3.7`");
}

/* The same among the modules of a module: the outputs of "first" wake "second", whose parameter
 * asks for them. */
static void who_is_woken_waits(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: [" VNET ","
	    MODULE("hub", "",
	           MODULE("first", "", NIC("a"), OUT("ip", IP_OF("a"))) ","
	           MODULE("second", IN("first", "ip"), NIC("b"), OUT("ip", "parameters('in')")),
	           OUT("ip", "reference('second').outputs.ip.value")) "],"
	    "`outputs`: {" OUT("first", "reference('hub').outputs.ip.value") "}}");
	/* clang-format on */

	(void)state;
	no_findings(&m);
	output_is(&m, "first", "`10.9.3.4`");
}

/* The pool's id is known before any address is: were the balancer given one at once, it would be
 * that of the NIC. */
static void id_starts_no_allocation(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: [" VNET ","
	    MODULE("front", "", LB, OUT("pool", "reference('lb').backendAddressPools[0].id") ","
	           OUT("name", "reference('lb').frontendIPConfigurations[0].name") ","
	           OUT("key", "reference('lb', '2023-01-01', 'Full').id")) ","
	    MODULE("nva", IN("front", "pool"), NIC_IN("s", "n", STATIC("10.9.3.4")
	           ", `loadBalancerBackendAddressPools`: [{`id`: `[parameters('in')]`}]"), "") "]}");
	/* clang-format on */

	(void)state;
	no_findings(&m);
	has(&m, "/n", "properties.ipConfigurations.0.properties.loadBalancerBackendAddressPools",
	    "[{`id`: `" LAB "Microsoft.Network/loadBalancers/lb/backendAddressPools/p`}]");
	has(&m, "/lb", "properties.frontendIPConfigurations.0.properties.privateIPAddress",
	    "`10.9.3.5`");
}

/* Within a module: "fw" is looked at while the outputs of "vm" want an address, and waits for them;
 * what asks for the balancer that "fw" deploys by its id waits as well. */
static void asked_while_waiting(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: ["
	    MODULE("hub", "", VNET ","
	           MODULE("vm", "", NIC("a"), OUT("ip", IP_OF("a"))) ","
	           MODULE("fw", IN("vm", "ip"), LB,
	                  OUT("given", "parameters('in')")), OUT("given", "reference('fw').outputs.given.value")) ","
	    "{`type`: `Microsoft.Resources/deployments`, `name`: `spoke`, `dependsOn`: [`hub`], `properties`: {"
	    " `mode`: `Incremental`, `expressionEvaluationOptions`: {`scope`: `inner`}, `template`: {`resources`: ["
	    "  {`type`: `Microsoft.Network/routeTables`, `name`: `t`, `properties`: {`routes`: [{`name`: `r`, `properties`: {"
	    "   `nextHopIpAddress`: `[reference(resourceId('Microsoft.Network/loadBalancers', 'lb')).frontendIPConfigurations[0].properties.privateIPAddress]`}}]}},"
	    "  {`type`: `Microsoft.Network/networkInterfaces`, `name`: `c`, `dependsOn`: [`t`], `properties`: {"
	    "   `ipConfigurations`: [{`name`: `c`, `properties`: {" IN_SUBNET("wide") "}}]}}]}}}],"
	    "`outputs`: {" OUT("given", "reference('hub').outputs.given.value") "}}");
	/* clang-format on */

	(void)state;
	no_findings(&m);
	output_is(&m, "given", "`10.9.3.4`");
	has(&m, "/t", "properties.routes.0.properties.nextHopIpAddress", "`10.9.3.5`");
}

/* A circle is one still, and reported once, with the names of both. */
static void real_circle(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: [" VNET ","
	    MODULE("one", IN("two", "ip"), NIC("a"), OUT("ip", IP_OF("a"))) ","
	    MODULE("two", IN("one", "ip"), NIC("b"), OUT("ip", IP_OF("b"))) "]}");
	/* clang-format on */

	(void)state;
	says(&m, "ARM-EXPR-01", "/resources/2/properties/parameters/in/value",
	     "Microsoft.Resources/deployments \"one\" waits for Microsoft.Resources/deployments "
	     "\"two\", which asks for it");
	assert_int_equal(m.f.errors, 1);
}

/* A deployment that waits is tried often, and is one deployment all the same. */
static void waiting_makes_no_deployments(void **state)
{
	_cleanup_str_ struct str s = { 0 };

	(void)state;
	str_add(&s, "{`resources`: [" VNET);
	for (int i = 40; i; i--) {
		/* clang-format off */
		str_printf(&s, "," MODULE("m%d", IN("m%d", "ip"), NIC_IN("wide", "n%d", ""),
		           OUT("ip", IP_OF("n%d"))), i, i - 1, i, i);
		/* clang-format on */
	}
	str_add(&s, "," MODULE("m0", "", NIC_IN("wide", "n0", ""), OUT("ip", IP_OF("n0"))) "]}");
	_cleanup_made_ struct made m = make(str_get(&s));

	no_findings(&m);
	nic_has(&m, "/n40", "`10.9.4.44`");
}

/* A name that no output has is wrong; what asks for one that failed is not reported as well. */
static void outputs(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: ["
	    MODULE("m", "", "", OUT("bad", "variables('nowhere')") "," OUT("good", "'x'")) "],"
	    "`outputs`: {" OUT("a", "reference('m').outputs.bad.value") ","
	    OUT("b", "reference('m').outputs.gud.value") ","
	    OUT("c", "reference('m').correlationId") "}}");
	/* clang-format on */

	(void)state;
	says(&m, "ARM-EXPR-01", "/resources/0/properties/template/outputs/bad/value",
	     "no variable \"nowhere\"");
	says(&m, "ARM-EXPR-01", "/outputs/b/value", "no property \"gud\"");
	output_is(&m, "c", "`reference('m').correlationId`");
	assert_int_equal(m.f.errors, 2);
}

/* What Azure adds below what the template sets, and what functions make of it. */
static void only_azure_knows(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: [{`type`: `Microsoft.Compute/virtualMachines`, `name`: `vm`,"
	    " `identity`: {`type`: `SystemAssigned`}, `properties`: {`osProfile`: {`computerName`: `h`}}},"
	    " {`type`: `Microsoft.Network/virtualNetworkGateways`, `name`: `gw`, `properties`: {"
	    "  `gatewayType`: `Vpn`, `bgpSettings`: {`asn`: 65010}}}],"
	    "`outputs`: {"
	    OUT("id", "reference('vm', '2023-03-01', 'Full').identity.principalId") ","
	    OUT("kind", "reference('vm', '2023-03-01', 'Full').identity.type") ","
	    OUT("safe", "reference('vm', '2023-03-01', 'Full').?identity.?principalId") ","
	    OUT("word", "split(reference('vm').instanceView.statuses[0].message, ' ')[2]") ","
	    OUT("number", "int(reference('vm').osProfile.requireCount)") ","
	    OUT("list", "list(resourceId('a.b/c', 'x'), '2022-03-01').properties.key") ","
	    OUT("maybe", "coalesce(tryGet(reference('vm').osProfile, 'secrets'), 'unset')") ","
	    OUT("asn", "string(reference('gw').bgpSettings.asn)") ","
	    OUT("peer", "reference('gw').bgpSettings.bgpPeeringAddresses[0].defaultBgpIpAddresses[0]") "}}");
	/* clang-format on */

	(void)state;
	no_findings(&m);
	output_is(&m, "id", "`reference('vm').identity.principalId`");
	output_is(&m, "kind", "`SystemAssigned`");
	output_is(&m, "safe", "`reference('vm').identity.principalId`");
	output_is(&m, "word", "`split(reference('vm').instanceView.statuses[0].message, ' ')[2]`");
	output_is(&m, "number", "`int(reference('vm').osProfile.requireCount)`");
	output_is(&m, "list", "`list('" LAB "a.b/c/x').properties.key`");
	output_is(&m, "maybe", "`unset`");
	output_is(&m, "asn", "`65010`");
	output_is(&m, "peer",
	          "`reference('gw').bgpSettings.bgpPeeringAddresses[0].defaultBgpIpAddresses[0]`");
}

/* A subnet that its network declares, asked for as a resource of its own: "existing", or by its id.
 */
static void child_in_its_parent(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`languageVersion`: `2.0`, `resources`: {`net`: " VNET ","
	    " `sub`: {`existing`: true, `type`: `Microsoft.Network/virtualNetworks/subnets`, `name`: `v/s`},"
	    " `gone`: {`existing`: true, `type`: `Microsoft.Network/virtualNetworks/subnets`, `name`: `v/t`}},"
	    "`outputs`: {" OUT("a", "reference('sub').addressPrefix") ","
	    OUT("b", "reference('sub', '2023-01-01', 'Full').name") ","
	    OUT("c", "reference(resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')).addressPrefix") ","
	    OUT("d", "reference('gone').addressPrefix") ","
	    OUT("e", "string(length(reference('net').subnets))") "}}");
	/* clang-format on */

	(void)state;
	output_is(&m, "a", "`10.9.3.0/28`");
	output_is(&m, "b", "`s`");
	output_is(&m, "c", "`10.9.3.0/28`");
	output_is(&m, "d", "`reference('t').addressPrefix`");
	output_is(&m, "e", "`2`");
	says(&m, "ARM-REF-01", "", "not deployed here");
	assert_int_equal(m.f.n, 1);
}

/* A child by the name that it has in its parent's list, or by the end of its name; the id of what
 * is not in the template, without its scope. */
static void short_names(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: [{`type`: `Microsoft.Compute/virtualMachines`, `name`: `vm`, `resources`: ["
	    "  {`type`: `extensions`, `name`: `setup`, `dependsOn`: [`vm`], `properties`: {`a`: 1}}]},"
	    " {`type`: `Microsoft.Compute/virtualMachines/extensions`, `name`: `vm/agent`,"
	    "  `dependsOn`: [`setup`], `properties`: {`a`: 2}}],"
	    "`outputs`: {" OUT("a", "string(reference('setup').a)") "," OUT("b", "string(reference('agent').a)") ","
	    OUT("c", "reference('Microsoft.Storage/storageAccounts/st', '2016-01-01').key") "}}");
	/* clang-format on */

	(void)state;
	output_is(&m, "a", "`1`");
	output_is(&m, "b", "`2`");
	output_is(&m, "c", "`reference('st').key`");
	assert_int_equal(m.f.errors, 0);
}

/* A deployment changes a NIC, and keeps the address that it has. */
static void asks_what_it_was(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: [" VNET "," NIC("other") "," NIC("n") ","
	    "{`type`: `Microsoft.Resources/deployments`, `name`: `pin`, `dependsOn`: [`n`], `properties`: {"
	    " `template`: {`resources`: [" NIC_IN("s", "n", STATIC("[" IP_OF("n") "]")) "]}}},"
	    "{`type`: `Microsoft.Resources/deployments`, `name`: `group`, `properties`: {`template`: {`resources`: ["
	    " {`type`: `Microsoft.Network/virtualNetworks/subnets`, `name`: `v/wide`, `properties`: {"
	    "  `addressPrefix`: `[reference(resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'wide'))"
	    ".addressPrefix]`, `networkSecurityGroup`: {`id`: `x`}}}]}}}]}");
	_cleanup_made_ struct made self = make("{`resources`: [" NIC_IN("s", "n", STATIC("[" IP_OF("n") "]")) "]}");
	/* clang-format on */

	(void)state;
	no_findings(&m);
	nic_has(&m, "/n", "`10.9.3.5`");
	has(&m, "/n", "properties.ipConfigurations.0.properties.privateIPAllocationMethod",
	    "`Static`");
	has(&m, "/subnets/wide", "properties.addressPrefix", "`10.9.4.0/24`");
	says(&self, "ARM-EXPR-01",
	     "/resources/0/properties/ipConfigurations/0/properties/privateIPAddress",
	     "asks for itself");
}

/* Names that are not set; a schema of another scope than that of networks. */
static void lenient(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`$schema`: `https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#`,"
	    " `resources`: [{`type`: `Microsoft.Network/virtualNetworks`, `name`: `v`, `location`: `[resourceGroup().location]`}],"
	    "`outputs`: {" OUT("a", "resourceId('Microsoft.Network/publicIPAddresses', '')") ","
	    OUT("b", "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', '')") ","
	    OUT("c", "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v')") "}}");
	/* clang-format on */

	(void)state;
	has(&m, "/resourceGroups/lab/providers/Microsoft.Network/virtualNetworks/v", "location",
	    "`westeurope`");
	output_is(&m, "a", "`" LAB "Microsoft.Network/publicIPAddresses/`");
	output_is(&m, "b", "`" LAB "Microsoft.Network/virtualNetworks/v/subnets/`");
	says(&m, "ARM-EXPR-01", "/outputs/c/value", "do not have the same number of parts");
	assert_int_equal(m.f.errors, 1);
}

/* Of a gateway: the last usable address; two for ExpressRoute, which shows none; and of an address
 * of a prefix, the prefix decides. */
static void gateways(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = make(
	    "{`resources`: [" VNET ","
	    "{`type`: `Microsoft.Network/virtualNetworkGateways`, `name`: `er`, `properties`: {"
	    " `gatewayType`: `ExpressRoute`, `ipConfigurations`: [{`name`: `c`, `properties`: {" IN_SUBNET("s") "}}]}},"
	    "{`type`: `Microsoft.Network/virtualNetworkGateways`, `name`: `vpn`, `properties`: {"
	    " `gatewayType`: `Vpn`, `ipConfigurations`: [{`name`: `c`, `properties`: {" IN_SUBNET("s") "}}]}},"
	    "{`type`: `Microsoft.Network/publicIPAddresses`, `name`: `p`, `properties`: {`publicIPPrefix`: {`id`: `x`}}},"
	    NIC("n") "],"
	    "`outputs`: {" OUT("bgp", "reference('vpn').bgpSettings.bgpPeeringAddress") "}}");
	/* clang-format on */

	(void)state;
	output_is(&m, "bgp", "`10.9.3.14`");
	nic_has(&m, "/n", "`10.9.3.6`");
	assert_null(at(resource(&m, "/p"), "properties.ipAddress"));
	assert_null(at(resource(&m, "/vpn"), "properties.bgpSettings"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_stays_out),
		cmocka_unit_test(who_is_woken_waits),
		cmocka_unit_test(id_starts_no_allocation),
		cmocka_unit_test(asked_while_waiting),
		cmocka_unit_test(real_circle),
		cmocka_unit_test(waiting_makes_no_deployments),
		cmocka_unit_test(outputs),
		cmocka_unit_test(only_azure_knows),
		cmocka_unit_test(child_in_its_parent),
		cmocka_unit_test(short_names),
		cmocka_unit_test(asks_what_it_was),
		cmocka_unit_test(lenient),
		cmocka_unit_test(gateways),
	};

	return cmocka_run_group_tests_name("arm_modules", tests, NULL, NULL);
}
