/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fabric's numbers, and objects added to it: what all parts of its compiler share. */
#include "plan/fabric.h"

#include <stdio.h>

#include "plan/fabric_priv.h"

uint32_t fabric_class(const struct model *m, const struct subnet *s, unsigned instance)
{
	(void)m;
	return (uint32_t)effective_routes_like(s)->idx * 2 + 1 +
	       (instance && vnet_programmed_by(s->vnet) ? 1 : 0);
}

uint32_t fabric_vnet_number(const struct vnet *v)
{
	return (uint32_t)v->idx + 1;
}

uint32_t fabric_mark_nic(const struct model *m, const struct nic *n)
{
	return fabric_class(m, nic_routes(n), nic_instance(n)) | fabric_vnet_number(n->subnet->vnet)
	                                                             << MARK_VNET_SHIFT;
}

uint32_t fabric_mark_rs(const struct model *m, const struct route_server *rs, unsigned instance)
{
	return fabric_class(m, rs->subnet, instance) | fabric_vnet_number(rs->vnet)
	                                                   << MARK_VNET_SHIFT;
}

/* --- objects --------------------------------------------------------------------------------- */

struct fab_neigh *fabric_neigh_add(struct fabric *f, const char *port, ip4 ip)
{
	struct fab_neigh *n = &VEC_PUSH(f->neighs, f->n_neighs, f->cap_neighs);

	snprintf(n->port, sizeof(n->port), "%s", port);
	n->ip = ip;
	return n;
}

struct fab_route *fabric_route_add(struct compiler *c, uint32_t table, struct prefix p,
                                   enum fab_kind kind, unsigned n_hops)
{
	struct fab_route *r = &VEC_PUSH(c->f->routes, c->f->n_routes, c->f->cap_routes);

	r->table = table;
	r->prefix = p;
	r->kind = kind;
	r->n_hops = (uint8_t)n_hops;
	if (n_hops)
		r->hops = arena_array(c->f->arena, n_hops, sizeof(*r->hops));
	return r;
}

void fabric_rule_add(struct compiler *c, uint32_t priority, uint32_t mark, uint32_t mask,
                     uint32_t table)
{
	VEC_PUSH(c->f->rules, c->f->n_rules, c->f->cap_rules) =
	    (struct fab_rule){ priority, mark, mask, table };
}

struct fabric *fabric_free(struct fabric *f)
{
	if (!f)
		return NULL;
	free(f->routes);
	free(f->rules);
	free(f->neighs);
	free(f->ports);
	free(f->pairs);
	free(f->spaces);
	free(f->balancers);
	free(f->backends);
	free(f->chains);
	free(f->binds);
	arena_free(f->arena);
	free(f);
	return NULL;
}

void fabric_free_p(struct fabric **f)
{
	*f = fabric_free(*f);
}
