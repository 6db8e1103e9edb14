/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP prefixes as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

static void read_prefix(struct import *im, struct res *r)
{
	const char *range = arm_str(r->j, "ipPrefix");
	const char *version = arm_str(r->j, "publicIPAddressVersion");
	json_int_t length;

	if ((range && arm_family(range) == 0) || (version && strieq(version, "IPv6"))) {
		_cleanup_free_ char *what = xasprintf("public IP prefix \"%s\"", r->name);

		im_leave_ipv6(im, r, what);
		return;
	}
	json_t *obj = json_object();

	if (arm_int(r->j, "prefixLength", &length))
		json_object_set_new(obj, "prefixLength", json_integer(length));
	put_str(obj, "ipPrefix", range);
	im_put(im, "publicIPPrefixes", r, obj);
}

static const struct tf_type tf_prefixes[] = {
	{ "azurerm_public_ip_prefix", ARM_NET "publicIPPrefixes", .ids = " public_ip_prefix_id ",
	  .attrs = TF_ATTRS{ { "prefix_length", "prefixLength" },
	                     { "ip_prefix", "ipPrefix" },
	                     { "ip_version", "publicIPAddressVersion" },
	                     { "sku", "^sku.name" },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "sku", "\"Standard\"" },
	                           { "prefix_length", "28" },
	                           { "ip_version", "\"IPv4\"" },
	                           { 0 } } },
	{ "azurerm_nat_gateway_public_ip_prefix_association", .parent_id = "nat_gateway_id",
	  .joins = true,
	  .attrs = TF_ATTRS{ { "public_ip_prefix_id", "publicIpPrefixes", TF_IDS }, { 0 } } },
	{ 0 },
};

static const struct import_range public_ranges = { "ipPrefix", "prefixLength", "publicIPPrefix" };

const struct import_type public_ip_prefix_imports[] = {
	{ IMPORT_READ(NET "publicipprefixes", "publicIPPrefixes"),
	  .provider =
	      PROVIDER{ ARM_NET "publicIPPrefixes", .sku = "Standard", .range = &public_ranges,
	                .defaults = DEFAULTS{ { "publicIPAddressVersion", "\"IPv4\"" },
	                                      { "ipTags", "[]" },
	                                      { 0 } } },
	  .terraform = tf_prefixes, .read = read_prefix, .when_used = true,
	  .known = " prefixLength ipPrefix publicIPAddressVersion publicIPAddresses natGateway "
	           "ipTags customIPPrefix loadBalancerFrontendIpConfiguration ",
	  .shown = SHOWN{ { "ipPrefix", .kept = true },
	                  { "publicIPAddresses", .by = NET "publicipaddresses" },
	                  { 0 } } },
	{ 0 },
};
