/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/edge.h"

#include <stdio.h>

#include "plan/names.h"

struct edge_plan *edge_plan_make(const struct model *m)
{
	struct edge_plan *p = xcalloc(1, sizeof(*p));

	p->model = m;
	p->n_hosts = m->n_internet;
	p->hosts = xcalloc(m->n_internet + 1, sizeof(*p->hosts));
	for (size_t i = 0; i < m->n_internet; i++)
		p->hosts[i] = m->internet[i].ip;
	p->n_links = m->n_vnets;
	p->links = xcalloc(m->n_vnets + 1, sizeof(*p->links));
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];

		if (!vnet_has_edge(v))
			continue;
		port_name_edge(v, p->links[i].name);
		mac_edge(v, p->links[i].mac);
		snprintf(p->links[i].alias, sizeof(p->links[i].alias), "Internet edge of %s",
		         v->name);
	}
	return p;
}

struct edge_plan *edge_plan_free(struct edge_plan *p)
{
	if (!p)
		return NULL;
	free(p->hosts);
	free(p->links);
	free(p);
	return NULL;
}

struct fabric_link *fabric_loops(const struct model *m)
{
	struct fabric_link *links = xcalloc(m->n_load_balancers + 1, sizeof(*links));

	for (size_t i = 0; i < m->n_load_balancers; i++) {
		const struct load_balancer *lb = &m->load_balancers[i];

		port_name_lb(lb, links[i].name);
		port_name_lb_in(lb, links[i].in);
		mac_lb(lb, links[i].mac);
		snprintf(links[i].alias, sizeof(links[i].alias), "load balancer %s", lb->name);
	}
	return links;
}
