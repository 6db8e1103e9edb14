/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What resources of the endpoint refer to. */
#include "rest/edit.h"
#include "unit.h"

#define G "/subscriptions/s/resourceGroups/rs"
#define NETWORK G "/providers/Microsoft.Network"
#define HUB NETWORK "/virtualNetworks/Hub"
#define NIC NETWORK "/networkInterfaces/nic"

static struct rest_id id_of(const char *path)
{
	struct rest_id id;

	assert_int_equal(rest_id_parse(path, false, &id, NULL), 0);
	return id;
}

static int put(struct store *s, const char *path, const char *body, struct rest_failure *f)
{
	struct rest_id id = id_of(path);
	json_t *b = json_loads(body, 0, NULL), *edits = json_array();

	assert_non_null(b);
	json_array_append_new(edits, edit_put(&id, b));
	int r = store_edit(s, edits, f);

	json_decref(edits);
	json_decref(b);
	rest_id_done(&id);
	return r;
}

static struct store *with_network(void)
{
	struct store *s = store_new();
	_cleanup_failure_ struct rest_failure f = { 0 };

	assert_int_equal(put(s, G, "{\"location\":\"westeurope\"}", &f), 0);
	assert_int_equal(put(s, HUB,
	                     "{\"properties\":{\"addressSpace\":{\"addressPrefixes\":[\"10.0.0.0/"
	                     "16\"]},\"subnets\":[{\"name\":\"NVA\",\"properties\":{"
	                     "\"addressPrefix\":\"10.0.1.0/24\"}}]}}",
	                     &f),
	                 0);
	return s;
}

static void test_what_is_referred_to_is_there(void **state)
{
#define REF(what, path) "{\"properties\":{\"" what "\":{\"id\":\"" path "\"}}}"
#define REF2 "\"properties\":{\"subnet\":{\"id\":\"" HUB "/subnets/no\"}}"
	static const struct {
		const char *path, *body, *code, *words;
	} puts[] = {
		{ NIC, REF("networkSecurityGroup", NETWORK "/networkSecurityGroups/No"),
		  "InvalidResourceReference",
		  "Resource " NETWORK "/networkSecurityGroups/No referenced by resource " NIC
		  " was not found. Please make sure that the referenced resource exists, and that "
		  "both resources are in the same region." },
		{ HUB "/subnets/NVA", REF("routeTable", NETWORK "/routeTables/no"),
		  "InvalidResourceReference", "referenced by resource " HUB "/subnets/NVA was" },
		{ G "/providers/Microsoft.Compute/virtualMachines/vm",
		  "{\"properties\":{\"networkProfile\":{\"networkInterfaces\":[{\"id\":\"" NETWORK
		  "/networkInterfaces/no\"}]}}}",
		  "InvalidResourceReference", "virtualMachines/vm was not found" },
		{ HUB "/virtualNetworkPeerings/p",
		  REF("remoteVirtualNetwork", NETWORK "/virtualNetworks/no"),
		  "InvalidGlobalResourceReference", "the referenced resource exists." },
		{ NIC, "{\"properties\":{\"ipConfigurations\":[{\"name\":\"ip\"," REF2 "}]}}",
		  "InvalidResourceReference", "subnets/no referenced by resource " NIC " was" },
		{ NETWORK "/privateEndpoints/e", REF("subnet", HUB "/subnets/nva"), NULL, NULL },
		/* What no list of a parent has, its parent answers for. */
		{ NETWORK "/natGateways/n", REF("other", HUB "/elsewhere/no"), NULL, NULL },
		{ NETWORK "/natGateways/n", REF("other", NETWORK "/virtualHubs/no/elsewhere/no"),
		  "InvalidResourceReference", "virtualHubs/no/elsewhere/no referenced" },
		/* Ids that are cut off, and what hangs on another provider's resource. */
		{ NETWORK "/natGateways/n", REF("other", HUB "/subnets"),
		  "InvalidResourceReference", "Hub/subnets referenced" },
		{ NETWORK "/natGateways/n", REF("other", HUB "/subnets/"),
		  "InvalidResourceReference", "Hub/subnets/ referenced" },
		{ NETWORK "/natGateways/n", REF("other", NETWORK "/natGateways/no/providers/a/b/c"),
		  "InvalidResourceReference", "providers/a/b/c referenced" },
		/* Nobody here knows what other subscriptions and other providers have. */
		{ HUB "/virtualNetworkPeerings/q",
		  REF("remoteVirtualNetwork",
		      "/subscriptions/t/resourceGroups/rs/providers/Microsoft.Network/"
		      "virtualNetworks/no"),
		  NULL, NULL },
		{ NETWORK "/natGateways/n",
		  REF("other", G "/providers/Microsoft.Storage/storageAccounts/no"), NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(puts); i++) {
		_cleanup_store_ struct store *s = with_network();
		_cleanup_failure_ struct rest_failure f = { 0 };

		assert_int_equal(put(s, puts[i].path, puts[i].body, &f), puts[i].code ? -1 : 0);
		if (puts[i].code) {
			assert_int_equal(f.status, 400);
			assert_string_equal(f.code, puts[i].code);
			assert_non_null(strstr(f.message, puts[i].words));
		}
	}
}

static void test_what_was_not_there_before_is_no_fault_of_a_put(void **state)
{
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct rest_id id = id_of(NIC), nsg = id_of(NETWORK "/networkSecurityGroups/No");
	json_t *body =
	    json_loads(REF("networkSecurityGroup", NETWORK "/networkSecurityGroups/No"), 0, NULL);
	json_t *edits = json_array(), *none = json_object();

	(void)state;
	/* What is brought together may come in any order. */
	json_array_append_new(edits, edit_put(&id, body));
	_cleanup_store_ struct store *alone = store_copy(s);

	assert_int_equal(store_take(alone, edits, &f), 0);
	assert_int_equal(
	    put(alone, NIC, REF("networkSecurityGroup", NETWORK "/networkSecurityGroups/no"), &f),
	    0);
	assert_int_equal(
	    put(alone, NIC, REF("networkSecurityGroup", NETWORK "/networkSecurityGroups/no2"), &f),
	    -1);
	json_array_append_new(edits, edit_put(&nsg, none));
	assert_int_equal(store_edit(s, edits, &f), 0);
	json_decref(edits);
	json_decref(body);
	json_decref(none);
	rest_id_done(&id);
	rest_id_done(&nsg);
#undef REF
#undef REF2
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_referred_to_is_there),
		cmocka_unit_test(test_what_was_not_there_before_is_no_fault_of_a_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
