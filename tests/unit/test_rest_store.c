/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The endpoint's store, and the design that it is. */

#include "base/json.h"
#include "base/str.h"
#include "input/resources.h"
#include "rest/catalog.h"
#include "rest/design.h"
#include "rest/edit.h"
#include "rest/id.h"
#include "rest/merge.h"
#include "rest/rest.h"
#include "rest/store.h"
#include "rest/what_if.h"
#include "unit.h"

#define S "/subscriptions/s"
#define G S "/resourceGroups/rs"
#define NETWORK G "/providers/Microsoft.Network"

/* --- the store -----------------------------------------------------------------------------------
 */

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

static int delete_it(struct store *s, const char *path, struct rest_failure *f)
{
	struct rest_id id = id_of(path);
	json_t *edits = json_array();

	json_array_append_new(edits, edit_delete(&id));
	int r = store_edit(s, edits, f);

	json_decref(edits);
	rest_id_done(&id);
	return r;
}

static json_t *find(const struct store *s, const char *path)
{
	_cleanup_free_ char *key = resource_key(path);

	return store_find(s, key);
}

static const char *property(const struct store *s, const char *path, const char *name)
{
	return json_string_value(
	    json_object_get(json_object_get(find(s, path), "properties"), name));
}

#define HUB NETWORK "/virtualNetworks/Hub"
#define NIC NETWORK "/networkInterfaces/nic"
#define NIC_BODY \
	"{\"properties\":{\"ipConfigurations\":[{\"name\":\"ip\",\"properties\":{\"subnet\":{" \
	"\"id\":" \
	"\"" HUB "/subnets/NVA\"}}}]}}"

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

static void test_children_stand_in_their_parent_and_by_themselves(void **state)
{
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };

	(void)state;
	assert_string_equal(property(s, HUB "/subnets/nva", "addressPrefix"), "10.0.1.0/24");
	assert_int_equal(
	    put(s, HUB "/subnets/Apps", "{\"properties\":{\"addressPrefix\":\"10.0.2.0/24\"}}", &f),
	    0);
	/* A PUT without the list keeps them, one with another list replaces them. */
	assert_int_equal(put(s, HUB, "{\"tags\":{\"a\":\"b\"},\"properties\":{}}", &f), 0);
	assert_non_null(find(s, HUB "/subnets/Apps"));
	assert_int_equal(put(s, HUB, "{\"properties\":{\"subnets\":[{\"name\":\"NVA\"}]}}", &f), 0);
	assert_null(find(s, HUB "/subnets/Apps"));
}

static const char *image_of(const struct store *s, const char *path)
{
	_cleanup_free_ char *key = resource_key(path);

	return json_string_value(json_object_get(store_hidden(s, key, "machine"), "image"));
}

static void test_a_machines_tag_says_what_runs_in_it(void **state)
{
	static const char *const images[] = { "told=bird", NULL };
	static const struct {
		const char *name, *tag, *image;
	} machines[] = {
		{ "none", "", "host" },
		{ "tagged", "frr", "frr" },
		{ "told", "frr", "bird" }, /* --node knows better */
		{ "thief", "frr:/etc/shadow",
		  "host" }, /* a file of who serves is none of its own */
	};
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };

	(void)state;
	s->images = images;
	for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
		_cleanup_free_ char *path = xasprintf(
		    G "/providers/Microsoft.Compute/virtualMachines/%s", machines[i].name);
		_cleanup_free_ char *body =
		    xasprintf("{\"tags\":{\"vnetlab-image\":\"%s\"}}", machines[i].tag);

		assert_int_equal(put(s, path, body, &f), 0);
		assert_string_equal(image_of(s, path), machines[i].image);
	}
}

static void test_a_public_address_has_a_sku_with_a_tier(void **state)
{
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *want = json_pack("{s:s,s:s}", "name", "Standard", "tier", "Global");
	json_t *basic = json_pack("{s:s,s:s}", "name", "Basic", "tier", "Regional");

	(void)state;
	assert_int_equal(put(s, NETWORK "/publicIPAddresses/a", "{}", &f), 0);
	assert_true(
	    json_equal(json_object_get(find(s, NETWORK "/publicIPAddresses/a"), "sku"), basic));
	assert_int_equal(put(s, NETWORK "/publicIPPrefixes/b",
	                     "{\"sku\":{\"name\":\"Standard\",\"tier\":\"Global\"}}", &f),
	                 0);
	assert_true(
	    json_equal(json_object_get(find(s, NETWORK "/publicIPPrefixes/b"), "sku"), want));
	json_decref(want);
	json_decref(basic);
}

