/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route Servers: ARM calls them virtualHubs, as it does the hubs of Virtual WAN. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

static bool is_vwan(const struct res *r)
{
	return arm_get(r->j, "virtualWan") || arm_str(r->j, "addressPrefix") ||
	       arm_id(r->j, "vpnGateway") || arm_id(r->j, "expressRouteGateway");
}

static bool is_rs_subnet(const struct res *s)
{
	return streq(s->type, NET "virtualnetworks/subnets") &&
	       strieq(s->name, "RouteServerSubnet") && s->out;
}

/* Is an address of the instances in the subnet?  An export has them even where it names no
 * subnet. */
static bool has_instance(const struct res *s, const json_t *ips)
{
	struct prefix p;
	json_t *v;
	size_t i;
	ip4 ip;

	if (prefix_parse(json_string_value(json_object_get(s->out, "addressPrefix")), &p) < 0)
		return false;
	json_array_foreach ((json_t *)ips, i, v)
		if (json_is_string(v) && !ip4_parse(json_string_value(v), &ip) && prefix_has(p, ip))
			return true;
	return false;
}

/* A subnet of an export lists the ids of what is in it. */
static bool subnet_lists_hub(const struct res *s, const struct res *r)
{
	json_t *v;
	size_t i;

	json_array_foreach (arm_list(s->j, "ipConfigurations"), i, v) {
		const char *id = arm_str(v, "id");

		if (id && !strncasecmp(id, r->key, strlen(r->key)))
			return true;
	}
	return false;
}

/* The subnet of its IP configuration.  Exports often lack that: then one that lists the hub or
 * holds its addresses, or the only RouteServerSubnet. */
static const struct res *find_hub_subnet(struct import *im, struct res *r)
{
	const struct res *only = NULL;
	json_t *ips = arm_list(r->j, "virtualRouterIps");
	struct res *c;
	size_t n = 0;

	IM_EACH_CHILD(c, r, NET "virtualhubs/ipconfigurations")
	{
		const char *id = arm_id(c->j, "subnet");

		if (id)
			return im_ref(im, c, id, "subnet");
	}
	IM_EACH(im, c, NET "virtualnetworks/subnets")
	{
		if (!is_rs_subnet(c))
			continue;
		if (subnet_lists_hub(c, r) || has_instance(c, ips))
			return c;
		only = c;
		n++;
	}
	if (n == 1)
		im_note(im, SEV_INFO, "IMPORT-RS-01", r, NULL,
		        "nothing says in which subnet Route Server \"%s\" is: the only "
		        "RouteServerSubnet is taken",
		        r->name);
	return n == 1 ? only : NULL;
}

static void read_hub(struct import *im, struct res *r)
{
	static const char *const preferences[] = { "ExpressRoute", "VpnGateway", "ASPath", NULL };

	if (is_vwan(r)) {
		r->left_out = true;
		im_note(im, SEV_WARNING, "IMPORT-TYPE-02", r, NULL,
		        "\"%s\" is a hub of Virtual WAN, not a Route Server: it is not emulated",
		        r->name);
		return;
	}
	const struct res *subnet = find_hub_subnet(im, r);

	if (!subnet || !subnet->parent || !subnet->out) {
		im_leave_out(im, r, "export its virtual network, with its subnets, as well",
		             "it is not known in which virtual network it is");
		return;
	}
	json_t *obj = json_object();
	const char *preference = arm_word(arm_str(r->j, "hubRoutingPreference"), preferences);
	json_int_t asn;

	put_str(obj, "virtualNetwork", subnet->parent->lab);
	put_bool(obj, "allowBranchToBranchTraffic",
	         arm_bool(r->j, "allowBranchToBranchTraffic", false), false);
	if (preference && !streq(preference, "ExpressRoute"))
		put_str(obj, "hubRoutingPreference", preference);
	if (arm_int(r->j, "virtualRouterAsn", &asn) && asn != 65515 && asn)
		im_note(im, SEV_WARNING, "IMPORT-PROP-02", r, NULL,
		        "virtualRouterAsn is %" JSON_INTEGER_FORMAT
		        "; a Route Server's AS number is always 65515",
		        asn);
	im_put(im, "routeServers", r, obj);
}

/* A loop that forgets its index gives every connection the same peer. */
static bool has_peer(const json_t *rs, const char *ip, json_int_t asn)
{
	const char *name;
	json_t *c;

	json_object_foreach (json_object_get(rs, "bgpConnections"), name, c)
		if (strieq(json_string_value(json_object_get(c, "peerIp")), ip) &&
		    json_integer_value(json_object_get(c, "peerAsn")) == asn)
			return true;
	return false;
}

