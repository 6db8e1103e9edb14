/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route Servers. */
#include "azure/subnet.h"
#include "base/str.h"
#include "input/load.h"

static void load_connections(struct loader *l, struct route_server *rs, json_t *map,
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
		c->broken = !schema_fill(&schema_bgp_connection, x, l->a, c);
	}
}

void load_route_servers(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "routeServers"), *x;
	const struct jptr *at = JPTR(NULL, "routeServers");
	const char *key;

	m->route_servers = arena_array(l->a, json_object_size(map), sizeof(*m->route_servers));
	json_object_foreach (map, key, x) {
		struct route_server *rs = &m->route_servers[m->n_route_servers];
		const struct jptr *here = JPTR(at, key);

		rs->idx = m->n_route_servers++;
		rs->name = arena_strdup(l->a, key);
		rs->ptr = load_ptr(l, here);
		rs->broken = !schema_fill(&schema_route_server, x, l->a, rs);
		load_connections(l, rs, json_object_get(x, "bgpConnections"),
		                 JPTR(here, "bgpConnections"));
	}
}

void resolve_route_servers(struct loader *l)
{
	json_t *map = json_object_get(l->root, "routeServers"), *x;
	const char *key;
	size_t i = 0;

	json_object_foreach (map, key, x) {
		struct route_server *rs = &l->m->route_servers[i++];
		const char *name = json_string_value(json_object_get(x, "virtualNetwork"));

		if (name && schema_name_valid(name)) {
			rs->vnet = model_vnet(l->m, name);
			if (!rs->vnet)
				load_no_such(l, "virtualNetworks", name,
				             arena_printf(l->a, "%s/virtualNetwork", rs->ptr));
		}
		rs->broken |= !rs->vnet;
		for (size_t j = 0; rs->vnet && j < rs->vnet->n_subnets; j++)
			if (strieq(rs->vnet->subnets[j]->name, "RouteServerSubnet"))
				rs->subnet = rs->vnet->subnets[j];
		if (rs->vnet && !rs->vnet->route_server)
			rs->vnet->route_server = rs;
		if (rs->subnet && !rs->subnet->broken) {
			/* The first two addresses that Azure gives away: azure-behaviour 7.1. */
			rs->instance[0] = subnet_first(rs->subnet->prefix);
			rs->instance[1] = prefix_at(rs->subnet->prefix, SUBNET_KEPT + 1);
		}
	}
}
