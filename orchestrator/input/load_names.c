/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that are not those of one kind: subnets, VMs, NICs. */
#include "base/str.h"
#include "base/suggest.h"
#include "input/load.h"

struct names {
	const char **v;
	size_t n, cap;
};

static void add_subnet_names(struct loader *l, struct names *x)
{
	for (size_t i = 0; i < l->m->n_subnets; i++) {
		const struct subnet *s = &l->m->subnets[i];

		VEC_PUSH(x->v, x->n, x->cap) = arena_printf(l->a, "%s/%s", s->vnet->name, s->name);
	}
}

static void add_vm_names(struct loader *l, struct names *x)
{
	for (size_t i = 0; i < l->m->n_vms; i++)
		VEC_PUSH(x->v, x->n, x->cap) = l->m->vms[i].name;
}

static void add_nic_names(struct loader *l, struct names *x)
{
	for (size_t i = 0; i < l->m->n_nics; i++)
		VEC_PUSH(x->v, x->n, x->cap) = l->m->nics[i].name;
	add_vm_names(l, x);
}

void load_unknown(struct loader *l, enum load_scope scope, const char *name, const char *ptr)
{
	static const struct {
		const char *what;
		bool resource; /* of Azure: then the finding has Azure's code */
		void (*add_names)(struct loader *l, struct names *x);
	} scopes[] = {
		[SCOPE_SUBNETS] = { "subnet", true, add_subnet_names },
		[SCOPE_VMS] = { "virtual machine", false, add_vm_names },
		[SCOPE_NICS] = { "NIC or VM", false, add_nic_names },
	};
	struct names x = { 0 };

	if (l->compared <= SUGGEST_MAX_COMPARED)
		scopes[scope].add_names(l, &x);
	load_report_unknown(l, scopes[scope].what, scopes[scope].resource, name, ptr, x.v, x.n);
	free(x.v);
}
