/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this version makes of each type of resource, and why.  `vnetlab import --coverage` prints
 * it; what moves packets and is not here, or is not emulated, is a finding as well. */
#include "input/import/priv.h"

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define READ(t, kind) { (t), TYPE_READ, (kind), true, NULL }
#define PART(t, of) { (t), TYPE_PART, NULL, true, ("read with its " of) }
#define IGNORED(t, why) { (t), TYPE_IGNORED, NULL, false, (why) }
#define MISSING(t, why) { (t), TYPE_UNSUPPORTED, NULL, true, (why) }
/* clang-format on */

static const char watch[] = "watches; moves no packet";
static const char names[] = "names; the lab works with addresses";
static const char data[] = "data or secrets; reached over a private or service endpoint, if at all";
static const char platform[] = "a service outside of the virtual network; reached over a private "
                               "or service endpoint, if at all";
static const char rights[] = "rights; moves no packet";
static const char machine[] = "where a machine runs and what it is made of; moves no packet";
static const char deployment[] = "how it is deployed; moves no packet";
static const char vwan[] = "Virtual WAN is not emulated";

/* The first that fits counts; "x/" and "x_" are everything that begins so. */
static const struct type_row rows[] = {
	IGNORED("azurerm_resource_group", deployment),
	IGNORED("azurerm_storage_", data),
	IGNORED("azurerm_key_vault", data),
	IGNORED("azurerm_key_vault_", data),
	IGNORED("azurerm_log_analytics_", watch),
	IGNORED("azurerm_monitor_", watch),
	IGNORED("azurerm_application_insights", watch),
	IGNORED("azurerm_network_watcher", watch),
	IGNORED("azurerm_network_watcher_", watch),
	IGNORED("azurerm_private_dns_", names),
	IGNORED("azurerm_dns_", names),
	IGNORED("azurerm_role_", rights),
	IGNORED("azurerm_user_assigned_identity", rights),
	IGNORED("azurerm_client_config", rights),
	IGNORED("azurerm_subscription", rights),
	IGNORED("random_", deployment),
	IGNORED("tls_", deployment),
	IGNORED("time_", deployment),
	IGNORED("local_", deployment),
	IGNORED("null_", deployment),
	READ(NET "virtualnetworks", "virtualNetworks"),
	PART(NET "virtualnetworks/subnets", "virtual network"),
	PART(NET "virtualnetworks/virtualnetworkpeerings", "virtual network"),
	READ(NET "routetables", "routeTables"),
	PART(NET "routetables/routes", "route table"),
	READ(NET "networksecuritygroups", "networkSecurityGroups"),
	PART(NET "networksecuritygroups/securityrules", "security group"),
	IGNORED(NET "networksecuritygroups/defaultsecurityrules", "always the same"),
	READ(NET "applicationsecuritygroups", "applicationSecurityGroups"),
	READ(NET "networkinterfaces", NULL),
	PART(NET "networkinterfaces/ipconfigurations", "NIC"),
	PART(NET "networkinterfaces/tapconfigurations", "NIC"),
	READ(NET "publicipaddresses", "publicIPAddresses"),
	IGNORED(NET "publicipprefixes", "its addresses are public IP addresses of their own"),
	READ("microsoft.compute/virtualmachines", "virtualMachines"),
	PART("microsoft.compute/virtualmachines/extensions", "virtual machine"),
	PART("microsoft.compute/virtualmachines/runcommands", "virtual machine"),
	READ("microsoft.compute/virtualmachinescalesets", "virtualMachines"),
	IGNORED("microsoft.compute/virtualmachinescalesets/extensions", machine),
	IGNORED("microsoft.compute/", machine),
	READ(NET "virtualhubs", "routeServers"),
	PART(NET "virtualhubs/ipconfigurations", "Route Server"),
	PART(NET "virtualhubs/bgpconnections", "Route Server"),
	MISSING(NET "virtualhubs/routemaps",
	        "route maps are not emulated: all routes pass unchanged"),
	MISSING(NET "virtualhubs/", vwan),
	MISSING(NET "virtualwans", vwan),
	MISSING(NET "vpngateways", vwan),
	MISSING(NET "vpngateways/", vwan),
	MISSING(NET "vpnsites", vwan),
	MISSING(NET "expressroutegateways", vwan),
	MISSING(NET "expressroutegateways/", vwan),
	MISSING(NET "p2svpngateways", vwan),
	IGNORED(NET "vpnserverconfigurations", "point-to-site clients are not part of a lab"),
	READ(NET "virtualnetworkgateways", "virtualNetworkGateways"),
	PART(NET "virtualnetworkgateways/ipconfigurations", "gateway"),
	READ(NET "localnetworkgateways", "sites"),
	READ(NET "connections", "connections"),
	IGNORED(NET "connections/sharedkey", "secrets; tunnels of the lab need none"),
	READ(NET "expressroutecircuits", "expressRouteCircuits"),
	PART(NET "expressroutecircuits/peerings", "circuit"),
	IGNORED(NET "expressroutecircuits/authorizations", rights),
	MISSING(NET "expressroutecircuits/peerings/connections", "Global Reach is not emulated"),
	MISSING(NET "expressrouteports", "ExpressRoute Direct is not emulated"),
	READ(NET "loadbalancers", "loadBalancers"),
	PART(NET "loadbalancers/frontendipconfigurations", "load balancer"),
	PART(NET "loadbalancers/backendaddresspools", "load balancer"),
	PART(NET "loadbalancers/loadbalancingrules", "load balancer"),
	PART(NET "loadbalancers/probes", "load balancer"),
	PART(NET "loadbalancers/inboundnatrules", "load balancer"),
	PART(NET "loadbalancers/outboundrules", "load balancer"),
	READ(NET "natgateways", "natGateways"),
	READ(NET "azurefirewalls", "azureFirewalls"),
	PART(NET "azurefirewalls/ipconfigurations", "firewall"),
	PART(NET "firewallpolicies", "firewall"),
	PART(NET "firewallpolicies/rulecollectiongroups", "firewall"),
	PART(NET "ipgroups", "firewall"),
	READ(NET "privateendpoints", "privateEndpoints"),
	IGNORED(NET "privateendpoints/privatednszonegroups", names),
	IGNORED(NET "bastionhosts",
	        "only takes addresses of AzureBastionSubnet; forwards nothing of the design's"),
	MISSING(NET "applicationgateways",
	        "application gateways are not emulated: nothing answers at its addresses"),
	MISSING(NET "privatelinkservices", "private link services are not emulated"),
	PART(NET "networkmanagers", "connectivity configurations"),
	PART(NET "networkmanagers/networkgroups", "connectivity configurations"),
	PART(NET "networkmanagers/networkgroups/staticmembers", "connectivity configurations"),
	READ(NET "networkmanagers/connectivityconfigurations", NULL),
	IGNORED(NET "networkmanagers/scopeconnections", rights),
	MISSING(NET "networkmanagers/",
	        "what a network manager deploys besides peerings and meshes is not emulated"),
	MISSING(NET "networkvirtualappliances", "managed appliances are not emulated"),
	MISSING(NET "virtualnetworktaps", "taps are not emulated"),
	MISSING(NET "serviceendpointpolicies", "service endpoint policies are not emulated"),
	IGNORED(NET "applicationgatewaywebapplicationfirewallpolicies", platform),
	IGNORED(NET "ddosprotectionplans", "protects from floods; moves no packet"),
	IGNORED(NET "ddoscustompolicies", "protects from floods; moves no packet"),
	IGNORED(NET "networkwatchers", watch),
	IGNORED(NET "networkwatchers/", watch),
	IGNORED(NET "networkprofiles", "a template for container groups' interfaces"),
	IGNORED(NET "networkintentpolicies", "made by other services to keep their subnet"),
	IGNORED(NET "privatednszones", names),
	IGNORED(NET "privatednszones/", names),
	IGNORED(NET "dnszones", names),
	IGNORED(NET "dnszones/", names),
	IGNORED(NET "dnsforwardingrulesets", names),
	IGNORED(NET "dnsforwardingrulesets/", names),
	IGNORED(NET "dnsresolvers", names),
	IGNORED(NET "dnsresolvers/", names),
	IGNORED(NET "frontdoors", platform),
	IGNORED(NET "frontdoorwebapplicationfirewallpolicies", platform),
	IGNORED(NET "trafficmanagerprofiles", platform),
	MISSING("microsoft.containerservice/managedclusters",
	        "the nodes of a Kubernetes cluster are not emulated"),
	MISSING("microsoft.containerinstance/containergroups", "container groups are not emulated"),
	MISSING("microsoft.netapp/netappaccounts/capacitypools/volumes",
	        "NetApp volumes are not emulated: nothing answers at their addresses"),
	IGNORED("microsoft.netapp/", data),
	IGNORED("microsoft.storage/", data),
	IGNORED("microsoft.keyvault/", data),
	IGNORED("microsoft.insights/", watch),
	IGNORED("microsoft.operationalinsights/", watch),
	IGNORED("microsoft.operationsmanagement/", watch),
	IGNORED("microsoft.alertsmanagement/", watch),
	IGNORED("microsoft.monitor/", watch),
	IGNORED("microsoft.security/", watch),
	IGNORED("microsoft.managedidentity/", rights),
	IGNORED("microsoft.authorization/", rights),
	IGNORED("microsoft.management/", rights),
	IGNORED("microsoft.subscription/", rights),
	IGNORED("microsoft.policyinsights/", rights),
	IGNORED("microsoft.resources/", deployment),
	IGNORED("microsoft.automation/", deployment),
	IGNORED("microsoft.devtestlab/", deployment),
	IGNORED("microsoft.maintenance/", deployment),
	IGNORED("microsoft.recoveryservices/", data),
	IGNORED("microsoft.dataprotection/", data),
	IGNORED("microsoft.portal/", watch),
	IGNORED("microsoft.cdn/", platform),
	IGNORED("microsoft.web/", platform),
	IGNORED("microsoft.sql/", platform),
	IGNORED("microsoft.documentdb/", platform),
	IGNORED("microsoft.cache/", platform),
	IGNORED("microsoft.servicebus/", platform),
	IGNORED("microsoft.eventhub/", platform),
	IGNORED("microsoft.eventgrid/", platform),
	IGNORED("microsoft.search/", platform),
	IGNORED("microsoft.cognitiveservices/", platform),
	IGNORED("microsoft.machinelearningservices/", platform),
	IGNORED("microsoft.containerregistry/", platform),
	IGNORED("microsoft.appconfiguration/", platform),
	IGNORED("microsoft.dbforpostgresql/", platform),
	IGNORED("microsoft.dbformysql/", platform),
};

