/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure's own limits: one below, at, and one beyond each; only what is beyond is reported. */
#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "input/topology.h"
#include "unit.h"

/* --- designs of a size ------------------------------------------------------------------------ */

static json_t *object_at(json_t *o, const char *key)
{
	if (!json_object_get(o, key))
		json_object_set_new(o, key, json_object());
	return json_object_get(o, key);
}

/* A VNet Hub, 10.0.0.0/8, with a subnet "a", and a VM in it. */
static json_t *base(void)
{
	static const char TEXT[] =
	    "{\"virtualNetworks\":{\"Hub\":{\"addressPrefixes\":[\"10.0.0.0/8\"],\"subnets\":{"
	    "\"a\":{\"addressPrefix\":\"10.0.1.0/24\"}}}},"
	    "\"virtualMachines\":{\"vm\":{\"nic\":{\"subnet\":\"Hub/a\"}}}}";
	json_t *d = json_loads(TEXT, 0, NULL);

	assert_non_null(d);
	return d;
}

static json_t *subnets_of(json_t *d)
{
	return object_at(object_at(object_at(d, "virtualNetworks"), "Hub"), "subnets");
}

static void put_subnet(json_t *d, const char *name, unsigned second, unsigned len)
{
	json_object_set_new(
	    subnets_of(d), name,
	    json_pack("{s:o}", "addressPrefix", json_sprintf("10.%u.0.0/%u", second, len)));
}

static void put_vnet(json_t *d, const char *name, unsigned second)
{
	json_object_set_new(object_at(d, "virtualNetworks"), name,
	                    json_pack("{s:[o],s:{s:{s:o}}}", "addressPrefixes",
	                              json_sprintf("172.%u.0.0/16", second), "subnets", "s",
	                              "addressPrefix", json_sprintf("172.%u.0.0/24", second)));
}

static void put_route(json_t *d, unsigned i, json_t *prefix)
{
	json_t *t = object_at(object_at(d, "routeTables"), "t");
	char name[16];

	snprintf(name, sizeof(name), "r%u", i);
	json_object_set_new(object_at(t, "routes"), name,
	                    json_pack("{s:o,s:s}", "addressPrefix", prefix, "nextHopType", "None"));
}

static void routes(json_t *d, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		put_route(d, i, json_sprintf("11.%u.%u.0/24", i / 256, i % 256));
}

static void tag_routes(json_t *d, unsigned n)
{
	char name[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "Storage.Region%u", i);
		json_object_set_new(
		    object_at(d, "serviceTags"), name,
		    json_pack("{s:[o]}", "addressPrefixes", json_sprintf("20.%u.0.0/16", i)));
		put_route(d, i, json_string(name));
	}
}

/* Both halves of a peering of `n` subnets with one. */
static void peered_subnets(json_t *d, unsigned n)
{
	json_t *names = json_array();
	char name[16];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		put_subnet(d, name, 10 + i, 24);
		json_array_append_new(names, json_string(name));
	}
	put_vnet(d, "Spoke", 16);
	json_t *all = object_at(d, "virtualNetworks");

	json_object_set_new(object_at(object_at(all, "Hub"), "peerings"), "to",
	                    json_pack("{s:s,s:b,s:O,s:[s]}", "remoteVirtualNetwork", "Spoke",
	                              "peerCompleteVnets", 0, "localSubnetNames", names,
	                              "remoteSubnetNames", "s"));
	json_object_set_new(object_at(object_at(all, "Spoke"), "peerings"), "back",
	                    json_pack("{s:s,s:b,s:[s],s:o}", "remoteVirtualNetwork", "Hub",
	                              "peerCompleteVnets", 0, "localSubnetNames", "s",
	                              "remoteSubnetNames", names));
}

static void groups(json_t *d, unsigned n)
{
	char name[16];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "g%u", i);
		json_object_set_new(object_at(d, "connectedGroups"), name,
		                    json_pack("{s:[s]}", "virtualNetworks", "Hub"));
	}
}

static json_t *route_server(json_t *d)
{
	put_subnet(d, "RouteServerSubnet", 250, 26);
	json_t *rs = object_at(object_at(d, "routeServers"), "rs");

	json_object_set_new(rs, "virtualNetwork", json_string("Hub"));
	return object_at(rs, "bgpConnections");
}

