/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers in the fabric: ports that routes lead to, and a table for each backend. */
#include <stdio.h>

#include "azure/lb.h"
#include "azure/outside.h"
#include "plan/fabric_priv.h"
#include "plan/names.h"

enum { ZONE_BALANCER = 0x8000 }; /* below are those of VNets */

uint32_t fabric_mark_backend(const struct nic *n)
{
	return MARK_BACKEND + (uint32_t)n->idx + 1;
}

/* Its table has one route. */
void fabric_lead_to_nic(struct compiler *c, const struct nic *n)
{
	uint32_t table = TABLE_BACKEND_BASE + (uint32_t)n->idx + 1;
	bool runs = vm_runs(c->rt, n->vm);
	struct fab_route *r = fabric_route_add(c, table, (struct prefix){ 0, 0 },
	                                       runs ? FAB_PORT : FAB_BLACKHOLE, runs);

	if (runs) {
		r->hops[0].via = n->ip;
		port_name_nic(n, r->hops[0].port);
	}
	fabric_rule_add(c, RULE_PRIO_BACKEND, fabric_mark_backend(n), ~0u, table);
}

static void add_backend(struct compiler *c, const struct nic *n)
{
	struct fab_backend *b = &VEC_PUSH(c->f->backends, c->f->n_backends, c->f->cap_backends);

	port_name_nic(n, b->port);
	b->mark = fabric_mark_backend(n);
	b->vnet = fabric_vnet_number(n->subnet->vnet);
	b->ip = n->ip;
	fabric_lead_to_nic(c, n);
}

/* The mark of n, or 0 where lb leads to it in vain. */
static uint32_t open_mark(const struct load_balancer *lb, const struct nic *n)
{
	return n && !balancer_closed(lb, n) ? fabric_mark_backend(n) : 0;
}

/* An inbound NAT rule has one backend: its mark stands where other rules have their mode. */
static void add_lb_rules(struct compiler *c, const struct load_balancer *lb, struct fab_balancer *b)
{
	b->rules = arena_array(c->f->arena, lb->n_rules + lb->n_nat_rules, sizeof(*b->rules));
	for (size_t i = 0; i < lb->n_nat_rules; i++) {
		const struct lb_nat_rule *r = &lb->nat_rules[i];

		if (open_mark(lb, r->nic))
			b->rules[b->n_rules++] =
			    (struct fab_lb_rule){ r->protocol, r->frontend_port, r->backend_port,
				                  open_mark(lb, r->nic), r->floating };
	}
	for (size_t i = 0; i < lb->n_rules; i++) {
		const struct lb_rule *r = &lb->rules[i];

		b->rules[b->n_rules++] =
		    (struct fab_lb_rule){ r->protocol, r->frontend_port, r->backend_port, r->mode,
			                  r->floating };
	}
}

static void add_backend_once(struct compiler *c, const struct nic *n, bool *done)
{
	if (!done[n->idx])
		add_backend(c, n);
	done[n->idx] = true;
}

static void add_balancer(struct compiler *c, const struct load_balancer *lb, bool *done)
{
	struct fab_balancer *b = &VEC_PUSH(c->f->balancers, c->f->n_balancers, c->f->cap_balancers);
	struct fab_port *p = &VEC_PUSH(c->f->ports, c->f->n_ports, c->f->cap_ports);

	port_name_lb(lb, p->name);
	b->vnet = fabric_vnet_number(lb->vnet);
	b->zone = ZONE_BALANCER | ((uint32_t)lb->idx + 1);
	b->ip = lb->ip;
	b->outside = !lb->subnet;
	p->mark = b->vnet << MARK_VNET_SHIFT;
	p->balancer = true;
	port_name_lb_in(lb, b->in);
	mac_lb(lb, fabric_neigh_add(c->f, p->name, lb->ip)->mac);
	add_lb_rules(c, lb, b);
	for (unsigned i = 0; i < LB_SLOTS; i++) {
		const struct nic *n = lb_slot_backend(c->rt, lb, i);

		b->slots[i] = open_mark(lb, n);
	}
	for (size_t i = 0; i < lb->n_backends; i++)
		add_backend_once(c, lb->backends[i], done);
	for (size_t i = 0; i < lb->n_nat_rules; i++)
		add_backend_once(c, lb->nat_rules[i].nic, done);
}

void fabric_add_balancers(struct compiler *c)
{
	bool *done = xcalloc(c->m->n_nics + 1, sizeof(*done));

	for (size_t i = 0; i < c->m->n_load_balancers; i++)
		if (c->m->load_balancers[i].vnet)
			add_balancer(c, &c->m->load_balancers[i], done);
	free(done);
}

static void deliver_to_balancer(struct compiler *c, uint32_t table, const struct load_balancer *lb)
{
	struct fab_route *r = fabric_route_add(c, table, prefix_host(lb->ip), FAB_PORT, 1);

	r->hops[0].via = lb->ip;
	port_name_lb(lb, r->hops[0].port);
}

/* A packet that a NIC of the VNet sends to a public frontend leaves by its route to the Internet,
 * and comes back as one from outside does. */
void fabric_add_frontends(struct compiler *c)
{
	bool *done = xcalloc(c->m->n_vnets + 1, sizeof(*done));

	for (size_t i = 0; i < c->m->n_load_balancers; i++) {
		const struct load_balancer *lb = &c->m->load_balancers[i];

		if (lb->subnet || !lb->vnet)
			continue;
		uint32_t number = fabric_vnet_number(lb->vnet),
		         table = TABLE_FRONTEND_BASE + number;

		deliver_to_balancer(c, table, lb);
		if (!done[lb->vnet->idx])
			fabric_rule_add(c, RULE_PRIO_FRONTEND, number << MARK_VNET_SHIFT, ~0u,
			                table);
		done[lb->vnet->idx] = true;
	}
	free(done);
}

void fabric_deliver_balancers(struct compiler *c, uint32_t table, const struct vnet *v,
                              const struct peering *p)
{
	for (size_t i = 0; i < v->n_subnets; i++)
		for (size_t k = 0; k < v->subnets[i]->n_lbs; k++) {
			if (p && !peering_has_remote(p, v->subnets[i]))
				break;
			deliver_to_balancer(c, table, v->subnets[i]->lbs[k]);
		}
}
