/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual networks, subnets, peerings. */
#include "azure/service_tags.h"
#include "input/import/priv.h"
#include "input/terraform/types.h"

static void read_vnet(struct import *im, struct res *r)
{
	json_t *prefixes =
	    arm_prefixes(im, r, arm_get(r->j, "addressSpace"), NULL, "addressPrefixes");

	/* az network vnet list has it outside of addressSpace. */
	if (!json_array_size(prefixes)) {
		json_decref(prefixes);
		prefixes = arm_prefixes(im, r, r->j, NULL, "addressPrefixes");
	}
	if (!json_array_size(prefixes)) {
		json_decref(prefixes);
		im_leave_out(im, r, NULL, "it has no IPv4 address prefix");
		return;
	}
	json_t *obj = json_object();
	const char *location = arm_str(r->j, "location");

	if (location &&
	    strpbrk(location, "([")) /* "[resourceGroup().location]" of a parameter file */
		im_note(im, SEV_INFO, "IMPORT-OPEN-02", r, "-p location=westeurope",
		        "\"%s\" is no region: the network has none", location);
	else
		put_str(obj, "location", location);
	if (r->made_up)
		put_str(obj, "description", "stands for a network that is not among the resources");
	json_object_set_new(obj, "addressPrefixes", prefixes);
	prefixes = arm_prefixes(im, r, arm_get(r->j, "summarizedGatewayPrefixes"), NULL,
	                        "addressPrefixes");
	if (json_array_size(prefixes))
		json_object_set(obj, "summarizedGatewayPrefixes", prefixes);
	json_decref(prefixes);
	im_put(im, "virtualNetworks", r, obj);
}

/* Locations are left out: Azure always lists the region and its pair. */
static void service_endpoints(struct import *im, struct res *r, json_t *obj)
{
	json_t *list = json_array(), *v;
	size_t i;

	json_array_foreach (arm_list(r->j, "serviceEndpoints"), i, v) {
		const char *s = json_is_string(v) ? json_string_value(v) : arm_str(v, "service");

		if (s && service_endpoint_tag(s))
			json_array_append_new(list, json_pack("{s:s}", "service", s));
		else if (s)
			im_note(im, SEV_WARNING, "IMPORT-PROP-02", r, NULL,
			        "service endpoint \"%s\" of subnet \"%s\" is not emulated", s,
			        r->name);
	}
	if (json_array_size(list))
		json_object_set(obj, "serviceEndpoints", list);
	json_decref(list);
}

static void read_subnet(struct import *im, struct res *r)
{
	struct res *vnet = r->parent;

	if (!vnet || !vnet->out) {
		im_leave_out(im, r, NULL, "its virtual network is not in the lab");
		return;
	}
	json_t *prefixes = arm_prefixes(im, r, r->j, "addressPrefix", "addressPrefixes");
	size_t n = json_array_size(prefixes);

	if (!n) {
		json_decref(prefixes);
		im_leave_out(im, r, NULL, "it has no IPv4 address prefix");
		return;
	}
	if (n > 1)
		im_note(im, SEV_WARNING, "IMPORT-PROP-02", r, NULL,
		        "subnet \"%s\" has %zu IPv4 prefixes; the lab has the first of them",
		        r->name, n);
	_cleanup_free_ char *scope = xasprintf("subnets of %s", vnet->key);
	json_t *obj = json_object();

	r->lab = im_name(im, scope, r, r->name);
	json_t *delegation = json_array_get(arm_list(r->j, "delegations"), 0);
	const char *to = arm_str(delegation, "serviceName");

	DESCRIBE(obj, to ? arena_printf(im->a, "delegated to %s", to) : NULL);
	json_object_set(obj, "addressPrefix", json_array_get(prefixes, 0));
	json_decref(prefixes);
	put_str(obj, "routeTable", im_lab(im, r, arm_id(r->j, "routeTable"), "route table"));
	put_str(obj, "networkSecurityGroup",
	        im_lab(im, r, arm_id(r->j, "networkSecurityGroup"), "security group"));
	put_str(obj, "natGateway", im_lab(im, r, arm_id(r->j, "natGateway"), "NAT gateway"));
	put_bool(obj, "defaultOutboundAccess", arm_bool(r->j, "defaultOutboundAccess", true), true);
	service_endpoints(im, r, obj);
	static const char *const policies[] = { "Disabled", "Enabled",
		                                "NetworkSecurityGroupEnabled", "RouteTableEnabled",
		                                NULL };
	const char *policy = arm_word(arm_str(r->j, "privateEndpointNetworkPolicies"), policies);

	if (policy && !streq(policy, "Disabled"))
		put_str(obj, "privateEndpointNetworkPolicies", policy);
	im_set_in(vnet->out, "subnets", r->lab, obj);
	r->out = obj;
}

