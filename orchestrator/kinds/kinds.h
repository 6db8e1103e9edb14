/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of resources: a row each, in the order of the topology's table.  The name of its struct
 * kind, less "kind_"; its rows of the import (input/import/priv.h), no_imports: none. */
#pragma once

/* clang-format off */
#define KINDS(KIND) \
	KIND(vnet, no_imports) \
	KIND(connected_group, no_imports) \
	KIND(route_table, route_table_imports) \
	KIND(service_tag, no_imports) \
	KIND(route_server, no_imports) \
	KIND(vm, no_imports) \
	KIND(private_endpoint, no_imports) \
	KIND(nsg, nsg_imports) \
	KIND(asg, asg_imports) \
	KIND(load_balancer, no_imports) \
	KIND(public_ip, public_ip_imports) \
	KIND(nat_gateway, nat_imports) \
	KIND(public_ip_prefix, public_ip_prefix_imports) \
	KIND(firewall, no_imports) \
	KIND(gateway, no_imports) \
	KIND(local_gateway, no_imports) \
	KIND(connection, no_imports) \
	KIND(circuit, no_imports) \
	KIND(site, no_imports) \
	KIND(tunnel, no_imports) \
	KIND(internet, no_imports)
/* clang-format on */
