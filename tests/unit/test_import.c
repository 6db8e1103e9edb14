/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values in all their spellings, ids, what a file is, and the text of a topology. */
#include <ctype.h>
#include <unistd.h>

#include "azure/given.h"
#include "base/str.h"
#include "input/import/priv.h"
#include "input/kind.h"
#include "input/resources.h"
#include "input/topology.h"
#include "scratch.h"
#include "unit.h"

static json_t *J(const char *text)
{
	json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(j);
	return j;
}

static void ids(void **state)
{
	static const struct {
		const char *id, *key, *type;
	} cases[] = {
		{ "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/"
		  "Hub/",
		  "/subscriptions/s/resourcegroups/rg/providers/microsoft.network/virtualnetworks/"
		  "hub",
		  "microsoft.network/virtualnetworks" },
		{ "/x//providers/A.B/c/d/e/f", "/x/providers/a.b/c/d/e/f", "a.b/c/e" },
		{ "/x/providers/A.B/c/d/providers/E.F/g/h",
		  "/x/providers/a.b/c/d/providers/e.f/g/h", "e.f/g" },
		{ "/x/providers/A.B/c", "/x/providers/a.b/c", NULL },
		{ "/x/providers/A.B", "/x/providers/a.b", NULL },
		{ "", "", NULL },
		{ "///", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_free_ char *key = resource_key(cases[i].id), *type = resource_type(key);

		assert_string_equal(key, cases[i].key);
		if (cases[i].type)
			assert_string_equal(type, cases[i].type);
		else
			assert_null(type);
	}
}

static void values(void **state)
{
	static const char *const words[] = { "VirtualAppliance", "None", NULL };
	json_t *j = J("{\"name\": \"x\", \"Flat\": \"top\", \"none\": null, \"properties\": {"
	              "\"flat\": \"deep\", \"yes\": \"True\", \"no\": \"false\", \"n\": \"65001\","
	              "\"bad\": \"12x\", \"empty\": \"\", \"sub\": {\"id\": \"/a\"},"
	              "\"deep\": {\"properties\": {\"er\": 7}},"
	              "\"list\": {\"value\": [1, 2]}, \"bare\": \"/b\"}}");
	json_int_t n = 0;

	(void)state;
	assert_string_equal(arm_str(j, "FLAT"), "deep");
	assert_string_equal(arm_str(j, "name"), "x");
	assert_null(arm_get(j, "none"));
	assert_null(arm_str(j, "empty"));
	assert_true(arm_bool(j, "yes", false));
	assert_false(arm_bool(j, "no", true));
	assert_true(arm_bool(j, "absent", true));
	assert_true(arm_int(j, "n", &n) && n == 65001);
	assert_true(arm_int(j, "deep.er", &n) && n == 7);
	assert_false(arm_int(j, "bad", &n));
	assert_false(arm_int(j, "empty", &n));
	assert_int_equal(n, 7);
	assert_string_equal(arm_id(j, "sub"), "/a");
	assert_string_equal(arm_id(j, "bare"), "/b");
	assert_null(arm_id(j, "flat.id"));
	assert_int_equal(json_array_size(arm_list(j, "list")), 2);
	assert_null(arm_list(j, "flat"));
	assert_string_equal(arm_word("virtualappliance", words), "VirtualAppliance");
	assert_string_equal(arm_word("else", words), "else");
	assert_null(arm_word(NULL, words));
	assert_int_equal(arm_family("10.0.0.0/8"), 1);
	assert_int_equal(arm_family("10.0.0.1/8"), 1);
	assert_int_equal(arm_family("fd00::/8"), 0);
	assert_int_equal(arm_family("Storage"), -1);
	json_decref(j);
}

static void kinds(void **state)
{
	static const struct {
		const char *text;
		enum input_kind kind;
	} cases[] = {
		{ "{}", INPUT_TOPOLOGY },
		{ "[]", INPUT_TOPOLOGY },
		{ "[1]", INPUT_TOPOLOGY },
		{ "{\"virtualNetworks\": {\"a\": {\"addressPrefixes\": []}}}", INPUT_TOPOLOGY },
		{ "{\"name\": \"a.b/c\", \"type\": \"d\"}", INPUT_TOPOLOGY },
		{ "{\"$schema\": \"http://schema.management.azure.com/schemas/2015-01-01/"
		  "deploymentTemplate.json\"}",
		  INPUT_ARM },
		{ "{\"$schema\": \"https://x/2019-04-01/subscriptionDeploymentTemplate.json#\"}",
		  INPUT_ARM },
		{ "{\"contentVersion\": \"1.0.0.0\", \"resources\": []}", INPUT_ARM },
		{ "{\"$schema\": \"https://x/deploymentParameters.json#\"}", INPUT_PARAMETERS },
		{ "{\"format_version\": \"1.2\", \"planned_values\": {}}", INPUT_TERRAFORM },
		{ "{\"format_version\": \"1.0\", \"values\": {}}", INPUT_TERRAFORM },
		{ "{\"terraform_version\": \"1.9\", \"lineage\": \"x\"}", INPUT_STATE },
		{ "[{\"id\": \"/x/providers/a.b/c/d\"}]", INPUT_EXPORT },
		{ "{\"id\": \"/x/providers/a.b/c/d\"}", INPUT_EXPORT },
		{ "{\"name\": \"n\", \"type\": \"Microsoft.Network/virtualNetworks\"}",
		  INPUT_EXPORT },
		{ "{\"value\": [{\"id\": \"/x/providers/a.b/c/d\"}]}", INPUT_EXPORT },
		{ "{\"count\": 1, \"data\": [{\"id\": \"/x/providers/a.b/c/d\"}]}", INPUT_EXPORT },
		{ "{\"NewNIC\": {\"id\": \"/x/providers/a.b/c/d\"}}", INPUT_EXPORT },
		{ "{\"value\": []}", INPUT_EXPORT },
		{ "{\"RouteServiceRole_IN_0\": [], \"RouteServiceRole_IN_1\": []}", INPUT_CAPTURE },
		{ "{\"value\": [{\"addressPrefix\": [\"10.0.0.0/8\"], \"nextHopType\": \"None\","
		  " \"state\": \"Active\"}]}",
		  INPUT_CAPTURE },
		{ "[{\"asPath\": \"\", \"network\": \"10.0.0.0/8\"}]", INPUT_CAPTURE },
		/* routes of a route table are resources, not what a NIC has */
		{ "[{\"id\": \"/x/providers/Microsoft.Network/routeTables/t/routes/r\", "
		  "\"addressPrefix\": \"0.0.0.0/0\", \"nextHopType\": \"None\"}]",
		  INPUT_EXPORT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *j = J(cases[i].text);

		if (input_kind(j) != cases[i].kind)
			fail_msg("%s: %s, not %s", cases[i].text, input_kind_str(input_kind(j)),
			         input_kind_str(cases[i].kind));
		json_decref(j);
	}
}

static void texts(void **state)
{
	static const char want[] =
	    "{\n"
	    "  \"name\": \"x\",\n"
	    "  \"vms\": {\n"
	    "    \"a\": { \"nic\": { \"subnet\": \"v/s\" }, \"listen\": [\"tcp/22\"] },\n"
	    "    \"b\": { \"e\": {}, \"l\": [], \"n\": null, \"t\": true, \"i\": -1 }\n"
	    "  }\n"
	    "}\n";
	json_t *j = J(want);
	_cleanup_free_ char *text = import_text(j);

	(void)state;
	assert_string_equal(text, want);
	json_decref(j);
}

/* What strangers wrote in a design reads back as it was, and does not drive a terminal. */
static void text_drives_no_terminal(void **state)
{
	json_t *j = json_pack("{s:s, s:{s:[s]}}", "\x7f",
	                      "\xc2\x9b"
	                      "31m\x1b[2J",
	                      "deep", "k\xc2\x9dy", "\x7f \xc3\xa4");
	_cleanup_free_ char *text = import_text(j);
	json_t *back = J(text);

	(void)state;
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || ((unsigned char)*c >= ' ' && *c != 0x7f));
	assert_null(strstr(text, "\xc2"));
	assert_non_null(strstr(text, "\xc3\xa4"));
	assert_true(json_equal(j, back));
	json_decref(j);
	json_decref(back);
}

/* A chain of networks, each a peering with the next, given backwards: joined by id, whatever the
 * order; and every type of resource has a row that says what becomes of it. */
static void joined(void **state)
{
	enum { N = 300 };
	json_t *list = json_array();
	_cleanup_findings_ struct findings f = { 0 };
	const struct import_options o = { .from = "x.json", .name = "x" };
	const struct import im = { .table = import_table() };

	(void)state;
	for (int i = N - 1; i >= 0; i--) {
		json_array_append_new(
		    list,
		    json_pack("{s:o, s:s, s:{s:{s:o}}}", "name", json_sprintf("v%d/p", i), "type",
		              "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
		              "properties", "remoteVirtualNetwork", "id",
		              json_sprintf("/SUBSCRIPTIONS/none/resourcegroups/NONE/providers/"
		                           "microsoft.network/VirtualNetworks/V%d",
		                           (i + 1) % N)));
		json_array_append_new(
		    list,
		    json_pack("{s:o, s:s, s:{s:{s:[o]}}}", "name", json_sprintf("v%d", i), "type",
		              "Microsoft.Network/virtualNetworks", "properties", "addressSpace",
		              "addressPrefixes", json_sprintf("10.%d.%d.0/24", i / 250, i % 250)));
	}
	json_t *x = import_design(list, &o, &f), *vnet;
	const char *name;

	assert_int_equal(f.n, 0);
	json_object_foreach (json_object_get(json_object_get(x, "topology"), "virtualNetworks"),
	                     name, vnet) {
		json_t *p = json_object_get(json_object_get(vnet, "peerings"), "p");
		_cleanup_free_ char *next = xasprintf("v%d", (atoi(name + 1) + 1) % N);

		assert_string_equal(json_string_value(json_object_get(p, "remoteVirtualNetwork")),
		                    next);
	}
	json_decref(x);
	json_decref(list);
	assert_string_equal(import_type_find(&im, "microsoft.network/virtualnetworks")->map,
	                    "virtualNetworks");
	assert_int_equal(import_type_find(&im, "microsoft.network/brandnew")->how, TYPE_UNKNOWN);
	assert_true(import_type_find(&im, "microsoft.network/brandnew")->packets);
	assert_false(import_type_find(&im, "contoso.cloud/x")->packets);
	assert_int_equal(import_type_find(&im, "microsoft.storage/storageaccounts/x/y")->how,
	                 TYPE_IGNORED);
}

/* {"name", "type", "id", its properties} in a group. */
static json_t *resource_in(const char *group, const char *type, const char *name,
                           json_t *properties)
{
	return json_pack(
	    "{s:o, s:o, s:s, s:o}", "id",
	    json_sprintf("/subscriptions/s/resourceGroups/%s/providers/%s/%s", group, type, name),
	    "type", json_string(type), "name", name, "properties", properties);
}

static json_t *vnet_in(const char *group, const char *name, int number)
{
	return resource_in(group, "Microsoft.Network/virtualNetworks", name,
	                   json_pack("{s:{s:[o]}, s:[{s:s, s:{s:o}}]}", "addressSpace",
	                             "addressPrefixes", json_sprintf("10.%d.0.0/16", number),
	                             "subnets", "name", "a", "properties", "addressPrefix",
	                             json_sprintf("10.%d.0.0/24", number)));
}

static json_t *nic_in(const char *group, const char *name, const char *vnet_group)
{
	return resource_in(group, "Microsoft.Network/networkInterfaces", name,
	                   json_pack("{s:[{s:s, s:{s:{s:o}}}]}", "ipConfigurations", "name", "c",
	                             "properties", "subnet", "id",
	                             json_sprintf("/subscriptions/s/resourceGroups/%s/providers/"
	                                          "Microsoft.Network/virtualNetworks/Hub/subnets/a",
	                                          vnet_group)));
}

/* The names of the topology's objects of a kind, sorted, with a space behind each; the caller
 * frees. */
static char *names_of(json_t *resources, json_t *names, const char *kind, size_t *ret_renamed)
{
	const struct import_options o = { .from = "x.json", .name = "x", .names = names };
	_cleanup_findings_ struct findings f = { 0 };
	struct str s = { 0 };
	json_t *x = import_design(resources, &o, &f), *v;
	json_t *map = json_object_get(json_object_get(x, "topology"), kind);
	const char *key;

	json_object_foreach (map, key, v) {
		const char *nic;
		json_t *ignored;

		str_printf(&s, "%s ", key);
		json_object_foreach (json_object_get(v, "nics"), nic, ignored)
			str_printf(&s, "(%s) ", nic);
	}
	*ret_renamed = 0;
	for (size_t i = 0; i < f.n; i++)
		*ret_renamed += streq(f.items[i].rule, "IMPORT-NAME-02");
	json_decref(x);
	json_decref(resources);
	return str_take(&s);
}

/* A list of networks called Hub and, with nics, a NIC in each: of the groups that are named. */
static json_t *twins_in(const char *const *groups, bool nics)
{
	json_t *list = json_array();

	for (; *groups; groups++) {
		json_array_append_new(list, vnet_in(*groups, "Hub", 10 + **groups));
		if (nics)
			json_array_append_new(list, nic_in(*groups, "n", *groups));
	}
	return list;
}

/* What is called NAME-GROUP stays so when its twin goes, whatever comes, and in whichever order. */
static void names_are_kept(void **state)
{
	static const struct {
		const char *const groups[4];
		const char *vnets, *vms;
		size_t renamed;
	} steps[] = {
		{ { "one", "two" }, "Hub Hub-two ", "n (n) n-two (n-two) ", 1 },
		{ { "two" }, "Hub-two ", "n (n-two) ", 1 },
		{ { "two", "one" }, "Hub-two Hub ", "n (n-two) n-one (n) ", 1 },
		{ { "three", "two", "one" },
		  "Hub-three Hub-two Hub ",
		  "n (n-three) n-two (n-two) n-one (n) ",
		  2 },
	};
	json_t *names[2] = { json_object(), json_object() };
	size_t renamed;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		_cleanup_free_ char *vnets = names_of(twins_in(steps[i].groups, false), names[0],
		                                      "virtualNetworks", &renamed);

		assert_string_equal(vnets, steps[i].vnets);
		assert_int_equal(renamed, steps[i].renamed);
		/* The hosts that stand for NICs without a machine have no names of their own. */
		_cleanup_free_ char *vms = names_of(twins_in(steps[i].groups, true), names[1],
		                                    "virtualMachines", &renamed);

		assert_string_equal(vms, steps[i].vms);
	}
	const char *two = "/subscriptions/s/resourcegroups/two/providers/microsoft.network/"
	                  "virtualnetworks/hub";

	assert_string_equal(json_string_value(json_object_get(names[0], two)), "Hub-two");
	/* What is gone leaves its name. */
	_cleanup_findings_ struct findings ignored = { 0 };
	json_t *nothing = json_array();

	json_decref(import_design(
	    nothing, &(struct import_options){ .from = "x", .names = names[0] }, &ignored));
	json_decref(nothing);
	assert_int_equal(json_object_size(names[0]), 0);
	json_decref(names[0]);
	json_decref(names[1]);
}

