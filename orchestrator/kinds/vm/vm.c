/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual machines and appliances: what a topology says of them, and how they are loaded. */
#include "kinds/vm/vm.h"

#include "azure/own_filter.h"
#include "base/str.h"
#include "input/load.h"

static const struct enum_value power_states[] = { { "running", 0, NULL, NULL },
	                                          { "deallocated", 1, NULL, NULL },
	                                          END };

static const struct object_def machine = {
	"virtualMachine", "a virtual machine", NULL,
	(const struct field[]){
	    { .name = "image",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .dflt = "host",
	      .at = AT(struct node, guest.image),
	      .help = "A folder of images/: frr, bird, bird1, openbgpd, gobgp, exabgp; host runs "
	              "nothing." },
	    { .name = "nic",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &nic_def,
	      .help = "Its only NIC, called <VM>VMNic." },
	    { .name = "nics",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &nic_def,
	      .help = "Several NICs by name, instead of nic; the first one is the primary." },
	    { .name = "config",
	      .type = T_MAP,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PATH,
	      .keys = KEYS_FILE,
	      .help = "The appliance's own configuration files: name as the image knows it, path "
	              "below the topology's folder. Every image, host too, takes iptables.rules "
	              "and nftables.conf: its own packet filter." },
	    { .name = "bgp",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &bgp_def,
	      .help = "Generate the daemon's configuration, instead of config." },
	    { .name = "routes",
	      .type = T_LIST,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &guest_route_def,
	      .help = "Static routes inside the guest." },
	    { .name = "sourceNat",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_GUEST,
	      .dflt = "false",
	      .at = AT(struct node, guest.source_nat),
	      .help = "Masquerade what the guest forwards to destinations outside RFC 1918." },
	    { .name = "sourceNatExcept",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST,
	      .item = T_PREFIX,
	      .help =
	          "With sourceNat: the destinations that are left alone, instead of those of RFC "
	          "1918; an empty list: everything is translated, as MASQUERADE without a "
	          "destination does." },
	    { .name = "powerState",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .as_bool = true,
	      .values = power_states,
	      .dflt = "running",
	      .at = AT(struct node, deallocated),
	      .help = "deallocated: it is there, and does not run." },
	    { .name = "listen",
	      .type = T_LIST,
	      .shows = SHOWS_AS_IT_RUNS,
	      .item = T_LISTEN,
	      .help = "Ports that answer: \"tcp/80\", \"udp/53\"." },
	    { .name = "loopbacks",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST,
	      .item = T_IP,
	      .help =
	          "Further addresses of the guest, that answer: what is behind the appliance." },
	    END }
};

static void count_vm(json_t *x, size_t *nodes, size_t *nics)
{
	++*nodes;
	*nics += json_object_size(json_object_get(x, "nics")) + (json_object_get(x, "nic") != NULL);
}

/* Not the node's own packet filter, which every image takes. */
static bool has_file_for_image(json_t *config)
{
	const char *name;
	json_t *path;

	json_object_foreach (config, name, path)
		if (!own_filter_named(name))
			return true;
	return false;
}

/* The nodes that other kinds make stand behind those of this one in model->vms. */
static void load_vm(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct node *vm = obj;
	json_t *config = json_object_get(x, "config"), *bgp = json_object_get(x, "bgp");

	const bool for_image = has_file_for_image(config);

	vm_load_nics(l, vm, x, at);
	load_config(l, vm, config, JPTR(at, "config"));
	if (json_is_object(bgp))
		vm_load_bgp(l, vm, bgp, JPTR(at, "bgp"));
	vm_load_guest(l, vm, x, at);
	if (bgp && for_image)
		load_error(l, "TOPO-VM-03", NULL, vm->ptr, "keep one of them",
		           "\"%s\" has both \"config\" and \"bgp\": either its own files or a "
		           "generated configuration",
		           vm->name);
	if (!strieq(vm->guest.image, "host") || (!bgp && !for_image))
		return;
	vm->broken = true;
	load_error(l, "TOPO-VM-04", NULL, vm->ptr,
	           "give it an image that has a routing daemon, as \"frr\" or \"bird\"",
	           "\"%s\" has %s, but its image \"host\" runs nothing", vm->name,
	           bgp ? "\"bgp\"" : "\"config\"");
}

static void take_nic_address(struct loader *l, struct nic *n, json_t *x)
{
	load_nic_public_ip(l, n, json_object_get(x, "publicIPAddress"),
	                   arena_printf(l->a, "%s/publicIPAddress", n->ptr));
}

static void take_nic_addresses(struct loader *l, void *obj, json_t *x)
{
	const struct node *vm = obj;
	json_t *one = json_object_get(x, "nic"), *y;
	const char *name;
	size_t i = 0;

	if (one)
		take_nic_address(l, vm->nics[i++], one);
	json_object_foreach (json_object_get(x, "nics"), name, y)
		take_nic_address(l, vm->nics[i++], y);
}

const struct kind kind_vm = {
	.key = "virtualMachines",
	.what = "virtual machine",
	.help = "VMs and appliances by name.",
	.object = &machine,
	.nodes = true,
	.count = count_vm,
	.azure = true,
	.place = 190,
	.list = KIND_LIST(vms, n_vms),
	.load = load_vm,
	.address = take_nic_addresses,
};
