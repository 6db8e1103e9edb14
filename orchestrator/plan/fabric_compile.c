/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiles the design and the learned routes to the fabric's desired state.  See fabric.h for its
 * shape.
 *
 * What is dropped and what is delivered is decided here once: a class table holds the Active rows
 * of a subnet's effective routes, a delivery table the ports that a VNet's packets may reach.
 * Only two things are left to packet filters: the source and destination check of NICs, and
 * allowForwardedTraffic=false, which depends on a packet's source. */
#include "plan/fabric.h"

#include <stdio.h>

#include "plan/fabric_priv.h"
#include "plan/names.h"

/* --- ports and neighbours -------------------------------------------------------------------- */

static void add_nic_port(struct compiler *c, const struct nic *n)
{
	struct fab_port *p = &VEC_PUSH(c->f->ports, c->f->n_ports, c->f->cap_ports);

	port_name_nic(n, p->name);
	p->mark = fabric_mark_nic(c->m, n);
	p->ip = n->ip;
	p->forwarding = n->forwarding;
	p->gateway = n->vm->role == VM_GATEWAY;
	p->n_instances = n->vm->n_instances;
	p->instances = arena_array(c->f->arena, p->n_instances, sizeof(*p->instances));
	for (size_t i = 0; i < p->n_instances; i++)
		p->instances[i] = n->vm->instances[i];
	c->in_use[n->subnet->vnet->idx] = true;
	if (!vm_runs(c->rt, n->vm))
		return;
	mac_nic(n, fabric_neigh_add(c->f, p->name, n->ip)->mac);
	for (size_t i = 0; i < p->n_instances; i++)
		mac_nic(n, fabric_neigh_add(c->f, p->name, p->instances[i])->mac);
}

static void add_instance_port(struct compiler *c, const struct route_server *rs, unsigned instance)
{
	struct fab_port *p = &VEC_PUSH(c->f->ports, c->f->n_ports, c->f->cap_ports);

	port_name_rs(rs, instance, p->name);
	p->mark = fabric_mark_rs(c->m, rs, instance);
	p->ip = rs->instance[instance];
	c->in_use[rs->vnet->idx] = true;
	mac_rs(rs, instance, fabric_neigh_add(c->f, p->name, p->ip)->mac);
}

static void add_edge_port(struct compiler *c, const struct vnet *v)
{
	struct fab_port *p = &VEC_PUSH(c->f->ports, c->f->n_ports, c->f->cap_ports);

	port_name_edge(v, p->name);
	p->mark = fabric_vnet_number(v) << MARK_VNET_SHIFT;
	p->edge = true;
	mac_edge(v, fabric_neigh_add(c->f, p->name, EDGE_VIA)->mac);
}

static void compile_ports(struct compiler *c)
{
	for (size_t i = 0; i < c->m->n_nics; i++)
		add_nic_port(c, &c->m->nics[i]);
	for (size_t i = 0; i < c->m->n_route_servers; i++)
		for (unsigned k = 0; k < 2; k++)
			add_instance_port(c, &c->m->route_servers[i], k);
	for (size_t i = 0; i < c->m->n_vnets; i++)
		if (vnet_has_edge(&c->m->vnets[i]))
			add_edge_port(c, &c->m->vnets[i]);
}

/* --- class tables ---------------------------------------------------------------------------- */

/* The port of a next hop; "" and false when nothing may get there. */
static bool port_of_next_hop(struct compiler *c, const struct subnet *s, const struct eff_route *e,
                             unsigned i, char *port)
{
	const struct nic *n = e->owners[i];
	const struct load_balancer *lb = e->balancers ? e->balancers[i] : NULL;
	const struct subnet *to = n ? n->subnet : lb ? lb->subnet : NULL;

	*port = 0;
	if (!to || pair_drops(subnet_pair_rule(c->m, s, to, NULL)))
		return false;
	if (n)
		port_name_nic(n, port);
	else
		port_name_lb(lb, port);
	return true;
}

/* A row with next hops.  Where some legs of an ECMP route lead nowhere, the flows that are hashed
 * to them are lost, as they are in Azure; the other flows are not. */
