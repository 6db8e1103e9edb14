/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route Servers: subnet and placement (azure-behaviour 7.1), peer limit (7.2). */
#include "kinds/routeserver/check.h"
#include "base/str.h"

static const char RS_SUBNET[] = "RouteServerSubnet";

static void tell_no_subnet(const struct route_server *rs, struct findings *f)
{
	const char *near = NULL;
	const char *wanted = RS_SUBNET;

	for (size_t i = 0; i < rs->vnet->n_subnets && !near; i++)
		if (str_nearest(rs->vnet->subnets[i]->name, &wanted, 1))
			near = rs->vnet->subnets[i]->name;
	_cleanup_free_ char *hint =
	    near ? xasprintf("rename subnet \"%s\" to RouteServerSubnet", near)
	         : xasprintf("add \"RouteServerSubnet\", /26 or bigger, to the subnets of \"%s\"",
	                     rs->vnet->name);

	error_at(f, "RS-SUBNET-01", NULL, rs->ptr, hint,
	         "virtual network \"%s\" has no subnet called RouteServerSubnet for Route Server "
	         "\"%s\"",
	         rs->vnet->name, rs->name);
}

static void check_subnet_of(const struct route_server *rs, struct findings *f)
{
	const struct subnet *s = rs->subnet;

	if (!streq(s->name, RS_SUBNET))
		error_at(f, "RS-SUBNET-06", NULL, s->ptr, "write RouteServerSubnet",
		         "subnet \"%s\": the name must be spelled exactly RouteServerSubnet",
		         s->name);
	if (s->broken)
		return;
	if (s->prefix.len > 27)
		error_at(
		    f, "RS-SUBNET-02", NULL, s->ptr, "make it /26 or bigger",
		    "RouteServerSubnet of \"%s\" is %s: Azure needs at least /27, and documents "
		    "/26 since 2025",
		    rs->vnet->name, PREFIX_STR(s->prefix));
	else if (s->prefix.len > 26)
		warning_at(f, "RS-SUBNET-03", NULL, s->ptr, "make it /26 or bigger",
		           "RouteServerSubnet of \"%s\" is %s: /26 is the documented minimum since "
		           "2025; existing Route Servers on /27 still work",
		           rs->vnet->name, PREFIX_STR(s->prefix));
	for (size_t i = 0; i < s->n_nics; i++)
		error_at(f, "RS-SUBNET-04", NULL, s->nics[i]->ptr, "put it into another subnet",
		         "NIC \"%s\" is in RouteServerSubnet, which holds nothing but the Route "
		         "Server",
		         s->nics[i]->name);
	if (s->route_table) {
		_cleanup_free_ char *ptr = xasprintf("%s/routeTable", s->ptr);

		error_at(f, "RS-SUBNET-05", NULL, ptr, "remove it",
		         "route table \"%s\" is attached to RouteServerSubnet, which takes none",
		         s->route_table->name);
	}
}

static void check_places(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_route_servers; i++) {
		const struct route_server *rs = &m->route_servers[i];

		if (!rs->vnet)
			continue;
		if (rs->vnet->route_server != rs)
			error_at(f, "RS-VNET-01", NULL, rs->ptr,
			         "put it into a VNet of its own and peer the two",
			         "virtual network \"%s\" has Route Server \"%s\" already; there is "
			         "one per VNet",
			         rs->vnet->name, rs->vnet->route_server->name);
		else if (!rs->subnet)
			tell_no_subnet(rs, f);
		else
			check_subnet_of(rs, f);
		if (rs->n_conns > m->settings.max_peers)
			error_at(f, "RS-PEER-03", NULL, rs->ptr,
			         "remove some; or raise settings.maxPeers if your Route Server "
			         "takes more",
			         "Route Server \"%s\" has %zu BGP connections; the limit is %u",
			         rs->name, rs->n_conns, m->settings.max_peers);
	}
}

static void check_route_servers(const struct model *m, struct findings *f)
{
	check_places(m, f);
	route_server_check_connections(m, f);
	route_server_check_announced(m, f);
	route_server_check_own_files(m, f);
}

const struct rules route_server_rules = { check_route_servers };