static void peers(json_t *d, unsigned n)
{
	json_t *conns = route_server(d);
	char name[16];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		json_object_set_new(conns, name,
		                    json_pack("{s:o,s:i}", "peerIp",
		                              json_sprintf("10.0.1.%u", 10 + i), "peerAsn", 65001));
	}
}

static json_t *prefixes(unsigned n)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, json_sprintf("60.%u.%u.0/24", i / 256, i % 256));
	return list;
}

static void advertised(json_t *d, unsigned n)
{
	json_object_set_new(route_server(d), "nva",
	                    json_pack("{s:s,s:i}", "peerIp", "10.0.1.9", "peerAsn", 65001));
	json_object_set_new(object_at(d, "virtualMachines"), "nva",
	                    json_pack("{s:s,s:{s:s,s:s,s:b},s:{s:i,s:o}}", "image", "bird", "nic",
	                              "subnet", "Hub/a", "privateIPAddress", "10.0.1.9",
	                              "enableIPForwarding", 1, "bgp", "asn", 65001, "advertise",
	                              prefixes(n)));
}

static void gateway(json_t *d, const char *type, const char *connection)
{
	put_subnet(d, "GatewaySubnet", 251, 26);
	json_object_set_new(object_at(d, "virtualNetworkGateways"), "gw",
	                    json_pack("{s:s,s:s}", "virtualNetwork", "Hub", "gatewayType", type));
	json_object_set_new(object_at(d, "connections"), "cn", json_loads(connection, 0, NULL));
}

static void site(json_t *d, unsigned n)
{
	json_object_set_new(object_at(d, "sites"), "dc",
	                    json_pack("{s:o,s:i}", "addressPrefixes", prefixes(n), "asn", 65010));
}

static void vpn_site(json_t *d, unsigned n)
{
	site(d, n);
	gateway(d, "Vpn",
	        "{\"gateway\":\"gw\",\"type\":\"IPsec\",\"site\":\"dc\",\"enableBgp\":true}");
}

static void circuit(json_t *d, unsigned n, const char *tier)
{
	site(d, n);
	json_object_set_new(object_at(d, "expressRouteCircuits"), "er",
	                    json_pack("{s:s,s:s}", "site", "dc", "skuTier", tier));
	gateway(d, "ExpressRoute",
	        "{\"gateway\":\"gw\",\"type\":\"ExpressRoute\",\"circuit\":\"er\"}");
}

static void standard_circuit(json_t *d, unsigned n)
{
	circuit(d, n, "Standard");
}

static void premium_circuit(json_t *d, unsigned n)
{
	circuit(d, n, "Premium");
}

/* What the VNet has, the gateway announces. */
static void vnet_to_circuit(json_t *d, unsigned n)
{
	json_t *all =
	    json_object_get(object_at(object_at(d, "virtualNetworks"), "Hub"), "addressPrefixes");

	for (unsigned i = 1; i < n; i++)
		json_array_append_new(all, json_sprintf("100.%u.%u.0/24", 70 + i / 256, i % 256));
	circuit(d, 1, "Standard");
}

static void priority(json_t *d, unsigned n)
{
	json_t *rules =
	    object_at(object_at(object_at(d, "networkSecurityGroups"), "g"), "securityRules");

	json_object_set_new(rules, "r",
	                    json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "priority", (int)n,
	                              "direction", "Inbound", "access", "Allow", "protocol", "*",
	                              "sourceAddressPrefix", "*", "sourcePortRange", "*",
	                              "destinationAddressPrefix", "*", "destinationPortRange",
	                              "*"));
}

static void subnet(json_t *d, unsigned len)
{
	put_subnet(d, "b", 2, len);
}

static void rs_subnet(json_t *d, unsigned len)
{
	route_server(d);
	put_subnet(d, "RouteServerSubnet", 250, len);
}

static void gateway_subnet(json_t *d, unsigned len)
{
	put_subnet(d, "GatewaySubnet", 251, len);
	json_object_set_new(object_at(d, "virtualNetworkGateways"), "gw",
	                    json_pack("{s:s}", "virtualNetwork", "Hub"));
}

static void firewall_subnet(json_t *d, unsigned len)
{
	put_subnet(d, "AzureFirewallSubnet", 252, len);
	json_object_set_new(
	    object_at(d, "azureFirewalls"), "fw",
	    json_pack("{s:s,s:[b]}", "virtualNetwork", "Hub", "publicIPAddresses", 1));
}

