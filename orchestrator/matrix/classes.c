/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classes of the addresses that packets are for. */
#include <assert.h>
#include <uthash.h>

#include "azure/hybrid.h"
#include "azure/nat.h"
#include "base/str.h"
#include "matrix/priv.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define TEXT(r, ...) arena_printf((r)->x->arena, __VA_ARGS__)

const char *class_kind_str(enum class_kind k)
{
	static const char *const words[] = { "nic",      "loadBalancer", "routeServer", "site",
		                             "internet", "subnet",       "platform",    "nobody" };

	return words[k];
}

/* ---- who has an address ---- */

struct owner {
	ip4 ip;
	enum class_kind kind;
	const char *name, *place;
	const struct nic *nic;
	UT_hash_handle hh;
};

static void own(struct run *r, struct owner **all, const struct owner *o)
{
	struct owner *x;

	HASH_FIND(hh, *all, &o->ip, sizeof(o->ip), x);
	if (x || ip4_is_none(o->ip))
		return;
	x = arena_alloc(r->x->arena, sizeof(*x));
	*x = *o;
	HASH_ADD(hh, *all, ip, sizeof(x->ip), x);
}

const char *run_nic_name(struct run *r, const struct nic *n)
{
	return n->vm->n_nics == 1 || n->vm->role != VM_USER
	           ? n->vm->name
	           : TEXT(r, "%s/%s", n->vm->name, n->name);
}

const char *run_place(struct run *r, const struct nic *n)
{
	if (n->subnet)
		return TEXT(r, "%s/%s", n->subnet->vnet->name, n->subnet->name);
	return vm_site(n->vm) ? vm_site(n->vm)->name : NULL;
}

/* What joins the instances of a gateway is Azure's: nobody sends to it. */
static bool joins_instances(const struct nic *n)
{
	return n->vm->role == VM_GATEWAY && n->peer && n->peer->vm->role == VM_GATEWAY &&
	       n->wire_len;
}

static void own_by_vm(struct run *r, struct owner **all, const struct node *vm)
{
	bool outside = vm->role == VM_SITE_ROUTER || vm->role == VM_SITE_HOST;
	struct owner o = { .kind = outside ? CLASS_SITE : CLASS_NIC, .name = vm->name };

	for (size_t i = 0; i < vm->n_nics; i++) {
		if (joins_instances(vm->nics[i]))
			continue;
		o.ip = vm->nics[i]->ip;
		o.nic = vm->nics[i];
		o.place = run_place(r, o.nic);
		if (!outside)
			o.name = run_nic_name(r, o.nic);
		own(r, all, &o);
	}
	for (size_t i = 0; i < vm->guest.n_loopbacks; i++) {
		o.ip = vm->guest.loopbacks[i];
		o.nic = vm->n_nics ? vm->nics[0] : NULL;
		o.name = TEXT(r, "%s (%s)", vm->name, IP4_STR(o.ip));
		own(r, all, &o);
	}
}

static void own_public(struct run *r, struct owner **all)
{
	const struct model *m = r->x->m;

	for (size_t i = 0; i < m->n_nics; i++) {
		const struct nic *n = &m->nics[i];

		own(r, all,
		    &(struct owner){ n->public_ip,
		                     CLASS_NIC,
		                     TEXT(r, "%s (public address)", run_nic_name(r, n)),
		                     run_place(r, n),
		                     n,
		                     { 0 } });
	}
}

static struct owner *find_owners(struct run *r)
{
	const struct model *m = r->x->m;
	struct owner *all = NULL;

	for (size_t i = 0; i < m->n_vms; i++)
		own_by_vm(r, &all, &m->vms[i]);
	for (size_t i = 0; i < r->stand_ins.n; i++) {
		const struct nic *n = r->stand_ins.v[i];

		own(r, &all,
		    &(struct owner){ n->ip, CLASS_SUBNET, n->name, run_place(r, n), n, { 0 } });
	}
	for (size_t i = 0; i < m->n_load_balancers; i++)
		own(r, &all,
		    &(struct owner){ m->load_balancers[i].ip,
		                     CLASS_BALANCER,
		                     m->load_balancers[i].name,
		                     NULL,
		                     NULL,
		                     { 0 } });
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (unsigned k = 0; k < 2; k++)
			own(r, &all,
			    &(struct owner){ m->route_servers[i].instance[k],
			                     CLASS_ROUTE_SERVER,
			                     m->route_servers[i].name,
			                     NULL,
			                     NULL,
			                     { 0 } });
	own(r, &all, &(struct owner){ PLATFORM_IP, CLASS_PLATFORM, "platform", NULL, NULL, { 0 } });
	own(r, &all, &(struct owner){ METADATA_IP, CLASS_PLATFORM, "platform", NULL, NULL, { 0 } });
	own_public(r, &all);
	return all;
}

/* ---- what nobody of the design has ---- */

static bool is_outside(const struct model *m, ip4 a)
{
	static const struct prefix inside[] = {
		{ IP4(0, 0, 0, 0), 8 },      { IP4(100, 64, 0, 0), 10 }, { IP4(127, 0, 0, 0), 8 },
		{ IP4(169, 254, 0, 0), 16 }, { IP4(224, 0, 0, 0), 3 },   { DEFAULT_OUTBOUND_IP, 32 }
	};
	bool other = ip4_is_private(a);

	for (size_t i = 0; i < ARRAY_LEN(inside); i++)
		other |= prefix_has(inside[i], a);
	for (size_t i = 0; i < m->n_vnets; i++)
		other |= vnet_has(&m->vnets[i], a);
	for (size_t i = 0; i < m->n_nat_gateways; i++)
		for (size_t k = 0; k < m->nat_gateways[i].n_ips; k++)
			other |= m->nat_gateways[i].ips[k] == a;
	return !other;
}

