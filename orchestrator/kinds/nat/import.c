/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

static void read_nat(struct import *im, struct res *r)
{
	json_t *obj = json_object(), *names = json_array(), *v;
	json_t *prefixes = json_array();
	size_t i;

	json_array_foreach (arm_list(r->j, "publicIpAddresses"), i, v) {
		const char *name =
		    im_use(im, r, json_is_string(v) ? json_string_value(v) : arm_str(v, "id"),
		           "public address");

		if (name)
			json_array_append_new(names, json_string(name));
	}
	json_array_foreach (arm_list(r->j, "publicIpPrefixes"), i, v) {
		const char *name =
		    im_use(im, r, json_is_string(v) ? json_string_value(v) : arm_str(v, "id"),
		           "public IP prefix");

		if (name) {
			json_array_append_new(prefixes, json_string(name));
			continue;
		}
		json_array_append_new(names, json_true());
		im_note(im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
		        "NAT gateway \"%s\" has addresses from a prefix that is not in the lab; it "
		        "gets one of the lab's in their place",
		        r->name);
	}
	json_object_set_new(obj, "publicIPAddresses", names);
	if (json_array_size(prefixes))
		json_object_set(obj, "publicIPPrefixes", prefixes);
	json_decref(prefixes);
	im_put(im, "natGateways", r, obj);
}

static const struct tf_type tf_nats[] = {
	{ "azurerm_nat_gateway", ARM_NET "natGateways", .ids = " nat_gateway_id ",
	  .attrs = TF_ATTRS{ { "sku_name", "^sku.name" }, { 0 } },
	  .defaults = TF_DEFAULTS{ { "sku_name", "\"Standard\"" },
	                           { "idle_timeout_in_minutes", "4" },
	                           { 0 } } },
	{ "azurerm_nat_gateway_public_ip_association", .parent_id = "nat_gateway_id", .joins = true,
	  .attrs = TF_ATTRS{ { "public_ip_address_id", "publicIpAddresses", TF_IDS }, { 0 } } },
	{ 0 },
};

const struct import_type nat_imports[] = {
	{ IMPORT_READ(NET "natgateways", "natGateways"),
	  .provider = PROVIDER{ ARM_NET "natGateways", .in_use = "InUseNatGatewayCannotBeDeleted",
	                        .defaults = DEFAULTS{ { "idleTimeoutInMinutes", "4" }, { 0 } } },
	  .terraform = tf_nats, .read = read_nat,
	  .known = " publicIpAddresses publicIpPrefixes idleTimeoutInMinutes subnets "
	           "sourceVirtualNetwork ",
	  .missing = LACKING{ { "publicIpAddressesV6", "IPv6 is not emulated" },
	                      { "publicIpPrefixesV6", "IPv6 is not emulated" },
	                      { "nat64", "IPv6 is not emulated" },
	                      { 0 } },
	  .shown = SHOWN{ { "subnets", .by = NET "virtualnetworks/subnets" }, { 0 } } },
	{ 0 },
};