/* --- peerings --------------------------------------------------------------------------------- */

/* Its own side, when nothing here says more of it. */
static void peer_back(struct import *im, const struct res *r, struct res *to)
{
	const char *of = r->parent->lab, *name;
	json_t *v;

	json_object_foreach (json_object_get(to->out, "peerings"), name, v)
		if (strieq(of, json_string_value(json_object_get(v, "remoteVirtualNetwork"))))
			return;
	v = json_pack("{s:s, s:b}", "remoteVirtualNetwork", of, "allowForwardedTraffic", 1);
	name = json_object_get(json_object_get(to->out, "peerings"), "back")
	           ? arena_printf(im->a, "back-%s", of)
	           : "back";
	im_set_in(to->out, "peerings", name, v);
}

/* What the file itself says of the side takes its place. */
static void forget_peering_back(struct res *vnet, const struct res *to)
{
	json_t *all = json_object_get(vnet->out, "peerings"), *v;
	const char *name;
	void *next;

	json_object_foreach_safe (all, next, name, v)
		if (vnet->made_up && str_starts(name, "back") &&
		    strieq(to->lab, json_string_value(json_object_get(v, "remoteVirtualNetwork"))))
			json_object_del(all, name);
}

/* The other network is not among the resources: one of the address space that the peering shows
 * stands for it, so that routes to it exist. */
static struct res *make_up_remote(struct import *im, struct res *r, const char *id)
{
	json_t *space = arm_get(r->j, "remoteVirtualNetworkAddressSpace");

	if (!space)
		space = arm_get(r->j, "remoteAddressSpace");
	json_t *prefixes = arm_prefixes(im, r, space, NULL, "addressPrefixes");
	struct res *to =
	    json_array_size(prefixes) ? NULL : im_find_like(im, r, id, "virtual network");

	if (to || (im->o->all_there && !json_array_size(prefixes))) {
		json_decref(prefixes);
		return to;
	}
	to = im_make_up_network(im, r, id, prefixes);
	if (to) {
		to->lab = im_name(im, "virtualNetworks", to, to->name);
		read_vnet(im, to);
	}
	return to;
}

/* Terraform and az name the network, without an id. */
static struct res *remote_of(struct import *im, struct res *r)
{
	const char *id = arm_id(r->j, "remoteVirtualNetwork");

	if (!id) {
		im_leave_out(im, r, NULL, "it names no remote virtual network");
		return NULL;
	}
	struct res *to = im_find(im, id);

	if (!to)
		to = make_up_remote(im, r, id);
	if (!to)
		to = im_ref(im, r, id, "virtual network");
	if (!to || !to->out) {
		r->left_out = true;
		return NULL;
	}
	if (to->made_up)
		peer_back(im, r, to);
	return to;
}

/* Is there a gateway or a Route Server of it among the resources? */
static bool has_gateway(struct import *im, const struct res *vnet)
{
	static const char *const types[] = { NET "virtualnetworkgateways/ipconfigurations",
		                             NET "virtualhubs/ipconfigurations" };
	struct res *c;

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		IM_EACH(im, c, types[i])
		{
			const char *id = arm_id(c->j, "subnet");
			const struct res *subnet = id ? im_find(im, id) : NULL;

			/* An export often leaves out the subnet of a Route Server. */
			if (!subnet || subnet->parent == vnet)
				return true;
		}
	return false;
}

