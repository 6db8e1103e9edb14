/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of gateways as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/resources.h"
#include "input/terraform/types.h"

/* The gateway of this design at the other end of a connection, or NULL. */
static const struct res *find_far_gateway(struct import *im, const struct res *c)
{
	const char *gw = arm_id(c->j, "virtualNetworkGateway2"),
	           *local = arm_id(c->j, "localNetworkGateway2");
	const struct res *l = local ? im_find(im, local) : NULL;

	if (gw)
		return im_find(im, gw);
	return l ? im_gateway_at(im, arm_str(l->j, "gatewayIpAddress")) : NULL;
}

static const struct res *near_gateway(struct import *im, const struct res *c)
{
	const char *gw = arm_id(c->j, "virtualNetworkGateway1");

	return gw ? im_find(im, gw) : NULL;
}

/* A tunnel whose two sides have different keys stays down, in the lab too.  The keys
 * themselves are not written. */
static void check_shared_keys(struct import *im, const struct res *r, json_t *obj)
{
	const char *own = arm_str(r->j, "sharedKey");
	const struct res *to = find_far_gateway(im, r), *from = near_gateway(im, r);
	struct res *c;

	if (!own || !to || !from)
		return;
	IM_EACH(im, c, NET "connections")
	{
		const char *key = arm_str(c->j, "sharedKey");

		if (key && near_gateway(im, c) == to && find_far_gateway(im, c) == from &&
		    !streq(key, own))
			put_str(obj, "sharedKey", strcmp(own, key) < 0 ? "one" : "another");
	}
}

/* "MY_CIRCUIT_ID" that is to be filled in is a name, too. */
static const char *circuit_name(const char *id)
{
	const char *slash = strrchr(id, '/');

	return slash ? slash + 1 : id;
}

/* A circuit is ordered long before, so that a design often only names it: the lab has one of that
 * name, with nothing behind. */
static const char *circuit_of(struct import *im, struct res *r, const char *id)
{
	_cleanup_free_ char *key = id ? resource_key(id) : NULL;

	if (!id || im_find(im, id) || !*circuit_name(id) ||
	    (strchr(id, '/') && !strstr(key, "/expressroutecircuits/")))
		return im_lab(im, r, id, "circuit");
	const char *lab = json_string_value(json_object_get(im->elsewhere, key));

	if (lab)
		return lab;
	lab = im_new_name(im, "expressRouteCircuits", r, circuit_name(id));
	json_object_set_new(im->elsewhere, key, json_string(lab));
	im_set_in(im->topology, "expressRouteCircuits", lab,
	          json_pack("{s:s}", "description", "deployed elsewhere"));
	im_note(
	    im, SEV_INFO, "IMPORT-SITE-02", r,
	    "export it, too, or add a site to the topology, with its prefixes, and name it in the "
	    "circuit",
	    "circuit \"%s\" is deployed elsewhere: the lab has one of that name, with nothing at "
	    "its customer's end",
	    lab);
	return lab;
}

/* The far end, by type; false: it is not there (and has its finding). */
static bool put_far_end(struct import *im, struct res *r, json_t *obj, const char *type)
{
	const char *lab = NULL, *key = "site";

	if (streq(type, "Vnet2Vnet")) {
		key = "remoteGateway";
		lab = im_lab(im, r, arm_id(r->j, "virtualNetworkGateway2"), "gateway");
	} else if (streq(type, "ExpressRoute")) {
		key = "circuit";
		lab = circuit_of(im, r, arm_id(r->j, "peer"));
	} else {
		struct res *local =
		    im_ref(im, r, arm_id(r->j, "localNetworkGateway2"), "local network gateway");

		key = "localNetworkGateway";
		lab = local && local->out ? local->lab : NULL;
	}
	put_str(obj, key, lab);
	return lab;
}

/* ARM has a list of objects, azurerm a block of two words. */
static void put_custom_addresses(const struct res *r, json_t *obj)
{
	json_t *from = arm_get(r->j, "gatewayCustomBgpIpAddresses"), *list = json_array(), *v;
	static const char *const words[] = { "primary", "secondary" };
	size_t i;

	json_array_foreach (from, i, v)
		if (arm_str(v, "customBgpIpAddress"))
			json_array_append_new(list, json_string(arm_str(v, "customBgpIpAddress")));
	for (i = 0; i < ARRAY_LEN(words) && json_is_object(from); i++)
		if (arm_str(from, words[i]))
			json_array_append_new(list, json_string(arm_str(from, words[i])));
	if (json_array_size(list))
		json_object_set(obj, "gatewayCustomBgpIpAddresses", list);
	json_decref(list);
}

