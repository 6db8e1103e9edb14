/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that tells addresses apart: routes, rules, subnets, who has them, who hands packets
 * on.  Marking too much costs time; what is not marked is treated like its neighbours. */
#include <netinet/in.h>
#include <uthash.h>

#include "azure/firewall.h"
#include "azure/hybrid.h"
#include "azure/nat.h"
#include "azure/nsg.h"
#include "azure/subnet.h"
#include "base/str.h"
#include "matrix/priv.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

/* The kinds of tokens: different things with one number are told apart by them. */
enum salt {
	OF_VNET = 1,
	OF_SUBNET,
	OF_KEPT,
	OF_NIC,
	OF_ALIKE,
	OF_PUBLIC,
	OF_LOOPBACK,
	OF_INSTANCE,
	OF_WIRE,
	OF_GUEST_ROUTE,
	OF_NAT_EXCEPT,
	OF_BALANCER,
	OF_ROUTE_SERVER,
	OF_NAT_GATEWAY,
	OF_SITE,
	OF_FIREWALL,
	OF_SPECIAL,
	OF_SET,
	OF_ROUTE,
	OF_SERVICE,
	OF_OWN_FILTER
};

static void mark_thing(struct run *r, struct prefix p, size_t idx, size_t part, enum salt s)
{
	const size_t key[2] = { idx, part };

	sweep_add(&r->sweep, p, sweep_token(key, sizeof(key), s));
}

const struct eff_table *run_table(const struct run *r, const struct nic *n)
{
	return eff_cache_get(r->env.tables, nic_routes(n), nic_instance(n));
}

/* ---- sets of addresses in rules: one that several rules have is marked once ---- */

struct marked {
	uint64_t key;
	UT_hash_handle hh;
};

static bool mark_key_once(struct run *r, struct marked **all, uint64_t key)
{
	struct marked *m;

	HASH_FIND(hh, *all, &key, sizeof(key), m);
	if (m)
		return false;
	m = arena_alloc(r->x->arena, sizeof(*m));
	m->key = key;
	HASH_ADD(hh, *all, key, sizeof(m->key), m);
	return true;
}

static void mark_set(struct run *r, struct marked **all, const struct prefix *v, size_t n)
{
	uint64_t h = BYTES_HASH_SEED;

	for (size_t i = 0; i < n; i++) {
		const uint32_t word[2] = { v[i].addr, v[i].len };

		h = bytes_hash(h, word, sizeof(word));
	}
	if (!n || !mark_key_once(r, all, h))
		return;
	for (size_t i = 0; i < n; i++)
		sweep_add(&r->sweep, v[i], sweep_token(&h, sizeof(h), OF_SET));
}

static void mark_rules(struct run *r, struct marked **all, const struct nsg_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct nsg_rule *x = &rules->rules[i];

		if (!x->any_src)
			mark_set(r, all, x->src, x->n_src);
		if (!x->any_dst)
			mark_set(r, all, x->dst, x->n_dst);
	}
}

static void mark_groups_of_nic(struct run *r, struct marked **all, struct marked **groups,
                               const struct nic *n)
{
	for (int d = NSG_IN; d <= NSG_OUT; d++) {
		const struct nsg *g[2];
		unsigned k = nsg_of_nic(n, (enum nsg_direction)d, g);

		for (unsigned i = 0; i < k; i++) {
			const struct nsg_rules *c =
			    nsg_compile(r->x->m, g[i], (enum nsg_direction)d, run_table(r, n));

			if (mark_key_once(r, groups, sweep_token(&c, sizeof(c), OF_SET)))
				mark_rules(r, all, c);
		}
	}
}

static void mark_firewall(struct run *r, struct marked **all, const struct firewall *fw)
{
	mark_rules(r, all, &fw->nat);
	mark_rules(r, all, &fw->network);
	for (size_t i = 0; i < fw->n_private_ranges; i++)
		mark_thing(r, fw->private_ranges[i], fw->idx, i, OF_FIREWALL);
}

/* ---- who has an address, and what he does with others' ---- */

static bool nic_is_backend(const struct model *m, const struct nic *n)
{
	for (size_t i = 0; i < m->n_load_balancers; i++)
		for (size_t k = 0; k < m->load_balancers[i].n_backends; k++)
			if (m->load_balancers[i].backends[k] == n)
				return true;
	return false;
}