/* Has it a subnet for a gateway or a Route Server that another file deploys?  In an exam of the
 * whole what is not among the resources is not there. */
static bool gateway_is_elsewhere(struct import *im, const struct res *vnet)
{
	struct res *s;

	if (im->o->all_there || has_gateway(im, vnet))
		return false;
	IM_EACH_CHILD(s, vnet, NET "virtualnetworks/subnets")
	{
		if (strieq(s->name, "GatewaySubnet") || strieq(s->name, "RouteServerSubnet"))
			return true;
	}
	return false;
}

/* Whether it has a gateway, and what that announces, is not known of what is deployed elsewhere. */
static bool uses_remote_gateways(struct import *im, const struct res *r, const struct res *to)
{
	bool uses = arm_bool(r->j, "useRemoteGateways", false);

	if (uses && to->made_up) {
		im_note(
		    im, SEV_WARNING, "IMPORT-REF-05", r,
		    "give the folder of all files, or what deploys it, too",
		    "peering \"%s\" has useRemoteGateways, and virtual network \"%s\" is deployed "
		    "elsewhere: the routes of its gateways are not known, and not there",
		    r->name, to->name);
	} else if (uses && gateway_is_elsewhere(im, to)) {
		im_note(
		    im, SEV_WARNING, "IMPORT-REF-05", r,
		    "give the folder of all files, or what deploys it, too; where nobody does, "
		    "Azure answers RemoteVnetHasNoGateways",
		    "peering \"%s\" has useRemoteGateways, and virtual network \"%s\" has a subnet "
		    "for a gateway that is deployed elsewhere: its routes are not known, and not "
		    "there",
		    r->name, to->name);
		return false;
	}
	return uses && !to->made_up;
}

static void subnet_names(const struct res *r, json_t *obj, const char *key)
{
	json_t *list = arm_list(r->j, key);

	if (json_array_size(list))
		json_object_set(obj, key, list);
}

static void read_peering(struct import *im, struct res *r)
{
	struct res *vnet = r->parent, *to;

	if (!vnet || !vnet->out) {
		im_leave_out(im, r, NULL, "its virtual network is not in the lab");
		return;
	}
	to = remote_of(im, r);
	if (!to)
		return;
	const char *state = arm_str(r->j, "peeringState");

	if (state && strieq(state, "Disconnected"))
		im_note(im, SEV_WARNING, "IMPORT-PEERING-01", r,
		        "delete it and make both sides anew",
		        "peering \"%s\" is Disconnected in Azure; in the lab it works if the other "
		        "side is there",
		        r->name);
	_cleanup_free_ char *scope = xasprintf("peerings of %s", vnet->key);
	json_t *obj = json_object();

	r->lab = im_name(im, scope, r, r->name);
	put_str(obj, "remoteVirtualNetwork", to->lab);
	put_bool(obj, "allowVirtualNetworkAccess",
	         arm_bool(r->j, "allowVirtualNetworkAccess", true), true);
	put_bool(obj, "allowForwardedTraffic", arm_bool(r->j, "allowForwardedTraffic", false),
	         false);
	put_bool(obj, "allowGatewayTransit", arm_bool(r->j, "allowGatewayTransit", false), false);
	put_bool(obj, "useRemoteGateways", uses_remote_gateways(im, r, to), false);
	if (!arm_bool(r->j, "peerCompleteVnets", true)) {
		json_object_set_new(obj, "peerCompleteVnets", json_false());
		subnet_names(r, obj, "localSubnetNames");
		subnet_names(r, obj, "remoteSubnetNames");
	}
	forget_peering_back(vnet, to);
	im_set_in(vnet->out, "peerings", r->lab, obj);
	r->out = obj;
}

static const struct tf_attr tf_inline_subnet[] = {
	{ "address_prefix", "addressPrefix" },
	{ "address_prefixes", "addressPrefixes", TF_LIST },
	{ "security_group", "networkSecurityGroup", TF_ID },
	{ "route_table_id", "routeTable", TF_ID },
	{ "default_outbound_access_enabled", "defaultOutboundAccess" },
	{ "service_endpoints", "serviceEndpoints", TF_SERVICES },
	{ 0 },
};

