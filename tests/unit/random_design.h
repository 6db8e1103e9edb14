/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small random designs that touch every rule of effective routes: a VNet, two that it may be peered
 * with (wholly, by some subnets, by half), one that may be in a connected group with it, a Route
 * Server in one of them, user-defined routes, to service tags too, stopped VMs, service endpoints,
 * private endpoints. */
#pragma once

#include "azure/routes.h"
#include "mini.h"
#include "rnd.h"

static const char *const pool[] = {
	"0.0.0.0/0",      "10.0.0.0/8",    "10.0.0.0/9",      "10.0.0.0/16",   "10.0.0.0/17",
	"10.0.1.0/24",    "10.0.0.8/29",   "10.1.0.0/16",     "10.1.1.0/24",   "10.2.0.0/16",
	"10.2.0.0/24",    "172.16.0.0/12", "172.16.0.0/16",   "100.64.0.0/10", "100.64.0.0/16",
	"8.0.0.0/5",      "128.0.0.0/1",   "198.51.100.0/24", "10.0.0.4/32",   "192.168.0.0/16",
	"192.168.0.0/17", "10.1.0.9/32",   "10.1.0.0/24",     "10.3.0.0/16",   "10.2.0.128/25",
	"25.4.0.0/14"
};
enum { N_POOL = ARRAY_LEN(pool) };

/* Parsed once: a hundred thousand rounds parse nothing. */
static struct prefix pool_p[N_POOL];

static void random_init(void)
{
	for (unsigned i = 0; i < N_POOL; i++)
		pool_p[i] = P(pool[i]);
}

enum random_peering { PEER_NONE, PEER_HALF, PEER_FULL, PEER_SUBNETS };

struct design {
	struct model *m;
	struct subnet *s;
	struct vnet *v, *peer[2], *other; /* other: in a group with v, or alone */
	enum random_peering kind[2];
	bool grouped;
	struct route_server *rs;
	struct rib *rib;
	const struct rib_table *learned;
	bool stopped[16];
	struct runtime rt;
};

static struct prefix any_prefix(uint64_t *seed)
{
	return pool_p[rnd_below(seed, N_POOL)];
}

/* VMs: 0 in V, 1 in peer 0, 2 in peer 1, 3 in the other VNet. */
static const char *const vm_ip[] = { "10.0.0.4", "10.1.0.4", "10.2.0.4", "10.3.0.4" };
static ip4 any_ip(uint64_t *seed)
{
	static const ip4 more[] = { 0x0A000063, 0x08080808, 0x0A000104, 0x0A010109 };
	unsigned i = rnd_below(seed, 8);

	return i < 4 ? A(vm_ip[i]) : more[i - 4];
}

/* Every subnet of v with an even chance. */
static void random_subnets(struct model *m, struct vnet *v, struct subnet ***ret, size_t *ret_n,
                           uint64_t *seed)
{
	*ret = arena_array(m->arena, v->n_subnets, sizeof(struct subnet *));
	for (size_t i = 0; i < v->n_subnets; i++)
		if (rnd_below(seed, 2))
			(*ret)[(*ret_n)++] = v->subnets[i];
}

static void random_subnet_peering(struct model *m, struct peering *p, uint64_t *seed)
{
	struct peering *r = p->reverse;

	p->complete = r->complete = false;
	random_subnets(m, p->vnet, &p->local_subnets, &p->n_local_subnets, seed);
	random_subnets(m, p->remote, &p->remote_subnets, &p->n_remote_subnets, seed);
	r->local_subnets = p->remote_subnets;
	r->n_local_subnets = p->n_remote_subnets;
	r->remote_subnets = p->local_subnets;
	r->n_remote_subnets = p->n_local_subnets;
	if (!rnd_below(seed, 4)) { /* halves that differ */
		r->n_local_subnets = 0;
		random_subnets(m, r->vnet, &r->local_subnets, &r->n_local_subnets, seed);
	}
}

static void random_peerings(struct design *d, uint64_t *seed)
{
	for (int i = 0; i < 2; i++) {
		d->kind[i] = (enum random_peering)rnd_below(seed, 4);
		if (d->kind[i] == PEER_HALF)
			mini_half_peer(d->m, d->v, d->peer[i]);
		else if (d->kind[i] != PEER_NONE)
			mini_peer(d->m, d->v, d->peer[i]);
	}
}

