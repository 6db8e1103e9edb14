/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/catalog.h"

#include <stdio.h>

#include "base/str.h"
#include "input/import/provider.h"

struct alias {
	const char *os, *name, *publisher, *offer, *sku;
};

static const struct alias aliases[] = {
	{ "Linux", "UbuntuLTS", "Canonical", "UbuntuServer", "18.04-LTS" },
	{ "Linux", "Ubuntu2204", "Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2" },
	{ "Linux", "Ubuntu2404", "Canonical", "ubuntu-24_04-lts", "server" },
	{ "Linux", "Ubuntu2404Pro", "Canonical", "ubuntu-24_04-lts", "ubuntu-pro" },
	{ "Linux", "Debian", "Debian", "debian-10", "10" },
	{ "Linux", "Debian11", "Debian", "debian-11", "11-backports-gen2" },
	{ "Linux", "CentOS", "OpenLogic", "CentOS", "7.5" },
	{ "Linux", "CentOS85Gen2", "OpenLogic", "CentOS", "8_5-gen2" },
	{ "Linux", "RHEL", "RedHat", "RHEL", "7-LVM" },
	{ "Linux", "RHELRaw8LVMGen2", "RedHat", "RHEL", "8-lvm-gen2" },
	{ "Linux", "SLES", "SUSE", "sles-15-sp3", "gen2" },
	{ "Linux", "OpenSuseLeap154Gen2", "SUSE", "opensuse-leap-15-4", "gen2" },
	{ "Linux", "openSUSE-Leap", "SUSE", "openSUSE-Leap", "42.3" },
	{ "Linux", "SuseSles15SP3", "SUSE", "sles-15-sp3", "gen2" },
	{ "Linux", "SuseSles15SP5", "SUSE", "sles-15-sp5", "gen2" },
	{ "Linux", "CoreOS", "CoreOS", "CoreOS", "Stable" },
	{ "Linux", "FlatcarLinuxFreeGen2", "kinvolk", "flatcar-container-linux-free",
	  "stable-gen2" },
	{ "Windows", "Win2025Datacenter", "MicrosoftWindowsServer", "WindowsServer",
	  "2025-datacenter-g2" },
	{ "Windows", "Win2022Datacenter", "MicrosoftWindowsServer", "WindowsServer",
	  "2022-datacenter-g2" },
	{ "Windows", "Win2019Datacenter", "MicrosoftWindowsServer", "WindowsServer",
	  "2019-datacenter-gensecond" },
	{ "Windows", "Win2016Datacenter", "MicrosoftWindowsServer", "WindowsServer",
	  "2016-datacenter-gensecond" },
	/* Images of older versions of the list, which scripts still name. */
	{ "Windows", "Win2022AzureEditionCore", "MicrosoftWindowsServer", "WindowsServer",
	  "2022-datacenter-azure-edition-core" },
	{ "Windows", "Win2012R2Datacenter", "MicrosoftWindowsServer", "WindowsServer",
	  "2012-R2-Datacenter" },
	{ "Windows", "Win2012Datacenter", "MicrosoftWindowsServer", "WindowsServer",
	  "2012-Datacenter" },
	{ "Windows", "Win2008R2SP1", "MicrosoftWindowsServer", "WindowsServer", "2008-R2-SP1" },
};

json_t *catalog_aliases(void)
{
	json_t *value = json_pack("{s:{},s:{}}", "Linux", "Windows");

	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		const struct alias *a = &aliases[i];

		json_object_set_new(json_object_get(value, a->os), a->name,
		                    json_pack("{s:s,s:s,s:s,s:s,s:s}", "publisher", a->publisher,
		                              "offer", a->offer, "sku", a->sku, "version", "latest",
		                              "architecture", "x64"));
	}
	return json_pack("{s:{s:{s:s,s:o}}}", "outputs", "aliases", "type", "object", "value",
	                 value);
}

struct region {
	const char *name, *shown;
};