const struct type_row *type_row(const char *type)
{
	static const struct type_row unknown_net = { NET, TYPE_UNKNOWN, NULL, true, NULL };
	static const struct type_row unknown = { "", TYPE_UNKNOWN, NULL, false, NULL };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i].type);

		if (strchr("/_", rows[i].type[n - 1]) ? !strncmp(type, rows[i].type, n)
		                                      : streq(type, rows[i].type))
			return &rows[i];
	}
	/* Diagnostic settings, locks and the like hang on anything. */
	return str_starts(type, NET) ? &unknown_net : &unknown;
}

void im_types(struct import *im)
{
	for (size_t i = 0; i < im->n; i++) {
		struct res *r = im->v[i];

		if (r->row->how == TYPE_UNKNOWN) {
			r->left_out = true;
			im_note(im, SEV_WARNING, "IMPORT-TYPE-01", r,
			        "the lab lacks it; if it moves packets, the lab is not the design",
			        "\"%s\" is of type %s, which is not understood", r->name, r->type);
		} else if (r->row->how == TYPE_UNSUPPORTED) {
			r->left_out = true;
			im_note(im, SEV_WARNING, "IMPORT-TYPE-02", r, NULL, "\"%s\" (%s): %s",
			        r->name, r->type, r->row->why);
		}
	}
}

static const char *const hows[] = { "read", "part", "ignored", "unsupported", "unknown" };

json_t *im_coverage(struct import *im)
{
	json_t *by_type = json_object(), *list = json_array(), *row;
	const char *type;

	for (size_t i = 0; i < im->n; i++) {
		const struct res *r = im->v[i];
		const char *how = hows[r->row->how];

		row = json_object_get(by_type, r->type);
		if (!row) {
			row = json_pack("{s:s, s:i, s:s, s:i, s:b, s:s?}", "type", r->type,
			                "resources", 0, "how", how, "leftOut", 0, "packets",
			                r->row->packets, "why", r->row->why);
			json_object_set_new(by_type, r->type, row);
		}
		json_t *n = json_object_get(row, "resources"),
		       *out = json_object_get(row, "leftOut");

		json_integer_set(n, json_integer_value(n) + 1);
		json_integer_set(out, json_integer_value(out) + r->left_out);
	}
	/* What was not understood is what one looks for. */
	for (size_t k = ARRAY_LEN(hows); k-- > 0;)
		json_object_foreach (by_type, type, row)
			if (streq(json_string_value(json_object_get(row, "how")), hows[k]))
				json_array_append(list, row);
	json_decref(by_type);
	return list;
}
