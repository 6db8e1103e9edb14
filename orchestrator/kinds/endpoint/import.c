/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private endpoints. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

/* The address: as the design gives it, or as customDnsConfigs has it, or that of the NIC which
 * Azure made. */
static const char *endpoint_ip(struct import *im, const struct res *r)
{
	json_t *list = arm_list(r->j, "ipConfigurations"),
	       *nics = arm_list(r->j, "networkInterfaces");
	json_t *dns = arm_list(r->j, "customDnsConfigs");
	const char *ip = arm_str(json_array_get(list, 0), "privateIPAddress");
	const char *nic = arm_str(json_array_get(nics, 0), "id");
	struct res *n = nic ? im_find(im, nic) : NULL;
	struct res *c;

	if (!ip)
		ip = json_string_value(
		    json_array_get(arm_list(json_array_get(dns, 0), "ipAddresses"), 0));
	IM_EACH_CHILD(c, n, NET "networkinterfaces/ipconfigurations")
	if (!ip)
		ip = arm_str(c->j, "privateIPAddress");
	return ip;
}

static void read_endpoint(struct import *im, struct res *r)
{
	const char *subnet = im_subnet(im, r, arm_id(r->j, "subnet"));

	if (!subnet) {
		im_leave_out(im, r, NULL, "its subnet is not in the lab");
		return;
	}
	json_t *obj = json_object();

	put_str(obj, "subnet", subnet);
	put_str(obj, "privateIPAddress", endpoint_ip(im, r));
	im_put(im, "privateEndpoints", r, obj);
}

static const struct tf_attr tf_service_connection[] = {
	{ "private_connection_resource_id", "privateLinkServiceId" },
	{ "subresource_names", "groupIds", TF_LIST },
	{ 0 },
};

static const struct tf_type tf_endpoints[] = {
	{ "azurerm_private_endpoint", ARM_NET "privateEndpoints",
	  .attrs = TF_ATTRS{ { "subnet_id", "subnet", TF_ID },
	                     { "ip_configuration", "ipConfigurations", TF_BLOCKS, tf_address },
	                     { "private_service_connection", "privateLinkServiceConnections",
	                       TF_BLOCKS, tf_service_connection },
	                     { 0 } } },
	{ 0 },
};

const struct import_type private_endpoint_imports[] = {
	{ IMPORT_READ(NET "privateendpoints", "privateEndpoints"),
	  .provider = PROVIDER{ ARM_NET "privateEndpoints" }, .terraform = tf_endpoints,
	  .read = read_endpoint },
	{ IMPORT_IGNORED(NET "privateendpoints/privatednszonegroups", WHY_NAMES) },
	{ 0 },
};
