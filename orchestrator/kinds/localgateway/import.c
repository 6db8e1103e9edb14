/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local network gateways as ARM and azurerm have them: each becomes a site, too. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

/* Adds a host to the site, at base+10 of its first prefix that has so many addresses. */
static void put_host(json_t *site, const json_t *prefixes, const char *router)
{
	struct prefix p;
	json_t *v;
	size_t i;

	json_array_foreach ((json_t *)prefixes, i, v) {
		if (prefix_parse(json_string_value(v), &p) < 0 || p.len > 27)
			continue;
		const char *ip = IP4_STR(prefix_at(p, 10));

		if (!streq(ip, router))
			im_set_in(site, "hosts", "host", json_string(ip));
		return;
	}
}

static void put_bgp_settings(const struct res *r, const char *peer, json_t *obj)
{
	const json_t *bgp = arm_get(r->j, "bgpSettings");
	json_int_t asn = 0;

	if (arm_int(bgp, "asn", &asn) && asn > 0 && peer)
		json_object_set_new(obj, "bgpSettings",
		                    json_pack("{s:I, s:s}", "asn", asn, "bgpPeeringAddress", peer));
}

/* The site that a local network gateway describes. */
static json_t *make_site(const struct res *r, const json_t *lng, json_t *prefixes)
{
	const json_t *bgp = json_object_get(lng, "bgpSettings");
	const char *peer = json_string_value(json_object_get(bgp, "bgpPeeringAddress"));
	json_t *site = json_pack("{s:s, s:O}", "description",
	                         "what the local network gateway of "
	                         "this name describes",
	                         "addressPrefixes", prefixes);

	if (bgp) {
		json_object_set(site, "asn", json_object_get(bgp, "asn"));
		put_str(site, "bgpPeeringAddress", peer);
	}
	put_host(site, prefixes, arm_str(arm_get(r->j, "bgpSettings"), "bgpPeeringAddress"));
	put_str(site, "source", r->source);
	return site;
}

static void read_local(struct import *im, struct res *r)
{
	const char *ip = arm_address(im, r, r->j, "gatewayIpAddress");
	const char *peer = arm_address(im, r, arm_get(r->j, "bgpSettings"), "bgpPeeringAddress");
	/* Then it stands for an instance of a gateway of this design, and there is no site. */
	bool ours = im_gateway_at(im, ip) != NULL;
	json_t *prefixes =
	    arm_prefixes(im, r, arm_get(r->j, "localNetworkAddressSpace"), NULL, "addressPrefixes");

	if (!json_array_size(prefixes) && peer && !ours)
		json_array_append_new(prefixes, json_sprintf("%s/32", peer));
	if (!json_array_size(prefixes) && !peer) {
		json_decref(prefixes);
		im_leave_out(im, r, NULL, "it has neither address prefixes nor a BGP address");
		return;
	}
	json_t *lng = json_object();

	DESCRIBE(lng, ours ? NULL : ip ? ip : arm_str(r->j, "fqdn"));
	if (json_array_size(prefixes))
		json_object_set(lng, "addressPrefixes", prefixes);
	put_bgp_settings(r, peer, lng);
	if (ours) {
		put_str(lng, "gatewayIpAddress", ip);
	} else {
		put_str(lng, "site", r->lab);
		im_set_in(im->topology, "sites", r->lab, make_site(r, lng, prefixes));
	}
	json_decref(prefixes);
	im_put(im, "localNetworkGateways", r, lng);
}

static const struct tf_type tf_locals[] = {
	{ "azurerm_local_network_gateway", ARM_NET "localNetworkGateways",
	  .ids = " local_network_gateway_id ",
	  .attrs =
	      TF_ATTRS{ { "address_space", "localNetworkAddressSpace.addressPrefixes", TF_LIST },
	                { "gateway_address", "gatewayIpAddress" },
	                { "gateway_fqdn", "fqdn" },
	                { "bgp_settings", "bgpSettings", TF_BLOCK, tf_bgp_settings },
	                { 0 } } },
	{ 0 },
};

const struct import_type local_gateway_imports[] = {
	{ IMPORT_READ(NET "localnetworkgateways", "sites"),
	  .provider = PROVIDER{ ARM_NET "localNetworkGateways",
	                        .in_use = "LocalNetworkGatewayCannotBeDeleted" },
	  .terraform = tf_locals, .read = read_local,
	  .known = " localNetworkAddressSpace gatewayIpAddress fqdn bgpSettings " },
	{ 0 },
};