static void test_a_nic_keeps_its_address(void **state)
{
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };

	(void)state;
	assert_int_equal(put(s, NIC, NIC_BODY, &f), 0);
	assert_string_equal(property(s, NIC "/ipConfigurations/ip", "privateIPAddress"),
	                    "10.0.1.4");
	assert_int_equal(put(s, NETWORK "/networkInterfaces/b", NIC_BODY, &f), 0);
	assert_int_equal(put(s, NIC, NIC_BODY, &f), 0);
	assert_string_equal(property(s, NIC "/ipConfigurations/ip", "privateIPAddress"),
	                    "10.0.1.4");
	assert_string_equal(
	    property(s, NETWORK "/networkInterfaces/b/ipConfigurations/ip", "privateIPAddress"),
	    "10.0.1.5");
}

/* The first free range, and the lowest of its addresses, as a topology gives them. */
static void test_addresses_of_a_prefix_are_of_its_range(void **state)
{
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };
	static const char address[] =
	    "{\"properties\":{\"publicIPPrefix\":{\"id\":\"" NETWORK "/publicIPPrefixes/two\"}}}";

	(void)state;
	assert_int_equal(
	    put(s, NETWORK "/publicIPPrefixes/one", "{\"properties\":{\"prefixLength\":28}}", &f),
	    0);
	assert_int_equal(
	    put(s, NETWORK "/publicIPPrefixes/two", "{\"properties\":{\"prefixLength\":31}}", &f),
	    0);
	assert_int_equal(put(s, NETWORK "/publicIPAddresses/a", address, &f), 0);
	assert_int_equal(put(s, NETWORK "/publicIPAddresses/b", address, &f), 0);
	assert_int_equal(put(s, NETWORK "/publicIPAddresses/c", address, &f), 0);
	assert_string_equal(property(s, NETWORK "/publicIPPrefixes/one", "ipPrefix"),
	                    "20.101.0.0/28");
	assert_string_equal(property(s, NETWORK "/publicIPPrefixes/two", "ipPrefix"),
	                    "20.101.0.16/31");
	assert_string_equal(property(s, NETWORK "/publicIPAddresses/a", "ipAddress"),
	                    "20.101.0.16");
	assert_string_equal(property(s, NETWORK "/publicIPAddresses/b", "ipAddress"),
	                    "20.101.0.17");
	assert_null(property(s, NETWORK "/publicIPAddresses/c", "ipAddress"));
}

/* What Azure adds stands in the row of its kind: it cannot be set, and some of it stays. */
static void test_what_azure_adds_cannot_be_set(void **state)
{
	static const char nic[] = "{\"properties\":{\"macAddress\":\"00-00-5E-00-53-01\","
	                          "\"primary\":true,\"virtualMachine\":{\"id\":\"x\"}}}";
	static const char old[] = "{\"properties\":{\"macAddress\":\"00-0D-3A-00-00-01\","
	                          "\"primary\":true}}";
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *body = json_loads(nic, 0, NULL), *was = json_loads(old, 0, NULL);
	json_t *first =
	    merge_put(NIC, "microsoft.network/networkInterfaces", "nic", NULL, body, 1, &f);
	json_t *again =
	    merge_put(NIC, "Microsoft.Network/networkinterfaces", "nic", was, body, 2, &f);
	const json_t *p = json_object_get(first, "properties"),
	             *q = json_object_get(again, "properties");

	(void)state;
	assert_non_null(p);
	assert_null(json_object_get(p, "macAddress"));
	assert_null(json_object_get(p, "virtualMachine"));
	assert_string_equal(member_text(q, "macAddress", NULL), "00-0D-3A-00-00-01");
	assert_null(json_object_get(q, "primary")); /* it is made at each answer */
	json_decref(first);
	json_decref(again);
	json_decref(body);
	json_decref(was);
}

static void test_a_region_is_listed_once(void **state)
{
	json_t *list = catalog_locations("s"), *names = json_object(), *x;
	size_t i;

	(void)state;
	json_array_foreach (list, i, x)
		json_object_set(names, member_text(x, "name", NULL), x);
	assert_int_equal(json_object_size(names), json_array_size(list));
	json_decref(list);
	json_decref(names);
}

