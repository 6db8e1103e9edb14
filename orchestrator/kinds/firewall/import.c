/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewalls, with the rules of their own (classic) or of their policy. */
#include "kinds/firewall/import.h"
#include "input/terraform/types.h"

/* Private ranges: a policy has a list, a classic firewall one string. */
static void put_ranges(struct import *im, const json_t *j, json_t *obj)
{
	json_t *list = firewall_texts(arm_list(j, "snat.privateRanges"), NULL), *extra, *v;
	const char *key;

	extra = arm_get(j, "additionalProperties");
	json_object_foreach (extra, key, v) {
		const char *s = json_string_value(v);

		for (; s && strieq(key, "Network.SNAT.PrivateRanges") && *s;) {
			size_t n;

			s += strspn(s, ", ");
			n = strcspn(s, ", ");
			if (n)
				json_array_append_new(
				    list, json_string(arena_printf(im->a, "%.*s", (int)n, s)));
			s += n;
		}
	}
	firewall_put_list(obj, "privateRanges", list);
}

static const char *place_firewall(struct import *im, struct res *r, const char **ret_ip,
                                  json_t *publics)
{
	const char *vnet = NULL;
	struct res *c;

	IM_EACH_CHILD(c, r, NET "azurefirewalls/ipconfigurations")
	{
		struct res *subnet = im_ref(im, c, arm_id(c->j, "subnet"), "subnet");
		const char *public =
		    im_use(im, c, arm_id(c->j, "publicIPAddress"), "public address");

		if (subnet && subnet->out && subnet->parent)
			vnet = subnet->parent->lab;
		if (!*ret_ip)
			*ret_ip = arm_str(c->j, "privateIPAddress");
		if (public)
			json_array_append_new(publics, json_string(public));
	}
	return vnet;
}

static void read_firewall(struct import *im, struct res *r)
{
	json_t *obj = json_object(), *names = json_array();
	const char *ip = NULL, *vnet = place_firewall(im, r, &ip, names);

	if (!vnet) {
		json_decref(obj);
		json_decref(names);
		im_leave_out(im, r, NULL,
		             arm_id(r->j, "virtualHub") ? "it is in a hub of Virtual WAN"
		                                        : "it is not known in which virtual "
		                                          "network it is");
		return;
	}
	DESCRIBE(obj, arm_str(arm_get(r->j, "sku"), "tier"));
	put_str(obj, "virtualNetwork", vnet);
	put_str(obj, "privateIPAddress", ip);
	firewall_put_list(obj, "publicIPAddresses", names);
	put_ranges(im, r->j, obj);
	firewall_put_own(im, r, obj);
	const struct res *policy = im_ref(im, r, arm_id(r->j, "firewallPolicy"), "firewall policy");

	if (policy) {
		put_ranges(im, policy->j, obj);
		firewall_put_policy(im, policy, obj);
	}
	im_put(im, "azureFirewalls", r, obj);
}

static const struct tf_attr tf_firewall_rule[] = {
	{ "protocols", "protocols", TF_LIST },
	{ "source_addresses", "sourceAddresses", TF_LIST },
	{ "source_ip_groups", "sourceIpGroups", TF_LIST },
	{ "destination_addresses", "destinationAddresses", TF_LIST },
	{ "destination_address", "destinationAddress" },
	{ "destination_ip_groups", "destinationIpGroups", TF_LIST },
	{ "destination_fqdns", "destinationFqdns", TF_LIST },
	{ "destination_ports", "destinationPorts", TF_LIST },
	{ "translated_address", "translatedAddress" },
	{ "translated_fqdn", "translatedFqdn" },
	{ "translated_port", "translatedPort" },
	{ 0 },
};

/* The attributes of a collection: a block of a policy's group, or a resource of its own of a
 * firewall. */
static const struct tf_attr tf_firewall_collection[] = {
	{ "priority", "priority" },
	{ "action", "action.type" },
	{ "rule", "rules", TF_BLOCKS, tf_firewall_rule },
	{ 0 },
};

static const struct tf_attr tf_hub[] = { { "virtual_hub_id", "id" }, { 0 } };