static const struct tf_type tf_networks[] = {
	{ "azurerm_virtual_network", ARM_NET "virtualNetworks",
	  .ids = " virtual_network_id remote_virtual_network_id ",
	  .attrs = TF_ATTRS{ { "address_space", "addressSpace.addressPrefixes", TF_LIST },
	                     { "subnet", "subnets", TF_BLOCKS, tf_inline_subnet },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "subnet.default_outbound_access_enabled", "true" }, { 0 } } },
	{ 0 },
};

static const struct tf_type tf_subnets[] = {
	{ "azurerm_subnet", ARM_NET "virtualNetworks/subnets", .parent_id = "virtual_network_id",
	  .parent_name = "virtual_network_name", .ids = " subnet_id ",
	  .attrs =
	      TF_ATTRS{ { "address_prefix", "addressPrefix" },
	                { "address_prefixes", "addressPrefixes", TF_LIST },
	                { "default_outbound_access_enabled", "defaultOutboundAccess" },
	                { "private_endpoint_network_policies_enabled",
	                  "privateEndpointNetworkPolicies", TF_ENABLED },
	                { "private_endpoint_network_policies", "privateEndpointNetworkPolicies" },
	                { "service_endpoints", "serviceEndpoints", TF_SERVICES },
	                { "network_security_group_id", "networkSecurityGroup", TF_ID },
	                { "route_table_id", "routeTable", TF_ID },
	                { 0 } },
	  .defaults = TF_DEFAULTS{ { "default_outbound_access_enabled", "true" },
	                           { "private_endpoint_network_policies", "\"Disabled\"", 4, 0 },
	                           { "private_endpoint_network_policies", "\"Enabled\"", 0, 3,
	                             "private_endpoint_network_policies_enabled" },
	                           { "private_link_service_network_policies_enabled", "true" },
	                           { 0 } } },
	{ "azurerm_subnet_route_table_association", .parent_id = "subnet_id", .joins = true,
	  .attrs = TF_ATTRS{ { "route_table_id", "routeTable", TF_ID }, { 0 } } },
	{ "azurerm_subnet_network_security_group_association", .parent_id = "subnet_id",
	  .joins = true,
	  .attrs =
	      TF_ATTRS{ { "network_security_group_id", "networkSecurityGroup", TF_ID }, { 0 } } },
	{ "azurerm_subnet_nat_gateway_association", .parent_id = "subnet_id", .joins = true,
	  .attrs = TF_ATTRS{ { "nat_gateway_id", "natGateway", TF_ID }, { 0 } } },
	{ 0 },
};

static const struct tf_type tf_peerings[] = {
	{ "azurerm_virtual_network_peering", ARM_NET "virtualNetworks/virtualNetworkPeerings",
	  .parent_id = "virtual_network_id", .parent_name = "virtual_network_name",
	  .attrs = TF_ATTRS{ { "remote_virtual_network_id", "remoteVirtualNetwork", TF_ID },
	                     { "allow_virtual_network_access", "allowVirtualNetworkAccess" },
	                     { "allow_forwarded_traffic", "allowForwardedTraffic" },
	                     { "allow_gateway_transit", "allowGatewayTransit" },
	                     { "use_remote_gateways", "useRemoteGateways" },
	                     { "peer_complete_virtual_networks_enabled", "peerCompleteVnets" },
	                     { "local_subnet_names", "localSubnetNames", TF_LIST },
	                     { "remote_subnet_names", "remoteSubnetNames", TF_LIST },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "allow_virtual_network_access", "true" },
	                           { "allow_forwarded_traffic", "false" },
	                           { "allow_gateway_transit", "false" },
	                           { "use_remote_gateways", "false" },
	                           { "peer_complete_virtual_networks_enabled", "true" },
	                           { 0 } } },
	{ 0 },
};

