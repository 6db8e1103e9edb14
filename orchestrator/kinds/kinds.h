/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of resources: a row each, in the order of the topology's table.  The name of its struct
 * kind, less "kind_"; its rows of the import (input/import/priv.h), no_imports: none; its rules
 * (azure/check.h), no_rules: none. */
#pragma once

/* clang-format off */
#define KINDS(KIND) \
	KIND(vnet, vnet_imports, vnet_rules) \
	KIND(connected_group, connected_group_imports, connected_group_rules) \
	KIND(route_table, route_table_imports, route_table_rules) \
	KIND(service_tag, no_imports, no_rules) \
	KIND(route_server, route_server_imports, route_server_rules) \
	KIND(vm, vm_imports, vm_rules) \
	KIND(private_endpoint, private_endpoint_imports, no_rules) \
	KIND(dns_resolver, dns_resolver_imports, dns_resolver_rules) \
	KIND(nsg, nsg_imports, nsg_rules) \
	KIND(asg, asg_imports, asg_rules) \
	KIND(load_balancer, load_balancer_imports, load_balancer_rules) \
	KIND(public_ip, public_ip_imports, public_ip_rules) \
	KIND(nat_gateway, nat_imports, nat_rules) \
	KIND(public_ip_prefix, public_ip_prefix_imports, public_ip_prefix_rules) \
	KIND(firewall, firewall_imports, firewall_rules) \
	KIND(gateway, gateway_imports, gateway_rules) \
	KIND(local_gateway, local_gateway_imports, local_gateway_rules) \
	KIND(connection, connection_imports, connection_rules) \
	KIND(circuit, circuit_imports, circuit_rules) \
	KIND(site, no_imports, site_rules) \
	KIND(tunnel, no_imports, tunnel_rules) \
	KIND(internet, no_imports, internet_rules)
/* clang-format on */