/* Those of the import's rows, as Azure spells them, and those that no row has. */
static void test_a_provider_lists_its_types(void **state)
{
	static const char *const listed[] = { "virtualNetworks/subnets", "publicIPPrefixes",
		                              "bastionHosts", "routeFilters" };
	json_t *provider = catalog_provider("s", "microsoft.network"), *x;
	size_t i, found = 0;

	(void)state;
	json_array_foreach (json_object_get(provider, "resourceTypes"), i, x) {
		const char *type = member_text(x, "resourceType", NULL);

		for (size_t k = 0; k < ARRAY_LEN(listed); k++)
			found += streq(type, listed[k]);
		assert_string_not_equal(type, "virtualMachines"); /* of another provider */
		assert_string_not_equal(type, "loadBalancers/probes");
	}
	assert_int_equal(found, ARRAY_LEN(listed));
	json_decref(provider);
}

static void test_what_is_in_use_stays(void **state)
{
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };

	(void)state;
	assert_int_equal(put(s, NIC, NIC_BODY, &f), 0);
	assert_int_equal(delete_it(s, HUB "/subnets/NVA", &f), -1);
	assert_string_equal(f.code, "InUseSubnetCannotBeDeleted");
	assert_int_equal(delete_it(s, HUB, &f), -1);
	assert_string_equal(f.code, "InUseSubnetCannotBeDeleted");
	assert_int_equal(put(s, HUB, "{\"properties\":{\"subnets\":[]}}", &f), -1);
	assert_string_equal(f.code, "InUseSubnetCannotBeDeleted");
	/* The group goes with both. */
	assert_int_equal(delete_it(s, G, &f), 0);
	assert_null(find(s, NIC));
	assert_null(find(s, HUB));
}

static void test_what_contradicts_itself_is_refused(void **state)
{
	static const struct {
		const char *path, *body, *code;
	} wrong[] = {
		{ NETWORK "/virtualNetworks/A", "{\"id\":\"" HUB "\"}", "InvalidRequestContent" },
		{ NETWORK "/virtualNetworks/A", "{\"name\":\"B\"}", "InvalidRequestContent" },
		{ NETWORK "/virtualNetworks/A", "{\"properties\":[]}", "InvalidRequestFormat" },
		{ NETWORK "/virtualNetworks/A", "{\"properties\":{\"subnets\":{}}}",
		  "InvalidRequestFormat" },
		{ NETWORK "/virtualNetworks/A",
		  "{\"properties\":{\"subnets\":[{\"name\":\"a\"},{\"name\":\"A\"}]}}",
		  "InvalidRequestFormat" },
		{ NETWORK "/virtualNetworks/A", "{\"properties\":{\"subnets\":[{}]}}",
		  "InvalidRequestFormat" },
		{ NETWORK "/virtualNetworks/None/subnets/a", "{}", "ParentResourceNotFound" },
		{ S "/resourceGroups/none/providers/Microsoft.Network/virtualNetworks/A", "{}",
		  "ResourceGroupNotFound" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		_cleanup_store_ struct store *s = with_network();
		_cleanup_failure_ struct rest_failure f = { 0 };

		assert_int_equal(put(s, wrong[i].path, wrong[i].body, &f), -1);
		assert_string_equal(f.code, wrong[i].code);
	}
}

static void test_a_patch_merges_tags_and_properties(void **state)
{
	json_t *old = json_loads("{\"id\":\"x\",\"tags\":{\"a\":\"1\",\"b\":\"2\"},\"properties\":{"
	                         "\"p\":1,\"q\":{\"r\":1}}}",
	                         0, NULL);
	json_t *patch =
	    json_loads("{\"id\":\"y\",\"tags\":{\"a\":null,\"c\":\"3\"},\"properties\":{"
	               "\"q\":{\"s\":2}}}",
	               0, NULL);
	json_t *want = json_loads("{\"id\":\"x\",\"tags\":{\"b\":\"2\",\"c\":\"3\"},\"properties\":"
	                          "{\"p\":1,\"q\":{\"r\":1,\"s\":2}}}",
	                          0, NULL);
	json_t *got = merge_patch(old, patch);

	(void)state;
	assert_true(json_equal(got, want));
	json_decref(got);
	json_decref(want);
	json_decref(patch);
	json_decref(old);
}

static void test_a_copy_is_changed_alone_and_the_file_says_all(void **state)
{
	_cleanup_store_ struct store *s = with_network();
	_cleanup_store_ struct store *c = store_copy(s);
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(put(c, NIC, NIC_BODY, &f), 0);
	store_hide(c, "k", "machine", json_string("x"));
	assert_null(find(s, NIC));
	assert_null(store_hidden(s, "k", "machine"));
	json_t *j = store_json(c);
	_cleanup_store_ struct store *again = store_from_json(j, &e);
	json_t *k = store_json(again);

	assert_true(json_equal(j, k));
	json_decref(j);
	json_decref(k);
}

/* --- the design
 * ----------------------------------------------------------------------------------- */

static void test_an_empty_store_is_an_empty_lab(void **state)
{
	static const struct rest_options o = { .lab = "unit" };
	_cleanup_store_ struct store *s = store_new();
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct designed d;

	(void)state;
	assert_int_equal(design_build(&o, s, NULL, &d, &f), 0);
	assert_int_equal(json_array_size(d.findings), 0);
	designed_done(&d);
}

static void test_azures_own_errors_refuse_and_others_leave_out(void **state)
{
	static const struct rest_options o = { .lab = "unit" };
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct designed d;

	(void)state;
	assert_int_equal(put(s, HUB "/subnets/Bad",
	                     "{\"properties\":{\"addressPrefix\":\"192.168.0.0/24\"}}", &f),
	                 0);
	assert_int_equal(design_build(&o, s, NULL, &d, &f), -1);
	assert_string_equal(f.code, "NetcfgSubnetRangeOutsideVnet");
	assert_int_equal(f.status, 400);
}

static void test_what_moves_no_packet_is_stored_with_a_finding(void **state)
{
	static const char *const types[] = {
		NETWORK "/virtualWans/x",
		G "/providers/Microsoft.Example/things/x",
	};
	static const struct rest_options o = { .lab = "unit" };
	_cleanup_store_ struct store *s = with_network();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		_cleanup_failure_ struct rest_failure f = { 0 };
		struct designed d;
		json_t *x, *about = NULL;
		size_t k;

		assert_int_equal(put(s, types[i], "{\"properties\":{\"a\":1}}", &f), 0);
		assert_non_null(find(s, types[i]));
		assert_int_equal(design_build(&o, s, NULL, &d, &f), 0);
		_cleanup_free_ char *key = resource_key(types[i]);

		json_array_foreach (d.findings, k, x)
			if (streq(json_string_value(json_object_get(x, "id")), key))
				about = x;
		if (!about)
			fail_msg("%s has no finding", types[i]);
		designed_done(&d);
	}
}

