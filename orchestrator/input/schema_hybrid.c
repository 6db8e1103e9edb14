/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of what connects VNets to elsewhere: gateways, connections, sites, tunnels
 * (interfaces.md, section 1). */
#include "azure/hybrid.h"
#include "azure/kind.h"
#include "input/schema_topology.h"

static const struct enum_value gateway_types[] = { { "Vpn", GW_VPN, NULL, NULL },
	                                           { "ExpressRoute", GW_EXPRESSROUTE, NULL, NULL },
	                                           END };

const struct object_def schema_gateway = {
	"virtualNetworkGateway", "a virtual network gateway",
	"Its instances are at the fourth and fifth address of GatewaySubnet; those of a second "
	"gateway "
	"at the next two.",
	(const struct field[]){
	    { .name = "virtualNetwork",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .required = true,
	      .help = "the VNet that it is in" },
	    { .name = "gatewayType",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .values = gateway_types,
	      .dflt = "Vpn",
	      .at = AT(struct gateway, type),
	      .help = "One of each kind per VNet." },
	    { .name = "activeActive",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct gateway, active_active),
	      .help =
	          "Two instances at work; without it a VPN gateway has one. ExpressRoute gateways "
	          "have two in any case." },
	    { .name = "asn",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .max = UINT32_MAX,
	      .dflt = "65515",
	      .at = AT(struct gateway, asn),
	      .help = "Its AS number; a Route Server wants 65515." },
	    { .name = "publicIPAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .item = T_NAME,
	      .help = "Entries of publicIPAddresses for its instances. Without them: some from "
	              "20.100.0.0/16." },
	    END }
};

const struct object_def schema_bgp_settings = {
	"bgpSettings", "bgpSettings", NULL,
	(const struct field[]){ { .name = "asn",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_FILES,
	                          .min = 1,
	                          .max = UINT32_MAX,
	                          .required = true,
	                          .at = AT(struct local_gateway, asn),
	                          .help = "the AS number over there" },
	                        { .name = "bgpPeeringAddress",
	                          .type = T_IP,
	                          .shows = SHOWS_IN_FILES,
	                          .required = true,
	                          .at = AT(struct local_gateway, bgp_ip),
	                          .help = "the address of the BGP speaker over there" },
	                        END }
};

const struct object_def schema_local_gateway = {
	"localNetworkGateway", "a local network gateway",
	"What Azure is told about the other side of an IPsec connection.",
	(const struct field[]){
	    { .name = "addressPrefixes",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .item = T_PREFIX,
	      .help = "Prefixes over there, known without BGP." },
	    { .name = "bgpSettings",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &schema_bgp_settings },
	    { .name = "gatewayIpAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .nullable = true,
	      .at = AT(struct local_gateway, gateway_ip),
	      .help =
	          "The public address over there: that of a site, of a VPN gateway, or of a VM." },
	    { .name = "site",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .nullable = true,
	      .help = "The site itself, instead of its public address." },
	    END }
};

static const struct enum_value connection_types[] = {
	{ "IPsec", CONN_IPSEC, "to a site", NULL },
	{ "Vnet2Vnet", CONN_VNET2VNET, "to a VPN gateway of another VNet", NULL },
	{ "ExpressRoute", CONN_EXPRESSROUTE, "to a circuit", NULL },
	END
};

const struct object_def schema_connection = {
	"connection", "a connection",
	"One object stands for a Vnet2Vnet connection, or one on each side, as in Azure.",
	(const struct field[]){
	    { .name = "gateway",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .required = true,
	      .help = "the gateway" },
	    { .name = "type",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .values = connection_types,
	      .required = true,
	      .at = AT(struct connection, type),
	      .help = "what is at the other end" },
	    { .name = "site",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .help = "IPsec: the site; or" },
	    { .name = "localNetworkGateway",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .help = "IPsec: what describes it." },
	    { .name = "remoteGateway",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .help = "Vnet2Vnet: the other VPN gateway." },
	    { .name = "circuit",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .help = "ExpressRoute: the circuit." },
	    { .name = "enableBgp",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct connection, bgp),
	      .help =
	          "Exchange routes; without it prefixes are static. ExpressRoute always does." },
	    { .name = "sharedKey",
	      .type = T_TEXT,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .at = AT(struct connection, shared_key),
	      .help = "The key of this side. When both sides have one and the two differ, the "
	              "connection stays down." },
	    END }
};

