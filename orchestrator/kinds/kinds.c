/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of resources: a row each, in the order of the topology's table. */
#include "azure/kind.h"

#define KINDS(KIND) \
	KIND(vnet) \
	KIND(connected_group) \
	KIND(route_table) \
	KIND(service_tag) \
	KIND(route_server) \
	KIND(vm) \
	KIND(private_endpoint) \
	KIND(nsg) \
	KIND(asg) \
	KIND(load_balancer) \
	KIND(public_ip) \
	KIND(nat_gateway) \
	KIND(firewall) \
	KIND(gateway) \
	KIND(local_gateway) \
	KIND(connection) \
	KIND(circuit) \
	KIND(site) \
	KIND(tunnel) \
	KIND(internet)

#define DECLARE(name) extern const struct kind kind_##name;
#define ROW(name) &kind_##name,

KINDS(DECLARE)
const struct kind *const kinds[] = { KINDS(ROW) NULL };