static const struct tf_type tf_firewalls[] = {
	{ "azurerm_firewall", ARM_NET "azureFirewalls",
	  .attrs = TF_ATTRS{ { "sku_name", "sku.name" },
	                     { "sku_tier", "sku.tier" },
	                     { "ip_configuration", "ipConfigurations", TF_BLOCKS, tf_address },
	                     { "virtual_hub", "virtualHub", TF_BLOCK, tf_hub },
	                     { "firewall_policy_id", "firewallPolicy", TF_ID },
	                     { "private_ip_ranges", "snat.privateRanges", TF_LIST },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "sku_name", "\"AZFW_VNet\"", 0, 2 },
	                           { "sku_tier", "\"Standard\"", 0, 3 },
	                           { "threat_intel_mode", "\"Alert\"" },
	                           { 0 } } },
	{ "azurerm_firewall_network_rule_collection",
	  ARM_NET "azureFirewalls/networkRuleCollections", .parent_name = "azure_firewall_name",
	  .fold = "networkRuleCollections", .attrs = tf_firewall_collection },
	{ "azurerm_firewall_nat_rule_collection", ARM_NET "azureFirewalls/natRuleCollections",
	  .parent_name = "azure_firewall_name", .fold = "natRuleCollections",
	  .attrs = tf_firewall_collection },
	{ "azurerm_firewall_application_rule_collection",
	  ARM_NET "azureFirewalls/applicationRuleCollections", .parent_name = "azure_firewall_name",
	  .fold = "applicationRuleCollections",
	  .attrs = TF_ATTRS{ { "priority", "priority" }, { 0 } } },
	{ "azurerm_firewall_policy", ARM_NET "firewallPolicies",
	  .attrs = TF_ATTRS{ { "sku", "sku.tier" },
	                     { "base_policy_id", "basePolicy", TF_ID },
	                     { "private_ip_ranges", "snat.privateRanges", TF_LIST },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "sku", "\"Standard\"" },
	                           { "threat_intelligence_mode", "\"Alert\"" },
	                           { 0 } } },
	{ "azurerm_firewall_policy_rule_collection_group",
	  ARM_NET "firewallPolicies/ruleCollectionGroups", .parent_id = "firewall_policy_id",
	  .attrs = TF_ATTRS{ { "priority", "priority" },
	                     { "network_rule_collection", "networkRuleCollections", TF_BLOCKS,
	                       tf_firewall_collection },
	                     { "nat_rule_collection", "natRuleCollections", TF_BLOCKS,
	                       tf_firewall_collection },
	                     { "application_rule_collection", "applicationRuleCollections",
	                       TF_BLOCKS, tf_firewall_collection },
	                     { 0 } } },
	{ "azurerm_ip_group", ARM_NET "ipGroups",
	  .attrs = TF_ATTRS{ { "cidrs", "ipAddresses", TF_LIST }, { 0 } } },
	{ 0 },
};

const struct import_type firewall_imports[] = {
	{ IMPORT_READ(NET "azurefirewalls", "azureFirewalls"),
	  .provider = PROVIDER{ ARM_NET "azureFirewalls",
	                        .children = CHILDREN{ { "ipConfigurations" }, { 0 } } },
	  .terraform = tf_firewalls, .read = read_firewall,
	  .lists = LISTS{ { "ipConfigurations", "ipconfigurations" }, { 0 } } },
	{ IMPORT_PART(NET "azurefirewalls/ipconfigurations", "firewall") },
	{ IMPORT_PART(NET "firewallpolicies", "firewall"),
	  .provider = PROVIDER{ ARM_NET "firewallPolicies", .in_use = "FirewallPolicyInUse" } },
	{ IMPORT_PART(NET "firewallpolicies/rulecollectiongroups", "firewall"),
	  .provider = PROVIDER{ ARM_NET "firewallPolicies/ruleCollectionGroups" } },
	{ IMPORT_PART(NET "ipgroups", "firewall"), .provider = PROVIDER{ ARM_NET "ipGroups" } },
	{ 0 },
};