static void peer_asn(json_t *d, unsigned n)
{
	json_object_set_new(route_server(d), "nva",
	                    json_pack("{s:s,s:i}", "peerIp", "10.0.1.9", "peerAsn", (int)n));
}

/* --- the table -------------------------------------------------------------------------------- */

static const struct {
	const char *rule;
	void (*make)(json_t *design, unsigned n);
	unsigned least, most; /* what is taken; UINT_MAX: there is no end */
} LIMITS[] = {
	{ "RT-LIMIT-01", routes, 1, 400 },
	{ "RT-TAG-02", tag_routes, 1, 25 },
	{ "PEER-SUBNET-04", peered_subnets, 1, 200 },
	{ "GROUP-LIMIT-01", groups, 1, 2 },
	{ "RS-PEER-03", peers, 1, 8 },
	{ "RS-LIMIT-01", advertised, 1, 4000 },
	{ "RS-LIMIT-02", advertised, 1, 2000 },
	{ "HYBRID-LIMIT-01", vpn_site, 1, 4000 },
	{ "HYBRID-LIMIT-01", standard_circuit, 1, 4000 },
	{ "HYBRID-LIMIT-01", premium_circuit, 1, 10000 },
	{ "HYBRID-LIMIT-01", vnet_to_circuit, 1, 1000 },
	{ "NSG-PRIO-01", priority, 100, 4096 },
	{ "SUBNET-SIZE-01", subnet, 16, 29 },
	{ "RS-SUBNET-02", rs_subnet, 16, 27 },
	{ "RS-SUBNET-03", rs_subnet, 16, 26 },
	{ "GW-SUBNET-03", gateway_subnet, 16, 27 },
	{ "FW-SUBNET-02", firewall_subnet, 16, 26 },
};

static size_t reported(const char *rule, void (*make)(json_t *, unsigned), unsigned n)
{
	struct findings f = { 0 };
	json_t *d = base();
	size_t count = 0;

	make(d, n);
	json_t *design = design_around(d, "");
	struct model *m = design_checked(design, &f);

	for (size_t i = 0; i < f.n; i++) {
		/* A design that cannot be read says nothing about limits. */
		if (str_starts(f.items[i].rule, "TOPO-"))
			fail_msg("%s, %u: %s %s", rule, n, f.items[i].pointer, f.items[i].message);
		count += streq(f.items[i].rule, rule);
	}
	model_free(m);
	json_decref(design);
	findings_free(&f);
	return count;
}

static void one_below_at_and_beyond(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(LIMITS); i++) {
		const char *rule = LIMITS[i].rule;
		unsigned most = LIMITS[i].most, least = LIMITS[i].least;

		for (unsigned n = most - 1; n <= most + 1; n++)
			if ((reported(rule, LIMITS[i].make, n) > 0) != (n > most))
				fail_msg("row %zu, %s: %u", i, rule, n);
		if (least > 1 && least != 16)
			for (unsigned n = least - 1; n <= least + 1; n++)
				if ((reported(rule, LIMITS[i].make, n) > 0) != (n < least))
					fail_msg("row %zu, %s: %u", i, rule, n);
	}
}

/* Numbers that Azure or IANA keep: first and last of each range, and their neighbours. */
static void reserved_as_numbers(void **state)
{
	static const struct {
		unsigned first, last;
	} RANGES[] = { { 8074, 8075 },   { 12076, 12076 }, { 23456, 23456 },
		       { 64496, 64511 }, { 65517, 65520 }, { 65535, 65551 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(RANGES); i++) {
		unsigned at[] = { RANGES[i].first - 1, RANGES[i].first, RANGES[i].last,
			          RANGES[i].last + 1 };

		for (size_t k = 0; k < ARRAY_LEN(at); k++) {
			bool kept = at[k] >= RANGES[i].first && at[k] <= RANGES[i].last;
			size_t n = 0;
			static const char *const RULES[] = { "RS-ASN-01", "RS-ASN-02", "RS-ASN-03",
				                             "RS-ASN-04", "RS-ASN-05" };

			for (size_t r = 0; r < ARRAY_LEN(RULES); r++)
				n += reported(RULES[r], peer_asn, at[k]);
			if ((n > 0) != kept)
				fail_msg("AS %u: %zu", at[k], n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_below_at_and_beyond),
		cmocka_unit_test(reserved_as_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
