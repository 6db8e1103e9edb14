/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route tables: what a topology says of them, and how they are loaded. */
#include "azure/kind.h"
#include "azure/service_tags.h"
#include "base/str.h"
#include "input/load.h"

static const struct enum_value udr_next_hops[] = {
	{ "VirtualAppliance", NH_VIRTUAL_APPLIANCE, "needs nextHopIpAddress", NULL },
	{ "VirtualNetworkGateway", NH_VIRTUAL_NETWORK_GATEWAY, "a VPN gateway", NULL },
	{ "VnetLocal", NH_VNET_LOCAL, "the VNet itself", NULL },
	{ "Internet", NH_INTERNET, NULL, NULL },
	{ "None", NH_NONE, "drop", NULL },
	{ "VNetPeering", 0, NULL,
	  "peering routes are made by the peering; give the address of an appliance" },
	{ "VNetGlobalPeering", 0, NULL,
	  "peering routes are made by the peering; give the address of an appliance" },
	{ "VirtualNetworkServiceEndpoint", 0, NULL,
	  "these routes are made by the subnet's service endpoints" },
	{ "InterfaceEndpoint", 0, NULL, "these routes are made by private endpoints" },
	END
};

static const struct object_def route = {
	"route", "a route", NULL,
	(const struct field[]){ { .name = "addressPrefix",
	                          .type = T_PREFIX_OR_TAG,
	                          .shows = SHOWS_IN_FABRIC,
	                          .required = true,
	                          .help = "Destination: a prefix, or a service tag." },
	                        { .name = "nextHopType",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FABRIC,
	                          .values = udr_next_hops,
	                          .required = true,
	                          .at = AT(struct route, type),
	                          .help = "where packets go" },
	                        { .name = "nextHopIpAddress",
	                          .type = T_IP,
	                          .shows = SHOWS_IN_FABRIC,
	                          .nullable = true,
	                          .at = AT(struct route, next_hop),
	                          .help = "The appliance's address; with VirtualAppliance only." },
	                        END }
};

static const struct object_def route_table = {
	"routeTable", "a route table", NULL,
	(const struct field[]){
	    { .name = "disableBgpRoutePropagation",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct route_table, disable_bgp),
	      .help = "Subnets with this table do not get routes of gateways and Route Servers." },
	    { .name = "routes",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &route,
	      .apart = "route",
	      .help = "User-defined routes by name." },
	    END }
};

/* A route for each prefix of the tag. */
static void load_tagged(struct loader *l, struct route_table *t, const struct route *as,
                        const char *tag)
{
	const char *ptr = arena_printf(l->a, "%s/addressPrefix", as->ptr);
	const struct service_tag *s = NULL;

	if (service_tag_for_rules_only(tag))
		load_error(l, "RT-TAG-04", NULL, ptr, "write the prefixes that you mean",
		           "route \"%s\": service tag \"%s\" is for security rules, not for "
		           "routes",
		           as->name, tag);
	else
		s = load_service_tag(l, &tag_in_route, tag, ptr, NULL);
	if (s)
		load_tell_sample(l, s, ptr);
	for (size_t i = 0; s && i < s->n_prefixes; i++) {
		struct route *r = &t->routes[t->n_routes++];

		*r = *as;
		r->tag = s->name;
		r->more = i;
		r->prefix = s->prefixes[i];
	}
}

static size_t n_routes(const struct loader *l, json_t *list)
{
	size_t n = 0;
	const char *key;
	json_t *x;

	json_object_foreach (list, key, x) {
		const char *to = json_string_value(json_object_get(x, "addressPrefix"));
		const struct service_tag *tag = to ? service_tag_find(l->m, to) : NULL;

		n += tag && tag->n_prefixes ? tag->n_prefixes : 1;
	}
	return n;
}

static const char *pointer_to(struct loader *l, const char *at, const char *name)
{
	_cleanup_free_ char *token = jptr_str(JPTR(NULL, name));

	return arena_printf(l->a, "%s%s", at, token);
}

static void load_route(struct loader *l, struct route_table *t, const char *name, json_t *x,
                       const char *at)
{
	const char *to = json_string_value(json_object_get(x, "addressPrefix"));
	struct route r = { .name = arena_strdup(l->a, name), .ptr = pointer_to(l, at, name) };

	r.broken = !schema_fill(&route, x, l->a, &r);
	t->n_declared++;
	if (to && schema_tag_valid(to)) {
		load_tagged(l, t, &r, to);
		return;
	}
	r.broken |= !to || prefix_parse(to, &r.prefix) < 0;
	t->routes[t->n_routes++] = r;
}

static void load_routes(struct loader *l, void *obj, json_t *x)
{
	struct route_table *t = obj;
	json_t *list = json_object_get(x, "routes"), *y;
	const char *name;

	t->routes = arena_array(l->a, n_routes(l, list), sizeof(*t->routes));
	json_object_foreach (list, name, y)
		load_route(l, t, name, y, arena_printf(l->a, "%s/routes", t->ptr));
}

/* Once all service tags are known: a route to one is a route to each of its prefixes. */
static void load_all_routes(struct loader *l, const struct kind *k)
{
	load_each(l, k, load_routes);
}

const struct kind kind_route_table = {
	.key = "routeTables",
	.what = "route table",
	.help = "Route tables by name.",
	.object = &route_table,
	.azure = true,
	.place = 30,
	.list = KIND_LIST(route_tables, n_route_tables),
	.resolve = load_all_routes,
};
