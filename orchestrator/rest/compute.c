/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images, their terms, and sizes: what az asks before it makes a machine.  Every image is there. */
#include <stdio.h>

#include "base/str.h"
#include "rest/priv.h"

static const char LATEST[] = "1.0.202601010";

/* L of ".../locations/L/..."; empty: there is none. The caller frees. */
static char *copy_path_name(const char *path, const char *list)
{
	const char *at = strcasestr(path, list);

	at = at ? at + strlen(list) : "";
	return xstrndup(at, strcspn(at, "/"));
}

/* Images of the platform and of the distributions have no plan, what others sell has one
 * (learn.microsoft.com/azure/virtual-machines/linux/cli-ps-findimage). */
static bool has_seller(const char *publisher)
{
	static const char *const free_ones[] = { "Canonical", "Debian", "RedHat", "SUSE",
		                                 "OpenLogic", "Oracle", "kinvolk" };

	for (size_t i = 0; i < ARRAY_LEN(free_ones); i++)
		if (strieq(publisher, free_ones[i]))
			return false;
	return *publisher && strncasecmp(publisher, "Microsoft", strlen("Microsoft")) != 0;
}

/* NULL of JSON: nobody has to accept anything. */
static json_t *make_plan(const char *path)
{
	_cleanup_free_ char *publisher = copy_path_name(path, "/publishers/");
	_cleanup_free_ char *offer = copy_path_name(path, "/offers/");
	_cleanup_free_ char *sku = copy_path_name(path, "/skus/");

	if (!has_seller(publisher))
		return json_null();
	return json_pack("{s:s,s:s,s:s}", "name", sku, "product", offer, "publisher", publisher);
}

static json_t *image_json(const char *path, const char *version)
{
	_cleanup_free_ char *location = copy_path_name(path, "/locations/");
	bool windows = strcasestr(path, "windows") != NULL;

	return json_pack("{s:s,s:s,s:s,s:{s:{s:s,s:i},s:[],s:s,s:[],s:s,s:o,s:{s:s},s:{s:b}}}",
	                 "location", location, "name", version, "id", path, "properties",
	                 "osDiskImage", "operatingSystem", windows ? "Windows" : "Linux",
	                 "sizeInGb", 31, "dataDiskImages", "hyperVGeneration", "V2", "features",
	                 "architecture", "x64", "plan", make_plan(path), "imageDeprecationStatus",
	                 "imageState", "Active", "automaticOSUpgradeProperties",
	                 "automaticOSUpgradeSupported", 0);
}

static void list_versions(struct rest_call *c)
{
	_cleanup_free_ char *location = copy_path_name(c->id.path, "/locations/");
	json_t *list = json_array();

	json_array_append_new(list, json_pack("{s:s,s:s,s:o}", "location", location, "name", LATEST,
	                                      "id", json_sprintf("%s/%s", c->id.path, LATEST)));
	rest_answer(c, 200, list);
}

/* ".../artifacttypes/vmimage/offers/O/skus/S/versions" and ".../versions/V" */
static void answer_versions(struct rest_call *c)
{
	const char *last = strrchr(c->id.path, '/');

	if (last && strieq(last + 1, "versions"))
		list_versions(c);
	else
		rest_answer(c, 200, image_json(c->id.path, last ? last + 1 : LATEST));
}

static void answer_terms(struct rest_call *c)
{
	_cleanup_free_ char *publisher = copy_path_name(c->id.path, "/publishers/");
	_cleanup_free_ char *offer = copy_path_name(c->id.path, "/offers/");
	_cleanup_free_ char *plan = copy_path_name(c->id.path, "/plans/");

	rest_answer(c, 200,
	            json_pack("{s:s,s:s,s:s,s:{s:b,s:s,s:s,s:s}}", "id", c->id.path, "name",
	                      "current", "type", "Microsoft.MarketplaceOrdering/offertypes",
	                      "properties", "accepted", 1, "publisher", publisher, "product", offer,
	                      "plan", plan));
}

static json_t *size_json(const char *name, int cores, int memory)
{
	return json_pack("{s:s,s:i,s:i,s:i,s:i,s:i}", "name", name, "numberOfCores", cores,
	                 "osDiskSizeInMB", 1047552, "resourceDiskSizeInMB", 8192, "memoryInMB",
	                 memory, "maxDataDiskCount", 4);
}

static const struct {
	const char *name;
	int cores, memory;
} sizes[] = {
	{ "Standard_B1s", 1, 1024 },     { "Standard_B1ms", 1, 2048 },
	{ "Standard_B2s", 2, 4096 },     { "Standard_B2ms", 2, 8192 },
	{ "Standard_DS1_v2", 1, 3584 },  { "Standard_DS2_v2", 2, 7168 },
	{ "Standard_DS3_v2", 4, 14336 }, { "Standard_D2s_v3", 2, 8192 },
	{ "Standard_D2s_v5", 2, 8192 },  { "Standard_D4s_v5", 4, 16384 },
	{ "Standard_F2s_v2", 2, 4096 },  { "Standard_F4s_v2", 4, 8192 },
};

static void list_sizes(struct rest_call *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		json_array_append_new(list,
		                      size_json(sizes[i].name, sizes[i].cores, sizes[i].memory));
	rest_answer(c, 200, json_pack("{s:o}", "value", list));
}

static void list_skus(struct rest_call *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		json_array_append_new(
		    list,
		    json_pack("{s:s,s:s,s:s,s:[s],s:[{s:s,s:[s,s,s],s:[]}],s:[{s:s,s:o}],s:[]}",
		              "resourceType", "virtualMachines", "name", sizes[i].name, "tier",
		              "Standard", "locations", "westeurope", "locationInfo", "location",
		              "westeurope", "zones", "1", "2", "3", "zoneDetails", "capabilities",
		              "name", "vCPUs", "value", json_sprintf("%d", sizes[i].cores),
		              "restrictions"));
	rest_answer(c, 200, json_pack("{s:o}", "value", list));
}

static void answer_instance(struct rest_call *c)
{
	size_t n = strlen(c->id.key) - strlen("/instanceview");
	_cleanup_free_ char *key = xstrndup(c->id.key, n);

	if (store_find(rest_store(c->rest), key))
		rest_answer(c, 200, view_instance(rest_store(c->rest), key));
	else
		rest_fail(c, 404, "ResourceNotFound", "The Resource '%s' was not found.", key);
}

const struct rest_action actions_compute[] = {
	{ "GET", "microsoft.compute/locations/publishers/artifacttypes*", NULL, answer_versions },
	{ "GET", "microsoft.compute/locations/vmsizes", NULL, list_sizes },
	{ "GET", "microsoft.compute/skus", NULL, list_skus },
	{ "GET", "microsoft.compute/virtualmachines/instanceview", NULL, answer_instance },
	{ "GET", "microsoft.marketplaceordering/*", NULL, answer_terms },
	{ "PUT", "microsoft.marketplaceordering/*", NULL, answer_terms },
	{ "POST", "microsoft.marketplaceordering/*", "*", answer_terms },
	{ 0 },
};
