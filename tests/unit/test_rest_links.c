/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deployments whose template, or whose parameters, stand elsewhere. */
#include "base/str.h"
#include "input/resources.h"
#include "rest/deployment.h"
#include "rest/priv.h"
#include "scratch.h"
#include "unit.h"

#define HOST "https://files.example/lab/"
#define GROUP "/subscriptions/s/resourceGroups/rs"
#define OF(name) "/providers/Microsoft.Resources/deployments/" name

static const char leaf[] =
    "{\"contentVersion\":\"1.0.0.0\",\"parameters\":{\"n\":{\"type\":\"string\",\"defaultValue\":"
    "\"none\"},\"pw\":{\"type\":\"securestring\",\"defaultValue\":\"x\"}},\"resources\":[{\"type\":"
    "\"Microsoft.Network/routeTables\",\"apiVersion\":\"2022-07-01\",\"name\":\"table\",\"tags\":{"
    "\"n\":\"[parameters('n')]\"}}],\"outputs\":{\"o\":{\"type\":\"string\",\"value\":"
    "\"[parameters('n')]\"}}}";

static char dir[SCRATCH];
static struct rest rest;
static json_t *tags, *record; /* of what was read last: its route table's; its own */
static struct rest_failure refused;

static void put_file(const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int set_up(void **state)
{
	static const char *links[2];
	static char link[SCRATCH + sizeof(HOST) + 2];

	(void)state;
	scratch_make(dir);
	put_file("leaf.json", leaf);
	put_file("p.json",
	         "{\"parameters\":{\"n\":{\"value\":\"far\"},\"pw\":{\"value\":\"Hunter2\"}}}");
	put_file("all.json",
	         "{\"$schema\":\"https://schema.management.azure.com/schemas/2018-05-01/"
	         "subscriptionDeploymentTemplate.json#\",\"contentVersion\":\"1.0.0.0\","
	         "\"resources\":[{\"type\":\"Microsoft.Resources/resourceGroups\","
	         "\"apiVersion\":\"2022-09-01\",\"name\":\"made\",\"location\":\"x\"}]}");
	snprintf(link, sizeof(link), HOST "=%s", dir);
	links[0] = link;
	rest = (struct rest){ .o = { .lab = "lab", .links = links } };
	rest.queue = queue_new(&rest, store_new());
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	json_decref(tags);
	json_decref(record);
	rest_failure_done(&refused);
	rest.queue = queue_free(rest.queue);
	scratch_remove(dir);
	return 0;
}

static void on_read(struct rest_call *c, const struct deployed *d, const struct rest_failure *f)
{
	json_t *r;
	size_t i;

	if (f) {
		refused = rest_failure_copy(f);
		return;
	}
	record = deployment_record(&c->id, d, NULL);
	json_array_foreach (d->resources, i, r) {
		assert_string_not_equal(json_string_value(json_object_get(r, "type")),
		                        "Microsoft.Resources/deployments");
		json_decref(tags);
		tags = json_incref(json_object_get(r, "tags"));
	}
}

static void read_deployment(const char *path, json_t *properties /* stolen */)
{
	struct rest_call c = { .rest = &rest, .text = "" };

	json_decref(tags);
	json_decref(record);
	tags = record = NULL;
	rest_failure_done(&refused);
	refused = (struct rest_failure){ 0 };
	assert_int_equal(rest_id_parse(path, false, &c.id, NULL), 0);
	c.body = json_pack("{s:o}", "properties", properties);
	assert_non_null(c.body);
	deployment_read(&c, on_read);
	json_decref(c.body);
	rest_id_done(&c.id);
}

static json_t *uri(const char *s)
{
	return json_pack("{s:s}", "uri", s);
}

static json_t *value(const char *s)
{
	return json_pack("{s:{s:s}}", "n", "value", s);
}

static const char *tag(void)
{
	return json_string_value(json_object_get(tags, "n"));
}

static void record_has(const char *words, bool has)
{
	_cleanup_free_ char *text = json_dumps(record, JSON_COMPACT);

	if (!strstr(text, words) == has)
		fail_msg("%s: %s", words, text);
}

static void test_a_linked_template_takes_parameters_as_they_are(void **state)
{
	(void)state;
	read_deployment(GROUP OF("d"), json_pack("{s:o,s:o}", "templateLink", uri(HOST "leaf.json"),
	                                         "parameters", value("[one]")));
	assert_string_equal(tag(), "[one]");
	record_has("\"outputs\":{\"o\":{\"type\":\"String\",\"value\":\"[one]\"}}", true);
	record_has("\"templateLink\":{\"uri\":\"" HOST "leaf.json\"}", true);
}

static void test_parameters_may_be_linked(void **state)
{
	json_t *link = uri(HOST "p.json?sig=Secret");

	(void)state;
	read_deployment(GROUP OF("d"), json_pack("{s:o,s:o}", "templateLink", uri(HOST "leaf.json"),
	                                         "parametersLink", uri(HOST "p.json")));
	assert_string_equal(tag(), "far");
	/* A client that has none sends an empty object, or null. */
	read_deployment(GROUP OF("d"),
	                json_pack("{s:o,s:O,s:{},s:n}", "template", json_loads(leaf, 0, NULL),
	                          "parametersLink", link, "parameters", "templateLink"));
	assert_string_equal(tag(), "far");
	record_has("\"parametersLink\":{\"uri\":\"" HOST "p.json\"}", true);
	record_has("\"n\":{\"type\":\"String\"}", true);
	record_has("Secret", false);
	record_has("Hunter2", false);
	json_decref(link);
}

static void test_a_link_may_have_its_query_beside(void **state)
{
	(void)state;
	read_deployment(GROUP OF("d"),
	                json_pack("{s:{s:s,s:s}}", "templateLink", "uri",
	                          "https://no.example/x.json", "queryString", "sv=1"));
	assert_int_equal(refused.status, 400);
	assert_non_null(strstr(refused.message, "https://no.example/x.json?sv=1"));
}

static void test_links_and_values_are_not_both_taken(void **state)
{
	(void)state;
	read_deployment(GROUP OF("d"),
	                json_pack("{s:o,s:o,s:o}", "templateLink", uri(HOST "leaf.json"),
	                          "parametersLink", uri(HOST "p.json"), "parameters", value("x")));
	assert_int_equal(refused.status, 400);
	assert_string_equal(refused.code, "InvalidDeployment");
	assert_non_null(strstr(refused.message, "both parameters and a parametersLink"));
	read_deployment(GROUP OF("d"), json_pack("{s:n}", "templateLink"));
	assert_non_null(strstr(refused.message, "neither a template nor a templateLink"));
}

static void test_a_subscription_may_be_deployed_to_by_a_link(void **state)
{
	(void)state;
	read_deployment("/subscriptions/s" OF("d"),
	                json_pack("{s:o}", "templateLink", uri(HOST "all.json")));
	assert_int_equal(refused.status, 0);
	record_has("\"outputResources\":[{\"id\":\"/subscriptions/s/resourceGroups/made\"}]", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_linked_template_takes_parameters_as_they_are),
		cmocka_unit_test(test_parameters_may_be_linked),
		cmocka_unit_test(test_a_link_may_have_its_query_beside),
		cmocka_unit_test(test_links_and_values_are_not_both_taken),
		cmocka_unit_test(test_a_subscription_may_be_deployed_to_by_a_link),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