/* A machine with one NIC that does nothing but ask and answer. */
static bool asks_and_answers(const struct model *m, const struct nic *n)
{
	const struct node *vm = n->vm;

	return vm->role == VM_USER && vm->n_nics == 1 && !n->forwarding &&
	       ip4_is_none(n->public_ip) && !n->in_pool_of && !n->public_balancer &&
	       !vm->guest.bgp.present && !vm->guest.n_configs && !vm->guest.n_filters &&
	       !vm->guest.n_routes && !vm->guest.n_loopbacks && !vm->guest.source_nat &&
	       !nic_is_backend(m, n);
}

static uint64_t hash_of_table(const struct eff_table *t);

static uint64_t key_of_nic(struct run *r, const struct nic *n)
{
	if (!asks_and_answers(r->x->m, n))
		return sweep_token(&n->idx, sizeof(n->idx), OF_NIC);
	const uint64_t key[] = { n->subnet->idx, (uintptr_t)n->nsg, !vm_runs(r->env.rt, n->vm),
		                 hash_of_table(run_table(r, n)) };

	return sweep_token(key, sizeof(key), OF_ALIKE);
}

static void mark_vm(struct run *r, const struct node *vm)
{
	for (size_t i = 0; i < vm->guest.n_loopbacks; i++)
		mark_thing(r, prefix_host(vm->guest.loopbacks[i]), vm->idx, i, OF_LOOPBACK);
	for (size_t i = 0; i < vm->n_instances; i++) /* they have no NICs */
		mark_thing(r, prefix_host(vm->instances[i]), vm->idx, i, OF_INSTANCE);
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->peer)
			mark_thing(r, prefix_host(vm->nics[i]->ip), vm->idx, i, OF_WIRE);
	for (size_t i = 0; i < vm->guest.n_routes; i++)
		mark_thing(r, vm->guest.routes[i].prefix, vm->idx, i, OF_GUEST_ROUTE);
	for (size_t i = 0; i < vm->guest.n_nat_except; i++)
		mark_thing(r, vm->guest.nat_except[i], vm->idx, i, OF_NAT_EXCEPT);
	run_mark_filter(r, vm, OF_OWN_FILTER);
}

static void mark_subnet(struct run *r, const struct subnet *s)
{
	mark_thing(r, s->prefix, s->idx, 0, OF_SUBNET);
	for (size_t i = 0; i < s->n_services; i++)
		mark_thing(r, s->services[i].prefix, s->idx, i, OF_SERVICE);
	if (prefix_size(s->prefix) < 8)
		return;
	mark_thing(r, (struct prefix){ s->prefix.addr, 30 }, s->idx, 0, OF_KEPT);
	mark_thing(r, prefix_host(prefix_last(s->prefix)), s->idx, 0, OF_KEPT);
}

static void mark_owners(struct run *r)
{
	const struct model *m = r->x->m;

	r->key_of_nic = xcalloc(m->n_nics + 1, sizeof(*r->key_of_nic));
	for (size_t i = 0; i < m->n_nics; i++) {
		const struct nic *n = &m->nics[i];

		r->key_of_nic[n->idx] = key_of_nic(r, n);
		sweep_add(&r->sweep, prefix_host(n->ip), r->key_of_nic[n->idx]);
		if (ip4_is_set(n->public_ip))
			mark_thing(r, prefix_host(n->public_ip), n->idx, 0, OF_PUBLIC);
	}
	for (size_t i = 0; i < r->stand_ins.n; i++)
		mark_thing(r, prefix_host(r->stand_ins.v[i]->ip), i, 1, OF_NIC);
	for (size_t i = 0; i < m->n_load_balancers; i++)
		mark_thing(r, prefix_host(m->load_balancers[i].ip), i, 0, OF_BALANCER);
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t k = 0; k < 2; k++)
			mark_thing(r, prefix_host(m->route_servers[i].instance[k]), i, 0,
			           OF_ROUTE_SERVER);
	for (size_t i = 0; i < m->n_nat_gateways; i++)
		for (size_t k = 0; k < m->nat_gateways[i].n_ips; k++)
			mark_thing(r, prefix_host(m->nat_gateways[i].ips[k]), i, 0, OF_NAT_GATEWAY);
	for (size_t i = 0; i < m->n_sites; i++)
		for (size_t k = 0; k < m->sites[i].n_prefixes; k++)
			mark_thing(r, m->sites[i].prefixes[k], i, k, OF_SITE);
	for (size_t i = 0; i < m->n_vms; i++)
		mark_vm(r, &m->vms[i]);
}

