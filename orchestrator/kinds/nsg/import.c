/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network security groups and their rules as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

/* A list of one is a scalar, as people write it. */
static void put_either(json_t *obj, const char *single, const char *plural, const struct res *r)
{
	json_t *list = arm_list(r->j, plural), *one = arm_get(r->j, single);

	if (json_array_size(list) == 1)
		json_object_set(obj, single, json_array_get(list, 0));
	else if (json_array_size(list))
		json_object_set(obj, plural, list);
	else if (json_is_integer(one))
		json_object_set_new(obj, single,
		                    json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(one)));
	else if (one && json_string_length(one))
		json_object_set(obj, single, one);
}

/* The addresses of a side.  False: there are some, and all of them are IPv6. */
static bool put_side_addresses(struct import *im, json_t *obj, const char *single,
                               const char *plural, const struct res *r)
{
	bool named = json_array_size(arm_list(r->j, plural)) || arm_str(r->j, single);
	json_t *list = arm_prefixes(im, r, r->j, single, plural);
	size_t n = json_array_size(list);

	if (n == 1)
		json_object_set(obj, single, json_array_get(list, 0));
	else if (n)
		json_object_set(obj, plural, list);
	json_decref(list);
	return n || !named;
}

static void put_groups(struct import *im, json_t *obj, const char *key, const struct res *r)
{
	json_t *list = json_array(), *v;
	size_t i;

	json_array_foreach (arm_list(r->j, key), i, v) {
		const char *lab = im_lab(im, r, arm_str(v, "id"), "application security group");

		if (lab)
			json_array_append_new(list, json_string(lab));
	}
	if (json_array_size(list))
		json_object_set(obj, key, list);
	json_decref(list);
}

/* True if the rule says who is on that side ("source", "destination"). */
static bool has_side(const json_t *rule, const char *side)
{
	static const char *const words[] = { "AddressPrefix", "AddressPrefixes",
		                             "ApplicationSecurityGroups" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		_cleanup_free_ char *key = xasprintf("%s%s", side, words[i]);

		if (json_object_get(rule, key))
			return true;
	}
	return false;
}

static void read_security_rule(struct import *im, struct res *r)
{
	static const char *const directions[] = { "Inbound", "Outbound", NULL };
	static const char *const accesses[] = { "Allow", "Deny", NULL };
	static const char *const protocols[] = { "Tcp", "Udp", "Icmp", "Esp", "Ah", "*", NULL };
	json_int_t priority;

	if (!im_has_parent(im, r, "security group"))
		return;
	if (!arm_int(r->j, "priority", &priority) || !arm_str(r->j, "direction") ||
	    !arm_str(r->j, "access")) {
		im_leave_out(im, r, NULL, "it lacks its priority, direction or access");
		return;
	}
	json_t *obj = json_object();
	bool source, destination;

	DESCRIBE(obj, arm_str(r->j, "description"));
	json_object_set_new(obj, "priority", json_integer(priority));
	put_str(obj, "direction", arm_word(arm_str(r->j, "direction"), directions));
	put_str(obj, "access", arm_word(arm_str(r->j, "access"), accesses));
	put_str(obj, "protocol", arm_word(arm_str(r->j, "protocol"), protocols));
	source = put_side_addresses(im, obj, "sourceAddressPrefix", "sourceAddressPrefixes", r);
	put_groups(im, obj, "sourceApplicationSecurityGroups", r);
	put_either(obj, "sourcePortRange", "sourcePortRanges", r);
	destination = put_side_addresses(im, obj, "destinationAddressPrefix",
	                                 "destinationAddressPrefixes", r);
	put_groups(im, obj, "destinationApplicationSecurityGroups", r);
	put_either(obj, "destinationPortRange", "destinationPortRanges", r);
	if (!source || !destination) { /* a rule about IPv6 */
		im_leave_ipv6(im, r, NULL);
		json_decref(obj);
		return;
	}
	/* Azure takes no rule without them; what nobody knows is not everybody. */
	if (!has_side(obj, "source") || !has_side(obj, "destination")) {
		im_leave_out(im, r, "give the addresses in the design",
		             has_side(obj, "source") ? "its destination is not known"
		                                     : "its source is not known");
		json_decref(obj);
		return;
	}
	r->lab = im_child_name(im, r, "rules");
	im_set_in(r->parent->out, "securityRules", r->lab, obj);
	r->out = obj;
}

