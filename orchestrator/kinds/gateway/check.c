/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual network gateways: the rules (azure-behaviour 8, 7.9, 3). */
#include "azure/check.h"
#include "azure/hybrid.h"
#include "base/str.h"

static void check_gateway_subnet(const struct gateway *g, struct findings *f)
{
	const struct subnet *s = g->subnet;

	if (!streq(s->name, "GatewaySubnet"))
		error_at(f, "GW-SUBNET-02", NULL, s->ptr, "write GatewaySubnet",
		         "subnet \"%s\": the name must be spelled exactly GatewaySubnet", s->name);
	if (s->broken)
		return;
	/* Subnets longer than /29 are refused for all. */
	if (s->prefix.len > 27 && s->prefix.len <= 29 &&
	    !(g->vnet->gateway[1 - g->type] && g->vnet->gateway[1 - g->type]->idx < g->idx))
		warning_at(
		    f, "GW-SUBNET-03", NULL, s->ptr, "make it /27 or bigger",
		    "GatewaySubnet of \"%s\" is %s: it works, but /27 or bigger is recommended",
		    g->vnet->name, PREFIX_STR(s->prefix));
	if (g->n && !g->broken && ip4_cmp(g->instance[g->n - 1], prefix_last(s->prefix)) >= 0)
		error_at(f, "GW-SUBNET-06", NULL, s->ptr, "make it /27 or bigger",
		         "GatewaySubnet of \"%s\" (%s) has no address left for gateway \"%s\"",
		         g->vnet->name, PREFIX_STR(s->prefix), g->name);
}

static void check_given_address(const struct gateway *g, unsigned k, struct findings *f)
{
	_cleanup_free_ char *ptr =
	    xasprintf("%s/bgpPeeringAddresses/%u/defaultBgpIpAddresses", g->ptr, k);

	if (!prefix_has(g->subnet->prefix, g->given[k]))
		error_at(f, "GW-ADDR-01", NULL, ptr, "leave it out to get the one that Azure gives",
		         "gateway \"%s\" has %s, which is not in its GatewaySubnet (%s)", g->name,
		         IP4_STR(g->given[k]), PREFIX_STR(g->subnet->prefix));
}

/* azure-behaviour 8.1 */
static void check_custom_addresses(const struct gateway *g, unsigned k, struct findings *f)
{
	_cleanup_free_ char *ptr =
	    xasprintf("%s/bgpPeeringAddresses/%u/customBgpIpAddresses", g->ptr, k);

	for (size_t i = 0; i < g->n_custom[k]; i++)
		if (ip4_cmp(g->custom[k][i], IP4(169, 254, 21, 0)) < 0 ||
		    ip4_cmp(g->custom[k][i], IP4(169, 254, 22, 255)) > 0)
			warning_at(f, "GW-APIPA-01", NULL, ptr,
			           "take one of 169.254.21.0 to 169.254.22.255",
			           "gateway \"%s\" speaks BGP from %s: Azure takes addresses of "
			           "169.254.21.0 to 169.254.22.255 there",
			           g->name, IP4_STR(g->custom[k][i]));
}

static void check_bgp_addresses(const struct gateway *g, struct findings *f)
{
	for (unsigned k = 0; k < g->n; k++) {
		if (ip4_is_set(g->given[k]))
			check_given_address(g, k, f);
		check_custom_addresses(g, k, f);
	}
}

/* Reports what may not be on a GatewaySubnet, with a gateway or not. */
static void check_contents(const struct subnet *s, struct findings *f)
{
	const struct route_table *t = s->route_table;

	for (size_t i = 0; i < s->n_nics; i++)
		if (!vm_is_hybrid(s->nics[i]->vm))
			error_at(f, "GW-SUBNET-04", NULL, s->nics[i]->ptr,
			         "put it into another subnet",
			         "NIC \"%s\" is in GatewaySubnet, which holds gateways only",
			         s->nics[i]->name);
	if (!t)
		return;
	_cleanup_free_ char *ptr = xasprintf("%s/routeTable", s->ptr);

	if (t->disable_bgp)
		error_at(f, "GW-SUBNET-05", NULL, ptr,
		         "attach another route table, or set disableBgpRoutePropagation to false",
		         "route table \"%s\" of GatewaySubnet has disableBgpRoutePropagation: the "
		         "gateway would not work",
		         t->name);
	for (size_t i = 0; i < t->n_routes; i++) {
		const struct route *r = &t->routes[i];

		if (r->broken)
			continue;
		if (!r->prefix.len)
			error_at(f, "GW-UDR-01", NULL, ptr, "use longer prefixes, those of spokes",
			         "route \"%s\" of route table \"%s\" is for 0.0.0.0/0, which "
			         "GatewaySubnet does not take",
			         r->name, t->name);
	}
}

static const struct route *longest(const struct route_table *t, struct prefix p)
{
	const struct route *best = NULL;

	for (size_t i = 0; t && i < t->n_routes; i++) {
		const struct route *r = &t->routes[i];

		if (!r->broken && prefix_covers(r->prefix, p) &&
		    (!best || r->prefix.len > best->prefix.len))
			best = r;
	}
	return best;
}

