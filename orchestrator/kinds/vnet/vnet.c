/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual networks with their subnets: what a topology says of them, and how they are loaded. */
#include "kinds/vnet/vnet.h"

#include "base/str.h"
#include "input/load.h"

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define UNSUPPORTED(key, what, other) \
	{ .name = (key), .type = T_UNSUPPORTED, .help = (what), .instead = (other) }
/* clang-format on */

static const struct enum_value policies_of_endpoints[] = {
	{ "Disabled", POLICIES_DISABLED, NULL, NULL },
	{ "Enabled", POLICIES_ENABLED, "both", NULL },
	{ "NetworkSecurityGroupEnabled", POLICIES_NSG, NULL, NULL },
	{ "RouteTableEnabled", POLICIES_ROUTES, NULL, NULL },
	END
};

static const struct object_def subnet = {
	"subnet", "a subnet", NULL,
	(const struct field[]){
	    { .name = "addressPrefix",
	      .type = T_PREFIX,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .required = true,
	      .at = AT(struct subnet, prefix),
	      .help = "its range, inside the VNet's" },
	    { .name = "routeTable",
	      .type = T_NAME,
	      .ref = "routeTables",
	      .at = AT(struct subnet, route_table),
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The route table that is attached." },
	    { .name = "defaultOutboundAccess",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "true",
	      .at = AT(struct subnet, default_outbound),
	      .help = "VMs without a public address reach the Internet as 20.100.255.254." },
	    { .name = "serviceEndpoints",
	      .type = T_LIST,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &service_endpoint_def,
	      .help = "Azure services that the subnet reaches by Azure's own network." },
	    { .name = "privateEndpointNetworkPolicies",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .values = policies_of_endpoints,
	      .dflt = "Disabled",
	      .at = AT(struct subnet, policies),
	      .help = "Whether security groups, and user-defined routes of clients, apply to the "
	              "private endpoints in this subnet." },
	    { .name = "networkSecurityGroup",
	      .type = T_NAME,
	      .ref = "networkSecurityGroups",
	      .at = AT(struct subnet, nsg),
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The security group of all NICs in it." },
	    { .name = "natGateway",
	      .type = T_NAME,
	      .ref = "natGateways",
	      .at = AT(struct subnet, nat_gateway),
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The NAT gateway that it reaches the Internet by." },
	    UNSUPPORTED("delegations", "subnet delegation", NULL),
	    END }
};

static const struct object_def vnet = {
	"virtualNetwork", "a virtual network", NULL,
	(const struct field[]){
	    { .name = "location",
	      .type = T_LOCATION,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "Region; peerings between two regions are VNetGlobalPeering. Without it: "
	              "one region for all." },
	    { .name = "addressPrefixes",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .item = T_PREFIX,
	      .required = true,
	      .min = 1,
	      .help = "its address space" },
	    { .name = "summarizedGatewayPrefixes",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PREFIX,
	      .help =
	          "What its ExpressRoute gateway announces in the place of its address space, and "
	          "of that of VNets that use it where they cover it." },
	    { .name = "subnets",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &subnet,
	      .apart = "subnet",
	      .help = "Subnets by name. A Route Server needs one called RouteServerSubnet." },
	    { .name = "peerings",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &peering_def,
	      .apart = "virtualNetworkPeering",
	      .help = "Peerings by name." },
	    END }
};

static const struct field vnet_settings[] = {
	{ .name = "strictForwarded",
	  .type = T_BOOL,
	  .shows = SHOWS_IN_FABRIC,
	  .dflt = "true",
	  .at = AT(struct settings, strict_forwarded),
	  .help = "allowForwardedTraffic=false drops forwarded packets.",
	  .source = "the documentation says so; practitioners saw them pass",
	  .confidence = "M" },
	{ .name = "strictAccess",
	  .type = T_BOOL,
	  .shows = SHOWS_IN_FABRIC,
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
	  .shows = SHOWS_IN_FABRIC,
	  .dflt = "true",
	  .at = AT(struct settings, udr_over_service),
	  .help = "A user-defined route with the same or a longer prefix comes before a service "
	          "endpoint's; false: it is listed, Invalid.",
	  .source = "tables with an endpoint row that a user-defined route made Invalid; "
	            "several summaries say that it cannot be",
	  .confidence = "M" },
	END
};

/* --- loading --------------------------------------------------------------------------------- */

/* Those of all virtual networks stand in one array. */
static void reserve_subnets(struct loader *l)
{
	size_t n = 0;
	const char *name;
	json_t *x;

	json_object_foreach (json_object_get(l->root, "virtualNetworks"), name, x)
		n += json_object_size(json_object_get(x, "subnets"));
	l->m->subnets = arena_array(l->a, n, sizeof(*l->m->subnets));
}

static void load_subnets(struct loader *l, struct vnet *v, json_t *map, const struct jptr *at)
{
	const char *key;
	json_t *x;

	v->subnets = arena_array(l->a, json_object_size(map), sizeof(struct subnet *));
	json_object_foreach (map, key, x) {
		struct subnet *s = &l->m->subnets[l->m->n_subnets];

		s->idx = l->m->n_subnets++;
		s->name = arena_strdup(l->a, key);
		s->ptr = load_ptr(l, JPTR(at, key));
		s->vnet = v;
		load_fill(l, &subnet, x, (struct resource *)s);
		v->subnets[v->n_subnets++] = s;
	}
}

static size_t load_vnet_prefixes(struct loader *l, struct vnet *v, json_t *list,
                                 struct prefix **ret)
{
	struct prefix *p = arena_array(l->a, json_array_size(list), sizeof(*p));
	size_t i, n = 0;
	json_t *x;

	json_array_foreach (list, i, x) {
		if (json_is_string(x) && !prefix_parse(json_string_value(x), &p[n]))
			n++;
		else
			v->broken = true;
	}
	*ret = p;
	return n;
}

/* "West Europe" and "westeurope" are one region. */
static const char *normalize_location(struct arena *a, const char *s)
{
	char *plain = arena_strdup(a, s), *to = plain;

	for (const char *c = plain; c && *c; c++)
		if (*c != ' ')
			*to++ = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	if (plain)
		*to = 0;
	return plain;
}

static void load_vnet(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct vnet *v = obj;

	if (!l->m->subnets)
		reserve_subnets(l);
	v->location = normalize_location(l->a, json_string_value(json_object_get(x, "location")));
	v->n_prefixes =
	    load_vnet_prefixes(l, v, json_object_get(x, "addressPrefixes"), &v->prefixes);
	v->broken |= !v->n_prefixes;
	v->n_summaries = load_vnet_prefixes(l, v, json_object_get(x, "summarizedGatewayPrefixes"),
	                                    &v->summaries);
	load_subnets(l, v, json_object_get(x, "subnets"), JPTR(at, "subnets"));
	vnet_load_peerings(l, v, json_object_get(x, "peerings"), JPTR(at, "peerings"));
}

/* --- references ------------------------------------------------------------------------------ */

static void resolve_vnet(struct loader *l, void *obj, json_t *x)
{
	struct vnet *v = obj;
	const char *name;
	size_t i = 0;
	json_t *y;

	json_object_foreach (json_object_get(x, "subnets"), name, y)
		subnet_resolve_services(l, v->subnets[i++], y);
	vnet_resolve_peerings(l, v, json_object_get(x, "peerings"));
}

static void resolve_vnets(struct loader *l, const struct kind *k)
{
	load_each(l, k, resolve_vnet);
	vnet_pair_peerings(l->m);
}

const struct kind kind_vnet = {
	.key = "virtualNetworks",
	.what = "virtual network",
	.help = "VNets by name.",
	.object = &vnet,
	.azure = true,
	.needed = true,
	.place = 10,
	.list = KIND_LIST(vnets, n_vnets),
	.settings = vnet_settings,
	.load = load_vnet,
	.resolve = resolve_vnets,
};
