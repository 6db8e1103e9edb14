/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A template in memory is deployed to a subscription in which something is there already. */
#include "arm_case.h"

#define SUB "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Net"
#define ID(type, name) SUB "/providers/Microsoft.Network/" type "/" name
#define KEY \
	"/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/net/providers/" \
	"microsoft.network/"
#define SUBNET "`subnet`: {`id`: `" ID("virtualNetworks", "v/subnets/a") "`}"

static const char there[] = "{`" KEY "virtualnetworks/v`: {`id`: `" ID(
    "virtualNetworks",
    "v") "`, `location`: `westus`,"
         "  `properties`: {`subnets`: [{`name`: `a`, `id`: `" ID(
             "virtualNetworks",
             "v/subnets/a") "`,"
                            "    `properties`: {`addressPrefix`: `10.0.0.0/24`}}]}},"
                            " `" KEY "networkinterfaces/n1`: {`id`: `" ID(
                                "networkInterfaces",
                                "n1") "`,"
                                      "  `properties`: {`ipConfigurations`: [{`name`: `c`, "
                                      "`properties`: {" SUBNET ","
                                      "    `privateIPAddress`: `10.0.0.6`}}]}},"
                                      " `" KEY "networkinterfaces/n0`: {`id`: `" ID(
                                          "networkInterfaces",
                                          "n0") "`,"
                                                "  `properties`: {`ipConfigurations`: [{`name`: "
                                                "`c`, `properties`: {" SUBNET ","
                                                "    `privateIPAddress`: `10.0.0.4`}}]}},"
                                                " `" KEY "publicipaddresses/p`: {`id`: `" ID(
                                                    "publicIPAddresses",
                                                    "p") "`,"
                                                         "  `properties`: {`ipAddress`: "
                                                         "`20.100.0.4`}}}";

static struct made deploy(const char *text)
{
	json_t *sources = json_object(), *by_id = json_of(there);
	const struct arm_options o = {
		.file = "mine",
		.name = "mine",
		.sources = sources,
		.resource_group = "Net",
		.subscription = "11111111-2222-3333-4444-555555555555",
		.deployment = "my.deployment",
		.there = by_id,
	};
	struct made m = { 0 };
	struct err e = { 0 };

	json_object_set_new(sources, "mine", json_of(text));
	m.r = arm_read(&o, &m.resources, &m.outputs, &m.f, &e);
	assert_string_equal(e.msg, "");
	json_decref(sources);
	json_decref(by_id);
	return m;
}

#define NIC(name) \
	" {`type`: `Microsoft.Network/networkInterfaces`, `name`: `" name "`, `properties`: " \
	"{`ipConfigurations`: [{`name`: `c`, `properties`: {" SUBNET "}}]}}"

static void is_asked(void **state)
{
	_cleanup_made_ struct made m = deploy(
	    "{`contentVersion`: `1.0.0.0`, `resources`: [], `outputs`: {"
	    " `id`: {`type`: `string`, `value`: "
	    "   `[resourceId('Microsoft.Network/virtualNetworks', 'v')]`},"
	    " `ip`: {`type`: `string`, `value`: `[reference(resourceId("
	    "   'Microsoft.Network/networkInterfaces', 'N1'))"
	    "   .ipConfigurations[0].properties.privateIPAddress]`},"
	    " `where`: {`type`: `string`, `value`: `[reference(resourceId("
	    "   'Microsoft.Network/virtualNetworks', 'v'), '2022-07-01', 'Full').location]`},"
	    " `subnet`: {`type`: `string`, `value`: `[reference(resourceId("
	    "   'Microsoft.Network/virtualNetworks/subnets', 'v', 'A')).addressPrefix]`},"
	    " `called`: {`type`: `string`, `value`: `[deployment().name]`},"
	    " `subscription`: {`type`: `string`, `value`: `[subscription().subscriptionId]`}}}");

	(void)state;
	no_findings(&m);
	output_is(&m, "id", "`" ID("virtualNetworks", "v") "`");
	output_is(&m, "ip", "`10.0.0.6`");
	output_is(&m, "where", "`westus`");
	output_is(&m, "subnet", "`10.0.0.0/24`");
	output_is(&m, "called", "`my.deployment`");
	output_is(&m, "subscription", "`11111111-2222-3333-4444-555555555555`");
}

static void is_named_as_existing(void **state)
{
	_cleanup_made_ struct made m =
	    deploy("{`contentVersion`: `1.0.0.0`, `languageVersion`: `2.0`, `resources`: {"
	           "  `nic`: {`existing`: true, `type`: `Microsoft.Network/networkInterfaces`, "
	           "    `apiVersion`: `2022-07-01`, `name`: `n1`}},"
	           " `outputs`: {`ip`: {`type`: `string`, `value`: "
	           "  `[reference('nic').ipConfigurations[0].properties.privateIPAddress]`}}}");

	(void)state;
	no_findings(&m);
	output_is(&m, "ip", "`10.0.0.6`");
	assert_int_equal(json_array_size(m.resources), 0);
}

/* What has an address keeps it, and nobody else gets it. */
static void has_addresses(void **state)
{
	_cleanup_made_ struct made m = deploy("{`contentVersion`: `1.0.0.0`, `resources`: [" NIC(
	    "n2") "," NIC("n1") "," NIC("n3") ","
	                                      " {`type`: `Microsoft.Network/publicIPAddresses`, "
	                                      "`name`: `q`, `properties`: {}},"
	                                      " {`type`: `Microsoft.Network/publicIPAddresses`, "
	                                      "`name`: `p`, `properties`: {}}]}");
	const char *ip = "properties.ipConfigurations.0.properties.privateIPAddress";

	(void)state;
	no_findings(&m);
	has(&m, "/n1", ip, "`10.0.0.6`");
	has(&m, "/n2", ip, "`10.0.0.5`");
	has(&m, "/n3", ip, "`10.0.0.7`");
	has(&m, "/p", "properties.ipAddress", "`20.100.0.4`");
	has(&m, "/q", "properties.ipAddress", "`20.100.0.5`");
}

static void is_missed(void **state)
{
	_cleanup_made_ struct made m =
	    deploy("{`contentVersion`: `1.0.0.0`, `resources`: [], `outputs`: {"
	           " `x`: {`type`: `string`, `value`: `[reference(resourceId("
	           "   'Microsoft.Network/networkInterfaces', 'none')).macAddress]`}}}");

	(void)state;
	assert_int_equal(m.r, -EBADMSG);
	says(&m, "ARM-EXPR-01", "/outputs/x/value", "is neither deployed nor in the template");
	assert_string_equal(m.f.items[0].azure_code, "ResourceNotFound");
}

/* What nobody gives is not made up for a deployment. */
static void is_not_invented(void **state)
{
	_cleanup_made_ struct made m =
	    deploy("{`contentVersion`: `1.0.0.0`, `parameters`: {`must`: {`type`: `string`}, "
	           "`adminPassword`: {`type`: `securestring`}}, `resources`: []}");

	(void)state;
	assert_int_equal(m.r, -EBADMSG);
	says(&m, "ARM-PARAM-01", "/parameters/must", "needs a value");
	says(&m, "ARM-PARAM-01", "/parameters/adminPassword", "needs a value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_asked),        cmocka_unit_test(is_named_as_existing),
		cmocka_unit_test(has_addresses),   cmocka_unit_test(is_missed),
		cmocka_unit_test(is_not_invented),
	};

	return cmocka_run_group_tests_name("arm_there", tests, NULL, NULL);
}