static void add_next_hops(struct compiler *c, uint32_t table, const struct subnet *s,
                          const struct eff_route *e)
{
	char to[RIB_MAX_NEXT_HOPS][IFNAMSIZ];
	unsigned alive = 0;

	for (unsigned i = 0; i < e->n_next_hops; i++)
		alive += port_of_next_hop(c, s, e, i, to[i]);
	if (!alive) {
		fabric_route_add(c, table, e->prefix, FAB_BLACKHOLE, 0);
		return;
	}
	struct fab_route *r = fabric_route_add(
	    c, table, e->prefix, e->n_next_hops > 1 ? FAB_MULTIPATH : FAB_PORT, e->n_next_hops);

	for (unsigned i = 0; i < e->n_next_hops; i++) {
		r->hops[i].via = e->next_hops[i];
		if (*to[i]) {
			memcpy(r->hops[i].port, to[i], IFNAMSIZ);
		} else {
			snprintf(r->hops[i].port, IFNAMSIZ, SINK);
			memcpy(fabric_neigh_add(c->f, SINK, e->next_hops[i])->mac, FABRIC_MAC, 6);
		}
	}
}

static void add_internet_route(struct compiler *c, uint32_t table, const struct vnet *v,
                               struct prefix p)
{
	if (!vnet_has_edge(v)) { /* only Route Server instances live there */
		fabric_route_add(c, table, p, FAB_BLACKHOLE, 0);
		return;
	}
	struct fab_route *r = fabric_route_add(c, table, p, FAB_EDGE, 1);

	r->hops[0].via = EDGE_VIA;
	port_name_edge(v, r->hops[0].port);
}

static void add_effective_route(struct compiler *c, uint32_t table, const struct subnet *s,
                                const struct eff_route *e)
{
	switch (e->type) {
	case NH_VNET_LOCAL:
	case NH_VNET_PEERING:
	case NH_VNET_GLOBAL_PEERING:
	case NH_CONNECTED_GROUP:
	case NH_INTERFACE_ENDPOINT: {
		/* subnet peering: every subnet has the route, some may use it */
		bool closed = e->peering && !peering_has_local(e->peering, s);

		fabric_route_add(c, table, e->prefix, closed ? FAB_BLACKHOLE : FAB_THROW, 0);
		break;
	}
	case NH_VIRTUAL_NETWORK_GATEWAY:
	case NH_VIRTUAL_APPLIANCE:
		add_next_hops(c, table, s, e);
		break;
	case NH_INTERNET:
	case NH_SERVICE_ENDPOINT:
		add_internet_route(c, table, s->vnet, e->prefix);
		break;
	default:
		fabric_route_add(c, table, e->prefix, FAB_BLACKHOLE, 0);
	}
}

/* --- classes that do not come before delivery ------------------------------------------------ */

/* True: the longest route around p and all routes inside of p are THROW, so that the delivery table
 * decides about all of p.
 */
static bool class_leaves_prefix(const struct compiler *c, uint32_t table, size_t first,
                                struct prefix p)
{
	const struct fab_route *around = NULL;

	for (size_t i = first; i < c->f->n_routes; i++) {
		const struct fab_route *r = &c->f->routes[i];

		if (r->table != table)
			continue;
		if (r->prefix.len <= p.len) {
			if (prefix_has(r->prefix, p.addr) &&
			    (!around || r->prefix.len > around->prefix.len))
				around = r;
		} else if (r->kind != FAB_THROW && prefix_has(p, r->prefix.addr)) {
			return false;
		}
	}
	return around && around->kind == FAB_THROW;
}

static bool class_leaves_vnet(const struct compiler *c, uint32_t table, size_t first,
                              const struct vnet *v)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (!class_leaves_prefix(c, table, first, v->prefixes[i]))
			return false;
	return true;
}

/* True: the class leaves every prefix that the VNet's delivery table may have (add_delivery()) to
 * it.  first: where its routes begin. */
static bool class_defers_to_delivery(const struct compiler *c, uint32_t table, size_t first,
                                     const struct vnet *v)
{
	if (!class_leaves_vnet(c, table, first, v))
		return false;
	for (size_t i = 0; i < v->n_peerings; i++) {
		const struct peering *p = &v->peerings[i];

		if (!peering_connected(p) || peering_shut(c->m, p))
			continue;
		for (size_t k = 0; k < peering_n_prefixes(p); k++)
			if (!class_leaves_prefix(c, table, first, peering_prefix(p, k)))
				return false;
	}
	for (size_t i = 0; i < v->n_groups; i++)
		for (size_t k = 0; k < v->groups[i]->n_vnets; k++)
			if (vnet_group_route(v, v->groups[i], v->groups[i]->vnets[k]) &&
			    !class_leaves_vnet(c, table, first, v->groups[i]->vnets[k]))
				return false;
	return true;
}