static void read_bgp_connection(struct import *im, struct res *r)
{
	json_int_t asn = 0;
	const char *ip = arm_address(im, r, r->j, "peerIp");

	if (!r->parent || !r->parent->out) {
		r->left_out = true;
		if (!r->parent)
			im_leave_out(im, r, NULL, "its Route Server is not among the resources");
		return;
	}
	if (!ip || !arm_int(r->j, "peerAsn", &asn)) {
		im_leave_out(im, r, "export it too: az network routeserver peering list",
		             "it lacks its peerIp or peerAsn");
		return;
	}
	if (has_peer(r->parent->out, ip, asn)) {
		im_note(
		    im, SEV_WARNING, "IMPORT-RS-02", r, NULL,
		    "connection \"%s\" has the peer of one before it, %s: a Route Server has one "
		    "session with it from each instance",
		    r->name, ip);
		return;
	}
	_cleanup_free_ char *scope = xasprintf("connections of %s", r->parent->key);
	json_t *obj = json_pack("{s:s, s:I}", "peerIp", ip, "peerAsn", asn);

	r->lab = im_name(im, scope, r, r->name);
	im_set_in(r->parent->out, "bgpConnections", r->lab, obj);
	r->out = obj;
	static const char *const maps[] = { "routingConfiguration.inboundRouteMap",
		                            "routingConfiguration.outboundRouteMap" };

	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		if (arm_id(r->j, maps[i]))
			im_note(im, SEV_WARNING, "IMPORT-PROP-02", r, NULL,
			        "connection \"%s\" has a route map (%s), which is not emulated",
			        r->name, maps[i]);
}

static const struct tf_type tf_route_servers[] = {
	{ "azurerm_route_server", ARM_NET "virtualHubs", .also = "ipConfigurations",
	  .also_attrs = TF_ATTRS{ { "subnet_id", "subnet", TF_ID },
	                          { "public_ip_address_id", "publicIPAddress", TF_ID },
	                          { 0 } },
	  .ids = " route_server_id ",
	  .attrs = TF_ATTRS{ { "sku", "sku" },
	                     { "branch_to_branch_traffic_enabled", "allowBranchToBranchTraffic" },
	                     { "hub_routing_preference", "hubRoutingPreference" },
	                     { "virtual_router_asn", "virtualRouterAsn" },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "branch_to_branch_traffic_enabled", "false" },
	                           { "hub_routing_preference", "\"ExpressRoute\"" },
	                           { 0 } } },
	{ "azurerm_route_server_bgp_connection", ARM_NET "virtualHubs/bgpConnections",
	  .parent_id = "route_server_id",
	  .attrs = TF_ATTRS{ { "peer_asn", "peerAsn" }, { "peer_ip", "peerIp" }, { 0 } } },
	{ 0 },
};

const struct import_type route_server_imports[] = {
	{ IMPORT_READ(NET "virtualhubs", "routeServers"),
	  .provider =
	      PROVIDER{ ARM_NET "virtualHubs",
	                .defaults = DEFAULTS{ { "sku", "\"Standard\"" },
	                                      { "virtualRouterAsn", "65515" },
	                                      { "allowBranchToBranchTraffic", "false" },
	                                      { "hubRoutingPreference", "\"ExpressRoute\"" },
	                                      { "routeTable", "{\"routes\":[]}" },
	                                      { "virtualHubRouteTableV2s", "[]" },
	                                      { 0 } } },
	  .terraform = tf_route_servers, .read = read_hub,
	  .lists = LISTS{ { "ipConfigurations", "ipconfigurations" },
	                  { "bgpConnections", "bgpconnections" },
	                  { 0 } },
	  .known = " sku allowBranchToBranchTraffic hubRoutingPreference virtualRouterAsn "
	           "virtualRouterIps virtualRouterAutoScaleConfiguration ipConfigurations "
	           "bgpConnections routingState virtualHubRouteTableV2s routeTable "
	           "preferredRoutingGateway securityProviderName virtualWan addressPrefix "
	           "vpnGateway expressRouteGateway azureFirewall p2SVpnGateway "
	           "securityPartnerProvider ",
	  .missing = LACKING{ { "routeMaps", "all routes pass unchanged" }, { 0 } },
	  .shown = SHOWN{ { "virtualRouterIps" },
	                  { "routingState" },
	                  { "bgpConnections" },
	                  { "ipConfigurations" },
	                  { 0 } } },
	{ IMPORT_PART(NET "virtualhubs/bgpconnections", "Route Server"),
	  .provider = PROVIDER{ ARM_NET "virtualHubs/bgpConnections" }, .read = read_bgp_connection,
	  .known = " peerIp peerAsn connectionState routingConfiguration "
	           "hubVirtualNetworkConnection peeringState ",
	  .shown = SHOWN{ { "connectionState" }, { 0 } } },
	{ IMPORT_PART(NET "virtualhubs/ipconfigurations", "Route Server"),
	  .provider =
	      PROVIDER{ ARM_NET "virtualHubs/ipConfigurations",
	                .defaults =
	                    DEFAULTS{ { "privateIPAllocationMethod", "\"Dynamic\"" }, { 0 } } } },
	{ IMPORT_MISSING(NET "virtualhubs/routemaps",
	                 "route maps are not emulated: all routes pass unchanged") },
	{ 0 },
};
