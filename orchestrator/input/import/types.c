/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this version makes of each type of resource, and why.  `vnetlab import --coverage` prints
 * it; what moves packets and is not here, or is not emulated, is a finding as well. */
#include "input/terraform/types.h"
#include "input/import/priv.h"

static const char watch[] = "watches; moves no packet";
static const char data[] = "data or secrets; reached over a private or service endpoint, if at all";
static const char platform[] = "a service outside of the virtual network; reached over a private "
                               "or service endpoint, if at all";
static const char deployment[] = "how it is deployed; moves no packet";
static const char vwan[] = "Virtual WAN is not emulated";

static const struct tf_type tf_bastions[] = {
	{ "azurerm_bastion_host", ARM_NET "bastionHosts",
	  .attrs =
	      TF_ATTRS{ { "ip_configuration", "ipConfigurations", TF_BLOCKS, tf_address }, { 0 } },
	  .defaults = TF_DEFAULTS{ { "sku", "\"Basic\"" },
	                           { "ip_connect_enabled", "false" },
	                           { "tunneling_enabled", "false" },
	                           { 0 } } },
	{ 0 },
};

static const struct tf_type tf_wans[] = {
	{ "azurerm_virtual_wan", ARM_NET "virtualWans", .ids = " virtual_wan_id ",
	  .attrs = TF_ATTRS{ { 0 } },
	  .defaults = TF_DEFAULTS{ { "type", "\"Standard\"" },
	                           { "allow_branch_to_branch_traffic", "true" },
	                           { 0 } } },
	{ "azurerm_virtual_hub", ARM_NET "virtualHubs",
	  .attrs = TF_ATTRS{ { "address_prefix", "addressPrefix" },
	                     { "virtual_wan_id", "virtualWan", TF_ID },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "branch_to_branch_traffic_enabled", "false" },
	                           { "hub_routing_preference", "\"ExpressRoute\"" },
	                           { 0 } } },
	{ 0 },
};

/* The template of one is evaluated, and what it makes is among the resources
 * (input/open_terraform.c).
 */
static const struct tf_type tf_deployments[] = {
	{ "azurerm_resource_group_template_deployment", "Microsoft.Resources/deployments",
	  .attrs = TF_ATTRS{ { "template_content", "template", TF_JSON },
	                     { "parameters_content", "parameters", TF_JSON },
	                     { 0 } } },
	{ 0 },
};

