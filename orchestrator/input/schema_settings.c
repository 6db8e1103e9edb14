/* The named settings: one for each point where Azure's behaviour is uncertain, or that a lab may
 * choose (azure-semantics 9), with its default, where that comes from, and how sure it is. */
#include "azure/model.h"
#include "input/schema.h"

#define END \
	{ \
		.name = NULL \
	}

static const struct enum_value timings[] = {
	{ "fast", 0, "routes reach NICs at once", NULL },
	{ "azure", 1, "with the delays that were measured in Azure", NULL },
	END
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

static const struct enum_value internal_nones[] = {
	{ "off", INTERNAL_NONE_OFF, "the four that are documented", NULL },
	{ "oldest", INTERNAL_NONE_OLDEST, "three rows, without 172.16.0.0/12", NULL },
	{ "2020", INTERNAL_NONE_2020, "five rows", NULL },
	{ "2021", INTERNAL_NONE_2021, "15 rows", NULL },
	{ "2023", INTERNAL_NONE_2023, "17 rows", NULL },
	{ "2026", INTERNAL_NONE_2026, "21 rows", NULL },
	END
};

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

const struct object_def schema_settings = {
	"settings", "settings",
	"Where real Azure's behaviour is uncertain, or a choice of the lab.",
	(const struct field[]){
	    { .name = "timing",
	      .type = T_ENUM,
	      .as_bool = true,
	      .values = timings,
	      .dflt = "fast",
	      .at = AT(struct settings, timing_azure),
	      .help = "How fast learned routes reach NICs.",
	      .source = "published measurements: 20 to 45 s to add, 20 to 30 s to withdraw",
	      .confidence = "M" },
	    { .name = "injectionDelay",
	      .type = T_DURATION,
	      .dflt = "30s",
	      .at = AT(struct settings, injection_ms),
	      .help =
	          "With timing azure: until NICs have a new prefix, or a further next hop of one.",
	      .source = "a script's comments of 2021: 20 to 45 s",
	      .confidence = "M" },
	    { .name = "withdrawalDelay",
	      .type = T_DURATION,
	      .dflt = "25s",
	      .at = AT(struct settings, withdrawal_ms),
	      .help = "With timing azure: until NICs have lost a prefix, or one of its next hops.",
	      .source = "a script's comments of 2021: 20 to 30 s",
	      .confidence = "M" },
	    { .name = "switchDelay",
	      .type = T_DURATION,
	      .dflt = "30s",
	      .at = AT(struct settings, switch_ms),
	      .help =
	          "With timing azure: until NICs use another peer for a prefix, because the one "
	          "before has withdrawn it or is not the best any more.",
	      .source = "a lab of 2026: 39 s after an appliance stopped, 24 s after it came back",
	      .confidence = "M" },
	    { .name = "replacementDelay",
	      .type = T_DURATION,
	      .dflt = "3s",
	      .at = AT(struct settings, replacement_ms),
	      .help = "With timing azure: until NICs follow a peer that exchanges one next hop "
	              "for another in place.",
	      .source = "a published measurement of 2022: 0.9 to 5.4 s",
	      .confidence = "M" },
	    { .name = "programmingDamping",
	      .type = T_DURATION,
	      .dflt = "30s",
	      .at = AT(struct settings, damping_ms),
	      .help = "With timing azure: a route is programmed at most once in this time.",
	      .source = "the same measurement: about one update in 30 s for a route",
	      .confidence = "M" },
	    { .name = "timingScale",
	      .type = T_UINT,
	      .min = 1,
	      .max = 1000,
	      .dflt = "100",
	      .at = AT(struct settings, timing_scale),
	      .help = "Percent of the delays above, of maintenanceTime and of instanceLossHold: 10 "
	              "makes a lab with Azure's "
	              "timing ten times as fast.",
	      .source = "ours",
	      .confidence = "H" },
	    { .name = "maintenanceTime",
	      .type = T_DURATION,
	      .dflt = "2m",
	      .at = AT(struct settings, maintenance_ms),
	      .help = "How long `fault maintenance` takes an instance's sessions down.",
	      .source = "the FAQ says only that one instance may be down while the other stays",
	      .confidence = "L" },
	    { .name = "instanceLossHold",
	      .type = T_DURATION,
	      .dflt = "3m",
	      .at = AT(struct settings, instance_loss_ms),
	      .help =
	          "How long NICs keep their routes when neither instance of a Route Server runs. "
	          "While one does, it programs all of them.",
	      .source = "no source; BGP's hold time",
	      .confidence = "L" },
	    { .name = "reflectNva",
	      .type = T_ENUM,
	      .values = reflections,
	      .dflt = "auto",
	      .at = AT(struct settings, reflect),
	      .help = "Whether a Route Server passes one appliance's routes to another.",
	      .source = "captures without branch-to-branch show none; the documentation hints at "
	                "it; with branch-to-branch nothing was captured",
	      .confidence = "M-L" },
	    { .name = "learnedListing",
	      .type = T_ENUM,
	      .as_bool = true,
	      .values = listings,
	      .dflt = "received",
	      .at = AT(struct settings, listing_received),
	      .help = "Whether prefixes that a Route Server refuses are listed as learned.",
	      .source = "listed in most captures up to 2025, not in those of 2026",
	      .confidence = "M" },
	    { .name = "maxPeers",
	      .type = T_UINT,
	      .min = 1,
	      .max = 64,
	      .dflt = "8",
	      .at = AT(struct settings, max_peers),
	      .help = "BGP peers per Route Server.",
	      .source = "Route Server limits, 2025-02; a digest of 2026 says 16",
	      .confidence = "M" },
	    { .name = "maxRoutesPerPeer",
	      .type = T_UINT,
	      .min = 1,
	      .max = 1000000,
	      .dflt = "4000",
	      .at = AT(struct settings, max_routes_per_peer),
	      .help = "Routes that a peer may announce before its session is dropped.",
	      .source = "Route Server FAQ, 2025-09; 200 in 2021, 1,000 until 2024",
	      .confidence = "H" },
	    { .name = "routeLimitCounts",
	      .type = T_ENUM,
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
	      .dflt = "300ms",
	      .at = AT(struct settings, limit_pause_ms),
	      .help = "A peer that is silent for so long begins to count anew: what it announced "
	              "again until then was one announcement.",
	      .source = "ours: the FAQ says only that what comes in is added to what is known",
	      .confidence = "L" },
	    { .name = "routeLimitNotification",
	      .type = T_ENUM,
	      .as_bool = true,
	      .values = limit_ends,
	      .dflt = "maximumPrefixes",
	      .at = AT(struct settings, limit_resets),
	      .help = "What a peer over the limit is told when its session is dropped.",
	      .source = "the FAQ says only that the session is dropped",
	      .confidence = "L" },
	    { .name = "maxPrefixesPerVpnPeer",
	      .type = T_UINT,
	      .min = 1,
	      .max = 1000000,
	      .dflt = "4000",
	      .at = AT(struct settings, max_from_vpn_peer),
	      .help = "Prefixes that a BGP peer of a VPN gateway may announce before its session "
	              "is dropped.",
	      .source = "VPN gateway FAQ on BGP",
	      .confidence = "H" },
	    { .name = "maxPrefixesFromCircuit",
	      .type = T_UINT,
	      .min = 1,
	      .max = 1000000,
	      .dflt = "4000",
	      .at = AT(struct settings, max_from_circuit),
	      .help = "Prefixes that a site may announce to an ExpressRoute circuit before its "
	              "session is dropped.",
	      .source = "ExpressRoute FAQ, 2022: 4,000 by private peering, 10,000 with the premium "
	                "add-on",
	      .confidence = "M" },
	    { .name = "maxPrefixesFromPremiumCircuit",
	      .type = T_UINT,
	      .min = 1,
	      .max = 1000000,
	      .dflt = "10000",
	      .at = AT(struct settings, max_from_premium),
	      .help = "The same for a circuit whose skuTier is Premium.",
	      .source = "ExpressRoute FAQ, 2022: 4,000 by private peering, 10,000 with the premium "
	                "add-on",
	      .confidence = "M" },
	    { .name = "maxPrefixesToCircuit",
	      .type = T_UINT,
	      .min = 1,
	      .max = 1000000,
	      .dflt = "1000",
	      .at = AT(struct settings, max_to_circuit),
	      .help = "Prefixes that an ExpressRoute gateway may announce to a circuit before the "
	              "session is dropped.",
	      .source = "ExpressRoute FAQ, 2022: the connection goes down until there are fewer",
	      .confidence = "M" },
	    { .name = "strictForwarded",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct settings, strict_forwarded),
	      .help = "allowForwardedTraffic=false drops forwarded packets.",
	      .source = "the documentation says so; practitioners saw them pass",
	      .confidence = "M" },
	    { .name = "strictAccess",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct settings, strict_access),
	      .help = "allowVirtualNetworkAccess=false drops everything between the two VNets; "
	              "false: it takes the remote VNet out of the VirtualNetwork tag of security "
	              "groups, and no more.",
	      .source = "the documentation says the tag alone since 2023; a measurement of 2026 "
	                "shows complete loss",
	      .confidence = "M" },
	    { .name = "udrOverridesServiceEndpoint",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct settings, udr_over_service),
	      .help =
	          "A user-defined route with the same or a longer prefix comes before a service "
	          "endpoint's; false: it is listed, Invalid.",
	      .source = "tables with an endpoint row that a user-defined route made Invalid; "
	                "several summaries say that it cannot be",
	      .confidence = "M" },
	    { .name = "routeServerPing",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct settings, route_server_ping),
	      .help = "Route Server instances answer ICMP echo.",
	      .source = "conflicting reports of 2021",
	      .confidence = "L" },
	    { .name = "azureFirewallPing",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct settings, firewall_ping),
	      .help = "Azure Firewall's private address answers ICMP echo.",
	      .source = "one operator's report of 2020 that it does; not documented",
	      .confidence = "L" },
	    { .name = "azureFirewallInternetIcmp",
	      .type = T_BOOL,
	      .dflt = "false",
	      .at = AT(struct settings, firewall_icmp),
	      .help = "Azure Firewall lets ICMP pass to the Internet when a rule allows it; false: "
	              "its public address is for TCP and UDP only.",
	      .source = "the known issues of Azure Firewall: rules for other protocols do not work "
	                "for Internet traffic",
	      .confidence = "H" },
	    { .name = "azureInternalNone",
	      .type = T_ENUM,
	      .values = internal_nones,
	      .dflt = "off",
	      .at = AT(struct settings, internal_none),
	      .help = "Which None rows effective routes have besides the documented ones: Azure's "
	              "own address space, as printed in tables of that time.",
	      .source = "published tables; the set differs by year, region and platform",
	      .confidence = "H" },
	    { .name = "natGatewayBeforePublicIP",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct settings, nat_first),
	      .help = "What a NIC with a public address sends to the Internet leaves by its "
	              "subnet's NAT gateway; false: as its own address. Answers to what came in "
	              "by that leave by it in any case.",
	      .source = "the documentation of NAT gateways says so; that of outbound connections "
	                "has the public address first",
	      .confidence = "M" },
	    { .name = "natGatewayIcmp",
	      .type = T_BOOL,
	      .dflt = "false",
	      .at = AT(struct settings, nat_icmp),
	      .help =
	          "NAT gateways translate every protocol; false: TCP and UDP only. What they do "
	          "not translate leaves as the NIC's own public address, or not at all.",
	      .source = "the documentation says TCP and UDP only; what happens beside a public "
	                "address is not documented",
	      .confidence = "M" },
	    { .name = "vnet2vnetRouteServerRoutes",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct settings, vnet2vnet_rs),
	      .help = "A gateway passes what it learned from a Route Server on by VNet-to-VNet "
	              "connections too, as by IPsec ones.",
	      .source = "two captures of August 2026 show it; another lab of that month says that "
	                "they do not pass",
	      .confidence = "M" },
	    END }
};
