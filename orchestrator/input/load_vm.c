/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs with their NICs, appliance files and routes. */
#include "base/str.h"
#include "input/load.h"

static void load_nic(struct loader *l, struct vm *vm, const char *name, json_t *x,
                     const struct jptr *at)
{
	struct nic *n = &l->m->nics[l->m->n_nics];

	n->idx = l->m->n_nics++;
	n->index = vm->n_nics;
	n->name = name;
	n->ptr = load_ptr(l, at);
	n->vm = vm;
	load_fill(l, &schema_nic, x, (struct resource *)n);
	/* "0.0.0.0" is given, and wrong. */
	n->dynamic = !n->broken && !json_is_string(json_object_get(x, "privateIPAddress"));
	vm->nics[vm->n_nics++] = n;
}

static void load_nics(struct loader *l, struct vm *vm, json_t *x, const struct jptr *at)
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

static void load_bgp(struct loader *l, struct vm *vm, json_t *x, const struct jptr *at)
{
	struct bgp_block *b = &vm->bgp;
	json_t *advertise = json_object_get(x, "advertise");
	json_t *communities = json_object_get(x, "communities"), *y;
	size_t i;

	b->present = true;
	b->ptr = load_ptr(l, at);
	vm->broken |= !schema_fill(&schema_bgp, x, l->a, b);
	b->advertise = arena_array(l->a, json_array_size(advertise), sizeof(*b->advertise));
	json_array_foreach (advertise, i, y)
		if (json_is_string(y) &&
		    !prefix_parse(json_string_value(y), &b->advertise[b->n_advertise]))
			b->n_advertise++;
		else
			vm->broken = true;
	b->communities = arena_array(l->a, json_array_size(communities), sizeof(char *));
	json_array_foreach (communities, i, y)
		if (json_is_string(y))
			b->communities[b->n_communities++] =
			    arena_strdup(l->a, json_string_value(y));
}

static void load_guest(struct loader *l, struct vm *vm, json_t *x, const struct jptr *at)
{
	json_t *routes = json_object_get(x, "routes"), *listen = json_object_get(x, "listen"), *y;
	json_t *loopbacks = json_object_get(x, "loopbacks");
	const struct jptr *routes_at = JPTR(at, "routes");
	size_t i;

	vm->routes = arena_array(l->a, json_array_size(routes), sizeof(*vm->routes));
	json_array_foreach (routes, i, y) {
		struct guest_route *r = &vm->routes[vm->n_routes];

		r->ptr = load_ptr(l, JPTR_AT(routes_at, i));
		if (schema_fill(&schema_guest_route, y, l->a, r))
			vm->n_routes++;
		else
			vm->broken = true;
	}
	load_listen(l, vm, listen);
	vm->loopbacks = arena_array(l->a, json_array_size(loopbacks), sizeof(*vm->loopbacks));
	json_array_foreach (loopbacks, i, y)
		if (json_is_string(y) &&
		    !ip4_parse(json_string_value(y), &vm->loopbacks[vm->n_loopbacks]))
			vm->n_loopbacks++;
}

static void load_vm(struct loader *l, struct vm *vm, json_t *x, const struct jptr *at)
{
	json_t *config = json_object_get(x, "config"), *bgp = json_object_get(x, "bgp");

	vm->ptr = load_ptr(l, at);
	vm->broken = !schema_fill(&schema_vm, x, l->a, vm);
	load_nics(l, vm, x, at);
	load_config(l, vm, config, JPTR(at, "config"));
	if (json_is_object(bgp))
		load_bgp(l, vm, bgp, JPTR(at, "bgp"));
	load_guest(l, vm, x, at);
	if (bgp && json_object_size(config))
		load_error(l, "TOPO-VM-03", NULL, vm->ptr, "keep one of them",
		           "\"%s\" has both \"config\" and \"bgp\": either its own files or a "
		           "generated configuration",
		           vm->name);
	if (!strieq(vm->image, "host") || (!bgp && !json_object_size(config)))
		return;
	vm->broken = true;
	load_error(l, "TOPO-VM-04", NULL, vm->ptr,
	           "give it an image that has a routing daemon, as \"frr\" or \"bird\"",
	           "\"%s\" has %s, but its image \"host\" runs nothing", vm->name,
	           bgp ? "\"bgp\"" : "\"config\"");
}

void load_vms(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "virtualMachines"), *x;
	const struct jptr *at = JPTR(NULL, "virtualMachines");
	const char *key;

	json_object_foreach (map, key, x) {
		struct vm *vm = &m->vms[m->n_vms];

		vm->idx = m->n_vms++;
		vm->name = arena_strdup(l->a, key);
		load_vm(l, vm, x, JPTR(at, key));
	}
}
