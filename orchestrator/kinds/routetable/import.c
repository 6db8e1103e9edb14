/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route tables and routes as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

static void read_table(struct import *im, struct res *r)
{
	json_t *obj = json_object();

	put_bool(obj, "disableBgpRoutePropagation",
	         arm_bool(r->j, "disableBgpRoutePropagation", false), false);
	im_put(im, "routeTables", r, obj);
}

/* An appliance or a firewall of another file: without the route its packets would find another way
 * than in Azure. */
static const char *make_up_hop(struct import *im, const struct res *r)
{
	static const char nobody[] = "198.19.255.4";

	im_note(im, SEV_WARNING, "IMPORT-OPEN-01", r,
	        "check the folder that has both templates, or give the address here",
	        "the next hop %s of route \"%s\" is one that only Azure knows: %s, which nobody "
	        "has, stands for it, so that what takes the route is dropped",
	        arm_str(r->j, "nextHopIpAddress"), r->name, nobody);
	return nobody;
}

static void read_table_route(struct import *im, struct res *r)
{
	static const char *const hops[] = {
		"VirtualAppliance", "VirtualNetworkGateway", "VnetLocal", "Internet", "None", NULL
	};
	const char *type = arm_word(arm_str(r->j, "nextHopType"), hops);
	const char *via = arm_str(r->j, "nextHopIpAddress");

	if (!im_has_parent(im, r, "route table"))
		return;
	const char *prefix = arm_address(im, r, r->j, "addressPrefix");

	if (!prefix && arm_is_open(r->j, "addressPrefix")) {
		r->left_out = true; /* reported */
		return;
	}
	if (prefix && arm_family(prefix) == 0) {
		im_leave_ipv6(im, r, prefix);
		return;
	}
	if (!prefix || !type) {
		im_leave_out(im, r, NULL, "it lacks %s", prefix ? "nextHopType" : "addressPrefix");
		return;
	}
	if (strieq(type, "VirtualApplianceEcmp")) {
		json_t *many = arm_list(arm_get(r->j, "nextHop"), "nextHopIpAddresses");

		via = json_string_value(json_array_get(many, 0));
		type = "VirtualAppliance";
		im_note(im, SEV_WARNING, "IMPORT-PROP-02", r, NULL,
		        "route \"%s\" has several next hops; the lab has the first of them",
		        r->name);
	}
	if (streq(type, "VirtualAppliance") && arm_is_open(r->j, "nextHopIpAddress"))
		via = make_up_hop(im, r);
	json_t *obj = json_object();

	r->lab = im_child_name(im, r, "routes");
	put_str(obj, "addressPrefix", prefix);
	put_str(obj, "nextHopType", type);
	if (streq(type, "VirtualAppliance"))
		put_str(obj, "nextHopIpAddress", via);
	im_set_in(r->parent->out, "routes", r->lab, obj);
	r->out = obj;
}

static const struct tf_attr tf_route[] = {
	{ "address_prefix", "addressPrefix" },
	{ "next_hop_type", "nextHopType" },
	{ "next_hop_in_ip_address", "nextHopIpAddress" },
	{ 0 },
};

static const struct tf_type tf_route_tables[] = {
	{ "azurerm_route_table", ARM_NET "routeTables", .ids = " route_table_id ",
	  .attrs =
	      TF_ATTRS{ { "bgp_route_propagation_enabled", "disableBgpRoutePropagation", TF_NOT },
	                { "disable_bgp_route_propagation", "disableBgpRoutePropagation" },
	                { "route", "routes", TF_BLOCKS, tf_route },
	                { 0 } },
	  .defaults = TF_DEFAULTS{ { "bgp_route_propagation_enabled", "true", 4, 0,
	                             "disable_bgp_route_propagation" },
	                           { "disable_bgp_route_propagation", "false", 0, 3,
	                             "bgp_route_propagation_enabled" },
	                           { 0 } } },
	{ "azurerm_route", ARM_NET "routeTables/routes", .parent_name = "route_table_name",
	  .attrs = tf_route },
	{ 0 },
};

const struct import_type route_table_imports[] = {
	{ IMPORT_READ(NET "routetables", "routeTables"),
	  .provider = PROVIDER{ ARM_NET "routeTables", .children = CHILDREN{ { "routes" }, { 0 } },
	                        .in_use = "InUseRouteTableCannotBeDeleted",
	                        .defaults = DEFAULTS{ { "routes", "[]" },
	                                              { "disableBgpRoutePropagation", "false" },
	                                              { 0 } } },
	  .terraform = tf_route_tables, .read = read_table, .made_up = "route table",
	  .lists = LISTS{ { "routes", "routes" }, { 0 } },
	  .known = " disableBgpRoutePropagation routes subnets ",
	  .missing = LACKING{ { "disablePeeringRoute", "peering routes are there" }, { 0 } },
	  .shown = SHOWN{ { "subnets", .by = NET "virtualnetworks/subnets" }, { 0 } } },
	{ IMPORT_PART(NET "routetables/routes", "route table"),
	  .provider = PROVIDER{ ARM_NET "routeTables/routes" }, .read = read_table_route,
	  .known = " addressPrefix nextHopType nextHopIpAddress nextHop hasBgpOverride " },
	{ 0 },
};