static void mark_special(struct run *r)
{
	static const struct prefix special[] = {
		{ IP4_NONE, 32 },
		{ IP4(0, 0, 0, 0), 8 },
		{ IP4(10, 0, 0, 0), 8 },
		{ IP4(100, 64, 0, 0), 10 },
		{ IP4(127, 0, 0, 0), 8 },
		{ IP4(169, 254, 0, 0), 16 },
		{ IP4(172, 16, 0, 0), 12 },
		{ IP4(192, 168, 0, 0), 16 },
		{ IP4(224, 0, 0, 0), 4 },
		{ IP4(255, 255, 255, 255), 32 },
		{ METADATA_IP, 32 },
		{ PLATFORM_IP, 32 },
		{ DEFAULT_OUTBOUND_IP, 32 },
	};

	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		mark_thing(r, special[i], i, 0, OF_SPECIAL);
}

/* ---- routes: the longest one decides, so what counts is where each address is sent ---- */

static uint64_t hash_of_route(const struct eff_route *x)
{
	if (!x)
		return 1;
	const uint64_t key[] = { (uint64_t)x->type, (uintptr_t)x->vnet, x->n_next_hops };
	uint64_t h = bytes_hash(BYTES_HASH_SEED, key, sizeof(key));

	h = bytes_hash(h, x->next_hops, x->n_next_hops * sizeof(*x->next_hops));
	if (x->owners)
		h = bytes_hash(h, x->owners, x->n_next_hops * sizeof(*x->owners));
	return h;
}

static uint64_t hash_of_table(const struct eff_table *t)
{
	uint64_t sum = t->n;

	for (size_t i = 0; i < t->n; i++) {
		const struct eff_route *x = &t->routes[i];
		const uint64_t key[] = { x->prefix.addr, x->prefix.len, hash_of_route(x) };

		if (x->state == ST_ACTIVE)
			sum += sweep_token(key, sizeof(key), OF_ROUTE);
	}
	return sum;
}

struct tables {
	const struct eff_table **v;
	size_t n, cap;
};

static void add_marked_table(struct run *r, struct tables *all, struct marked **seen,
                             const struct eff_table *t)
{
	uint64_t h;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i] == t)
			return;
	h = hash_of_table(t);
	if (!mark_key_once(r, seen, h))
		return;
	VEC_PUSH(all->v, all->n, all->cap) = t;
	for (size_t i = 0; i < t->n; i++) /* borders alone */
		sweep_add(&r->sweep, t->routes[i].prefix, 0);
}

static void key_by_tables(struct run *r, const struct tables *all)
{
	for (size_t t = 0; t < all->n; t++)
		for (size_t i = 0; i < r->sweep.n_atoms; i++) {
			struct sweep_atom *a = &r->sweep.atoms[i];
			const uint64_t key[] = { t, hash_of_route(eff_lookup(all->v[t], a->lo)) };

			a->key ^= sweep_token(key, sizeof(key), OF_ROUTE);
		}
}

static void add_border(void *arg, struct prefix p)
{
	struct run *r = arg;

	sweep_add(&r->sweep, p, 0);
}

void run_mark(struct run *r)
{
	const struct model *m = r->x->m;
	struct marked *sets = NULL, *groups = NULL, *seen = NULL;
	struct tables tables = { 0 };

	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t k = 0; k < m->vnets[i].n_prefixes; k++)
			mark_thing(r, m->vnets[i].prefixes[k], i, k, OF_VNET);
	for (size_t i = 0; i < m->n_subnets; i++)
		mark_subnet(r, &m->subnets[i]);
	mark_owners(r);
	mark_special(r);
	for (size_t i = 0; i < m->n_nics; i++)
		mark_groups_of_nic(r, &sets, &groups, &m->nics[i]);
	for (size_t i = 0; i < r->stand_ins.n; i++)
		mark_groups_of_nic(r, &sets, &groups, r->stand_ins.v[i]);
	for (size_t i = 0; i < m->n_firewalls; i++)
		mark_firewall(r, &sets, &m->firewalls[i]);
	for (size_t i = 0; i < m->n_nics; i++)
		add_marked_table(r, &tables, &seen, run_table(r, &m->nics[i]));
	for (size_t i = 0; i < r->stand_ins.n; i++)
		add_marked_table(r, &tables, &seen, run_table(r, r->stand_ins.v[i]));
	if (r->world->borders)
		r->world->borders(r->world->ctx, add_border, r);
	sweep_run(&r->sweep);
	key_by_tables(r, &tables);
	for (size_t i = 0; r->world->key && i < r->sweep.n_atoms; i++)
		r->sweep.atoms[i].key ^= r->world->key(r->world->ctx, r->sweep.atoms[i].lo);
	HASH_CLEAR(hh, sets); /* they are the arena's */
	HASH_CLEAR(hh, groups);
	HASH_CLEAR(hh, seen);
	free(tables.v);
}
