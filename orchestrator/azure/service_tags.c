/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service tags: names for the prefixes of Azure's services (azure-behaviour 2.6).
 *
 * Microsoft publishes them every week, thousands of prefixes in all.  What stands here is a sample,
 * long-lived prefixes of a few tags, enough to see which route wins; a design that depends on real
 * ones gives them in "serviceTags", which comes first.  docs/routes.md says so. */
#include "azure/service_tags.h"

#include "base/str.h"

static const struct prefix azureactivedirectory[] = { { IP4(20, 190, 128, 0), 18 },
	                                              { IP4(40, 126, 0, 0), 18 } };
static const struct prefix azurecloud[] = {
	{ IP4(13, 69, 0, 0), 17 },    { IP4(13, 74, 0, 0), 16 },    { IP4(13, 80, 0, 0), 15 },
	{ IP4(20, 38, 102, 0), 23 },  { IP4(20, 38, 108, 0), 23 },  { IP4(40, 68, 0, 0), 16 },
	{ IP4(40, 112, 0, 0), 18 },   { IP4(51, 144, 0, 0), 16 },   { IP4(52, 138, 128, 0), 17 },
	{ IP4(52, 166, 0, 0), 15 },   { IP4(52, 236, 128, 0), 17 }, { IP4(52, 239, 136, 0), 22 },
	{ IP4(52, 239, 140, 0), 22 }, { IP4(52, 239, 212, 0), 23 }, { IP4(52, 239, 242, 0), 23 },
	{ IP4(52, 239, 248, 0), 24 }, { IP4(104, 40, 128, 0), 17 }
};
static const struct prefix azurecloud_northeurope[] = {
	{ IP4(13, 74, 0, 0), 16 },    { IP4(20, 38, 102, 0), 23 },  { IP4(40, 112, 0, 0), 18 },
	{ IP4(52, 138, 128, 0), 17 }, { IP4(52, 239, 136, 0), 22 }, { IP4(52, 239, 248, 0), 24 }
};
static const struct prefix azurecloud_westeurope[] = {
	{ IP4(13, 69, 0, 0), 17 },    { IP4(13, 80, 0, 0), 15 },    { IP4(20, 38, 108, 0), 23 },
	{ IP4(40, 68, 0, 0), 16 },    { IP4(51, 144, 0, 0), 16 },   { IP4(52, 166, 0, 0), 15 },
	{ IP4(52, 236, 128, 0), 17 }, { IP4(52, 239, 140, 0), 22 }, { IP4(52, 239, 212, 0), 23 },
	{ IP4(52, 239, 242, 0), 23 }, { IP4(104, 40, 128, 0), 17 }
};
static const struct prefix sql[] = { { IP4(40, 68, 37, 158), 32 },
	                             { IP4(52, 236, 184, 163), 32 },
	                             { IP4(104, 40, 168, 105), 32 } };
static const struct prefix sql_westeurope[] = { { IP4(40, 68, 37, 158), 32 },
	                                        { IP4(52, 236, 184, 163), 32 },
	                                        { IP4(104, 40, 168, 105), 32 } };
static const struct prefix storage[] = { { IP4(20, 38, 102, 0), 23 },  { IP4(20, 38, 108, 0), 23 },
	                                 { IP4(52, 239, 136, 0), 22 }, { IP4(52, 239, 140, 0), 22 },
	                                 { IP4(52, 239, 212, 0), 23 }, { IP4(52, 239, 242, 0), 23 },
	                                 { IP4(52, 239, 248, 0), 24 } };
static const struct prefix storage_northeurope[] = { { IP4(20, 38, 102, 0), 23 },
	                                             { IP4(52, 239, 136, 0), 22 },
	                                             { IP4(52, 239, 248, 0), 24 } };
static const struct prefix storage_westeurope[] = { { IP4(20, 38, 108, 0), 23 },
	                                            { IP4(52, 239, 140, 0), 22 },
	                                            { IP4(52, 239, 212, 0), 23 },
	                                            { IP4(52, 239, 242, 0), 23 } };

/* clang-format off */
#define TAG(tag, list) { .name = (tag), .prefixes = (list), .n_prefixes = ARRAY_LEN(list) }
/* clang-format on */

static const struct service_tag samples[] = {
	TAG("AzureActiveDirectory", azureactivedirectory),
	TAG("AzureCloud", azurecloud),
	TAG("AzureCloud.NorthEurope", azurecloud_northeurope),
	TAG("AzureCloud.WestEurope", azurecloud_westeurope),
	TAG("Sql", sql),
	TAG("Sql.WestEurope", sql_westeurope),
	TAG("Storage", storage),
	TAG("Storage.NorthEurope", storage_northeurope),
	TAG("Storage.WestEurope", storage_westeurope),
};

const struct service_tag *service_tag_find(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n_service_tags; i++)
		if (strieq(m->service_tags[i].name, name))
			return &m->service_tags[i];
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		if (strieq(samples[i].name, name))
			return &samples[i];
	return NULL;
}

unsigned service_tag_rank(const char *name)
{
	if (strieq(name, "AzureCloud"))
		return 4;
	if (str_glob("AzureCloud.*", name))
		return 3;
	return strchr(name, '.') ? 1 : 2;
}

bool service_tag_for_rules_only(const char *name)
{
	return strieq(name, "VirtualNetwork") || strieq(name, "AzureLoadBalancer") ||
	       strieq(name, "Internet");
}

const char *service_endpoint_tag(const char *service)
{
	static const char *const services[][2] = {
		{ "Microsoft.Storage", "Storage" },
		{ "Microsoft.Storage.Global", "Storage" },
		{ "Microsoft.Sql", "Sql" },
		{ "Microsoft.AzureCosmosDB", "AzureCosmosDB" },
		{ "Microsoft.KeyVault", "AzureKeyVault" },
		{ "Microsoft.ServiceBus", "ServiceBus" },
		{ "Microsoft.EventHub", "EventHub" },
		{ "Microsoft.Web", "AppService" },
		{ "Microsoft.AzureActiveDirectory", "AzureActiveDirectory" },
		{ "Microsoft.CognitiveServices", "CognitiveServicesManagement" },
		{ "Microsoft.ContainerRegistry", "AzureContainerRegistry" },
	};

	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		if (streq(services[i][0], service))
			return services[i][1];
	return NULL;
}