static const struct region catalog_regions[] = {
	{ "westeurope", "West Europe" },
	{ "northeurope", "North Europe" },
	{ "francecentral", "France Central" },
	{ "germanywestcentral", "Germany West Central" },
	{ "swedencentral", "Sweden Central" },
	{ "switzerlandnorth", "Switzerland North" },
	{ "italynorth", "Italy North" },
	{ "norwayeast", "Norway East" },
	{ "polandcentral", "Poland Central" },
	{ "spaincentral", "Spain Central" },
	{ "uksouth", "UK South" },
	{ "ukwest", "UK West" },
	{ "eastus", "East US" },
	{ "eastus2", "East US 2" },
	{ "centralus", "Central US" },
	{ "northcentralus", "North Central US" },
	{ "southcentralus", "South Central US" },
	{ "westcentralus", "West Central US" },
	{ "westus", "West US" },
	{ "westus2", "West US 2" },
	{ "westus3", "West US 3" },
	{ "canadacentral", "Canada Central" },
	{ "canadaeast", "Canada East" },
	{ "brazilsouth", "Brazil South" },
	{ "australiaeast", "Australia East" },
	{ "australiasoutheast", "Australia Southeast" },
	{ "centralindia", "Central India" },
	{ "southindia", "South India" },
	{ "eastasia", "East Asia" },
	{ "southeastasia", "Southeast Asia" },
	{ "japaneast", "Japan East" },
	{ "japanwest", "Japan West" },
	{ "koreacentral", "Korea Central" },
	{ "qatarcentral", "Qatar Central" },
	{ "southafricanorth", "South Africa North" },
	{ "uaenorth", "UAE North" },
	{ "israelcentral", "Israel Central" },
};

json_t *catalog_locations(const char *subscription)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(catalog_regions); i++)
		json_array_append_new(
		    list, json_pack("{s:o,s:s,s:s,s:s,s:s,s:{s:s,s:s}}", "id",
		                    json_sprintf("/subscriptions/%s/locations/%s", subscription,
		                                 catalog_regions[i].name),
		                    "name", catalog_regions[i].name, "displayName",
		                    catalog_regions[i].shown, "regionalDisplayName",
		                    catalog_regions[i].shown, "type", "Region", "metadata",
		                    "regionType", "Physical", "regionCategory", "Recommended"));
	return list;
}

struct provider {
	const char *name;
	const char *types; /* those that no row of the import has; with a space between */
};

static const struct provider providers[] = {
	{ "Microsoft.Network",
	  "privateDnsZones privateDnsZones/virtualNetworkLinks networkWatchers dnsZones "
	  "serviceEndpointPolicies routeFilters" },
	{ "Microsoft.Compute", "availabilitySets disks images galleries proximityPlacementGroups "
	                       "sshPublicKeys locations locations/operations" },
	{ "Microsoft.Resources", "resourceGroups deployments subscriptions tags templateSpecs" },
	{ "Microsoft.Storage", "storageAccounts" },
	{ "Microsoft.Authorization", "roleAssignments roleDefinitions locks policyAssignments" },
	{ "Microsoft.ManagedIdentity", "userAssignedIdentities" },
	{ "Microsoft.KeyVault", "vaults" },
	{ "Microsoft.Insights", "components diagnosticSettings" },
	{ "Microsoft.OperationalInsights", "workspaces" },
};

static void list_resource_type(json_t *list, const char *type, size_t n)
{
	json_t *shown = json_array();

	for (size_t i = 0; i < ARRAY_LEN(catalog_regions); i++)
		json_array_append_new(shown, json_string(catalog_regions[i].shown));
	json_array_append_new(list,
	                      json_pack("{s:s%,s:o,s:[s,s,s,s,s],s:s}", "resourceType", type, n,
	                                "locations", shown, "apiVersions", "2024-05-01",
	                                "2023-09-01", "2022-09-01", "2021-04-01", "2020-06-01",
	                                "capabilities", "SupportsTags, SupportsLocation"));
}

static void list_imported_types(json_t *list, const char *namespace)
{
	const struct import_provider *p;
	size_t n = strlen(namespace);

	for (size_t at = 0; (p = import_provider_next(&at));)
		if (!p->part && !strncasecmp(p->type, namespace, n) && p->type[n] == '/')
			list_resource_type(list, p->type + n + 1, strlen(p->type + n + 1));
}

static json_t *provider_json(const char *subscription, const char *name, const char *types)
{
	json_t *list = json_array();

	list_imported_types(list, name);
	for (const char *t = types; *t;) {
		size_t n = strcspn(t, " ");

		list_resource_type(list, t, n);
		t += n + (t[n] == ' ');
	}
	return json_pack("{s:o,s:s,s:s,s:s,s:o}", "id",
	                 json_sprintf("/subscriptions/%s/providers/%s", subscription, name),
	                 "namespace", name, "registrationState", "Registered", "registrationPolicy",
	                 "RegistrationRequired", "resourceTypes", list);
}

json_t *catalog_provider(const char *subscription, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(providers); i++)
		if (strieq(providers[i].name, name))
			return provider_json(subscription, providers[i].name, providers[i].types);
	return provider_json(subscription, name, "");
}

json_t *catalog_providers(const char *subscription)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(providers); i++)
		json_array_append_new(
		    list, provider_json(subscription, providers[i].name, providers[i].types));
	return list;
}
