/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small models made by hand, for tests that need thousands of them or must not depend on the
 * topology loader. */
#pragma once

#include "azure/model.h"
#include "azure/rib.h"
#include "unit.h"

#ifndef MINI_MAX
#define MINI_MAX 64 /* of everything */
#endif

static inline struct model *mini_new(void)
{
	struct model *m = model_new();

	m->vnets = arena_array(m->arena, MINI_MAX, sizeof(*m->vnets));
	m->subnets = arena_array(m->arena, MINI_MAX, sizeof(*m->subnets));
	m->route_tables = arena_array(m->arena, MINI_MAX, sizeof(*m->route_tables));
	m->route_servers = arena_array(m->arena, MINI_MAX, sizeof(*m->route_servers));
	m->vms = arena_array(m->arena, MINI_MAX, sizeof(*m->vms));
	m->nics = arena_array(m->arena, MINI_MAX, sizeof(*m->nics));
	return m;
}

static inline struct vnet *mini_vnet(struct model *m, const char *name, const char *prefixes)
{
	struct vnet *v = &m->vnets[m->n_vnets];
	char *copy = xstrdup(prefixes), *save = NULL;

	assert_true(m->n_vnets < MINI_MAX);
	v->name = name;
	v->ptr = arena_printf(m->arena, "/virtualNetworks/%s", name);
	v->idx = m->n_vnets++;
	v->prefixes = arena_array(m->arena, 8, sizeof(*v->prefixes));
	v->subnets = arena_array(m->arena, MINI_MAX, sizeof(struct subnet *));
	v->peerings = arena_array(m->arena, MINI_MAX, sizeof(*v->peerings));
	for (char *p = strtok_r(copy, " ", &save); p; p = strtok_r(NULL, " ", &save))
		v->prefixes[v->n_prefixes++] = P(p);
	free(copy);
	return v;
}

static inline struct subnet *mini_subnet(struct model *m, struct vnet *v, const char *name,
                                         const char *prefix)
{
	struct subnet *s = &m->subnets[m->n_subnets];

	assert_true(m->n_subnets < MINI_MAX);
	s->name = name;
	s->idx = m->n_subnets++;
	s->vnet = v;
	s->prefix = P(prefix);
	s->default_outbound = true;
	s->nics = arena_array(m->arena, MINI_MAX, sizeof(struct nic *));
	v->subnets[v->n_subnets++] = s;
	return s;
}

/* Another NIC for vm, or a VM with its first one. */
static inline struct nic *mini_nic(struct model *m, struct node *vm, struct subnet *s,
                                   const char *ip, bool forwarding)
{
	struct nic *n = &m->nics[m->n_nics];

	assert_true(m->n_nics < MINI_MAX);
	n->idx = m->n_nics++;
	n->vm = vm;
	n->index = vm->n_nics;
	n->name = arena_printf(m->arena, n->index ? "%sVMNic%zu" : "%sVMNic", vm->name, n->index);
	n->subnet = s;
	n->ip = A(ip);
	n->forwarding = forwarding;
	s->nics[s->n_nics++] = n;
	vm->nics[vm->n_nics++] = n;
	return n;
}

static inline struct nic *mini_vm(struct model *m, struct subnet *s, const char *name,
                                  const char *ip, bool forwarding)
{
	struct node *vm = &m->vms[m->n_vms];

	assert_true(m->n_vms < MINI_MAX);
	vm->name = name;
	vm->guest.image = "host";
	vm->idx = m->n_vms++;
	vm->nics = arena_array(m->arena, 8, sizeof(struct nic *));
	vm->guest.routes = arena_array(m->arena, 8, sizeof(*vm->guest.routes));
	vm->guest.loopbacks = arena_array(m->arena, 8, sizeof(*vm->guest.loopbacks));
	return mini_nic(m, vm, s, ip, forwarding);
}

static inline struct nic *mini_endpoint(struct model *m, struct subnet *s, const char *name,
                                        const char *ip)
{
	struct nic *n = mini_vm(m, s, name, ip, false);

	if (!m->endpoints)
		m->endpoints = arena_array(m->arena, MINI_MAX, sizeof(struct nic *));
	m->endpoints[m->n_endpoints++] = n;
	n->vm->role = VM_ENDPOINT;
	return n;
}

/* One direction; the other side, if it is there already, becomes its reverse. */
static inline struct peering *mini_half_peer(struct model *m, struct vnet *v, struct vnet *remote)
{
	struct peering *p = &v->peerings[v->n_peerings++];

	p->name = arena_printf(m->arena, "to-%s", remote->name);
	p->vnet = v;
	p->remote = remote;
	p->allow_access = true;
	p->complete = true;
	for (size_t i = 0; i < remote->n_peerings; i++)
		if (remote->peerings[i].remote == v) {
			p->reverse = &remote->peerings[i];
			remote->peerings[i].reverse = p;
		}
	return p;
}

/* Both; returns the side of v. */
static inline struct peering *mini_peer(struct model *m, struct vnet *v, struct vnet *remote)
{
	mini_half_peer(m, v, remote);
	return mini_half_peer(m, remote, v)->reverse;
}

static inline struct route_server *mini_rs(struct model *m, struct subnet *s, const char *name)
{
	struct route_server *rs = &m->route_servers[m->n_route_servers];

	rs->name = name;
	rs->idx = m->n_route_servers++;
	rs->vnet = s->vnet;
	rs->subnet = s;
	rs->instance[0] = s->prefix.addr + 4;
	rs->instance[1] = s->prefix.addr + 5;
	s->vnet->route_server = rs;
	return rs;
}

static inline struct route_table *mini_table(struct model *m, struct subnet *s, const char *name)
{
	struct route_table *t = &m->route_tables[m->n_route_tables];

	t->name = name;
	t->idx = m->n_route_tables++;
	t->routes = arena_array(m->arena, MINI_MAX, sizeof(*t->routes));
	if (s)
		s->route_table = t;
	return t;
}

static inline struct route *mini_udr(struct model *m, struct route_table *t, struct prefix prefix,
                                     enum next_hop_type type, ip4 next_hop)
{
	struct route *r = &t->routes[t->n_routes++];

	r->name = arena_printf(m->arena, "udr%zu", t->n_routes);
	r->prefix = prefix;
	r->type = type;
	r->next_hop = next_hop;
	return r;
}
