/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual network gateways: what a topology says of them, and where their instances are. */
#include "azure/hybrid.h"
#include "azure/kind.h"
#include "base/str.h"
#include "input/load.h"

static const struct enum_value gateway_types[] = { { "Vpn", GW_VPN, NULL, NULL },
	                                           { "ExpressRoute", GW_EXPRESSROUTE, NULL, NULL },
	                                           END };

static const struct object_def bgp_peering_address = {
	"bgpPeeringAddress", "the addresses of an instance", NULL,
	(const struct field[]){
	    { .name = "defaultBgpIpAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .item = T_IP,
	      .help =
	          "Its address in GatewaySubnet, as Azure gave it: one. Without it: see above." },
	    { .name = "customBgpIpAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .item = T_IP,
	      .help = "Link-local addresses, from 169.254.21.0 to 169.254.22.255, which it speaks "
	              "BGP from with peers that have such addresses." },
	    END }
};

static const struct object_def gateway = {
	"virtualNetworkGateway", "a virtual network gateway",
	"The two instances of an ExpressRoute gateway and of an active-active VPN gateway have "
	"addresses 4 and 5 of GatewaySubnet, those of a second such gateway 6 and 7; a VPN gateway "
	"that is not active-active has the last one that is usable.",
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
	    { .name = "allowRemoteVnetTraffic",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FILES,
	      .dflt = "false",
	      .at = AT(struct gateway, remote_vnets),
	      .help =
	          "ExpressRoute: reaches the VNets of other gateways of a circuit that have this, "
	          "too. On in gateways that are older than 2024." },
	    { .name = "allowVirtualWanTraffic",
	      .type = T_BOOL,
	      .shows = SHOWS_AS_IT_RUNS,
	      .dflt = "false",
	      .help = "Not emulated: there is no Virtual WAN." },
	    { .name = "gatewayDefaultSite",
	      .type = T_NAME,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .ref = "localNetworkGateways",
	      .at = AT(struct gateway, default_site),
	      .help = "The local network gateway that 0.0.0.0/0 leads to, by its connections with "
	              "this gateway; NICs get the route, too." },
	    { .name = "vpnClientAddressPools",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .item = T_PREFIX,
	      .help = "Prefixes that point-to-site clients of a VPN gateway get addresses of: NICs "
	              "have routes for them, and the gateway announces them. No client is there." },
	    { .name = "bgpPeeringAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &bgp_peering_address,
	      .help = "Addresses of its instances, in their order." },
	    { .name = "publicIPAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .item = T_NAME,
	      .help = "Entries of publicIPAddresses for its instances. Without them: some from "
	              "20.100.0.0/16." },
	    END }
};

static const struct field gateway_settings[] = {
	{ .name = "maxPrefixesPerVpnPeer",
	  .type = T_UINT,
	  .shows = SHOWS_IN_FILES,
	  .min = 1,
	  .max = 1000000,
	  .dflt = "4000",
	  .at = AT(struct settings, max_from_vpn_peer),
	  .help = "Prefixes that a BGP peer of a VPN gateway may announce before its session "
	          "is dropped.",
	  .source = "VPN gateway FAQ on BGP",
	  .confidence = "H" },
	END
};

static void load_bgp_addresses(struct loader *l, struct gateway *g, json_t *x, unsigned k)
{
	json_t *given = json_array_get(json_object_get(x, "defaultBgpIpAddresses"), 0);

	if (json_is_string(given) && ip4_parse(json_string_value(given), &g->given[k]) < 0)
		g->broken = true;
	g->n_custom[k] =
	    load_addresses(l, json_object_get(x, "customBgpIpAddresses"), &g->custom[k]);
}

static void load_gateway(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct gateway *g = obj;
	json_t *addresses = json_object_get(x, "bgpPeeringAddresses");

	(void)at;
	g->n_pools = load_prefixes(l, json_object_get(x, "vpnClientAddressPools"), &g->pools);
	g->n = g->type == GW_EXPRESSROUTE || g->active_active ? 2 : 1;
	for (unsigned k = 0; k < g->n; k++) {
		g->vm[k] =
		    load_part(l, VM_GATEWAY, arena_printf(l->a, "%s/%u", g->name, k), g->ptr, k);
		g->vm[k]->part.gateway = g;
		load_bgp_addresses(l, g, json_array_get(addresses, k), k);
	}
}

static void add_gateway_nic(struct loader *l, struct gateway *g, unsigned k)
{
	struct nic *n = &l->m->nics[l->m->n_nics];

	n->idx = l->m->n_nics++;
	n->name = arena_printf(l->a, "%s-%u", g->name, k);
	n->ptr = g->ptr;
	n->vm = g->vm[k];
	n->subnet = g->subnet;
	n->ip = g->instance[k];
	n->forwarding = true;
	n->broken = g->broken;
	n->vm->nics = arena_array(l->a, 1, sizeof(struct nic *));
	n->vm->nics[n->vm->n_nics++] = n;
}

/* A given address counts; a gateway beside another one with two instances has the next two. */
static ip4 choose_address(const struct gateway *g, unsigned k)
{
	const struct gateway *other = g->vnet->gateway[1 - g->type];

	if (ip4_is_set(g->given[k]))
		return g->given[k];
	return gateway_address(g->subnet->prefix, g->n == 1,
	                       k + (other && other->n == 2 && g->n == 2 ? 2 : 0));
}

static void place_gateway(struct loader *l, void *obj, json_t *x)
{
	struct gateway *g = obj;
	const char *name = json_string_value(json_object_get(x, "virtualNetwork"));

	if (name && schema_name_valid(name)) {
		g->vnet = model_vnet(l->m, name);
		if (!g->vnet)
			load_no_such(l, "virtualNetworks", name,
			             arena_printf(l->a, "%s/virtualNetwork", g->ptr));
	}
	for (size_t i = 0; g->vnet && i < g->vnet->n_subnets; i++)
		if (strieq(g->vnet->subnets[i]->name, "GatewaySubnet"))
			g->subnet = g->vnet->subnets[i];
	/* One of a type per VNet; a second one is refused, and has no place. */
	if (!g->vnet || g->vnet->gateway[g->type])
		g->broken = true;
	else
		g->vnet->gateway[g->type] = g;
	if (!g->vnet || !g->subnet || g->subnet->broken) {
		g->broken = true;
		return;
	}
	for (unsigned k = 0; k < g->n && !g->broken; k++) {
		g->instance[k] = choose_address(g, k);
		add_gateway_nic(l, g, k);
	}
}

static void place_gateways(struct loader *l, const struct kind *k)
{
	load_each(l, k, place_gateway);
}

/* VPN gateways have one per instance; ExpressRoute gateways show none. */
static void take_gateway_addresses(struct loader *l, void *obj, json_t *x)
{
	struct gateway *g = obj;
	json_t *list = json_object_get(x, "publicIPAddresses");

	for (unsigned k = 0; g->type == GW_VPN && k < g->n; k++)
		g->public_ip[k] =
		    load_public_ip(l, g->vm[k]->name, json_array_get(list, k),
		                   arena_printf(l->a, "%s/publicIPAddresses/%u", g->ptr, k));
}

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
	.object = &gateway,
	.nodes = true,
	.count = count_gateway,
	.azure = true,
	.place = 70,
	.list = KIND_LIST(gateways, n_gateways),
	.settings = gateway_settings,
	.load = load_gateway,
	.resolve = place_gateways,
	.address = take_gateway_addresses,
};