/* Its local network gateway has an AS number, and an address that only Azure will know. */
static bool lacks_peer_address(struct import *im, const struct res *r)
{
	const char *id = arm_id(r->j, "localNetworkGateway2");
	const struct res *l = id ? im_find(im, id) : NULL;
	const json_t *bgp = l ? arm_get(l->j, "bgpSettings") : NULL;
	const char *peer = bgp ? arm_str(bgp, "bgpPeeringAddress") : NULL;
	json_int_t asn;
	ip4 ip;

	return bgp && arm_int(bgp, "asn", &asn) && (!peer || ip4_parse(peer, &ip) < 0);
}

static void put_enable_bgp(struct import *im, struct res *r, json_t *obj)
{
	bool bgp = arm_bool(r->j, "enableBgp", false);

	if (bgp && lacks_peer_address(im, r)) {
		bgp = false;
		im_note(im, SEV_WARNING, "IMPORT-OPEN-01", r,
		        "give the local network gateway an address, or let the lab have the routes "
		        "of its "
		        "address prefixes alone",
		        "the connection \"%s\" has BGP with an address that only Azure knows: it "
		        "comes up "
		        "without BGP",
		        r->name);
	}
	put_bool(obj, "enableBgp", bgp, false);
}

static void read_gateway_connection(struct import *im, struct res *r)
{
	static const char *const types[] = { "IPsec", "Vnet2Vnet", "ExpressRoute", NULL };
	const char *type = arm_word(arm_str(r->j, "connectionType"), types);
	const char *id = arm_id(r->j, "virtualNetworkGateway1");
	struct res *gw = im_ref(im, r, id, "gateway");

	if (!gw || !gw->out || !type) {
		im_leave_out(im, r, NULL, "%s",
		             type ? "its gateway is not in the lab" : "it has no connectionType");
		return;
	}
	json_t *obj = json_object();

	put_str(obj, "gateway", gw->lab);
	put_str(obj, "type", type);
	if (!put_far_end(im, r, obj, type)) {
		json_decref(obj);
		im_leave_out(im, r, NULL, "what is at its other end is not in the lab");
		return;
	}
	put_enable_bgp(im, r, obj);
	put_custom_addresses(r, obj);
	check_shared_keys(im, r, obj);
	im_put(im, "connections", r, obj);
}

static const struct tf_attr tf_custom_addresses[] = {
	{ "primary", "primary" },
	{ "secondary", "secondary" },
	{ 0 },
};

static const struct tf_type tf_connections[] = {
	{ "azurerm_virtual_network_gateway_connection", ARM_NET "connections",
	  .attrs = TF_ATTRS{ { "type", "connectionType" },
	                     { "virtual_network_gateway_id", "virtualNetworkGateway1", TF_ID },
	                     { "peer_virtual_network_gateway_id", "virtualNetworkGateway2", TF_ID },
	                     { "local_network_gateway_id", "localNetworkGateway2", TF_ID },
	                     { "express_route_circuit_id", "peer", TF_ID },
	                     { "enable_bgp", "enableBgp" },
	                     { "bgp_enabled", "enableBgp" },
	                     { "custom_bgp_addresses", "gatewayCustomBgpIpAddresses", TF_BLOCK,
	                       tf_custom_addresses },
	                     { "routing_weight", "routingWeight" },
	                     { "shared_key", "sharedKey" },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "bgp_enabled", "false", 4, 0, "enable_bgp" },
	                           { "enable_bgp", "false", 0, 3, "bgp_enabled" },
	                           { "connection_protocol", "\"IKEv2\"" },
	                           { 0 } } },
	{ 0 },
};

const struct import_type connection_imports[] = {
	{ IMPORT_READ(NET "connections", "connections"),
	  .provider = PROVIDER{ ARM_NET "connections" }, .terraform = tf_connections,
	  .read = read_gateway_connection,
	  .known = " connectionType virtualNetworkGateway1 virtualNetworkGateway2 "
	           "localNetworkGateway2 peer enableBgp sharedKey gatewayCustomBgpIpAddresses "
	           "authorizationKey connectionMode "
	           "connectionProtocol connectionStatus dpdTimeoutSeconds ipsecPolicies "
	           "tunnelConnectionStatus egressBytesTransferred ingressBytesTransferred "
	           "useLocalAzureIpAddress authenticationType certificateAuthentication "
	           "expressRouteGatewayBypass enablePrivateLinkFastPath tunnelProperties ",
	  .missing = LACKING{ { "routingWeight", "all connections weigh the same" },
	                      { "trafficSelectorPolicies", "the tunnel takes all traffic" },
	                      { "usePolicyBasedTrafficSelectors", "the tunnel takes all traffic" },
	                      { "egressNatRules", "addresses are not translated" },
	                      { "ingressNatRules", "addresses are not translated" },
	                      { "routingConfiguration", "Virtual WAN is not emulated" },
	                      { 0 } },
	  .shown = SHOWN{ { "connectionStatus" },
	                  { "ingressBytesTransferred" },
	                  { "egressBytesTransferred" },
	                  { 0 } } },
	{ IMPORT_IGNORED(NET "connections/sharedkey", "secrets; tunnels of the lab need none") },
	{ 0 },
};
