/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of service tags as Microsoft publishes them (azure-behaviour 2.6), without their prefixes.
 *
 * New ones come every few months: a name that is missing here is no proof that there is no such
 * tag. */
#include "azure/service_tags.h"
#include "base/str.h"

/* clang-format off */
static const char *const published[] = {
	"ActionGroup",
	"AlertManagement",
	"ApiManagement",
	"AppConfiguration",
	"ApplicationInsightsAvailability",
	"AppService",
	"AppServiceManagement",
	"AutonomousDevelopmentPlatform",
	"AzureActiveDirectory",
	"AzureActiveDirectoryDomainServices",
	"AzureAdvancedThreatProtection",
	"AzureAPIForFHIR",
	"AzureArcInfrastructure",
	"AzureAttestation",
	"AzureBackup",
	"AzureBotService",
	"AzureCloud",
	"AzureCognitiveSearch",
	"AzureConnectors",
	"AzureContainerAppsService",
	"AzureContainerRegistry",
	"AzureCosmosDB",
	"AzureDatabricks",
	"AzureDataExplorerManagement",
	"AzureDataLake",
	"AzureDeviceUpdate",
	"AzureDevOps",
	"AzureDevSpaces",
	"AzureDigitalTwins",
	"AzureEventGrid",
	"AzureFrontDoor",
	"AzureHealthcareAPIs",
	"AzureInformationProtection",
	"AzureIoTHub",
	"AzureKeyVault",
	"AzureLoadBalancer",
	"AzureLoadTestingInstanceManagement",
	"AzureMachineLearning",
	"AzureMachineLearningInference",
	"AzureManagedGrafana",
	"AzureMonitor",
	"AzureMonitorForSAP",
	"AzureOpenDatasets",
	"AzurePlatformDNS",
	"AzurePlatformIMDS",
	"AzurePlatformLKM",
	"AzurePortal",
	"AzureResourceManager",
	"AzureSecurityCenter",
	"AzureSentinel",
	"AzureSignalR",
	"AzureSiteRecovery",
	"AzureSphere",
	"AzureSpringCloud",
	"AzureStack",
	"AzureTrafficManager",
	"AzureUpdateDelivery",
	"AzureVideoAnalyzerForMedia",
	"AzureWebPubSub",
	"BatchNodeManagement",
	"ChaosStudio",
	"CognitiveServicesFrontend",
	"CognitiveServicesManagement",
	"ContainerAppsManagement",
	"DataFactory",
	"DataFactoryManagement",
	"Dynamics365BusinessCentral",
	"Dynamics365ForMarketingEmail",
	"Dynamics365FraudProtection",
	"EOPExternalPublishedIPs",
	"EventHub",
	"GatewayManager",
	"GenevaActions",
	"GuestAndHybridManagement",
	"HDInsight",
	"Internet",
	"KustoAnalytics",
	"LogicApps",
	"LogicAppsManagement",
	"M365ManagementActivityApi",
	"M365ManagementActivityApiWebhook",
	"Marketplace",
	"MicrosoftAzureFluidRelay",
	"MicrosoftCloudAppSecurity",
	"MicrosoftContainerRegistry",
	"MicrosoftDefenderForEndpoint",
	"MicrosoftPurviewPolicyDistribution",
	"OneDsCollector",
	"PowerBI",
	"PowerPlatformInfra",
	"PowerPlatformPlex",
	"PowerQueryOnline",
	"SCCservice",
	"Scuba",
	"SecurityCopilot",
	"SerialConsole",
	"ServiceBus",
	"ServiceFabric",
	"Sql",
	"SqlManagement",
	"Storage",
	"StorageMover",
	"StorageSyncService",
	"VideoIndexer",
	"VirtualNetwork",
	"WindowsAdminCenter",
	"WindowsVirtualDesktop",
};