/* Each of many, and of other ones after some have gone. */
static void test_new_nics_have_the_lowest_free_address(void **state)
{
	_cleanup_store_ struct store *s = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };
	char path[512], want[32];

	(void)state;
	for (int i = 0; i < 12; i++) {
		snprintf(path, sizeof(path), NETWORK "/networkInterfaces/many%d", i);
		snprintf(want, sizeof(want), "10.0.1.%d", 4 + i);
		assert_int_equal(put(s, path, NIC_BODY, &f), 0);
		const json_t *c =
		    json_array_get(json_object_get(json_object_get(find(s, path), "properties"),
		                                   "ipConfigurations"),
		                   0);

		assert_string_equal(json_string_value(json_object_get(
		                        json_object_get(c, "properties"), "privateIPAddress")),
		                    want);
		if (i == 5) {
			assert_int_equal(delete_it(s, path, &f), 0);
			assert_int_equal(put(s, path, NIC_BODY, &f), 0);
		}
	}
}

static const char *change_of(const json_t *answer, const char *id)
{
	json_t *changes = json_object_get(json_object_get(answer, "properties"), "changes"), *x;
	size_t i;

	json_array_foreach (changes, i, x)
		if (strieq(json_string_value(json_object_get(x, "resourceId")), id))
			return json_string_value(json_object_get(x, "changeType"));
	return "";
}

static void add_put(json_t *edits, const char *path, const char *body)
{
	json_t *b = json_loads(body, 0, NULL);
	struct rest_id id = id_of(path);

	json_array_append_new(edits, edit_put(&id, b));
	json_decref(b);
	rest_id_done(&id);
}

static void add_prune(json_t *edits, const char *kept)
{
	struct rest_id id = id_of(G);
	_cleanup_free_ char *key = resource_key(kept);
	json_t *keep = json_pack("{s:b}", key, 1);

	json_array_append_new(edits, edit_prune(&id, keep));
	json_decref(keep);
	rest_id_done(&id);
}

