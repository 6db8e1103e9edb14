/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the provider azurerm assumes where a design says nothing, and a plan would show. */
#include "input/tfsource/source.h"

static const struct {
	const char *type, *attr, *value; /* JSON */
	unsigned from, to;               /* major versions; 0: any */
} defaults[] = {
	{ "azurerm_virtual_network_peering", "allow_virtual_network_access", "true", 0, 0 },
	{ "azurerm_virtual_network_peering", "allow_forwarded_traffic", "false", 0, 0 },
	{ "azurerm_virtual_network_peering", "allow_gateway_transit", "false", 0, 0 },
	{ "azurerm_virtual_network_peering", "use_remote_gateways", "false", 0, 0 },
	{ "azurerm_virtual_network_gateway", "vpn_type", "\"RouteBased\"", 0, 0 },
	{ "azurerm_virtual_network_gateway", "active_active", "false", 0, 0 },
	{ "azurerm_public_ip", "sku", "\"Basic\"", 1, 3 },
	{ "azurerm_public_ip", "sku", "\"Standard\"", 4, 0 },
	{ "azurerm_lb", "sku", "\"Basic\"", 1, 3 },
	{ "azurerm_lb", "sku", "\"Standard\"", 4, 0 },
	{ "azurerm_lb_probe", "protocol", "\"Tcp\"", 0, 0 },
	{ "azurerm_firewall", "sku_tier", "\"Standard\"", 0, 3 },
};

void tfs_defaults(const struct source *s, const struct tfs_node *n, json_t *values)
{
	unsigned version = s->modules[0]->code->azurerm;

	if (!version)
		version = 4; /* the newest, which `terraform init` would take */
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		if (streq(defaults[i].type, n->type) &&
		    !json_object_get(values, defaults[i].attr) && version >= defaults[i].from &&
		    (!defaults[i].to || version <= defaults[i].to))
			json_object_set_new(values, defaults[i].attr,
			                    json_loads(defaults[i].value, JSON_DECODE_ANY, NULL));
}
