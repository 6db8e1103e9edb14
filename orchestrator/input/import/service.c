/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways, private endpoints. */
#include "input/import/priv.h"

static void read_nat(struct import *im, struct res *r)
{
	json_t *obj = json_object(), *names = json_array(), *v;
	size_t i;

	json_array_foreach (arm_list(r->j, "publicIpAddresses"), i, v) {
		const char *name =
		    im_public(im, r, json_is_string(v) ? json_string_value(v) : arm_str(v, "id"));

		if (name)
			json_array_append_new(names, json_string(name));
	}
	for (i = 0; i < json_array_size(arm_list(r->j, "publicIpPrefixes")); i++) {
		json_array_append_new(names, json_true());
		im_note(im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
		        "NAT gateway \"%s\" has addresses from a prefix; the lab gives it one of "
		        "its own in their place",
		        r->name);
	}
	json_object_set_new(obj, "publicIPAddresses", names);
	im_put(im, "natGateways", r, obj);
}

/* --- private endpoints -------------------------------------------------------------------------
 */

/* Given, or as Azure told it to names, or that of the NIC which Azure made. */
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
	IM_EACH(im, c, NET "networkinterfaces/ipconfigurations")
	if (!ip && n && c->parent == n)
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

void import_services(struct import *im)
{
	struct res *r;

	IM_EACH(im, r, NET "natgateways")
	read_nat(im, r);
	import_firewalls(im);
	IM_EACH(im, r, NET "privateendpoints")
	read_endpoint(im, r);
}
