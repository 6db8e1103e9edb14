/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The senders of a matrix: NICs, one of those that nothing tells apart; gateways, sites, the
 * Internet. */
#include <uthash.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "matrix/priv.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

const char *end_kind_str(enum end_kind k)
{
	static const char *const words[] = { "nic", "gateway", "site", "internet", "subnet" };

	return words[k];
}

struct alike { /* NICs with the same key, whose addresses are of one class */
	uint64_t key;
	size_t end;
	UT_hash_handle hh;
};

static struct matrix_end *add_matrix_end(struct run *r, enum end_kind kind, const char *name,
                                         const char *place, const struct nic *n, ip4 ip)
{
	struct matrix_end *e = &VEC_PUSH(r->x->ends, r->x->n_ends, r->x->cap_ends);

	*e = (struct matrix_end){ .kind = kind, .name = name, .place = place, .nic = n, .ip = ip };
	e->at = ip4_is_set(ip) && kind != END_INTERNET
	            ? (size_t)(matrix_class_of(r->x, ip) - r->x->classes)
	            : SIZE_MAX;
	VEC_PUSH(e->members, e->n_members, e->cap_members) = name;
	return e;
}

static void add_nic_end(struct run *r, struct alike **all, const struct nic *n)
{
	enum end_kind kind = n->vm->role == VM_GATEWAY ? END_GATEWAY : END_NIC;
	const char *name = run_nic_name(r, n);
	const uint64_t parts[2] = { r->world->each_nic ? n->idx : r->key_of_nic[n->idx],
		                    matrix_class_of(r->x, n->ip)->key };
	uint64_t key = sweep_token(parts, sizeof(parts), 0);
	struct alike *k;

	HASH_FIND(hh, *all, &key, sizeof(key), k);
	if (k) {
		struct matrix_end *e = &r->x->ends[k->end];

		VEC_PUSH(e->members, e->n_members, e->cap_members) = name;
		return;
	}
	k = arena_alloc(r->x->arena, sizeof(*k));
	k->key = key;
	k->end = r->x->n_ends;
	HASH_ADD(hh, *all, key, sizeof(k->key), k);
	add_matrix_end(r, kind, name, run_place(r, n), n, n->ip);
}

static bool sends(const struct run *r, const struct nic *n)
{
	return n->subnet && n->vm->role <= VM_GATEWAY && n->vm->role != VM_ENDPOINT &&
	       vm_runs(r->env.rt, n->vm);
}

void run_make_ends(struct run *r)
{
	const struct model *m = r->x->m;
	struct alike *all = NULL;

	for (size_t i = 0; i < m->n_nics; i++)
		if (sends(r, &m->nics[i]))
			add_nic_end(r, &all, &m->nics[i]);
	for (size_t i = 0; i < r->stand_ins.n; i++) {
		const struct nic *n = r->stand_ins.v[i];

		add_matrix_end(r, END_SUBNET, n->name, run_place(r, n), n, n->ip);
	}
	for (size_t i = 0; i < m->n_sites; i++) {
		const struct site *s = &m->sites[i];
		const struct node *vm = s->n_hosts ? s->hosts[0].vm : s->vm;

		if (vm && vm->n_nics)
			add_matrix_end(r, END_SITE, vm->name, s->name, vm->nics[0],
			               s->n_hosts ? s->hosts[0].ip : s->bgp_ip);
	}
	if (m->n_internet)
		add_matrix_end(r, END_INTERNET, "internet", NULL, NULL, m->internet[0].ip);
	HASH_CLEAR(hh, all); /* they are the arena's */
}
