/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walks of a lab, put together. */
#include "base/str.h"
#include "lab/ops/kwalk_priv.h"
#include "lab/watch/health.h"
#include "plan/names.h"

static void make_ports(struct kwalk *k)
{
	const struct model *m = k->l->model;

	for (size_t i = 0; i < m->n_nics; i++) {
		struct kwalk_port *p = &VEC_PUSH(k->ports, k->n_ports, k->cap_ports);

		port_name_nic(&m->nics[i], p->name);
		p->nic = &m->nics[i];
	}
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (unsigned j = 0; j < 2; j++) {
			struct kwalk_port *p = &VEC_PUSH(k->ports, k->n_ports, k->cap_ports);

			port_name_rs(&m->route_servers[i], j, p->name);
			p->rs = &m->route_servers[i];
			p->instance = j;
		}
	for (size_t i = 0; i < m->n_vnets; i++) {
		struct kwalk_port *p = &VEC_PUSH(k->ports, k->n_ports, k->cap_ports);

		port_name_edge(&m->vnets[i], p->name);
		p->edge = true;
	}
	for (size_t i = 0; i < m->n_load_balancers; i++) {
		struct kwalk_port *p = &VEC_PUSH(k->ports, k->n_ports, k->cap_ports);

		port_name_lb(&m->load_balancers[i], p->name);
		p->lb = &m->load_balancers[i];
	}
	if (k->n_ports)
		qsort(k->ports, k->n_ports, sizeof(*k->ports), kwalk_port_order);
}

static void make_kernel_stand_ins(struct kwalk *k)
{
	const struct model *m = k->l->model;

	k->n_stand_ins = m->n_route_servers * 2;
	k->stand_ins = xcalloc(k->n_stand_ins + 1, sizeof(*k->stand_ins));
	for (size_t i = 0; i < k->n_stand_ins; i++) {
		struct stand_in *s = &k->stand_ins[i];

		s->rs = &m->route_servers[i / 2];
		s->instance = (unsigned)(i % 2);
		s->nics[0] = &s->nic;
		s->vm = (struct node){ .name = node_name_rs(s->rs, s->instance),
			               .idx = m->n_vms,
			               .nics = s->nics,
			               .n_nics = 1 };
		s->nic = (struct nic){ .name = s->vm.name,
			               .idx = s->instance,
			               .vm = &s->vm,
			               .subnet = s->rs->subnet,
			               .ip = s->rs->instance[s->instance] };
	}
}

static void make_kernels(struct kwalk *k)
{
	k->kernels = xcalloc(k->l->n_nodes + 1, sizeof(*k->kernels));
	k->by_vm = xcalloc(k->l->model->n_vms + 1, sizeof(struct kwalk_ns *));
	for (size_t i = 0; i < k->l->n_nodes; i++) {
		struct kwalk_ns *kn = &k->kernels[i];

		kn->node = k->l->nodes[i];
		if (kn->node->kind == NODE_FABRIC)
			k->fabric = kn;
		if (kn->node->vm)
			k->by_vm[kn->node->vm->idx] = kn;
	}
}

int kwalk_open(struct lab *l, struct kwalk **ret, struct err *e)
{
	struct kwalk *k = xcalloc(1, sizeof(*k));
	const bool *stopped = lab_stopped(l);

	k->l = l;
	int r = lab_rib(l, &k->rib, e);

	if (r < 0) {
		kwalk_close(k);
		return r;
	}
	k->stopped = xcalloc(l->model->n_vms + 1, sizeof(*k->stopped));
	for (size_t i = 0; i < l->model->n_vms; i++)
		k->stopped[i] = stopped ? stopped[i] : l->model->vms[i].deallocated;
	k->backend_down = lab_backends_down(l);
	k->firewalls = xcalloc(l->model->n_firewalls + 1, sizeof(*k->firewalls));
	k->rt = (struct runtime){ .vm_stopped = k->stopped, .backend_down = k->backend_down };
	make_kernels(k);
	make_kernel_stand_ins(k);
	make_ports(k);
	k->tables = eff_cache_new(l->model, k->rib, &k->rt);
	k->model = (struct walk_env){ .m = l->model,
		                      .rib = k->rib,
		                      .rt = &k->rt,
		                      .ctx = k,
		                      .tables = k->tables,
		                      .guest = kwalk_guest,
		                      .sends_by = kwalk_sends_by,
		                      .next_hop = kwalk_next_hop,
		                      .tunnel = kwalk_tunnel,
		                      .ecmp_choice = kwalk_ecmp };
	k->kernel = k->model;
	k->kernel.fabric = kwalk_fabric;
	k->kernel.balance = kwalk_balance;
	k->kernel.filter = kwalk_filter;
	k->kernel.firewall = kwalk_firewall;
	*ret = k;
	return 0;
}

struct kwalk *kwalk_close(struct kwalk *k)
{
	if (!k)
		return NULL;
	for (size_t i = 0; k->kernels && i < k->l->n_nodes; i++) {
		nl_close(k->kernels[i].nl);
		free(k->kernels[i].devices);
	}
	for (size_t i = 0; i < k->n_stand_ins; i++)
		free((char *)k->stand_ins[i].vm.name);
	eff_cache_free(k->tables);
	rib_free(k->rib);
	free(k->stand_ins);
	free(k->kernels);
	free(k->by_vm);
	free(k->ports);
	free(k->stopped);
	free(k->backend_down);
	filter_free(&k->filter);
	free(k->firewalls);
	free(k);
	return NULL;
}

void kwalk_close_p(struct kwalk **k)
{
	*k = kwalk_close(*k);
}

const struct walk_env *kwalk_model(struct kwalk *k)
{
	return &k->model;
}

const struct walk_env *kwalk_kernel(struct kwalk *k)
{
	return &k->kernel;
}
