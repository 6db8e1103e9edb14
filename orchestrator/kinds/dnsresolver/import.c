/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS Private Resolvers as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

static void read_dns_inbound(struct import *im, struct res *r)
{
	const json_t *config = json_array_get(arm_list(r->j, "ipConfigurations"), 0);
	const char *subnet = im_subnet(im, r, arm_id(config, "subnet"));

	if (!subnet) {
		im_leave_out(im, r, NULL, "its subnet is not in the lab");
		return;
	}
	json_t *obj = json_object();

	put_str(obj, "subnet", subnet);
	put_str(obj, "privateIPAddress", arm_address(im, r, config, "privateIpAddress"));
	im_put(im, "dnsInboundEndpoints", r, obj);
}

static const struct tf_attr tf_dns_address[] = {
	{ "subnet_id", "subnet", TF_ID },
	{ "private_ip_address", "privateIpAddress" },
	{ "private_ip_allocation_method", "privateIpAllocationMethod" },
	{ 0 },
};

static const struct tf_type tf_dns_resolvers[] = {
	{ "azurerm_private_dns_resolver", ARM_NET "dnsResolvers", .attrs = TF_ATTRS{ { 0 } } },
	{ "azurerm_private_dns_resolver_inbound_endpoint", ARM_NET "dnsResolvers/inboundEndpoints",
	  .parent_id = "private_dns_resolver_id",
	  .attrs = TF_ATTRS{ { "ip_configurations", "ipConfigurations", TF_BLOCKS, tf_dns_address },
	                     { 0 } },
	  .defaults =
	      TF_DEFAULTS{ { "ip_configurations.private_ip_allocation_method", "\"Dynamic\"" },
	                   { 0 } } },
	{ 0 },
};

const struct import_type dns_resolver_imports[] = {
	{ IMPORT_PART(NET "dnsresolvers", "endpoints"),
	  .provider = PROVIDER{ ARM_NET "dnsResolvers" }, .terraform = tf_dns_resolvers },
	{ IMPORT_READ(NET "dnsresolvers/inboundendpoints", "dnsInboundEndpoints"),
	  .read = read_dns_inbound },
	{ 0 },
};