static const struct enum_value sku_tiers[] = {
	{ "Standard", 0, NULL, NULL }, { "Premium", 1, NULL, NULL }, { "Local", 0, NULL, NULL }, END
};

const struct object_def schema_circuit = {
	"expressRouteCircuit", "an ExpressRoute circuit",
	"Two MSEEs, AS 12076, between gateways and a site.",
	(const struct field[]){
	    { .name = "site",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .nullable = true,
	      .help = "The customer's side." },
	    { .name = "peerAsn",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .min = 1,
	      .max = UINT32_MAX,
	      .at = AT(struct circuit, peer_asn),
	      .help = "The AS number over there; without it the site's." },
	    { .name = "skuTier",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FILES,
	      .as_bool = true,
	      .values = sku_tiers,
	      .dflt = "Standard",
	      .at = AT(struct circuit, premium),
	      .help = "How many prefixes it bears: the settings maxPrefixesFromCircuit and "
	              "maxPrefixesFromPremiumCircuit." },
	    END }
};

const struct object_def schema_site_router = {
	"siteRouter", "a site's router", NULL,
	(const struct field[]){
	    { .name = "image",
	      .type = T_NAME,
	      .shows = SHOWS_IN_FILES,
	      .required = true,
	      .at = AT(struct vm, image),
	      .help = "a folder of images/ with a routing daemon" },
	    { .name = "config",
	      .type = T_MAP,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PATH,
	      .keys = KEYS_FILE,
	      .help =
	          "Its own files; without them they are generated. Its wires are eth0, eth1, ... "
	          "in the order: hosts, circuits, connections." },
	    END }
};

const struct object_def schema_site = {
	"site", "an on-premises site",
	"A router, which is a node of the site's name, and hosts behind it, SITE/HOST.",
	(const struct field[]){
	    { .name = "addressPrefixes",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PREFIX,
	      .required = true,
	      .min = 1,
	      .help = "its networks, which it announces" },
	    { .name = "asn",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .min = 1,
	      .max = UINT32_MAX,
	      .dflt = "65010",
	      .at = AT(struct site, asn),
	      .help = "Its AS number." },
	    { .name = "bgpPeeringAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .nullable = true,
	      .at = AT(struct site, bgp_ip),
	      .help = "The router's address. Without it: the first of its first prefix." },
	    { .name = "publicIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct site, public_ip),
	      .help = "What gatewayIpAddress of a local network gateway says." },
	    { .name = "sharedKey",
	      .type = T_TEXT,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .at = AT(struct site, shared_key),
	      .help = "The IPsec key that its router has." },
	    { .name = "hosts",
	      .type = T_MAP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .item = T_IP,
	      .help = "Hosts by name; they answer ICMP, tcp/80 and tcp/443." },
	    { .name = "router",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &schema_site_router },
	    END }
};

static void count_gateway(json_t *x, size_t *nodes, size_t *nics)
{
	(void)x;
	*nodes += 2;
	*nics += 2;
}

const struct kind kind_gateway = {
	.key = "virtualNetworkGateways",
	.what = "virtual network gateway",
	.help = "VPN and ExpressRoute gateways by name.",
	.object = &schema_gateway,
	.nodes = true,
	.count = count_gateway,
	.azure = true,
	.place = 70,
};

const struct kind kind_local_gateway = {
	.key = "localNetworkGateways",
	.what = "local network gateway",
	.help = "Local network gateways by name.",
	.object = &schema_local_gateway,
	.azure = true,
	.place = 80,
};

const struct kind kind_connection = {
	.key = "connections",
	.what = "connection",
	.help = "Connections of gateways by name.",
	.object = &schema_connection,
	.azure = true,
	.place = 120,
};

static void count_circuit(json_t *x, size_t *nodes, size_t *nics)
{
	(void)x, (void)nics; /* their NICs are wires */
	*nodes += 2;
}

const struct kind kind_circuit = {
	.key = "expressRouteCircuits",
	.what = "ExpressRoute circuit",
	.help = "ExpressRoute circuits by name.",
	.object = &schema_circuit,
	.nodes = true,
	.count = count_circuit,
	.azure = true,
	.place = 110,
};

static void count_site(json_t *x, size_t *nodes, size_t *nics)
{
	(void)nics;
	*nodes += 1 + json_object_size(json_object_get(x, "hosts"));
}

const struct kind kind_site = {
	.key = "sites",
	.what = "site",
	.help = "On-premises sites by name.",
	.object = &schema_site,
	.nodes = true,
	.count = count_site,
	.place = 100,
};