static void random_group(struct design *d, uint64_t *seed)
{
	struct model *m = d->m;
	struct connected_group *g = arena_alloc(m->arena, sizeof(*g));

	if (rnd_below(seed, 2))
		return;
	*g = (struct connected_group){ .name = "mesh", .global = rnd_below(seed, 2) };
	g->vnets = arena_array(m->arena, 3, sizeof(struct vnet *));
	g->vnets[g->n_vnets++] = d->v;
	if (rnd_below(seed, 3)) /* peered, and in one group */
		g->vnets[g->n_vnets++] = d->peer[1];
	g->vnets[g->n_vnets++] = d->other;
	for (size_t i = 0; i < g->n_vnets; i++) {
		g->vnets[i]->groups = arena_array(m->arena, 1, sizeof(g));
		g->vnets[i]->groups[g->vnets[i]->n_groups++] = g;
	}
	m->groups = g;
	m->n_groups = 1;
	d->grouped = true;
}

static void random_route(struct model *m, struct route_table *t, uint64_t *seed)
{
	static const enum next_hop_type types[] = { NH_VIRTUAL_APPLIANCE,
		                                    NH_VIRTUAL_APPLIANCE,
		                                    NH_VNET_LOCAL,
		                                    NH_INTERNET,
		                                    NH_NONE,
		                                    NH_VIRTUAL_NETWORK_GATEWAY };
	static const char *const tags[] = { "Storage.West", "Storage", "AzureCloud.West",
		                            "AzureCloud" };
	enum next_hop_type type = types[rnd_below(seed, ARRAY_LEN(types))];
	ip4 hop = any_ip(seed);
	const char *tag = rnd_below(seed, 3) ? NULL : tags[rnd_below(seed, ARRAY_LEN(tags))];
	const char *name = arena_printf(m->arena, "udr%zu", t->n_routes);
	bool twice = false;

	for (unsigned k = 0, n = tag ? 1 + rnd_below(seed, 3) : 1; k < n; k++) {
		struct prefix p = any_prefix(seed);
		bool there = false;

		for (size_t i = 0; i < t->n_routes; i++) {
			const struct route *o = &t->routes[i];

			twice |= tag && o->tag && !strcmp(o->tag, tag) && o->name != name;
			there |= prefix_eq(o->prefix, p) && (tag ? o->name == name : !o->tag);
		}
		if (twice || there)
			continue;
		struct route *r = mini_udr(m, t, p, type, hop);

		r->name = name;
		r->tag = tag;
		r->more = k;
	}
}

static void random_endpoints(struct design *d, uint64_t *seed)
{
	struct model *m = d->m;
	struct subnet *s = d->s;

	if (rnd_below(seed, 2)) {
		s->services = arena_array(m->arena, 3, sizeof(*s->services));
		for (unsigned n = 1 + rnd_below(seed, 3); n; n--) {
			struct prefix p = any_prefix(seed);
			bool there = !p.len;

			for (size_t i = 0; i < s->n_services; i++)
				there |= prefix_eq(s->services[i].prefix, p);
			if (!there)
				s->services[s->n_services++] =
				    (struct service_prefix){ p, "Microsoft.Storage", "Storage",
					                     "/se" };
		}
	}
	if (rnd_below(seed, 2)) {
		mini_endpoint(m, d->s, "pe-own", "10.0.0.9");
		mini_endpoint(m, d->peer[0]->subnets[0], "pe-peer", "10.1.0.9");
		mini_endpoint(m, d->other->subnets[0], "pe-other", "10.3.0.9");
	}
	for (size_t i = 0; i < m->n_subnets; i++)
		m->subnets[i].policies = (enum endpoint_policies)rnd_below(seed, 4);
}

static void random_routes(struct design *d, uint64_t *seed)
{
	struct route_table *t;

	if (!rnd_below(seed, 4))
		return;
	t = mini_table(d->m, d->s, "rt");
	t->disable_bgp = !rnd_below(seed, 4);
	for (unsigned n = rnd_below(seed, 6); n; n--)
		random_route(d->m, t, seed);
}