/* Behind the dot of a regional one; there are others, "Backend" of AzureFrontDoor. */
static const char *const tag_regions[] = {
	"asiaeast",
	"asiasoutheast",
	"australiacentral",
	"australiacentral2",
	"australiaeast",
	"australiasoutheast",
	"austriaeast",
	"belgiumcentral",
	"brazilsouth",
	"brazilsoutheast",
	"canadacentral",
	"canadaeast",
	"centralfrance",
	"centralindia",
	"centralus",
	"centraluseuap",
	"chilecentral",
	"denmarkeast",
	"eastasia",
	"eastus",
	"eastus2",
	"eastus2euap",
	"eastusstg",
	"francecentral",
	"francesouth",
	"germanyn",
	"germanynorth",
	"germanywc",
	"germanywestcentral",
	"indonesiacentral",
	"israelcentral",
	"italynorth",
	"japaneast",
	"japanwest",
	"jioindiacentral",
	"jioindiawest",
	"koreacentral",
	"koreasouth",
	"malaysiasouth",
	"malaysiawest",
	"mexicocentral",
	"newzealandnorth",
	"northcentralus",
	"northeurope",
	"norwaye",
	"norwayeast",
	"norwayw",
	"norwaywest",
	"polandcentral",
	"qatarcentral",
	"southafricanorth",
	"southafricawest",
	"southcentralus",
	"southcentralusstg",
	"southeastasia",
	"southfrance",
	"southindia",
	"spaincentral",
	"swedencentral",
	"swedensouth",
	"switzerlandn",
	"switzerlandnorth",
	"switzerlandw",
	"switzerlandwest",
	"taiwannorth",
	"uaecentral",
	"uaenorth",
	"uknorth",
	"uksouth",
	"uksouth2",
	"ukwest",
	"usstagee",
	"usstagec",
	"westcentralus",
	"westeurope",
	"westindia",
	"westus",
	"westus2",
	"westus3",
};
/* clang-format on */

/* Two letters wrong at most: AzureMonitor is no misspelt AzureCloud. */
enum { FAR = 3 };

static char *service_of_tag(const char *tag)
{
	return xstrndup(tag, strcspn(tag, "."));
}

static bool is_published(const char *service)
{
	for (size_t i = 0; i < ARRAY_LEN(published); i++)
		if (strieq(published[i], service))
			return true;
	return false;
}

static size_t length_without_number(const char *s)
{
	size_t n = strlen(s);

	while (n && s[n - 1] >= '0' && s[n - 1] <= '9')
		n--;
	return n;
}

/* The region that s is with one letter wrong.  "westus4" may be one that is new. */
static const char *region_meant(const char *s)
{
	const char *near = NULL;
	size_t n = length_without_number(s);

	for (size_t i = 0; i < ARRAY_LEN(tag_regions); i++) {
		size_t k = length_without_number(tag_regions[i]);

		if (strieq(tag_regions[i], s) || (n == k && !strncasecmp(tag_regions[i], s, n)))
			return NULL;
		if (!near && str_distance(tag_regions[i], s) == 1)
			near = tag_regions[i];
	}
	return near;
}

bool service_tag_published(const char *tag)
{
	_cleanup_free_ char *service = service_of_tag(tag);
	const char *dot = strchr(tag, '.');

	return is_published(service) &&
	       (!dot || (dot[1] && !strchr(dot + 1, '.') && !region_meant(dot + 1)));
}

char *service_tag_meant(const char *tag)
{
	_cleanup_free_ char *service = service_of_tag(tag);
	const char *best = NULL, *dot = strchr(tag, '.');
	const char *region = dot ? region_meant(dot + 1) : NULL;
	unsigned nearest = FAR;

	for (size_t i = 0; i < ARRAY_LEN(published); i++) {
		unsigned d = str_distance(service, published[i]);

		if (d < nearest) {
			best = published[i];
			nearest = d;
		}
	}
	if (!best)
		return NULL;
	return region ? xasprintf("%s.%s", best, region) : xstrdup(best);
}
