/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs, of a machine or of a scale set: what they have in common. */
#include "input/resources.h"
#include "kinds/vm/import.h"

static void put_asgs(struct import *im, json_t *obj, const struct res *r, const json_t *config)
{
	json_t *list = json_array(), *v;
	size_t i;

	json_array_foreach (arm_list(config, "applicationSecurityGroups"), i, v) {
		const char *lab = im_lab(im, r, arm_str(v, "id"), "application security group");

		if (lab)
			json_array_append_new(list, json_string(lab));
	}
	if (json_array_size(list))
		json_object_set(obj, "applicationSecurityGroups", list);
	json_decref(list);
}

json_t *im_nic_object(struct import *im, struct res *r, const json_t *config, const json_t *nic,
                      struct res **ret_subnet)
{
	const char *id = arm_id(config, "subnet"), *subnet = im_subnet(im, r, id);

	if (!subnet) {
		im_leave_out(im, r, NULL,
		             id ? "its subnet is not in the lab" : "it names no subnet");
		return NULL;
	}
	json_t *obj = json_object();
	const char *ip = arm_str(config, "privateIPAddress");
	const char *public = im_use(im, r, arm_id(config, "publicIPAddress"), "public address");

	*ret_subnet = im_find(im, id);
	put_str(obj, "subnet", subnet);
	if (ip && arm_family(ip) == 1)
		put_str(obj, "privateIPAddress", ip);
	put_bool(obj, "enableIPForwarding", arm_bool(nic, "enableIPForwarding", false), false);
	put_str(obj, "publicIPAddress", public);
	/* A public address that is made with the NIC, as scale sets do. */
	if (!public && arm_get(config, "publicIPAddressConfiguration"))
		json_object_set_new(obj, "publicIPAddress", json_true());
	put_str(obj, "networkSecurityGroup",
	        im_lab(im, r, arm_id(nic, "networkSecurityGroup"), "security group"));
	put_asgs(im, obj, r, config);
	return obj;
}

/* The load balancer's pools and inbound NAT rules that a NIC names: im->pools. */
static void note_members(struct import *im, const json_t *config, const char *list, const char *nic)
{
	json_t *v;
	size_t i;

	json_array_foreach (arm_list(config, list), i, v) {
		const char *id = json_is_string(v) ? json_string_value(v) : arm_str(v, "id");
		_cleanup_free_ char *key = id ? resource_key(id) : NULL;
		json_t *members = key ? json_object_get(im->pools, key) : NULL;

		if (key && !members) {
			members = json_array();
			json_object_set_new(im->pools, key, members);
		}
		if (key)
			json_array_append_new(members, json_string(nic));
	}
}

void im_add_nic(struct import *im, struct im_nic nic, const json_t *config)
{
	const char *ip = json_string_value(json_object_get(nic.out, "privateIPAddress"));

	nic.dynamic = !ip || ip4_parse(ip, &nic.ip) < 0;
	VEC_PUSH(im->nics, im->n_nics, im->cap_nics) = nic;
	note_members(im, config, "loadBalancerBackendAddressPools", nic.lab);
	note_members(im, config, "loadBalancerInboundNatRules", nic.lab);
	note_members(im, config, "loadBalancerInboundNatPools", nic.lab);
}