static void add_class(struct compiler *c, const struct subnet *s, unsigned instance, bool *done)
{
	uint32_t class = fabric_class(c->m, s, instance), table = TABLE_CLASS_BASE + class;

	if (done[class])
		return;
	done[class] = true;
	_cleanup_(eff_table_free_p) struct eff_table *t =
	    effective_routes_plain(c->m, effective_routes_like(s), instance, c->rib, c->rt);

	size_t first = c->f->n_routes;

	for (size_t i = 0; i < t->n; i++)
		if (t->routes[i].state == ST_ACTIVE)
			add_effective_route(c, table, t->subnet, &t->routes[i]);
	fabric_rule_add(c, RULE_PRIO_CLASS, class, (1u << MARK_VNET_SHIFT) - 1, table);
	if (class_defers_to_delivery(c, table, first, s->vnet))
		fabric_rule_add(c, RULE_PRIO_DIRECT, class, (1u << MARK_VNET_SHIFT) - 1,
		                TABLE_DELIVERY_BASE + fabric_vnet_number(s->vnet));
}

static void add_classes(struct compiler *c)
{
	bool *done = xcalloc(c->m->n_subnets * 4 + 1, sizeof(*done)); /* bare subnets, too */

	for (size_t i = 0; i < c->m->n_nics; i++)
		add_class(c, nic_routes(&c->m->nics[i]), nic_instance(&c->m->nics[i]), done);
	for (size_t i = 0; i < c->m->n_route_servers; i++)
		for (unsigned k = 0; k < 2; k++)
			add_class(c, c->m->route_servers[i].subnet, k, done);
	free(done);
}

/* --- delivery -------------------------------------------------------------------------------- */

static void deliver_address(struct compiler *c, uint32_t table, const struct nic *n, ip4 a)
{
	struct fab_route *r = fabric_route_add(c, table, prefix_host(a), FAB_PORT, 1);

	r->hops[0].via = a;
	port_name_nic(n, r->hops[0].port);
}

/* p: the peering that leads there, or NULL. */
static void deliver_to(struct compiler *c, uint32_t table, const struct vnet *v,
                       const struct peering *p)
{
	const struct route_server *rs = v->route_server;

	for (size_t i = 0; i < v->n_subnets; i++) {
		if (p && !peering_has_remote(p, v->subnets[i]))
			continue;
		for (size_t k = 0; k < v->subnets[i]->n_nics; k++) {
			const struct nic *n = v->subnets[i]->nics[k];

			if (!vm_runs(c->rt, n->vm))
				continue;
			deliver_address(c, table, n, n->ip);
			for (size_t j = 0; j < n->vm->n_instances; j++)
				deliver_address(c, table, n, n->vm->instances[j]);
		}
	}
	fabric_deliver_balancers(c, table, v, p);
	for (unsigned k = 0; rs && (!p || peering_has_remote(p, rs->subnet)) && k < 2; k++) {
		ip4 ip = rs->instance[k];
		struct fab_route *r = fabric_route_add(c, table, prefix_host(ip), FAB_PORT, 1);

		r->hops[0].via = ip;
		port_name_rs(rs, k, r->hops[0].port);
	}
}

/* Members of a connected group; those that are peered as well have had their turn. */
static void deliver_to_group(struct compiler *c, uint32_t table, const struct vnet *v,
                             const struct connected_group *g)
{
	for (size_t i = 0; i < g->n_vnets; i++)
		if (vnet_group_route(v, g, g->vnets[i]))
			deliver_to(c, table, g->vnets[i], NULL);
}

static void add_delivery(struct compiler *c, const struct vnet *v)
{
	uint32_t table = TABLE_DELIVERY_BASE + fabric_vnet_number(v);

	deliver_to(c, table, v, NULL);
	for (size_t i = 0; i < v->n_peerings; i++) {
		const struct peering *p = &v->peerings[i];

		if (peering_connected(p) && !peering_shut(c->m, p))
			deliver_to(c, table, p->remote, p);
	}
	for (size_t i = 0; i < v->n_groups; i++)
		deliver_to_group(c, table, v, v->groups[i]);
	fabric_rule_add(c, RULE_PRIO_DELIVERY, fabric_vnet_number(v) << MARK_VNET_SHIFT,
	                ~0u << MARK_VNET_SHIFT, table);
}

