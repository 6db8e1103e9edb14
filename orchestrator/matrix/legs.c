/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the walk and the world: of equal paths, and of a load balancer's backends, each one is
 * walked, one walk after the other, like the digits of a counter. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "matrix/priv.h"

static unsigned choose_leg(struct run *r, unsigned n)
{
	struct legs *l = r->legs;

	if (n < 2 || !l || l->used == LEGS_DEEP)
		return 0;
	if (l->used == l->n) {
		l->v[l->n].at = 0;
		l->v[l->n++].n = n;
	}
	return l->v[l->used++].at % n;
}

bool legs_next(struct legs *l)
{
	l->n = l->used;
	l->used = 0;
	while (l->n && ++l->v[l->n - 1].at >= l->v[l->n - 1].n)
		l->n--;
	return l->n > 0;
}

static unsigned run_ecmp(void *ctx, const struct nic *from, const struct eff_route *e,
                         const struct walk_packet *p)
{
	(void)from;
	(void)p;
	return choose_leg(ctx, e->n_next_hops);
}

static void run_balance(void *ctx, const struct load_balancer *lb, const struct walk_packet *p,
                        struct walk_choice *ret)
{
	struct run *r = ctx;
	unsigned n = 0, leg;

	walk_balance_default(&r->env, lb, p, ret);
	for (size_t i = 0; i < lb->n_backends; i++)
		n += lb_backend_up(r->env.rt, lb, i);
	if (!ret->backend || n < 2)
		return;
	leg = choose_leg(r, n);
	for (size_t i = 0; i < lb->n_backends; i++)
		if (lb_backend_up(r->env.rt, lb, i) && !leg--) {
			if (ip4_is_set(ret->ip))
				ret->ip = lb->backends[i]->ip;
			ret->backend = lb->backends[i];
			snprintf(ret->reason, sizeof(ret->reason),
			         "to %.80s, one of %u healthy backends", ret->backend->vm->name, n);
			return;
		}
}

static bool site_covers(const struct site *s, ip4 a)
{
	for (size_t i = 0; s && i < s->n_prefixes; i++)
		if (prefix_has(s->prefixes[i], a))
			return true;
	return false;
}

/* In a VNet or at a site: gateways and sites learn what is elsewhere. */
static bool is_somewhere(const struct model *m, ip4 a)
{
	bool any = false;

	for (size_t i = 0; i < m->n_vnets && !any; i++)
		any = vnet_has(&m->vnets[i], a);
	for (size_t i = 0; i < m->n_sites && !any; i++)
		any = site_covers(&m->sites[i], a);
	return any;
}

/* A site's prefixes are where its router is, whichever hosts a design names. */
static void run_guest(void *ctx, const struct nic *in, const struct walk_packet *p,
                      struct walk_guest *ret)
{
	struct run *r = ctx;
	const struct walk_env *w = &r->world->env;

	if (in->vm->role == VM_SITE_ROUTER && site_covers(vm_site(in->vm), p->dst) &&
	    matrix_class_of(r->x, p->dst)->n_members == 0) {
		*ret = (struct walk_guest){ .act = GUEST_LOCAL };
		snprintf(ret->reason, sizeof(ret->reason), "is where the site's addresses are");
		return;
	}
	if (w->guest)
		w->guest(w->ctx, in, p, ret);
	else
		walk_guest_default(&r->env, in, p, ret);
	if (r->world->foreseen && ret->act == GUEST_FORWARD &&
	    (!foreseen_way_out(in->vm) || (vm_is_hybrid(in->vm) && !is_somewhere(r->x->m, p->dst))))
		r->unknown = true;
}

/* ---- what is the world's alone ---- */

static void ask_fabric(void *ctx, const struct nic *from, const struct nic *back,
                       const struct walk_packet *p, struct walk_fabric *ret)
{
	const struct walk_env *w = &((struct run *)ctx)->world->env;

	w->fabric(w->ctx, from, back, p, ret);
}

static bool ask_filter(void *ctx, const struct nic *n, bool out, const struct walk_packet *p,
                       char *reason)
{
	const struct walk_env *w = &((struct run *)ctx)->world->env;

	return w->filter(w->ctx, n, out, p, reason);
}

static bool ask_firewall(void *ctx, const struct firewall *fw, char *reason)
{
	const struct walk_env *w = &((struct run *)ctx)->world->env;

	return w->firewall(w->ctx, fw, reason);
}

static void ask_balance(void *ctx, const struct load_balancer *lb, const struct walk_packet *p,
                        struct walk_choice *ret)
{
	const struct walk_env *w = &((struct run *)ctx)->world->env;

	w->balance(w->ctx, lb, p, ret);
}

static unsigned ask_ecmp(void *ctx, const struct nic *from, const struct eff_route *e,
                         const struct walk_packet *p)
{
	const struct walk_env *w = &((struct run *)ctx)->world->env;

	return w->ecmp_choice(w->ctx, from, e, p);
}

static const struct nic *ask_sends_by(void *ctx, const struct node *vm, const struct walk_packet *p)
{
	const struct walk_env *w = &((struct run *)ctx)->world->env;

	return w->sends_by(w->ctx, vm, p);
}

static ip4 ask_next_hop(void *ctx, const struct nic *from, const struct walk_packet *p)
{
	const struct walk_env *w = &((struct run *)ctx)->world->env;

	return w->next_hop(w->ctx, from, p);
}

static const struct nic *run_stand_in(void *ctx, const struct vnet *v, ip4 a)
{
	return stand_ins_find(&((struct run *)ctx)->stand_ins, v, a);
}

void run_set_hooks(struct run *r)
{
	const struct walk_env *w = &r->world->env;
	bool chooses = r->world->chooses;

	r->env = *w;
	r->env.ctx = r;
	r->env.whole_internet = true;
	r->env.tunnel = NULL; /* as it is designed */
	r->env.guest = run_guest;
	r->env.fabric = w->fabric ? ask_fabric : NULL;
	r->env.filter = w->filter ? ask_filter : NULL;
	r->env.firewall = w->firewall ? ask_firewall : NULL;
	r->env.sends_by = w->sends_by ? ask_sends_by : NULL;
	r->env.next_hop = w->next_hop ? ask_next_hop : NULL;
	r->env.ecmp_choice = !chooses ? run_ecmp : w->ecmp_choice ? ask_ecmp : NULL;
	r->env.balance = !chooses ? run_balance : w->balance ? ask_balance : NULL;
	r->env.stand_in = r->stand_ins.n ? run_stand_in : NULL;
}
