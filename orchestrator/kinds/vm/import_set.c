/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scale sets: one template, as many machines as their capacity says. */
#include "kinds/vm/import.h"

enum { MAX_INSTANCES = 16 };

static json_t *first_primary(json_t *list)
{
	json_t *v, *best = json_array_get(list, 0);
	size_t i;

	json_array_foreach (list, i, v)
		if (arm_bool(v, "primary", false))
			best = v;
	return best;
}

static bool read_set_instance(struct import *im, struct res *r, json_t *nics, const char *name)
{
	json_t *obj = json_pack("{s:o, s:s}", "description",
	                        json_sprintf("of scale set %s", r->name), "image", "host"),
	       *v;
	size_t i;

	json_array_foreach (nics, i, v) {
		json_t *config = first_primary(arm_list(v, "ipConfigurations"));
		struct res *subnet = NULL;
		json_t *nic = config ? im_nic_object(im, r, config, v, &subnet) : NULL;

		if (!nic)
			continue;
		json_object_del(nic, "privateIPAddress");
		const char *own = arm_str(v, "name");
		const char *lab = im_new_name(
		    im, "nics", r, arena_printf(im->a, "%.40s-%.39s", name, own ? own : "nic"));

		put_str(nic, "source", r->source);
		im_set_in(obj, "nics", lab, nic);
		im_add_nic(
		    im,
		    (struct im_nic){
		        .lab = lab, .vm = name, .out = nic, .vm_out = obj, .subnet = subnet },
		    config);
	}
	if (!json_object_get(obj, "nics")) {
		json_decref(obj);
		return false;
	}
	put_str(obj, "source", r->source);
	im_set_in(im->topology, "virtualMachines", name, obj);
	r->out = obj;
	return true;
}

void vm_import_set(struct import *im, struct res *r)
{
	json_t *profile = arm_get(arm_get(r->j, "virtualMachineProfile"), "networkProfile");
	json_t *nics = arm_list(profile, "networkInterfaceConfigurations");
	json_int_t n = 1;

	if (!arm_get(r->j, "virtualMachineProfile"))
		return; /* a flexible one without machines of its own: those that name it have NICs
		         */
	arm_int(json_object_get(r->j, "sku"), "capacity", &n);
	if (!json_array_size(nics) || !n) {
		im_leave_out(im, r, NULL, n ? "it has no NICs" : "its capacity is 0");
		return;
	}
	if (n > MAX_INSTANCES) {
		im_note(im, SEV_WARNING, "IMPORT-VMSS-01", r, NULL,
		        "scale set \"%s\" has %" JSON_INTEGER_FORMAT
		        " instances; the lab has the first %d of them",
		        r->name, n, MAX_INSTANCES);
		n = MAX_INSTANCES;
	}
	for (json_int_t i = 0; i < n && !r->left_out; i++)
		read_set_instance(im, r, nics,
		                  im_new_name(im, "virtualMachines", r,
		                              arena_printf(im->a, "%.70s_%d", r->lab, (int)i)));
	if (!r->out && !r->left_out)
		im_leave_out(im, r, NULL, "none of its NICs is in the lab");
}