/* For every VNet's packets, but not for what has no mark: ARP's look-ups.  A rule for each bit that
 * a VNet's number may have. */
static void add_end_rules(struct compiler *c)
{
	if (!c->f->n_rules)
		return;
	fabric_route_add(c, TABLE_END, (struct prefix){ 0, 0 }, FAB_BLACKHOLE, 0);
	for (uint32_t bit = 1; bit <= c->m->n_vnets; bit <<= 1)
		fabric_rule_add(c, RULE_PRIO_END, bit << MARK_VNET_SHIFT, bit << MARK_VNET_SHIFT,
		                TABLE_END);
}

/* --- pairs of VNets that take no forwarded traffic ------------------------------------------- */

static void add_pairs_into(struct compiler *c, const struct vnet *to, bool *spaces)
{
	for (size_t i = 0; i < to->n_peerings; i++) {
		const struct peering *p = &to->peerings[i];

		if (!peering_connected(p) || p->allow_forwarded || peering_shut(c->m, p) ||
		    !c->in_use[p->remote->idx])
			continue;
		VEC_PUSH(c->f->pairs, c->f->n_pairs, c->f->cap_pairs) =
		    (struct fab_pair){ fabric_vnet_number(p->remote), fabric_vnet_number(to) };
		spaces[p->remote->idx] = true;
	}
}

static void add_restricted_pairs(struct compiler *c)
{
	if (!c->m->settings.strict_forwarded)
		return;
	bool *spaces = xcalloc(c->m->n_vnets, sizeof(*spaces));

	for (size_t i = 0; i < c->m->n_vnets; i++)
		if (c->in_use[i])
			add_pairs_into(c, &c->m->vnets[i], spaces);
	for (size_t i = 0; i < c->m->n_vnets; i++)
		for (size_t k = 0; spaces[i] && k < c->m->vnets[i].n_prefixes; k++)
			VEC_PUSH(c->f->spaces, c->f->n_spaces, c->f->cap_spaces) =
			    (struct fab_space){ fabric_vnet_number(&c->m->vnets[i]),
				                c->m->vnets[i].prefixes[k] };
	free(spaces);
}

/* --- all together ---------------------------------------------------------------------------- */

/* Sorts and removes duplicates: each ECMP leg adds the sink's neighbour;
 * of two objects that a wrong design gave one key, one stays. */
#define SORT(f, field, cmp) \
	do { \
		size_t n_ = 0; \
		if ((f)->n_##field) \
			qsort((f)->field, (f)->n_##field, sizeof(*(f)->field), cmp); \
		for (size_t i_ = 0; i_ < (f)->n_##field; i_++) \
			if (!n_ || cmp(&(f)->field[n_ - 1], &(f)->field[i_])) \
				(f)->field[n_++] = (f)->field[i_]; \
		(f)->n_##field = n_; \
	} while (0)

struct fabric *fabric_compile(const struct model *m, const struct rib *rib,
                              const struct runtime *rt)
{
	struct fabric *f = xcalloc(1, sizeof(*f));
	struct compiler c = { .m = m, .rib = rib, .rt = rt, .f = f };

	f->arena = arena_new();
	c.in_use = xcalloc(m->n_vnets, sizeof(*c.in_use));
	compile_ports(&c);
	add_classes(&c);
	for (size_t i = 0; i < m->n_vnets; i++)
		if (c.in_use[i])
			add_delivery(&c, &m->vnets[i]);
	add_end_rules(&c);
	add_restricted_pairs(&c);
	fabric_add_balancers(&c);
	fabric_add_answers(&c);
	fabric_add_frontends(&c);
	fabric_add_security(&c);
	free(c.in_use);
	SORT(f, routes, fab_route_cmp);
	SORT(f, rules, fab_rule_cmp);
	SORT(f, neighs, fab_neigh_cmp);
	SORT(f, ports, fab_port_cmp);
	SORT(f, pairs, fab_pair_cmp);
	SORT(f, spaces, fab_space_cmp);
	SORT(f, backends, fab_backend_cmp);
	SORT(f, chains, filter_chain_cmp);
	SORT(f, binds, fab_bind_cmp);
	return f;
}
