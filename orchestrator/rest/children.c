/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/children.h"

#include "base/mem.h"
#include "base/str.h"

#define NET "microsoft.network/"

static const struct child_list child_lists[] = {
	{ NET "virtualnetworks", "subnets" },
	{ NET "virtualnetworks", "virtualNetworkPeerings" },
	{ NET "routetables", "routes" },
	{ NET "networksecuritygroups", "securityRules" },
	{ NET "networkinterfaces", "ipConfigurations" },
	{ NET "loadbalancers", "frontendIPConfigurations" },
	{ NET "loadbalancers", "backendAddressPools" },
	{ NET "loadbalancers", "loadBalancingRules" },
	{ NET "loadbalancers", "probes" },
	{ NET "loadbalancers", "inboundNatRules" },
	{ NET "loadbalancers", "inboundNatPools" },
	{ NET "loadbalancers", "outboundRules" },
	{ NET "virtualnetworkgateways", "ipConfigurations" },
	{ NET "expressroutecircuits", "peerings" },
	{ NET "expressroutecircuits", "authorizations" },
	{ NET "azurefirewalls", "ipConfigurations" },
	{ NET "bastionhosts", "ipConfigurations" },
	{ NET "routefilters", "rules" },
	{ NET "applicationgateways", "gatewayIPConfigurations" },
	{ NET "applicationgateways", "frontendIPConfigurations" },
	{ NET "applicationgateways", "frontendPorts" },
	{ NET "applicationgateways", "backendAddressPools" },
	{ NET "applicationgateways", "backendHttpSettingsCollection" },
	{ NET "applicationgateways", "httpListeners" },
	{ NET "applicationgateways", "requestRoutingRules" },
	{ NET "applicationgateways", "probes" },
};

const struct child_list *child_list_next(const char *type, const struct child_list *after)
{
	for (size_t i = after ? (size_t)(after - child_lists) + 1 : 0; i < ARRAY_LEN(child_lists);
	     i++)
		if (strieq(child_lists[i].parent, type))
			return &child_lists[i];
	return NULL;
}

const struct child_list *child_list_of(const char *type)
{
	const char *last = strrchr(type, '/');

	for (size_t i = 0; last && i < ARRAY_LEN(child_lists); i++) {
		const struct child_list *c = &child_lists[i];

		if (strlen(c->parent) == (size_t)(last - type) &&
		    strncasecmp(c->parent, type, strlen(c->parent)) == 0 &&
		    strieq(c->name, last + 1))
			return c;
	}
	return NULL;
}

json_t *child_find(json_t *list, const char *name, size_t *ret_i)
{
	json_t *c;
	size_t i;

	json_array_foreach (list, i, c)
		if (strieq(json_string_value(json_object_get(c, "name")), name)) {
			if (ret_i)
				*ret_i = i;
			return c;
		}
	return NULL;
}