/* The Route Server is V's own, or peer 0's with gateway transit. */
static void random_learned(struct design *d, uint64_t *seed)
{
	bool own = rnd_below(seed, 2), transit = false;
	struct subnet *s = mini_subnet(d->m, own ? d->v : d->peer[0], "RouteServerSubnet",
	                               own ? "10.0.200.0/26" : "10.1.200.0/26");

	d->rs = mini_rs(d->m, s, "RS");
	for (size_t i = 0; !own && i < d->v->n_peerings; i++) {
		struct peering *p = &d->v->peerings[i];

		if (p->remote != d->peer[0] || !p->reverse)
			continue;
		p->use_remote_gateways = rnd_below(seed, 4);
		p->reverse->allow_gateway_transit = rnd_below(seed, 4);
		transit = p->use_remote_gateways && p->reverse->allow_gateway_transit;
	}
	d->rib = rib_new(1);
	for (unsigned n = rnd_below(seed, 12); n; n--) {
		ip4 hops[3];
		unsigned n_hops = 1 + rnd_below(seed, 3);

		for (unsigned i = 0; i < n_hops; i++)
			hops[i] = any_ip(seed);
		rib_set(&d->rib->tables[d->rs->idx][rnd_below(seed, 2)], any_prefix(seed), hops,
		        n_hops);
	}
	if (own || transit)
		d->learned = &d->rib->tables[d->rs->idx][0];
}

static void random_design(struct design *d, uint64_t *seed)
{
	/* V's space varies: the None rows depend on it */
	static const char *const spaces[] = { "10.0.0.0/16", "10.0.0.0/16 100.64.0.0/16",
		                              "10.0.0.0/16 172.16.0.0/12",
		                              "10.0.0.0/16 192.0.0.0/8" };
	struct model *m = mini_new();

	*d = (struct design){ .m = m };
	m->settings.strict_forwarded = rnd_below(seed, 2);
	m->settings.udr_over_service = rnd_below(seed, 2);
	m->settings.internal_none = (enum internal_none)rnd_below(seed, INTERNAL_NONE_2026 + 1);
	d->v = mini_vnet(m, "V", spaces[rnd_below(seed, 4)]);
	d->s = mini_subnet(m, d->v, "s", "10.0.0.0/24");
	d->peer[0] = mini_vnet(m, "P0", "10.1.0.0/16");
	d->peer[1] = mini_vnet(m, "P1", "10.2.0.0/24 198.51.100.0/25");
	d->other =
	    mini_vnet(m, "X", rnd_below(seed, 2) ? "10.3.0.0/16" : "10.3.0.0/16 10.2.0.128/25");
	struct subnet *s0 = mini_subnet(m, d->peer[0], "s", "10.1.0.0/24");
	struct subnet *s1 = mini_subnet(m, d->peer[1], "s", "10.2.0.0/24");
	struct subnet *sx = mini_subnet(m, d->other, "s", "10.3.0.0/24");

	mini_vm(m, d->s, "v", vm_ip[0], true);
	mini_vm(m, s0, "p0", vm_ip[1], true);
	mini_vm(m, s1, "p1", vm_ip[2], true);
	mini_vm(m, sx, "x", vm_ip[3], true);
	/* another subnet, and a NIC that the other instance programs */
	mini_vm(m, mini_subnet(m, d->v, "t", "10.0.2.0/24"), "t", "10.0.2.4", true);
	mini_vm(m, d->s, "v1", "10.0.0.7", true);
	mini_vm(m, mini_subnet(m, d->peer[0], "t", "10.1.1.0/24"), "p0t", "10.1.1.9", true);
	mini_subnet(m, d->peer[1], "t", "198.51.100.0/26");
	d->v->location = "one";
	d->peer[0]->location = rnd_below(seed, 2) ? "one" : "two";
	d->other->location = rnd_below(seed, 2) ? "one" : "two";
	random_peerings(d, seed);
	random_group(d, seed);
	random_routes(d, seed);
	random_endpoints(d, seed);
	random_learned(d, seed);
	/* when all subnets are there */
	for (size_t i = 0; i < d->v->n_peerings; i++)
		if (d->kind[d->v->peerings[i].remote == d->peer[1]] == PEER_SUBNETS)
			random_subnet_peering(m, &d->v->peerings[i], seed);
	model_bare_subnets(m);
	for (size_t i = 0; i < m->n_vms; i++)
		d->stopped[i] = m->vms[i].role != VM_ENDPOINT && !rnd_below(seed, 5);
	d->rt.vm_stopped = d->stopped;
}

static void random_done(struct design *d)
{
	rib_free(d->rib);
	model_free(d->m);
}
