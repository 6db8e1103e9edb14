/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public addresses: only those that the lab uses. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

const char *im_public(struct import *im, const struct res *r, const char *id)
{
	struct res *to = im_ref(im, r, id, "public address");

	if (!to || to->left_out || !to->lab)
		return NULL;
	if (to->out)
		return to->lab;
	const char *ip = arm_str(to->j, "ipAddress");
	json_t *obj = json_object();

	if (ip && arm_family(ip) == 0) {
		json_decref(obj);
		to->left_out = true;
		im_note(im, SEV_INFO, "IMPORT-IPV6-01", to, NULL,
		        "public address \"%s\" is IPv6, which is not emulated: left out", to->name);
		return NULL;
	}
	json_t *dns = arm_get(to->j, "dnsSettings");
	const char *name = arm_str(dns, "fqdn");

	DESCRIBE(obj, name ? name : arm_str(dns, "domainNameLabel"));
	put_str(obj, "ipAddress", ip);
	im_put(im, "publicIPAddresses", to, obj);
	return to->lab;
}

static const struct tf_type tf_publics[] = {
	{ "azurerm_public_ip", ARM_NET "publicIPAddresses", .ids = " public_ip_address_id ",
	  .attrs = TF_ATTRS{ { "allocation_method", "publicIPAllocationMethod" },
	                     { "sku", "^sku.name" },
	                     { "ip_address", "ipAddress" },
	                     { 0 } } },
	{ 0 },
};

const struct import_type import_publics[] = {
	{ IMPORT_READ(NET "publicipaddresses", "publicIPAddresses"), .terraform = tf_publics,
	  .known = " ipAddress publicIPAllocationMethod publicIPAddressVersion dnsSettings "
	           "idleTimeoutInMinutes ipConfiguration ipTags ddosSettings deleteOption "
	           "publicIPPrefix natGateway linkedPublicIPAddress servicePublicIPAddress "
	           "migrationPhase " },
	{ IMPORT_IGNORED(NET "publicipprefixes",
	                 "its addresses are public IP addresses of their own") },
	{ 0 },
};