static void read_security_group(struct import *im, struct res *r)
{
	im_put(im, r->row->map, r, json_object());
}

static const struct tf_attr tf_security_rule[] = {
	{ "priority", "priority" },
	{ "direction", "direction" },
	{ "access", "access" },
	{ "protocol", "protocol" },
	{ "source_port_range", "sourcePortRange" },
	{ "source_port_ranges", "sourcePortRanges", TF_LIST },
	{ "destination_port_range", "destinationPortRange" },
	{ "destination_port_ranges", "destinationPortRanges", TF_LIST },
	{ "source_address_prefix", "sourceAddressPrefix" },
	{ "source_address_prefixes", "sourceAddressPrefixes", TF_LIST },
	{ "destination_address_prefix", "destinationAddressPrefix" },
	{ "destination_address_prefixes", "destinationAddressPrefixes", TF_LIST },
	{ "source_application_security_group_ids", "sourceApplicationSecurityGroups", TF_IDS },
	{ "destination_application_security_group_ids", "destinationApplicationSecurityGroups",
	  TF_IDS },
	{ 0 },
};

static const struct tf_type tf_security_groups[] = {
	{ "azurerm_network_security_group", ARM_NET "networkSecurityGroups",
	  .ids = " network_security_group_id ",
	  .attrs = TF_ATTRS{ { "security_rule", "securityRules", TF_BLOCKS, tf_security_rule },
	                     { 0 } } },
	{ "azurerm_network_security_rule", ARM_NET "networkSecurityGroups/securityRules",
	  .parent_name = "network_security_group_name", .attrs = tf_security_rule },
	{ 0 },
};

const struct import_type nsg_imports[] = {
	{ IMPORT_READ(NET "networksecuritygroups", "networkSecurityGroups"),
	  .provider = PROVIDER{ ARM_NET "networkSecurityGroups",
	                        .children = CHILDREN{ { "securityRules" }, { 0 } },
	                        .in_use = "InUseNetworkSecurityGroupCannotBeDeleted",
	                        .defaults = DEFAULTS{ { "securityRules", "[]" }, { 0 } } },
	  .terraform = tf_security_groups, .read = read_security_group, .made_up = "security group",
	  .lists = LISTS{ { "securityRules", "securityrules" }, { 0 } },
	  .known = " securityRules defaultSecurityRules networkInterfaces subnets flowLogs "
	           "flushConnection ",
	  .shown = SHOWN{ { "networkInterfaces", .by = NET "networkinterfaces" },
	                  { "subnets", .by = NET "virtualnetworks/subnets" },
	                  { "defaultSecurityRules" },
	                  { 0 } } },
	{ IMPORT_PART(NET "networksecuritygroups/securityrules", "security group"),
	  .provider = PROVIDER{ ARM_NET "networkSecurityGroups/securityRules",
	                        .defaults = DEFAULTS{ { "sourceAddressPrefixes", "[]" },
	                                              { "destinationAddressPrefixes", "[]" },
	                                              { "sourcePortRanges", "[]" },
	                                              { "destinationPortRanges", "[]" },
	                                              { 0 } } },
	  .read = read_security_rule,
	  .known = " access description destinationAddressPrefix destinationAddressPrefixes "
	           "destinationApplicationSecurityGroups destinationPortRange "
	           "destinationPortRanges direction priority protocol sourceAddressPrefix "
	           "sourceAddressPrefixes sourceApplicationSecurityGroups sourcePortRange "
	           "sourcePortRanges " },
	{ IMPORT_IGNORED(NET "networksecuritygroups/defaultsecurityrules", "always the same") },
	{ 0 },
};
