/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two ends: whether a hop that keeps state sees one half of what they send. */
#include <netinet/in.h>

#include "azure/asymmetry_priv.h"
#include "azure/firewall.h"
#include "azure/walk_priv.h"

enum { SOURCE_PORT = 50000 };

/* ---- what the design does not say ---- */

void asym_guest(void *ctx, const struct nic *in, const struct walk_packet *p,
                struct walk_guest *ret)
{
	struct asym_search *x = ctx;

	walk_guest_default(&x->env, in, p, ret);
	if (ret->act == GUEST_FORWARD && !foreseen_way_out(in->vm))
		x->unknown = true;
}

static bool keeps_state(const struct nic *n)
{
	return n && (vm_firewall(n->vm) || n->vm->guest.source_nat || n->vm->guest.filter);
}

/* Each flow takes one of several paths: whether it meets state is a matter of chance. */
unsigned asym_ecmp(void *ctx, const struct nic *from, const struct eff_route *r,
                   const struct walk_packet *p)
{
	struct asym_search *x = ctx;

	(void)from;
	(void)p;
	for (unsigned i = 0; i < r->n_next_hops; i++)
		x->unknown |= keeps_state(r->owners[i]);
	for (unsigned i = 0; i < r->n_next_hops; i++)
		if (r->owners[i] || (r->balancers && r->balancers[i]))
			return i;
	return 0;
}

/* ---- walks ---- */

struct two {
	struct walk *there, *back;
};

static void two_done(struct two *t)
{
	walk_free(t->back);
	walk_free(t->there);
}

static struct walk *walk_one(struct asym_search *x, const struct nic *from,
                             const struct walk_packet *p, const struct walk *reply_to)
{
	x->env.reply_to = reply_to;
	x->result->walked++;
	struct walk *w = walk_packet_path(&x->env, from, p);

	x->env.reply_to = NULL;
	return w;
}

/* Walks the packet, and its answer when it arrives at the NIC that is meant. */
static void walk_two(struct asym_search *x, const struct nic *from, const struct walk_packet *p,
                     const struct node *to, struct two *ret)
{
	x->unknown = false;
	*ret = (struct two){ walk_one(x, from, p, NULL), NULL };
	const struct walk *w = ret->there;
	const struct nic *end = w->n ? w->hops[w->n - 1].nic : NULL;

	if (w->verdict != WALK_DELIVERED || !end || end->vm != to)
		return;
	struct walk_packet answer = walk_reply(w);

	ret->back = walk_one(x, walk_source_nic(to, answer.dst, answer.src), &answer, w);
	/* A guest's own packet filter that could not be read may do anything: then nothing is
	 * judged. */
	if (x->unknown || w->n_unwalked || ret->back->n_unwalked ||
	    !foreseen_decides_walk(&x->foreseen, w) ||
	    !foreseen_decides_walk(&x->foreseen, ret->back))
		ret->back = walk_free(ret->back);
}

/* ---- words ---- */

/* further: a node that drops it before it is a hop; may be NULL. */
static const char *chain(struct asym_search *x, const struct walk *w, const char *first,
                         const char *last, const char *further)
{
	_cleanup_str_ struct str s = { 0 };

	for (size_t i = 0; i < w->n; i++) {
		const char *name = !i ? first
		                   : i + 1 == w->n && w->verdict == WALK_DELIVERED
		                       ? last
		                       : w->hops[i].node;

		str_printf(&s, "%s%s", i ? " -> " : "", name);
	}
	if (further)
		str_printf(&s, " -> %s", further);
	return arena_strdup(x->result->arena, str_get(&s));
}

/* The route by which the hop before sends to the hop. */
static const struct eff_route *get_route_to(const struct walk *with, size_t at)
{
	return at && at <= with->n ? with->hops[at - 1].route : NULL;
}