/* Types that no family reads. */
const struct import_type import_others[] = {
	{ IMPORT_IGNORED("azurerm_resource_group", deployment) },
	{ IMPORT_IGNORED("azurerm_storage_", data) },
	{ IMPORT_IGNORED("azurerm_key_vault", data) },
	{ IMPORT_IGNORED("azurerm_key_vault_", data) },
	{ IMPORT_IGNORED("azurerm_log_analytics_", watch) },
	{ IMPORT_IGNORED("azurerm_monitor_", watch) },
	{ IMPORT_IGNORED("azurerm_application_insights", watch) },
	{ IMPORT_IGNORED("azurerm_network_watcher", watch) },
	{ IMPORT_IGNORED("azurerm_network_watcher_", watch) },
	{ IMPORT_IGNORED("azurerm_private_dns_", WHY_NAMES) },
	{ IMPORT_IGNORED("azurerm_dns_", WHY_NAMES) },
	{ IMPORT_IGNORED("azurerm_role_", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_user_assigned_identity", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_client_config", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_subscription", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_automation_", deployment) },
	{ IMPORT_IGNORED("azurerm_logic_app_", deployment) },
	{ IMPORT_IGNORED("azurerm_marketplace_agreement", deployment) },
	{ IMPORT_IGNORED("azurerm_resource_provider_registration", deployment) },
	{ IMPORT_IGNORED("azurerm_dev_test_", deployment) },
	{ IMPORT_IGNORED("azurerm_consumption_budget_", deployment) },
	{ IMPORT_IGNORED("azurerm_maintenance_", deployment) },
	{ IMPORT_IGNORED("azurerm_management_", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_policy_", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_federated_identity_credential", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_resource_policy_", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_subscription_policy_", WHY_RIGHTS) },
	{ IMPORT_IGNORED("azurerm_availability_set", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_managed_disk", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_virtual_machine_data_disk_attachment", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_proximity_placement_group", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_image", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_shared_image", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_shared_image_", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_ssh_public_key", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_disk_encryption_set", WHY_MACHINE) },
	{ IMPORT_IGNORED("azurerm_security_center_", watch) },
	{ IMPORT_IGNORED("azurerm_portal_dashboard", watch) },
	{ IMPORT_IGNORED("azurerm_network_connection_monitor", watch) },
	{ IMPORT_IGNORED("azurerm_recovery_services_", data) },
	{ IMPORT_IGNORED("azurerm_backup_", data) },
	{ IMPORT_IGNORED("azurerm_data_protection_", data) },
	{ IMPORT_IGNORED("azurerm_mssql_", platform) },
	{ IMPORT_IGNORED("azurerm_sql_", platform) },
	{ IMPORT_IGNORED("azurerm_postgresql_", platform) },
	{ IMPORT_IGNORED("azurerm_mysql_", platform) },
	{ IMPORT_IGNORED("azurerm_cosmosdb_", platform) },
	{ IMPORT_IGNORED("azurerm_redis_", platform) },
	{ IMPORT_IGNORED("azurerm_app_service", platform) },
	{ IMPORT_IGNORED("azurerm_app_service_", platform) },
	{ IMPORT_IGNORED("azurerm_service_plan", platform) },
	{ IMPORT_IGNORED("azurerm_linux_web_app", platform) },
	{ IMPORT_IGNORED("azurerm_windows_web_app", platform) },
	{ IMPORT_IGNORED("azurerm_function_app", platform) },
	{ IMPORT_IGNORED("azurerm_linux_function_app", platform) },
	{ IMPORT_IGNORED("azurerm_windows_function_app", platform) },
	{ IMPORT_IGNORED("azurerm_container_registry", platform) },
	{ IMPORT_IGNORED("azurerm_eventhub", platform) },
	{ IMPORT_IGNORED("azurerm_eventhub_", platform) },
	{ IMPORT_IGNORED("azurerm_eventgrid_", platform) },
	{ IMPORT_IGNORED("azurerm_servicebus_", platform) },
	{ IMPORT_IGNORED("azurerm_cognitive_", platform) },
	{ IMPORT_IGNORED("azurerm_search_service", platform) },
	{ IMPORT_IGNORED("azurerm_cdn_", platform) },
	{ IMPORT_IGNORED("azurerm_frontdoor", platform) },
	{ IMPORT_IGNORED("azurerm_frontdoor_", platform) },
	{ IMPORT_IGNORED("azurerm_traffic_manager_", platform) },
	{ IMPORT_IGNORED("azurerm_app_configuration", platform) },
	{ IMPORT_IGNORED("azurerm_web_application_firewall_policy", platform) },
	{ IMPORT_IGNORED("azurerm_network_ddos_protection_plan",
	                 "protects from floods; moves no packet") },
	{ IMPORT_MISSING("azurerm_virtual_hub_", vwan) },
	{ IMPORT_MISSING("azurerm_vpn_gateway", vwan) },
	{ IMPORT_MISSING("azurerm_vpn_gateway_", vwan) },
	{ IMPORT_MISSING("azurerm_vpn_site", vwan) },
	{ IMPORT_MISSING("azurerm_express_route_gateway", vwan) },
	{ IMPORT_MISSING("azurerm_express_route_connection", vwan) },
	{ IMPORT_MISSING("azurerm_point_to_site_vpn_gateway", vwan) },
	{ IMPORT_MISSING("azurerm_subnet_service_endpoint_storage_policy",
	                 "service endpoint policies are not emulated") },
	{ IMPORT_IGNORED("random_", deployment) },
	{ IMPORT_IGNORED("tls_", deployment) },
	{ IMPORT_IGNORED("time_", deployment) },
	{ IMPORT_IGNORED("local_", deployment) },
	{ IMPORT_IGNORED("null_", deployment) },
	{ IMPORT_IGNORED("microsoft.compute/", WHY_MACHINE) },
	{ IMPORT_MISSING(NET "virtualhubs/", vwan) },
	{ IMPORT_MISSING(NET "virtualwans", vwan), .terraform = tf_wans },
	{ IMPORT_MISSING(NET "vpngateways", vwan) },
	{ IMPORT_MISSING(NET "vpngateways/", vwan) },
	{ IMPORT_MISSING(NET "vpnsites", vwan) },
	{ IMPORT_MISSING(NET "expressroutegateways", vwan) },
	{ IMPORT_MISSING(NET "expressroutegateways/", vwan) },
	{ IMPORT_MISSING(NET "p2svpngateways", vwan) },
	{ IMPORT_IGNORED(NET "vpnserverconfigurations",
	                 "point-to-site clients are not part of a lab") },
	{ IMPORT_MISSING(NET "expressrouteports", "ExpressRoute Direct is not emulated") },
	{ IMPORT_IGNORED(
	      NET "bastionhosts",
	      "only takes addresses of AzureBastionSubnet; forwards nothing of the design's"),
	  .provider = PROVIDER{ ARM_NET "bastionHosts",
	                        .children = CHILDREN{ { "ipConfigurations" }, { 0 } } },
	  .terraform = tf_bastions },
	{ IMPORT_MISSING(NET "networkvirtualappliances", "managed appliances are not emulated") },
	{ IMPORT_MISSING(NET "virtualnetworktaps", "taps are not emulated") },
	{ IMPORT_MISSING(NET "serviceendpointpolicies",
	                 "service endpoint policies are not emulated") },
	{ IMPORT_IGNORED(NET "applicationgatewaywebapplicationfirewallpolicies", platform) },
	{ IMPORT_IGNORED(NET "ddosprotectionplans", "protects from floods; moves no packet") },
	{ IMPORT_IGNORED(NET "ddoscustompolicies", "protects from floods; moves no packet") },
	{ IMPORT_IGNORED(NET "networkwatchers", watch) },
	{ IMPORT_IGNORED(NET "networkwatchers/", watch) },
	{ IMPORT_IGNORED(NET "networkprofiles", "a template for container groups' interfaces") },
	{ IMPORT_IGNORED(NET "networkintentpolicies",
	                 "made by other services to keep their subnet") },
	{ IMPORT_IGNORED(NET "privatednszones", WHY_NAMES) },
	{ IMPORT_IGNORED(NET "privatednszones/", WHY_NAMES) },
	{ IMPORT_IGNORED(NET "dnszones", WHY_NAMES) },
	{ IMPORT_IGNORED(NET "dnszones/", WHY_NAMES) },
	{ IMPORT_IGNORED(NET "dnsforwardingrulesets", WHY_NAMES) },
	{ IMPORT_IGNORED(NET "dnsforwardingrulesets/", WHY_NAMES) },
	{ IMPORT_IGNORED(NET "dnsresolvers/", WHY_NAMES) },
	{ IMPORT_IGNORED(NET "frontdoors", platform) },
	{ IMPORT_IGNORED(NET "frontdoorwebapplicationfirewallpolicies", platform) },
	{ IMPORT_IGNORED(NET "trafficmanagerprofiles", platform) },
	{ IMPORT_IGNORED("microsoft.netapp/", data) },
	{ IMPORT_IGNORED("microsoft.storage/", data) },
	{ IMPORT_IGNORED("microsoft.keyvault/", data) },
	{ IMPORT_IGNORED("microsoft.insights/", watch) },
	{ IMPORT_IGNORED("microsoft.operationalinsights/", watch) },
	{ IMPORT_IGNORED("microsoft.operationsmanagement/", watch) },
	{ IMPORT_IGNORED("microsoft.alertsmanagement/", watch) },
	{ IMPORT_IGNORED("microsoft.monitor/", watch) },
	{ IMPORT_IGNORED("microsoft.security/", watch) },
	{ IMPORT_IGNORED("microsoft.managedidentity/", WHY_RIGHTS) },
	{ IMPORT_IGNORED("microsoft.authorization/", WHY_RIGHTS) },
	{ IMPORT_IGNORED("microsoft.management/", WHY_RIGHTS) },
	{ IMPORT_IGNORED("microsoft.subscription/", WHY_RIGHTS) },
	{ IMPORT_IGNORED("microsoft.policyinsights/", WHY_RIGHTS) },
	{ IMPORT_IGNORED("microsoft.resources/deployments", deployment),
	  .terraform = tf_deployments },
	{ IMPORT_IGNORED("microsoft.resources/", deployment) },
	{ IMPORT_IGNORED("microsoft.automation/", deployment) },
	{ IMPORT_IGNORED("microsoft.logic/", deployment) },
	{ IMPORT_IGNORED("microsoft.devtestlab/", deployment) },
	{ IMPORT_IGNORED("microsoft.maintenance/", deployment) },
	{ IMPORT_IGNORED("microsoft.recoveryservices/", data) },
	{ IMPORT_IGNORED("microsoft.dataprotection/", data) },
	{ IMPORT_IGNORED("microsoft.portal/", watch) },
	{ IMPORT_IGNORED("microsoft.cdn/", platform) },
	{ IMPORT_IGNORED("microsoft.web/", platform) },
	{ IMPORT_IGNORED("microsoft.sql/", platform) },
	{ IMPORT_IGNORED("microsoft.documentdb/", platform) },
	{ IMPORT_IGNORED("microsoft.cache/", platform) },
	{ IMPORT_IGNORED("microsoft.servicebus/", platform) },
	{ IMPORT_IGNORED("microsoft.eventhub/", platform) },
	{ IMPORT_IGNORED("microsoft.eventgrid/", platform) },
	{ IMPORT_IGNORED("microsoft.search/", platform) },
	{ IMPORT_IGNORED("microsoft.cognitiveservices/", platform) },
	{ IMPORT_IGNORED("microsoft.machinelearningservices/", platform) },
	{ IMPORT_IGNORED("microsoft.containerregistry/", platform) },
	{ IMPORT_IGNORED("microsoft.appconfiguration/", platform) },
	{ IMPORT_IGNORED("microsoft.dbforpostgresql/", platform) },
	{ IMPORT_IGNORED("microsoft.dbformysql/", platform) },
	{ 0 },
};