/* What Azure adds to properties says nothing about a design. */
static void envelope_in_properties(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };
	const struct import_options o = { .from = "x.json", .name = "x" };
	json_t *v = vnet_in("g", "Hub", 1), *properties = json_object_get(v, "properties"), *list;

	(void)state;
	json_t *added = J("{\"provisioningState\": \"Succeeded\", \"resourceGuid\": \"1-2\", "
	                  "\"etag\": \"3\", \"uniqueId\": \"4\", \"timeCreated\": \"2026\", "
	                  "\"id\": \"/x\", \"tags\": {\"a\": \"b\"}, \"location\": \"here\", "
	                  "\"zones\": [\"1\"], \"subscriptionId\": \"5\"}");

	json_object_update(properties, added);
	json_decref(added);
	list = json_pack("[o]", v);
	json_decref(import_design(list, &o, &f));
	assert_int_equal(f.n, 0);
	json_object_set_new(properties, "brandNew", json_string("x"));
	json_decref(import_design(list, &o, &f));
	assert_int_equal(f.n, 1);
	assert_string_equal(f.items[0].rule, "IMPORT-PROP-01");
	json_decref(list);
}

/* A Route Server, and a machine at 10.0.0.4, with or without a connection to it. */
static json_t *routed_machine(bool connection)
{
	return json_pack(
	    "[o,o,o,{s:s,s:s,s:{s:{s:[{s:s}]}}}]",
	    resource_in("g", "Microsoft.Network/virtualNetworks", "Hub",
	                json_pack("{s:{s:[s]}, s:[{s:s,s:{s:s}}, {s:s,s:{s:s}}]}", "addressSpace",
	                          "addressPrefixes", "10.0.0.0/16", "subnets", "name", "a",
	                          "properties", "addressPrefix", "10.0.0.0/24", "name",
	                          "RouteServerSubnet", "properties", "addressPrefix",
	                          "10.0.1.0/26")),
	    resource_in("g", "Microsoft.Network/virtualHubs", "rs",
	                json_pack("{s:[o*]}", "bgpConnections",
	                          connection
	                              ? json_pack("{s:s,s:{s:s,s:i}}", "name", "c", "properties",
	                                          "peerIp", "10.0.0.4", "peerAsn", 65001)
	                              : NULL)),
	    nic_in("g", "n", "g"), "id",
	    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/nva",
	    "name", "nva", "properties", "networkProfile", "networkInterfaces", "id",
	    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n");
}

/* The machine in the topology; new reference. */
static json_t *machine_of(bool connection, json_t *guests)
{
	const struct import_options o = { .from = "x.json", .name = "x", .guests = guests };
	_cleanup_findings_ struct findings f = { 0 };
	json_t *list = routed_machine(connection), *x = import_design(list, &o, &f);
	json_t *vms = json_object_get(json_object_get(x, "topology"), "virtualMachines");
	json_t *vm = json_incref(json_object_get(vms, "nva"));

	json_decref(x);
	json_decref(list);
	return vm;
}

/* A bgpConnection turns a machine whose inside nobody gave into FRR, and leaves one alone whose
 * inside is given. */
static void guests_are_given(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *vm = machine_of(true, NULL), *other;
	const char *key = "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/"
	                  "virtualmachines/nva";

	(void)state;
	assert_string_equal(json_string_value(json_object_get(vm, "image")), "frr");
	json_decref(vm);
	json_t *list = routed_machine(true);
	json_t *guests =
	    json_pack("{s:o}", key, import_guest(json_array_get(list, 3), NULL, NULL, &f));

	json_decref(list);
	vm = machine_of(true, guests);
	other = machine_of(false, guests);
	assert_string_equal(json_string_value(json_object_get(vm, "image")), "host");
	assert_true(json_equal(vm, other));
	json_decref(vm);
	json_decref(other);
	json_object_set_new(guests, key,
	                    json_pack("{s:s,s:{s:s},s:{s:i,s:[s]}}", "image", "frr", "files",
	                              "iptables.rules", "*filter\nCOMMIT\n", "bgp", "asn", 65009,
	                              "advertise", "10.9.0.0/16"));
	vm = machine_of(true, guests);
	assert_string_equal(json_string_value(json_object_get(vm, "image")), "frr");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(vm, "bgp"), "asn")),
	                 65009);
	assert_string_equal(
	    json_string_value(json_object_get(json_object_get(vm, "config"), "iptables.rules")),
	    "nva/iptables.rules");
	json_decref(vm);
	json_decref(guests);
	assert_int_equal(f.n, 0);
}

