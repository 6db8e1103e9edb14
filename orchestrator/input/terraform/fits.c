/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a value can be what an attribute asks for: where an expression leads to several things,
 * its form tells most of them apart. */
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/str.h"
#include "input/terraform/plan.h"

/* The last type in the ids that an attribute takes. */
static const char *wanted_type(const char *attr)
{
	static const char *const types[][2] = {
		{ "subnet_id", "subnets" },
		{ "network_interface_id", "networkInterfaces" },
		{ "network_interface_ids", "networkInterfaces" },
		{ "virtual_network_id", "virtualNetworks" },
		{ "remote_virtual_network_id", "virtualNetworks" },
		{ "route_table_id", "routeTables" },
		{ "network_security_group_id", "networkSecurityGroups" },
		{ "public_ip_address_id", "publicIPAddresses" },
		{ "nat_gateway_id", "natGateways" },
		{ "route_server_id", "virtualHubs" },
		{ "virtual_wan_id", "virtualWans" },
		{ "virtual_machine_id", "virtualMachines" },
		{ "virtual_network_gateway_id", "virtualNetworkGateways" },
		{ "peer_virtual_network_gateway_id", "virtualNetworkGateways" },
		{ "local_network_gateway_id", "localNetworkGateways" },
		{ "express_route_circuit_id", "expressRouteCircuits" },
		{ "loadbalancer_id", "loadBalancers" },
		{ "backend_address_pool_id", "backendAddressPools" },
		{ "backend_address_pool_ids", "backendAddressPools" },
		{ "probe_id", "probes" },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (streq(types[i][0], attr))
			return types[i][1];
	return NULL;
}

/* Whether a value can be that of an attribute, by the form that the attribute has. */
bool tf_fits(const char *attr, json_t *value)
{
	const char *s = json_string_value(value), *type = wanted_type(attr), *end;
	ip4 ip;

	if (type) {
		end = s ? strrchr(s, '/') : NULL;
		size_t n = strlen(type);

		return end && *s == '/' && (size_t)(end - s) > n && end[-(long)n - 1] == '/' &&
		       !strncasecmp(end - n, type, n);
	}
	if (streq(attr, "peer_ip") || streq(attr, "next_hop_in_ip_address") ||
	    streq(attr, "private_ip_address"))
		return s && (str_starts(s, "@ip:") || !ip4_parse(s, &ip));
	return true;
}