static bool is_prefix(const char *type)
{
	return strchr("/_", type[strlen(type) - 1]) != NULL;
}

static const struct import_type *find_row(const struct import *im, const char *type, bool prefix)
{
	for (const struct import_type *const *rows = im->table; *rows; rows++)
		for (const struct import_type *row = *rows; row->type; row++)
			if (is_prefix(row->type) == prefix &&
			    (prefix ? str_starts(type, row->type) : streq(type, row->type)))
				return row;
	return NULL;
}

const struct import_type *import_type_find(const struct import *im, const char *type)
{
	static const struct import_type unknown_net = { NET, TYPE_UNKNOWN, .packets = true };
	static const struct import_type unknown = { "", TYPE_UNKNOWN };
	const struct import_type *row = find_row(im, type, false);

	if (!row)
		row = find_row(im, type, true);
	/* Diagnostic settings, locks and the like hang on anything. */
	return row ? row : str_starts(type, NET) ? &unknown_net : &unknown;
}

/* The route tables that each virtual hub has, a Route Server's too, when nobody wrote into them. */
static bool is_made_by_azure(const struct res *r)
{
	static const char *const names[] = { "defaultRouteTable", "noneRouteTable" };

	return streq(r->type, NET "virtualhubs/hubroutetables") && r->parent &&
	       !arm_get(r->parent->j, "virtualWan") && !json_array_size(arm_list(r->j, "routes")) &&
	       (strieq(r->name, names[0]) || strieq(r->name, names[1]));
}

void im_types(struct import *im)
{
	static const struct import_type empty = { IMPORT_IGNORED(NET "virtualhubs/hubroutetables",
		                                                 "made by Azure, and empty") };

	for (size_t i = 0; i < im->n; i++) {
		struct res *r = im->v[i];

		if (is_made_by_azure(r))
			r->row = &empty;
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