/* What runs in a machine by --node: its files by that image's names, or a finding. */
static void guest_by_node(void **state)
{
	static const char text[] = "router bgp 65001\n neighbor 10.0.1.4 remote-as 65515\n";
	_cleanup_findings_ struct findings f = { 0 };
	char folder[SCRATCH];
	json_t *vm = json_pack("{s:s,s:{s:{s:s}}}", "name", "nva", "properties", "osProfile",
	                       "customData", "IyEvYmluL3NoCmlwdGFibGVzIC1QIEZPUldBUkQgRFJPUAo=");

	(void)state;
	scratch_make(folder);
	_cleanup_free_ char *path = xasprintf("%s/node.conf", folder);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	_cleanup_free_ char *node = xasprintf("frr:%s", path);
	json_t *guest = import_guest(vm, NULL, node, &f), *files = json_object_get(guest, "files");

	assert_string_equal(json_string_value(json_object_get(guest, "image")), "frr");
	assert_string_equal(json_string_value(json_object_get(files, "frr.conf")), text);
	assert_non_null(json_object_get(files, "iptables.rules"));
	assert_int_equal(f.errors, 0);
	json_decref(guest);
	unlink(path);
	assert_null(import_guest(vm, NULL, node, &f));
	assert_string_equal(f.items[f.n - 1].rule, "IMPORT-NODE-02");
	json_decref(vm);
}