/* azure-behaviour 7.9: the sessions between gateway and Route Server are packets like any. */
static void check_covered_server(const struct gateway *g, struct findings *f)
{
	const struct route_server *rs = g->vnet->route_server;
	const struct route *r;

	if (!rs || !rs->subnet || rs->subnet->broken || !g->subnet)
		return;
	r = longest(g->subnet->route_table, rs->subnet->prefix);
	/* A route that is shorter than the VNet's own does not win. */
	for (size_t i = 0; r && i < g->vnet->n_prefixes; i++)
		if (prefix_covers(g->vnet->prefixes[i], rs->subnet->prefix) &&
		    r->prefix.len < g->vnet->prefixes[i].len)
			return;
	if (r && r->type != NH_VNET_LOCAL && r->prefix.len)
		warning_at(f, "GW-UDR-02", NULL, r->ptr,
		           "add a route for RouteServerSubnet with next hop VnetLocal",
		           "route \"%s\" of GatewaySubnet covers RouteServerSubnet (%s): BGP "
		           "between gateway \"%s\" and Route Server \"%s\" goes astray",
		           r->name, PREFIX_STR(rs->subnet->prefix), g->name, rs->name);
}

/* Routes of GatewaySubnet take over spokes only with the spoke's very prefix, or a longer one. */
static void check_shorter(const struct route_table *t, const struct route *r,
                          const struct peering *p, struct prefix spoke, struct findings *f)
{
	const struct route *best = longest(t, spoke);

	if (!prefix_covers(r->prefix, spoke) || r->prefix.len >= spoke.len ||
	    (best && prefix_eq(best->prefix, spoke)))
		return;
	warning_at(f, "GW-UDR-03", NULL, r->ptr, "add a route for exactly that prefix",
	           "route \"%s\" of GatewaySubnet (%s) does not take over \"%s\" (%s): the "
	           "peering's route is longer",
	           r->name, PREFIX_STR(r->prefix), p->remote->name, PREFIX_STR(spoke));
}

static void check_spokes(const struct subnet *s, struct findings *f)
{
	const struct route_table *t = s->route_table;

	for (size_t i = 0; t && i < t->n_routes; i++) {
		const struct route *r = &t->routes[i];

		for (size_t k = 0; k < s->vnet->n_peerings && !r->broken && r->prefix.len; k++) {
			const struct peering *p = &s->vnet->peerings[k];

			for (size_t j = 0; peering_connected(p) && j < peering_n_prefixes(p); j++)
				check_shorter(t, r, p, peering_prefix(p, j), f);
		}
	}
}

static bool reserved_asn(uint32_t n)
{
	return n == 8074 || n == 8075 || n == MSEE_ASN || (n >= 65517 && n <= 65520) ||
	       n == 23456 || (n >= 64496 && n <= 64511) || (n >= 65535 && n <= 65551);
}

static void check_gateway_asn(const struct gateway *g, struct findings *f)
{
	_cleanup_free_ char *ptr = xasprintf("%s/asn", g->ptr);

	if (!g->asn || reserved_asn(g->asn))
		error_at(f, "GW-ASN-01", NULL, ptr, "use 65515, or another one as 65010",
		         "AS number %u of gateway \"%s\" is reserved by Azure or IANA", g->asn,
		         g->name);
	if (g->type == GW_EXPRESSROUTE && g->asn != AZURE_ASN)
		error_at(f, "GW-ASN-02", NULL, ptr, "leave it out",
		         "ExpressRoute gateway \"%s\" has AS number %u; it is always 65515",
		         g->name, g->asn);
	if (g->type == GW_VPN && g->asn != AZURE_ASN && g->vnet->route_server)
		warning_at(f, "GW-RS-01", NULL, ptr, "use 65515",
		           "VPN gateway \"%s\" has AS number %u beside Route Server \"%s\": Azure "
		           "supports 65515 only; others work by eBGP",
		           g->name, g->asn, g->vnet->route_server->name);
	if (g->type == GW_VPN && g->n == 1 && g->vnet->route_server)
		warning_at(f, "GW-RS-02", NULL, g->ptr, "set activeActive to true",
		           "VPN gateway \"%s\" is not active-active, as Azure demands beside Route "
		           "Server \"%s\"",
		           g->name, g->vnet->route_server->name);
}

static void check_gateway(const struct gateway *g, struct findings *f)
{
	if (!g->vnet)
		return;
	if (g->vnet->gateway[g->type] != g)
		error_at(
		    f, "GW-TWICE-01", NULL, g->ptr, "remove one of them",
		    "virtual network \"%s\" has the %s gateway \"%s\" already; there is one of "
		    "a type per VNet",
		    g->vnet->name, gateway_type_str(g->type), g->vnet->gateway[g->type]->name);
	if (!g->subnet)
		error_at(f, "GW-SUBNET-01", NULL, g->ptr,
		         "add \"GatewaySubnet\", /27 or bigger, to its subnets",
		         "virtual network \"%s\" has no subnet called GatewaySubnet for gateway "
		         "\"%s\"",
		         g->vnet->name, g->name);
	else
		check_gateway_subnet(g, f);
	check_gateway_asn(g, f);
	if (!g->broken)
		check_bgp_addresses(g, f);
	check_covered_server(g, f);
}

static void check_gateways(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_gateways; i++)
		check_gateway(&m->gateways[i], f);
	for (size_t i = 0; i < m->n_subnets; i++)
		if (subnet_is_gateways(&m->subnets[i])) {
			check_contents(&m->subnets[i], f);
			check_spokes(&m->subnets[i], f);
		}
}

const struct rules gateway_rules = { check_gateways };
