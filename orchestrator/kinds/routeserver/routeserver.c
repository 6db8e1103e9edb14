/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route Servers: what a topology says of them, and how they are loaded. */
#include "azure/kind.h"
#include "azure/subnet.h"
#include "base/str.h"
#include "input/load.h"

static const struct object_def bgp_connection = {
	"bgpConnection", "a BGP connection", "The Route Server peers with it from both instances.",
	(const struct field[]){ { .name = "peerIp",
	                          .type = T_IP,
	                          .shows = SHOWS_IN_FILES,
	                          .required = true,
	                          .at = AT(struct bgp_connection, peer_ip),
	                          .help = "the appliance's address" },
	                        { .name = "peerAsn",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_FILES,
	                          .max = UINT32_MAX,
	                          .required = true,
	                          .at = AT(struct bgp_connection, peer_asn),
	                          .help = "the appliance's AS number" },
	                        END }
};

static const struct enum_value routing_preferences[] = {
	{ "ExpressRoute", PREF_EXPRESSROUTE, NULL, NULL },
	{ "VpnGateway", PREF_VPNGATEWAY, NULL, NULL },
	{ "ASPath", PREF_ASPATH, NULL, NULL },
	END
};

static const struct object_def route_server = {
	"routeServer", "a Route Server",
	"Two instances, at the fourth and fifth address of RouteServerSubnet, AS 65515.",
	(const struct field[]){ { .name = "virtualNetwork",
	                          .type = T_NAME,
	                          .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	                          .ref = "virtualNetworks",
	                          .at = AT(struct route_server, vnet),
	                          .required = true,
	                          .help = "the VNet that it is in" },
	                        { .name = "allowBranchToBranchTraffic",
	                          .type = T_BOOL,
	                          .shows = SHOWS_IN_FILES,
	                          .dflt = "false",
	                          .at = AT(struct route_server, branch_to_branch),
	                          .help = "Exchange routes between appliances and gateways." },
	                        { .name = "hubRoutingPreference",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FILES,
	                          .values = routing_preferences,
	                          .dflt = "ExpressRoute",
	                          .at = AT(struct route_server, preference),
	                          .help = "Which kind of source wins for on-premises prefixes." },
	                        { .name = "bgpConnections",
	                          .type = T_MAP,
	                          .shows = SHOWS_INSIDE,
	                          .item = T_OBJECT,
	                          .object = &bgp_connection,
	                          .apart = "bgpConnection",
	                          .help = "BGP connections (peerings) by name." },
	                        END }
};

static const struct enum_value reflections[] = { { "auto", REFLECT_AUTO,
	                                           "only with allowBranchToBranchTraffic", NULL },
	                                         { "always", REFLECT_ALWAYS, NULL, NULL },
	                                         { "never", REFLECT_NEVER, NULL, NULL },
	                                         END };

static const struct enum_value listings[] = { { "received", 1, "also the prefixes that are refused",
	                                        NULL },
	                                      { "accepted", 0, "only what is accepted", NULL },
	                                      END };

static const struct enum_value counted[] = {
	{ "announcements", 1, "what is announced again counts again, beside what is learned",
	  NULL },
	{ "routes", 0, "different routes only", NULL },
	END
};

static const struct enum_value limit_ends[] = {
	{ "maximumPrefixes", 0, "Cease, maximum number of prefixes reached (6/1)", NULL },
	{ "reset", 1, "Cease, administrative reset (6/4)", NULL },
	END
};