struct half { /* the way that passes the hop, and where; the other one does not */
	const struct walk *with, *without;
	size_t at;
	const struct node *vm;
	const char *what; /* it does */
	bool groups;      /* its security groups do it */
};

static bool passes_vm(const struct walk *w, const struct node *vm, size_t *ret_at)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->hops[i].nic && w->hops[i].nic->vm == vm) {
			*ret_at = i;
			return true;
		}
	*ret_at = w->n;
	return false;
}

/* The NIC's security groups let the question's answer pass if they have seen the question. */
static bool saw_at_nic(const struct walk *there, const struct nic *n)
{
	for (size_t i = 0; i < there->n_flows; i++)
		if (there->flows[i].nic == n)
			return true;
	return false;
}

static bool find_half(struct two *t, struct half *ret)
{
	struct walk_break b;

	if (walk_find_break(t->there, t->back, &b)) {
		*ret = (struct half){ b.way,  b.way == t->there ? t->back : t->there,
			              b.at,   b.way->hops[b.at].nic->vm,
			              b.what, false };
		return true;
	}
	if (t->back->half_at) {
		*ret = (struct half){ t->back,
			              t->there,
			              t->back->n - 1,
			              t->back->half_at->vm,
			              "sees the answers alone, and drops them",
			              false };
		return true;
	}
	const struct nic *n = t->back->denied_at;
	size_t at;

	if (!n || saw_at_nic(t->there, n) || passes_vm(t->there, n->vm, &at))
		return false;
	passes_vm(t->back, n->vm, &at);
	*ret = (struct half){ t->back,
		              t->there,
		              at,
		              n->vm,
		              "has security groups that see the answers alone, and deny them",
		              true };
	return true;
}

static void tell_asymmetry(struct asym_search *x, const struct two *t, const struct half *h,
                           const char *from, const char *to, struct asymmetry *ret)
{
	struct arena *a = x->result->arena;
	const struct eff_route *r = get_route_to(h->with, h->at);
	const char *cure = walk_half_cure(a, h->with, h->at, h->without, h->vm);

	if (h->groups)
		cure = arena_printf(a, "let the security groups of %s allow it, or %s", h->vm->name,
		                    cure);

	*ret = (struct asymmetry){ .from = from,
		                   .to = to,
		                   .there = chain(x, t->there, from, to, NULL),
		                   .back = chain(x, t->back, to, from,
		                                 h->at == t->back->n ? h->vm->name : NULL),
		                   .node = arena_strdup(a, h->vm->name),
		                   .reason = h->what,
		                   .cure = cure,
		                   .ptr = arena_strdup(a, r && r->ptr ? r->ptr : h->vm->ptr) };
}

/* ---- judgement ---- */

static const struct nic *choose_sender(const struct asym_party *p, ip4 dst)
{
	return p->subnet ? p->nic : walk_source_nic(p->nic->vm, dst, IP4_NONE);
}

enum asym_result asym_judge(struct asym_search *x, const struct asym_party *from,
                            const struct asym_party *to, struct asymmetry *ret)
{
	enum asym_result result = ASYM_NONE;

	for (size_t i = 0; !from->answers_only && i < x->n_ports; i++) {
		struct walk_packet p = { .src = from->ip,
			                 .dst = to->ip,
			                 .ip_proto = IPPROTO_TCP,
			                 .sport = SOURCE_PORT,
			                 .dport = x->ports[i] };
		struct two t;
		struct half h;

		walk_two(x, choose_sender(from, to->ip), &p, to->nic->vm, &t);
		bool found = t.back && find_half(&t, &h);
		bool denied = !found && (t.there->denied_at || (t.back && t.back->denied_at));

		if (found)
			tell_asymmetry(x, &t, &h, from->name, to->name, ret);
		two_done(&t);
		result = found ? ASYM_FOUND : denied ? ASYM_DENIED : ASYM_NONE;
		if (!denied)
			break;
	}
	return result;
}