static const struct site *find_site_at(const struct model *m, ip4 a)
{
	for (size_t i = 0; i < m->n_sites; i++)
		for (size_t k = 0; k < m->sites[i].n_prefixes; k++)
			if (prefix_has(m->sites[i].prefixes[k], a))
				return &m->sites[i];
	return NULL;
}

static const char *find_subnet_name(struct run *r, ip4 a)
{
	const struct model *m = r->x->m;

	for (size_t i = 0; i < m->n_subnets; i++)
		if (prefix_has(m->subnets[i].prefix, a))
			return TEXT(r, "%s/%s", m->subnets[i].vnet->name, m->subnets[i].name);
	return NULL;
}

/* VNets come before sites that have the same prefix: so do their routes. */
static void name_unowned(struct run *r, struct matrix_class *c, ip4 a)
{
	const struct site *s = find_site_at(r->x->m, a);

	c->place = find_subnet_name(r, a);
	if (s && !c->place) {
		c->kind = CLASS_SITE;
		c->name = c->place = s->name;
	} else if (is_outside(r->x->m, a)) {
		c->kind = CLASS_INTERNET;
		c->name = "internet";
	} else {
		c->kind = CLASS_NOBODY;
		c->name = "nobody";
	}
}

/* ---- classes ---- */

struct class_key {
	uint64_t key;
	uint32_t at;
	UT_hash_handle hh;
};

static uint32_t class_of_key(struct run *r, struct class_key **all, uint64_t key)
{
	struct class_key *k;

	HASH_FIND(hh, *all, &key, sizeof(key), k);
	if (k)
		return k->at;
	k = arena_alloc(r->x->arena, sizeof(*k));
	k->key = key;
	k->at = (uint32_t)r->x->n_classes;
	HASH_ADD(hh, *all, key, sizeof(k->key), k);
	VEC_PUSH(r->x->classes, r->x->n_classes, r->x->cap_classes) =
	    (struct matrix_class){ .kind = CLASS_NOBODY, .key = key };
	return k->at;
}

static void add_range(struct matrix_class *c, ip4 lo, ip4 hi)
{
	struct ip4_range *last = c->n_ranges ? &c->ranges[c->n_ranges - 1] : NULL;

	assert(c->ranges || c->n_ranges == c->cap_ranges);
	if (last && last->hi + 1 == lo)
		last->hi = hi;
	else
		VEC_PUSH(c->ranges, c->n_ranges, c->cap_ranges) = (struct ip4_range){ lo, hi };
}

static void add_member(struct matrix_class *c, const struct owner *o)
{
	VEC_PUSH(c->members, c->n_members, c->cap_members) = o->name;
	if (c->n_members == 2)
		c->second = o->ip;
	if (c->n_members > 1)
		return;
	c->kind = o->kind;
	c->name = o->name;
	c->place = o->place;
	c->address = o->ip;
	c->nic = o->nic;
}

/* The Internet's hosts are those that a lab can ask. */
static void prefer_hosts(struct run *r)
{
	const struct model *m = r->x->m;

	for (size_t i = 0; i < m->n_internet; i++) {
		const struct sweep_atom *a = sweep_find(&r->sweep, m->internet[i].ip);
		struct matrix_class *c = &r->x->classes[r->class_of_atom[a - r->sweep.atoms]];

		if (c->kind == CLASS_INTERNET && !c->n_members) {
			c->address = m->internet[i].ip;
			VEC_PUSH(c->members, c->n_members, c->cap_members) = m->internet[i].name;
		}
	}
}

void run_make_classes(struct run *r)
{
	struct owner *owners = find_owners(r), *o;
	struct class_key *keys = NULL;

	r->class_of_atom = xcalloc(r->sweep.n_atoms, sizeof(*r->class_of_atom));
	for (size_t i = 0; i < r->sweep.n_atoms; i++) {
		const struct sweep_atom *a = &r->sweep.atoms[i];
		uint32_t at = class_of_key(r, &keys, a->key);
		struct matrix_class *c = &r->x->classes[at];

		r->class_of_atom[i] = at;
		HASH_FIND(hh, owners, &a->lo, sizeof(a->lo), o);
		if (o && a->lo == a->hi)
			add_member(c, o);
		else if (!c->n_ranges) {
			c->address = a->lo;
			name_unowned(r, c, c->address);
		}
		add_range(c, a->lo, a->hi);
	}
	prefer_hosts(r);
	r->x->n_atoms = r->sweep.n_atoms;
	HASH_CLEAR(hh, owners); /* they are the arena's */
	HASH_CLEAR(hh, keys);
}

const struct matrix_class *matrix_class_of(const struct matrix *x, ip4 a)
{
	size_t lo = 0, hi = x->n_spans - 1;

	while (lo < hi) {
		size_t mid = (lo + hi + 1) / 2;

		if (x->spans[mid].lo <= a)
			lo = mid;
		else
			hi = mid - 1;
	}
	return &x->classes[x->spans[lo].cls];
}