const struct import_type vnet_imports[] = {
	{ IMPORT_READ(NET "virtualnetworks", "virtualNetworks"),
	  .provider =
	      PROVIDER{ ARM_NET "virtualNetworks",
	                .children = CHILDREN{ { "subnets" }, { "virtualNetworkPeerings" }, { 0 } },
	                .in_use = "InUseSubnetCannotBeDeleted",
	                .defaults = DEFAULTS{ { "subnets", "[]" },
	                                      { "virtualNetworkPeerings", "[]" },
	                                      { "enableDdosProtection", "false" },
	                                      { 0 } } },
	  .terraform = tf_networks, .read = read_vnet, .made_up = "virtual network",
	  .lists = LISTS{ { "subnets", "subnets" },
	                  { "virtualNetworkPeerings", "virtualnetworkpeerings" },
	                  { 0 } },
	  .known = " addressSpace addressPrefixes summarizedGatewayPrefixes subnets "
	           "virtualNetworkPeerings dhcpOptions enableDdosProtection ddosProtectionPlan "
	           "enableVmProtection flowTimeoutInMinutes flowLogs privateEndpointVNetPolicies "
	           "ipAllocations defaultPublicNatGateway ",
	  .missing = LACKING{ { "bgpCommunities", "gateways announce no communities" },
	                      { "encryption", "packets are not encrypted" },
	                      { 0 } } },
	{ IMPORT_PART(NET "virtualnetworks/subnets", "virtual network"),
	  .provider =
	      PROVIDER{ ARM_NET "virtualNetworks/subnets", .in_use = "InUseSubnetCannotBeDeleted",
	                .defaults =
	                    DEFAULTS{ { "delegations", "[]" },
	                              { "privateEndpointNetworkPolicies", "\"Disabled\"" },
	                              { "privateLinkServiceNetworkPolicies", "\"Enabled\"" },
	                              { 0 } } },
	  .terraform = tf_subnets, .read = read_subnet,
	  .known = " addressPrefix addressPrefixes routeTable networkSecurityGroup natGateway "
	           "serviceEndpoints defaultOutboundAccess privateEndpointNetworkPolicies "
	           "privateLinkServiceNetworkPolicies delegations ipConfigurations "
	           "ipConfigurationProfiles privateEndpoints purpose resourceNavigationLinks "
	           "serviceAssociationLinks applicationGatewayIPConfigurations ipAllocations "
	           "networkIntentPolicies "
	           "ipamPoolPrefixAllocations sharingScope ",
	  .missing = LACKING{ { "serviceEndpointPolicies", "every service is reached" }, { 0 } },
	  .shown = SHOWN{ { "ipConfigurations", .by = "*/ipconfigurations" },
	                  { "ipConfigurations", .by = "*/frontendipconfigurations" },
	                  { "privateEndpoints", .by = NET "privateendpoints" },
	                  { "purpose" },
	                  { 0 } } },
	{ IMPORT_PART(NET "virtualnetworks/virtualnetworkpeerings", "virtual network"),
	  .provider = PROVIDER{ ARM_NET "virtualNetworks/virtualNetworkPeerings",
	                        .defaults = DEFAULTS{ { "allowVirtualNetworkAccess", "true" },
	                                              { "allowForwardedTraffic", "false" },
	                                              { "allowGatewayTransit", "false" },
	                                              { "useRemoteGateways", "false" },
	                                              { 0 } } },
	  .terraform = tf_peerings, .read = read_peering,
	  .known = " remoteVirtualNetwork allowVirtualNetworkAccess allowForwardedTraffic "
	           "allowGatewayTransit useRemoteGateways peeringState peeringSyncLevel "
	           "localSubnetNames remoteSubnetNames peerCompleteVnets doNotVerifyRemoteGateways "
	           "localAddressSpace localVirtualNetworkAddressSpace remoteAddressSpace "
	           "remoteVirtualNetworkAddressSpace remoteBgpCommunities "
	           "remoteVirtualNetworkEncryption ",
	  .missing = LACKING{ { "enableOnlyIPv6Peering", "IPv6 is not emulated" }, { 0 } },
	  .shown = SHOWN{ { "peeringState" },
	                  { "peeringSyncLevel" },
	                  { "remoteAddressSpace" },
	                  { "remoteVirtualNetworkAddressSpace" },
	                  { 0 } } },
	{ 0 },
};