/* Whatever an object of the model is, it knows the resource that it was, and what stood there. */
static void model_keeps_what_came(void **state)
{
	json_t *resources =
	    J("[{\"id\": "
	      "\"/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/"
	      "Hub\", \"type\": \"Microsoft.Network/virtualNetworks\", \"name\": \"Hub\","
	      "\"properties\": {\"addressSpace\": {\"addressPrefixes\": [\"10.0.0.0/16\"]},"
	      "\"subnets\": [{\"name\": \"A\", \"properties\": {\"addressPrefix\": "
	      "\"10.0.1.0/24\"}}]}},"
	      "{\"type\": \"Microsoft.Network/networkSecurityGroups\", \"name\": \"nameless\","
	      "\"properties\": {}}]");
	const struct import_options o = { .name = "x", .from = "t.json" };
	_cleanup_findings_ struct findings f = { 0 };
	json_t *design = import_design(resources, &o, &f);
	struct model *m = design_model(design, &f);
	_cleanup_free_ char *text = import_text(json_object_get(design, "topology"));

	(void)state;
	assert_non_null(m);
	assert_string_equal(model_arm_id(m, m->vnets[0].ptr),
	                    "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/"
	                    "virtualNetworks/Hub");
	assert_string_equal(model_arm_id(m, model_subnet(m, "hub/a")->ptr),
	                    "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/"
	                    "virtualNetworks/Hub/subnets/A");
	/* The file gives this one none. */
	assert_string_equal(m->nsgs[0].name, "nameless");
	assert_null(model_arm_id(m, m->nsgs[0].ptr));
	json_t *given = model_given(m, model_subnet(m, "hub/a")->ptr);

	assert_string_equal(json_string_value(json_object_get(given, "addressPrefix")),
	                    "10.0.1.0/24");
	/* The text that people keep is shorter. */
	assert_null(strstr(text, "/subscriptions/"));
	json_decref(design);
	assert_non_null(model_arm_id(m, m->vnets[0].ptr));
	model_forget_given(m);
	assert_null(model_given(m, m->vnets[0].ptr));
	model_free(m);
	json_decref(resources);
}

