/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewalls: a node each. */
#include "azure/firewall.h"
#include "base/str.h"
#include "input/load.h"

#define SUBNET "AzureFirewallSubnet"

void load_firewalls(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "azureFirewalls"), *x;
	const struct jptr *at = JPTR(NULL, "azureFirewalls");
	const char *key;

	m->firewalls = arena_array(l->a, json_object_size(map), sizeof(*m->firewalls));
	json_object_foreach (map, key, x) {
		struct firewall *fw = &m->firewalls[m->n_firewalls];
		struct vm *other = model_vm(m, key);

		fw->idx = m->n_firewalls++;
		fw->name = arena_strdup(l->a, key);
		fw->ptr = load_ptr(l, JPTR(at, key));
		if (other)
			load_error(l, "FW-NAME-01", NULL, fw->ptr, "rename one of them",
			           "%s is called \"%s\" too: as nodes of the lab they could not be "
			           "told apart",
			           other->role == VM_ENDPOINT ? "a private endpoint"
			                                      : "a virtual machine",
			           key);
		fw->vm = load_node(l, fw->name, fw->ptr, &schema_firewall, x);
		fw->vm->role = VM_FIREWALL;
		fw->vm->firewall = fw;
		fw->vm->nics[0]->forwarding = true;
	}
}

static void resolve_subnet(struct loader *l, struct firewall *fw, json_t *x)
{
	const char *name = json_string_value(json_object_get(x, "virtualNetwork"));
	struct nic *n = fw->vm->nics[0];

	if (name && schema_name_valid(name)) {
		fw->vnet = model_vnet(l->m, name);
		if (!fw->vnet)
			load_no_such(l, "virtualNetworks", name,
			             arena_printf(l->a, "%s/virtualNetwork", fw->ptr));
	}
	if (fw->vnet) {
		n->subnet = model_subnet(l->m, arena_printf(l->a, "%s/" SUBNET, fw->vnet->name));
		if (!n->subnet)
			load_error(l, "FW-SUBNET-01", NULL, fw->ptr,
			           "add \"" SUBNET "\", /26 or bigger, to its subnets",
			           "virtual network \"%s\" has no subnet " SUBNET ", where "
			           "firewall \"%s\" would be",
			           fw->vnet->name, fw->name);
	}
	if (n->subnet)
		n->subnet->n_nics++;
	n->broken |= !n->subnet || n->subnet->broken;
}

void resolve_firewalls(struct loader *l)
{
	json_t *x;
	const char *key;
	size_t i = 0;

	json_object_foreach (json_object_get(l->root, "azureFirewalls"), key, x)
		resolve_subnet(l, &l->m->firewalls[i++], x);
}
