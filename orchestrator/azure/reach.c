/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which VNets, and which of their subnets, are next to one another: peerings (azure-behaviour 3)
 * and connected groups. */
#include "azure/model.h"
#include "base/str.h"

bool peering_connected(const struct peering *p)
{
	return p->remote && p->reverse;
}

bool peering_shut(const struct model *m, const struct peering *p)
{
	return m->settings.strict_access &&
	       !(p->allow_access && (!p->reverse || p->reverse->allow_access));
}

size_t peering_n_prefixes(const struct peering *p)
{
	return p->complete ? p->remote->n_prefixes : p->n_remote_subnets;
}

struct prefix peering_prefix(const struct peering *p, size_t i)
{
	return p->complete ? p->remote->prefixes[i] : p->remote_subnets[i]->prefix;
}

static bool list_names_subnet(struct subnet *const *list, size_t n, const struct subnet *s)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == s)
			return true;
	return false;
}

bool peering_has_local(const struct peering *p, const struct subnet *s)
{
	const struct peering *r = p->reverse;

	s = s->real ? s->real : s;
	return (p->complete || list_names_subnet(p->local_subnets, p->n_local_subnets, s)) &&
	       (!r || r->complete || list_names_subnet(r->remote_subnets, r->n_remote_subnets, s));
}

bool peering_has_remote(const struct peering *p, const struct subnet *s)
{
	const struct peering *r = p->reverse;

	s = s->real ? s->real : s;
	return (p->complete || list_names_subnet(p->remote_subnets, p->n_remote_subnets, s)) &&
	       (!r || r->complete || list_names_subnet(r->local_subnets, r->n_local_subnets, s));
}

const struct subnet *nic_routes(const struct nic *n)
{
	return n->vm->role == VM_ENDPOINT && n->subnet->bare ? n->subnet->bare : n->subnet;
}

void model_bare_subnets(struct model *m)
{
	for (size_t i = 0; i < m->n_endpoints; i++) {
		struct subnet *s = m->endpoints[i]->subnet, *b;

		if (!s || s->bare || (!s->route_table && !s->n_services))
			continue;
		s->bare = b = arena_alloc(m->arena, sizeof(*b));
		*b = (struct subnet){ .name = s->name,
			              .ptr = s->ptr,
			              .idx = m->n_subnets + s->idx,
			              .vnet = s->vnet,
			              .prefix = s->prefix,
			              .real = s };
	}
}

const struct service_prefix *subnet_service(const struct subnet *s, ip4 a)
{
	for (size_t i = 0; i < s->n_services; i++)
		if (prefix_has(s->services[i].prefix, a))
			return &s->services[i];
	return NULL;
}

bool group_connects(const struct connected_group *g, const struct vnet *a, const struct vnet *b)
{
	return a != b &&
	       (g->global || !a->location || !b->location || strieq(a->location, b->location));
}

/* Two VNets may be peered and in one group: then the peering decides.  Of several groups that both
 * are in, the first. */
bool vnet_group_route(const struct vnet *v, const struct connected_group *g,
                      const struct vnet *other)
{
	if (!group_connects(g, v, other))
		return false;
	for (size_t i = 0; i < v->n_peerings; i++)
		if (v->peerings[i].remote == other && peering_connected(&v->peerings[i]))
			return false;
	for (size_t i = 0; i < v->n_groups && v->groups[i] != g; i++)
		for (size_t k = 0; k < other->n_groups; k++)
			if (other->groups[k] == v->groups[i] &&
			    group_connects(v->groups[i], v, other))
				return false;
	return true;
}
