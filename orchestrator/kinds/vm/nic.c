/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces of virtual machines: what a topology says of them, and how they are loaded. */
#include "base/str.h"
#include "input/load.h"
#include "kinds/vm/vm.h"

const struct object_def nic_def = {
	"networkInterface", "a network interface", NULL,
	(const struct field[]){
	    { .name = "subnet",
	      .type = T_SUBNET,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .required = true,
	      .at = AT(struct nic, subnet),
	      .help = "\"VNET/SUBNET\"" },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct nic, ip),
	      .help = "Static address. Without it: the lowest free one, in the file's order; a NIC "
	              "of a running lab keeps the one that it has." },
	    { .name = "enableIPForwarding",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct nic, forwarding),
	      .help = "Let packets pass that are not from or for this NIC's address." },
	    { .name = "publicIPAddress",
	      .type = T_PUBLIC_IP,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .dflt = "false",
	      .help = "true: one from 20.100.0.0/16; or the name of an entry of "
	              "publicIPAddresses. Nothing comes in by it without a security group that "
	              "allows it." },
	    { .name = "publicLoadBalancer",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct nic, public_balancer),
	      .help = "It is in the pool of a public load balancer that the design does not have "
	              "(loadBalancers), and leaves as by default outbound access." },
	    { .name = "networkSecurityGroup",
	      .type = T_NAME,
	      .ref = "networkSecurityGroups",
	      .at = AT(struct nic, nsg),
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The security group of this NIC." },
	    { .name = "applicationSecurityGroups",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FABRIC,
	      .item = T_NAME,
	      .help = "The application security groups that it belongs to." },
	    END }
};

static void load_nic(struct loader *l, struct node *vm, const char *name, json_t *x,
                     const struct jptr *at)
{
	struct nic *n = &l->m->nics[l->m->n_nics];

	n->idx = l->m->n_nics++;
	n->index = vm->n_nics;
	n->name = name;
	n->ptr = load_ptr(l, at);
	n->vm = vm;
	load_fill(l, &nic_def, x, (struct resource *)n);
	/* "0.0.0.0" is given, and wrong. */
	n->dynamic = !n->broken && !json_is_string(json_object_get(x, "privateIPAddress"));
	vm->nics[vm->n_nics++] = n;
}

void vm_load_nics(struct loader *l, struct node *vm, json_t *x, const struct jptr *at)
{
	json_t *one = json_object_get(x, "nic"), *several = json_object_get(x, "nics"), *y;
	const char *key;

	vm->nics =
	    arena_array(l->a, (one ? 1 : 0) + json_object_size(several), sizeof(struct nic *));
	if (one && several)
		load_error(l, "TOPO-VM-01", NULL, vm->ptr, "put all of them into \"nics\"",
		           "\"%s\" has both \"nic\" and \"nics\"", vm->name);
	if (!one && !json_object_size(several) && (!several || json_is_object(several)) &&
	    json_is_object(x))
		load_error(
		    l, "TOPO-VM-02", NULL, vm->ptr, "add \"nic\": { \"subnet\": \"VNET/SUBNET\" }",
		    "\"%s\" has no network interface; a VM in Azure has at least one", vm->name);
	if (one)
		load_nic(l, vm, arena_printf(l->a, "%sVMNic", vm->name), one, JPTR(at, "nic"));
	json_object_foreach (several, key, y)
		load_nic(l, vm, arena_strdup(l->a, key), y, JPTR(JPTR(at, "nics"), key));
}

void load_each_nic(struct loader *l, void (*visit)(struct loader *l, struct nic *n, json_t *x))
{
	json_t *vm, *y;
	const char *key, *name;
	size_t i = 0;

	json_object_foreach (json_object_get(l->root, "virtualMachines"), key, vm) {
		json_t *one = json_object_get(vm, "nic");

		if (one)
			visit(l, &l->m->nics[i++], one);
		json_object_foreach (json_object_get(vm, "nics"), name, y)
			visit(l, &l->m->nics[i++], y);
	}
}

struct node *load_part(struct loader *l, enum node_role role, const char *name, const char *ptr,
                       unsigned instance)
{
	struct node *vm = &l->m->vms[l->m->n_vms];

	*vm = (struct node){ .name = name,
		             .ptr = ptr,
		             .guest.image = "host",
		             .idx = l->m->n_vms++,
		             .role = role,
		             .part.instance = instance };
	return vm;
}