static void test_mode_complete_leaves_nothing_else_in_the_group(void **state)
{
	_cleanup_store_ struct store *was = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };
	_cleanup_free_ char *group = resource_key(G);
	json_t *edits = json_array(), *bad = json_array();

	(void)state;
	assert_int_equal(put(was, NETWORK "/routeTables/gone", "{\"properties\":{}}", &f), 0);
	assert_int_equal(put(was, NIC, NIC_BODY, &f), 0);
	assert_int_equal(put(was, NIC "/x/child", "{}", &f), 0);
	_cleanup_store_ struct store *is = store_copy(was), *no = store_copy(was);

	add_prune(bad, NIC); /* which is in the network */
	assert_int_equal(store_edit(no, bad, &f), -1);
	assert_string_equal(f.code, "InUseSubnetCannotBeDeleted");
	add_prune(edits, HUB);
	assert_int_equal(store_edit(is, edits, &f), 0);
	assert_null(find(is, NIC));
	assert_null(find(is, NIC "/x/child"));
	assert_non_null(find(is, HUB "/subnets/NVA"));
	json_t *answer = what_if(was, is, edits, group, false);

	assert_string_equal(change_of(answer, NETWORK "/routeTables/gone"), "Delete");
	assert_string_equal(change_of(answer, NIC), "Delete");
	assert_string_equal(change_of(answer, HUB), "Ignore");
	json_decref(answer);
	json_decref(edits);
	json_decref(bad);
}

static void test_what_if_tells_what_differs(void **state)
{
	_cleanup_store_ struct store *was = with_network();
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *edits = json_array();

	(void)state;
	assert_int_equal(put(was, NIC, NIC_BODY, &f), 0);
	assert_int_equal(put(was, NETWORK "/routeTables/same", "{\"properties\":{}}", &f), 0);
	_cleanup_store_ struct store *is = store_copy(was);

	add_put(edits, NETWORK "/routeTables/same", "{\"properties\":{}}");
	add_put(edits, NETWORK "/routeTables/new", "{\"properties\":{\"password\":\"Hunter2\"}}");
	add_put(edits, HUB "/subnets/NVA", "{\"properties\":{\"addressPrefix\":\"10.0.1.0/25\"}}");
	assert_int_equal(store_edit(is, edits, &f), 0);
	_cleanup_free_ char *group = resource_key(G);
	json_t *answer = what_if(was, is, edits, group, false);

	assert_string_equal(change_of(answer, NETWORK "/routeTables/same"), "NoChange");
	assert_string_equal(change_of(answer, NETWORK "/routeTables/new"), "Create");
	assert_string_equal(change_of(answer, HUB "/subnets/NVA"), "Modify");
	assert_string_equal(change_of(answer, NIC), "Ignore");
	_cleanup_free_ char *text = json_dumps(answer, JSON_COMPACT);

	assert_non_null(strstr(text,
	                       "{\"path\":\"addressPrefix\",\"propertyChangeType\":\"Modify\","
	                       "\"before\":\"10.0.1.0/24\",\"after\":\"10.0.1.0/25\"}"));
	assert_null(strstr(text, "Hunter2"));
	json_decref(answer);
	answer = what_if(was, is, edits, group, true);
	assert_string_equal(change_of(answer, NETWORK "/routeTables/same"), "Deploy");
	json_decref(answer);
	json_decref(edits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_children_stand_in_their_parent_and_by_themselves),
		cmocka_unit_test(test_a_machines_tag_says_what_runs_in_it),
		cmocka_unit_test(test_a_public_address_has_a_sku_with_a_tier),
		cmocka_unit_test(test_a_nic_keeps_its_address),
		cmocka_unit_test(test_addresses_of_a_prefix_are_of_its_range),
		cmocka_unit_test(test_what_azure_adds_cannot_be_set),
		cmocka_unit_test(test_a_region_is_listed_once),
		cmocka_unit_test(test_a_provider_lists_its_types),
		cmocka_unit_test(test_what_is_in_use_stays),
		cmocka_unit_test(test_what_contradicts_itself_is_refused),
		cmocka_unit_test(test_a_patch_merges_tags_and_properties),
		cmocka_unit_test(test_a_copy_is_changed_alone_and_the_file_says_all),
		cmocka_unit_test(test_an_empty_store_is_an_empty_lab),
		cmocka_unit_test(test_azures_own_errors_refuse_and_others_leave_out),
		cmocka_unit_test(test_what_moves_no_packet_is_stored_with_a_finding),
		cmocka_unit_test(test_new_nics_have_the_lowest_free_address),
		cmocka_unit_test(test_what_if_tells_what_differs),
		cmocka_unit_test(test_mode_complete_leaves_nothing_else_in_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
