/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/stand_in.h"

#include "azure/subnet.h"
#include "base/str.h"

bool subnet_is_azures(const struct subnet *s)
{
	static const char *const names[] = { "GatewaySubnet", "AzureFirewallSubnet",
		                             "AzureFirewallManagementSubnet", "RouteServerSubnet" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strieq(s->name, names[i]))
			return true;
	return false;
}

static ip4 free_address(const struct subnet *s)
{
	for (ip4 a = subnet_first(s->prefix); a <= subnet_last(s->prefix); a++) {
		bool taken = false;

		for (size_t i = 0; i < s->n_nics && !taken; i++)
			taken = s->nics[i]->ip == a;
		for (size_t i = 0; i < s->n_lbs && !taken; i++)
			taken = s->lbs[i]->ip == a;
		if (!taken)
			return a;
	}
	return IP4_NONE;
}

const struct nic *stand_ins_add(struct stand_ins *x, const struct subnet *s, const char *name)
{
	ip4 ip = prefix_size(s->prefix) < 8 ? 0 : free_address(s);

	if (ip4_is_none(ip))
		return NULL;
	struct node *vm = arena_alloc(x->arena, sizeof(*vm));
	struct nic *n = arena_alloc(x->arena, sizeof(*n));

	vm->name = n->name = name;
	vm->ptr = n->ptr = s->ptr;
	vm->guest.image = "host";
	vm->idx = x->m->n_vms;
	vm->nics = arena_array(x->arena, 1, sizeof(*vm->nics));
	vm->nics[0] = n;
	vm->n_nics = 1;
	n->vm = vm;
	n->subnet = (struct subnet *)s;
	n->ip = ip;
	n->idx = x->m->n_nics;
	VEC_PUSH(x->v, x->n, x->cap) = n;
	return n;
}

const struct nic *stand_ins_find(const struct stand_ins *x, const struct vnet *v, ip4 a)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i]->ip == a && x->v[i]->subnet->vnet == v)
			return x->v[i];
	return NULL;
}

void stand_ins_done(struct stand_ins *x)
{
	free(x->v);
	*x = (struct stand_ins){ 0 };
}
