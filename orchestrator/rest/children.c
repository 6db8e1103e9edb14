/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/children.h"

#include "base/mem.h"
#include "base/str.h"

static const char NET[] = "microsoft.network/";

static const struct child_list child_lists[] = {
	{ "virtualnetworks", "subnets" },
	{ "virtualnetworks", "virtualNetworkPeerings" },
	{ "routetables", "routes" },
	{ "networksecuritygroups", "securityRules" },
	{ "networkinterfaces", "ipConfigurations" },
	{ "loadbalancers", "frontendIPConfigurations" },
	{ "loadbalancers", "backendAddressPools" },
	{ "loadbalancers", "loadBalancingRules" },
	{ "loadbalancers", "probes" },
	{ "loadbalancers", "inboundNatRules" },
	{ "loadbalancers", "inboundNatPools" },
	{ "loadbalancers", "outboundRules" },
	{ "virtualnetworkgateways", "ipConfigurations" },
	{ "expressroutecircuits", "peerings" },
	{ "expressroutecircuits", "authorizations" },
	{ "azurefirewalls", "ipConfigurations" },
	{ "bastionhosts", "ipConfigurations" },
	{ "routefilters", "rules" },
	{ "applicationgateways", "gatewayIPConfigurations" },
	{ "applicationgateways", "frontendIPConfigurations" },
	{ "applicationgateways", "frontendPorts" },
	{ "applicationgateways", "backendAddressPools" },
	{ "applicationgateways", "backendHttpSettingsCollection" },
	{ "applicationgateways", "httpListeners" },
	{ "applicationgateways", "requestRoutingRules" },
	{ "applicationgateways", "probes" },
};

/* What is behind the provider; NULL: it is of another one. */
static const char *skip_provider(const char *type)
{
	size_t n = strlen(NET);

	return strncasecmp(type, NET, n) == 0 ? type + n : NULL;
}

const struct child_list *child_list_next(const char *type, const struct child_list *after)
{
	type = skip_provider(type);
	if (!type)
		return NULL;
	for (size_t i = after ? (size_t)(after - child_lists) + 1 : 0; i < ARRAY_LEN(child_lists);
	     i++)
		if (strieq(child_lists[i].parent, type))
			return &child_lists[i];
	return NULL;
}

const struct child_list *child_list_of(const char *type)
{
	const char *last = strrchr(type, '/');

	type = skip_provider(type);
	if (!type)
		return NULL;

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
