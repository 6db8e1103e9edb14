/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the topology file's objects. */
#pragma once

#include "schema/schema.h"

extern const struct object_def schema_settings, schema_vnet, schema_subnet, schema_peering,
    schema_connected_group, schema_service_endpoint, schema_private_endpoint, schema_route_server,
    schema_bgp_connection, schema_vm, schema_nic, schema_bgp, schema_guest_route, schema_internet,
    schema_gateway, schema_local_gateway, schema_bgp_settings, schema_connection, schema_circuit,
    schema_site, schema_site_router, schema_load_balancer, schema_lb_rule, schema_lb_probe,
    schema_firewall, schema_network_collection, schema_nat_collection;
/* Kinds of checks; the first field of each is the key that makes it of that kind. */

/* IPPROTO_..., 0 for "Any", as rules of Azure Firewall have them; -1: no such word. */
int firewall_protocol(const char *name);
