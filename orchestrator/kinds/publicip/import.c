/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP addresses as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"
#include "kinds/ranges.h"

#define PUT_RANGE(key, one, many, tf, what) \
	put_str(obj, (one), im_use(im, r, arm_id(r->j, (one)), (what)));
#define RANGE_ATTR(key, one, many, tf, what) { tf, one, TF_ID },

static void read_public_ip(struct import *im, struct res *r)
{
	const char *ip = arm_address(im, r, r->j, "ipAddress");

	if ((ip && arm_family(ip) == 0) ||
	    strieq(arm_str(r->j, "publicIPAddressVersion"), "IPv6")) {
		_cleanup_free_ char *what = xasprintf("public address \"%s\"", r->name);

		im_leave_ipv6(im, r, what);
		return;
	}
	json_t *obj = json_object(), *dns = arm_get(r->j, "dnsSettings");
	const char *name = arm_str(dns, "fqdn"),
	           *sku = arm_str(json_object_get(r->j, "sku"), "name");

	DESCRIBE(obj, name ? name : arm_str(dns, "domainNameLabel"));
	put_str(obj, "ipAddress", ip);
	ADDRESS_RANGES(PUT_RANGE)
	if (sku && strieq(sku, "Basic"))
		put_str(obj, "sku", "Basic");
	im_put(im, "publicIPAddresses", r, obj);
}

static const struct tf_type tf_publics[] = {
	{ "azurerm_public_ip", ARM_NET "publicIPAddresses", .ids = " public_ip_address_id ",
	  .attrs = TF_ATTRS{ { "allocation_method", "publicIPAllocationMethod" },
	                     { "sku", "^sku.name" },
	                     { "ip_address", "ipAddress" },
	                     { "ip_version", "publicIPAddressVersion" },
	                     ADDRESS_RANGES(RANGE_ATTR) /* it is of one of them */
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "sku", "\"Basic\"", 0, 3 },
	                           { "sku", "\"Standard\"", 4, 0 },
	                           { "ip_version", "\"IPv4\"" },
	                           { "sku_tier", "\"Regional\"" },
	                           { 0 } } },
	{ 0 },
};

/* Only those that the lab uses. */
const struct import_type public_ip_imports[] = {
	{ IMPORT_READ(NET "publicipaddresses", "publicIPAddresses"),
	  .provider = PROVIDER{ ARM_NET "publicIPAddresses", .sku = "Basic",
	                        .in_use = "PublicIPAddressCannotBeDeleted",
	                        .defaults = DEFAULTS{ { "publicIPAllocationMethod", "\"Dynamic\"" },
	                                              { "publicIPAddressVersion", "\"IPv4\"" },
	                                              { "idleTimeoutInMinutes", "4" },
	                                              { "ipTags", "[]" },
	                                              { 0 } } },
	  .terraform = tf_publics, .read = read_public_ip, .when_used = true,
	  .known = " ipAddress publicIPAllocationMethod publicIPAddressVersion dnsSettings "
	           "idleTimeoutInMinutes ipConfiguration ipTags ddosSettings deleteOption "
	           "natGateway linkedPublicIPAddress servicePublicIPAddress "
	           "migrationPhase " ADDRESS_RANGES(RANGE_ONE_WORD),
	  .shown = SHOWN{ { "ipAddress", .kept = true },
	                  { "ipConfiguration", .by = "*ipconfigurations", .one = true },
	                  { "natGateway", .by = NET "natgateways", .one = true },
	                  { 0 } } },
	{ 0 },
};