static const struct field routeserver_settings[] = {
	{ .name = "reflectNva",
	  .type = T_ENUM,
	  .shows = SHOWS_IN_FILES,
	  .values = reflections,
	  .dflt = "auto",
	  .at = AT(struct settings, reflect),
	  .help = "Whether a Route Server passes one appliance's routes to another.",
	  .source = "captures without branch-to-branch show none; the documentation hints at "
	            "it; with branch-to-branch nothing was captured",
	  .confidence = "M-L" },
	{ .name = "learnedListing",
	  .type = T_ENUM,
	  .shows = SHOWS_AS_IT_RUNS,
	  .as_bool = true,
	  .values = listings,
	  .dflt = "accepted",
	  .at = AT(struct settings, listing_received),
	  .help = "Whether prefixes that a Route Server refuses are listed as learned. "
	          "vnetlab learned --explain lists them in any case, apart.",
	  .source = "not listed in the captures of 2026 (three labs, all tables equal); listed "
	            "in most of those up to 2025",
	  .confidence = "H" },
	{ .name = "maxPeers",
	  .type = T_UINT,
	  .shows = SHOWS_AS_IT_RUNS,
	  .min = 1,
	  .max = 64,
	  .dflt = "8",
	  .at = AT(struct settings, max_peers),
	  .help = "BGP peers per Route Server.",
	  .source = "Route Server limits, 2025-02; a digest of 2026 says 16",
	  .confidence = "M" },
	{ .name = "maxRoutesPerPeer",
	  .type = T_UINT,
	  .shows = SHOWS_IN_FILES,
	  .min = 1,
	  .max = 1000000,
	  .dflt = "4000",
	  .at = AT(struct settings, max_routes_per_peer),
	  .help = "Routes that a peer may announce before its session is dropped.",
	  .source = "Route Server FAQ, 2025-09; 200 in 2021, 1,000 until 2024",
	  .confidence = "H" },
	{ .name = "routeLimitCounts",
	  .type = T_ENUM,
	  .shows = SHOWS_AS_IT_RUNS,
	  .as_bool = true,
	  .values = counted,
	  .dflt = "announcements",
	  .at = AT(struct settings, count_repeats),
	  .help = "What is compared with maxRoutesPerPeer.",
	  .source = "Route Server FAQ, 2025-09: 2,001 known routes announced again count "
	            "4,002; seen in a lab",
	  .confidence = "H" },
	{ .name = "routeLimitPause",
	  .type = T_DURATION,
	  .shows = SHOWS_AS_IT_RUNS,
	  .dflt = "300ms",
	  .at = AT(struct settings, limit_pause_ms),
	  .help = "A peer that is silent for so long begins to count anew: what it announced "
	          "again until then was one announcement.",
	  .source = "ours: the FAQ says only that what comes in is added to what is known",
	  .confidence = "L" },
	{ .name = "routeLimitNotification",
	  .type = T_ENUM,
	  .shows = SHOWS_IN_FILES,
	  .as_bool = true,
	  .values = limit_ends,
	  .dflt = "maximumPrefixes",
	  .at = AT(struct settings, limit_resets),
	  .help = "What a peer over the limit is told when its session is dropped.",
	  .source = "the FAQ says only that the session is dropped",
	  .confidence = "L" },
	{ .name = "routeServerPing",
	  .type = T_BOOL,
	  .shows = SHOWS_IN_GUEST,
	  .dflt = "true",
	  .at = AT(struct settings, route_server_ping),
	  .help = "Route Server instances answer ICMP echo.",
	  .source = "conflicting reports of 2021",
	  .confidence = "L" },
	END
};

static void load_bgp_connections(struct loader *l, struct route_server *rs, json_t *map,
                                 const struct jptr *at)
{
	const char *key;
	json_t *x;

	rs->conns = arena_array(l->a, json_object_size(map), sizeof(*rs->conns));
	json_object_foreach (map, key, x) {
		struct bgp_connection *c = &rs->conns[rs->n_conns];

		c->idx = rs->n_conns++;
		c->name = arena_strdup(l->a, key);
		c->ptr = load_ptr(l, JPTR(at, key));
		c->rs = rs;
		c->broken = !schema_fill(&bgp_connection, x, l->a, c);
	}
}

static void load_route_server(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	load_bgp_connections(l, obj, json_object_get(x, "bgpConnections"),
	                     JPTR(at, "bgpConnections"));
}

static void place_route_server(struct route_server *rs)
{
	for (size_t i = 0; i < rs->vnet->n_subnets; i++)
		if (strieq(rs->vnet->subnets[i]->name, "RouteServerSubnet"))
			rs->subnet = rs->vnet->subnets[i];
	if (!rs->vnet->route_server)
		rs->vnet->route_server = rs;
	if (!rs->subnet || rs->subnet->broken)
		return;
	/* The first two addresses that Azure gives away: azure-behaviour 7.1. */
	rs->instance[0] = subnet_first(rs->subnet->prefix);
	rs->instance[1] = prefix_at(rs->subnet->prefix, SUBNET_KEPT + 1);
}

static void place_route_servers(struct loader *l, const struct kind *k)
{
	(void)k;
	for (size_t i = 0; i < l->m->n_route_servers; i++)
		if (l->m->route_servers[i].vnet)
			place_route_server(&l->m->route_servers[i]);
}

const struct kind kind_route_server = {
	.key = "routeServers",
	.what = "Route Server",
	.help = "Route Servers by name.",
	.object = &route_server,
	.nodes = true,
	.azure = true,
	.place = 60,
	.list = KIND_LIST(route_servers, n_route_servers),
	.settings = routeserver_settings,
	.load = load_route_server,
	.resolve = place_route_servers,
};
