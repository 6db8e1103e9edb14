/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/pairs.h"

#include <ctype.h>
#include <uthash.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "base/str.h"
#include "matrix/lines.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

struct pair_name {
	const char *now, *old;
	UT_hash_handle hh;
};

static void pair_names(struct pairs *p, const char *old, const char *now)
{
	struct pair_name *x;

	HASH_FIND_STR(p->names, now, x);
	if (x)
		return;
	x = arena_alloc(p->arena, sizeof(*x));
	x->now = now;
	x->old = old;
	HASH_ADD_KEYPTR(hh, p->names, x->now, strlen(x->now), x);
}

const char *pairs_old_name(const struct pairs *p, const char *now)
{
	struct pair_name *x;

	HASH_FIND_STR(p->names, now, x);
	return x ? x->old : now;
}

/* ---- places ---- */

static void add_pair(struct pair_list *l, size_t old, size_t now)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].old == old && l->v[i].now == now)
			return;
	VEC_PUSH(l->v, l->n, l->cap) = (struct pair){ old, now };
}

static size_t class_at(const struct matrix *x, ip4 a)
{
	return (size_t)(matrix_class_of(x, a) - x->classes);
}

static size_t end_of_nic(const struct matrix *x, const struct nic *n)
{
	for (size_t i = 0; i < x->n_ends; i++)
		if (x->ends[i].nic == n)
			return i;
	/* one of those that the first stands for */
	for (size_t i = 0; i < x->n_ends; i++)
		for (size_t k = 0; k < x->ends[i].n_members; k++)
			if (streq(x->ends[i].members[k], n->vm->name))
				return i;
	return SIZE_MAX;
}

static void pair_addresses(struct pairs *p, const struct matrix *old, ip4 a,
                           const struct matrix *now, ip4 b)
{
	if (ip4_is_set(a) && ip4_is_set(b))
		add_pair(&p->classes, class_at(old, a), class_at(now, b));
}

static void pair_nics(struct pairs *p, const struct matrix *old, const struct nic *a,
                      const struct matrix *now, const struct nic *b)
{
	size_t i = end_of_nic(old, a), k = end_of_nic(now, b);

	if (i != SIZE_MAX && k != SIZE_MAX)
		add_pair(&p->ends, i, k);
	if (!a->peer != !b->peer ||
	    a->wire_len != b->wire_len) /* a NIC and a wire, or two sorts of wires */
		return;
	pair_addresses(p, old, a->ip, now, b->ip);
	pair_addresses(p, old, a->public_ip, now, b->public_ip);
}

/* ---- machines ---- */

static ip4 get_machine_address(const struct node *vm)
{
	return vm->n_nics ? vm->nics[0]->ip : IP4_NONE;
}

static const struct node *same_vm(const struct model *m, const struct node *vm, const bool *taken,
                                  bool by_name)
{
	for (size_t i = 0; i < m->n_vms; i++)
		if (!taken[i] && m->vms[i].role == vm->role &&
		    (by_name ? strieq(m->vms[i].name, vm->name)
		             : ip4_is_set(get_machine_address(vm)) &&
		                   get_machine_address(&m->vms[i]) == get_machine_address(vm)))
			return &m->vms[i];
	return NULL;
}

static void pair_vms(struct pairs *p, const struct matrix *old, const struct matrix *now)
{
	const struct model *a = old->m, *b = now->m;
	_cleanup_free_ bool *done = xcalloc(a->n_vms + 1, sizeof(*done));
	_cleanup_free_ bool *taken = xcalloc(b->n_vms + 1, sizeof(*taken));

	for (int by_name = 1; by_name >= 0; by_name--)
		for (size_t i = 0; i < a->n_vms; i++) {
			const struct node *v = &a->vms[i],
			                  *w = done[i] ? NULL : same_vm(b, v, taken, by_name);

			if (!w)
				continue;
			done[i] = taken[w->idx] = true;
			pair_names(p, v->name, w->name);
			for (size_t k = 0; k < v->n_nics && k < w->n_nics; k++)
				pair_nics(p, old, v->nics[k], now, w->nics[k]);
			for (size_t k = 0; k < v->guest.n_loopbacks && k < w->guest.n_loopbacks;
			     k++)
				pair_addresses(p, old, v->guest.loopbacks[k], now,
				               w->guest.loopbacks[k]);
		}
	for (size_t i = 0; i < a->n_vms; i++)
		if (!done[i])
			VEC_PUSH(p->gone, p->n_gone, p->cap_gone) = a->vms[i].name;
	for (size_t i = 0; i < b->n_vms; i++)
		if (!taken[i])
			VEC_PUSH(p->come, p->n_come, p->cap_come) = b->vms[i].name;
}

/* ---- what is no machine ---- */

static void pair_balancers(struct pairs *p, const struct matrix *old, const struct matrix *now)
{
	for (int by_name = 1; by_name >= 0; by_name--)
		for (size_t i = 0; i < old->m->n_load_balancers; i++)
			for (size_t k = 0; k < now->m->n_load_balancers; k++) {
				const struct load_balancer *a = &old->m->load_balancers[i],
				                           *b = &now->m->load_balancers[k];

				if (by_name ? strieq(a->name, b->name) : a->ip == b->ip) {
					pair_names(p, a->name, b->name);
					pair_addresses(p, old, a->ip, now, b->ip);
				}
			}
}

static bool same_end(const struct matrix_end *a, const struct matrix_end *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == END_SUBNET)
		return prefix_eq(a->nic->subnet->prefix, b->nic->subnet->prefix);
	return a->kind == END_INTERNET || (a->kind == END_SITE && a->ip == b->ip);
}

static void pair_other_ends(struct pairs *p, const struct matrix *old, const struct matrix *now)
{
	for (size_t i = 0; i < old->n_ends; i++)
		for (size_t k = 0; k < now->n_ends; k++)
			if (same_end(&old->ends[i], &now->ends[k]))
				add_pair(&p->ends, i, k);
}

/* NICs are paired by machine: their addresses may have moved. */
static void pair_spaces(struct pairs *p, const struct matrix *old, const struct matrix *now)
{
	for (size_t i = 0, k = 0; i < old->n_spans && k < now->n_spans;) {
		size_t a = old->spans[i].cls, b = now->spans[k].cls;

		if (old->classes[a].kind != CLASS_NIC && now->classes[b].kind != CLASS_NIC)
			add_pair(&p->classes, a, b);
		ip4 next_a = i + 1 < old->n_spans ? old->spans[i + 1].lo : 0,
		    next_b = k + 1 < now->n_spans ? now->spans[k + 1].lo : 0;

		if (next_a == next_b)
			i++, k++;
		else if (ip4_is_none(next_b) || (ip4_is_set(next_a) && next_a < next_b))
			i++;
		else
			k++;
	}
}

void pairs_find(const struct matrix *old, const struct matrix *now, struct pairs *ret)
{
	*ret = (struct pairs){ .arena = arena_new() };
	pair_vms(ret, old, now);
	pair_balancers(ret, old, now);
	pair_other_ends(ret, old, now);
	pair_spaces(ret, old, now);
}

void pairs_done(struct pairs *p)
{
	HASH_CLEAR(hh, p->names); /* they are the arena's */
	free(p->ends.v);
	free(p->classes.v);
	free(p->gone);
	free(p->come);
	arena_free(p->arena);
	*p = (struct pairs){ 0 };
}