static void assert_provider_is_of_its_row(const struct import_type *row)
{
	const struct import_provider *p = row->provider;

	assert_true(strieq(p->type, row->type));
	assert_ptr_equal(import_provider(row->type), p); /* and the list has room for it */
	for (const struct import_default *d = p->defaults; d && d->name; d++) {
		json_t *value = J(d->value);

		json_decref(value);
	}
	for (const struct import_children *c = p->children; c && c->name; c++) {
		const struct import *im = &(struct import){ .table = import_table() };
		_cleanup_free_ char *type = xasprintf("%s/%s", row->type, c->name);

		for (char *at = type; *at; at++)
			*at = (char)tolower((unsigned char)*at);
		if (row->how == TYPE_READ && import_type_find(im, type)->how == TYPE_UNKNOWN)
			fail_msg("%s, in .children of %s, has no row", type, row->type);
	}
}

static void providers_are_of_their_rows(void **state)
{
	size_t n = 0, at = 0;

	(void)state;
	for (const struct import_type *const *rows = import_table(); *rows; rows++)
		for (const struct import_type *row = *rows; row->type; row++)
			if (row->provider) {
				assert_provider_is_of_its_row(row);
				n++;
			}
	while (import_provider_next(&at))
		;
	assert_int_equal(at, n);
	assert_null(import_provider("Microsoft.Network/routeMaps"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids),
		cmocka_unit_test(values),
		cmocka_unit_test(kinds),
		cmocka_unit_test(texts),
		cmocka_unit_test(text_drives_no_terminal),
		cmocka_unit_test(joined),
		cmocka_unit_test(model_keeps_what_came),
		cmocka_unit_test(names_are_kept),
		cmocka_unit_test(envelope_in_properties),
		cmocka_unit_test(guests_are_given),
		cmocka_unit_test(guest_by_node),
		cmocka_unit_test(providers_are_of_their_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
