/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"
#include "kinds/ranges.h"

/* Puts the ranges into obj that the list `many` of r names.  For one that is not in the lab the
 * gateway gets an address of the lab's, in names. */
static void read_nat_ranges(struct import *im, struct res *r, json_t *obj, json_t *names,
                            const char *key, const char *many, const char *what)
{
	json_t *ranges = json_array(), *v;
	size_t i;

	json_array_foreach (arm_list(r->j, many), i, v) {
		const char *name = im_use(
		    im, r, json_is_string(v) ? json_string_value(v) : arm_str(v, "id"), what);

		if (name) {
			json_array_append_new(ranges, json_string(name));
			continue;
		}
		json_array_append_new(names, json_true());
		im_note(im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
		        "NAT gateway \"%s\" has addresses from a prefix that is not in the lab; it "
		        "gets one of the lab's in their place",
		        r->name);
	}
	if (json_array_size(ranges))
		json_object_set(obj, key, ranges);
	json_decref(ranges);
}
#define READ_RANGE(key, one, many, tf, what) \
	read_nat_ranges(im, r, obj, names, (key), (many), (what));

static void read_nat(struct import *im, struct res *r)
{
	json_t *obj = json_object(), *names = json_array(), *v;
	size_t i;

	json_array_foreach (arm_list(r->j, "publicIpAddresses"), i, v) {
		const char *name =
		    im_use(im, r, json_is_string(v) ? json_string_value(v) : arm_str(v, "id"),
		           "public address");

		if (name)
			json_array_append_new(names, json_string(name));
	}
	json_object_set_new(obj, "publicIPAddresses", names);
	ADDRESS_RANGES(READ_RANGE)
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

#define RANGE_LACKS_V6(key, one, many, tf, what) { many "V6", "IPv6 is not emulated" },

const struct import_type nat_imports[] = {
	{ IMPORT_READ(NET "natgateways", "natGateways"),
	  .provider = PROVIDER{ ARM_NET "natGateways", .in_use = "InUseNatGatewayCannotBeDeleted",
	                        .defaults = DEFAULTS{ { "idleTimeoutInMinutes", "4" }, { 0 } } },
	  .terraform = tf_nats, .read = read_nat,
	  .known = " publicIpAddresses idleTimeoutInMinutes subnets "
	           "sourceVirtualNetwork " ADDRESS_RANGES(RANGE_MANY_WORD),
	  .missing = LACKING{ { "publicIpAddressesV6", "IPv6 is not emulated" },
	                      ADDRESS_RANGES(RANGE_LACKS_V6) /* nor are these */
	                      { "nat64", "IPv6 is not emulated" },
	                      { 0 } },
	  .shown = SHOWN{ { "subnets", .by = NET "virtualnetworks/subnets" }, { 0 } } },
	{ 0 },
};
