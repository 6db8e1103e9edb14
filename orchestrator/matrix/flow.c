/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One flow: its packet by every leg, the answer by every leg, and what becomes of all together. */
#include <netinet/in.h>
#include <uthash.h>

#include "base/str.h"
#include "matrix/priv.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

const char *matrix_verdict_str(enum matrix_verdict v)
{
	static const char *const words[] = { "delivered", "denied", "dropped",
		                             "partly",    "broken", "loop" };

	return words[v];
}

/* ---- texts and outcomes, each kept once ---- */

struct run_text {
	const char *s;
	UT_hash_handle hh;
};

const char *run_text(struct run *r, const char *s)
{
	struct run_text *t;

	if (!s)
		return NULL;
	HASH_FIND_STR(r->texts, s, t);
	if (t)
		return t->s;
	t = arena_alloc(r->x->arena, sizeof(*t));
	t->s = arena_strdup(r->x->arena, s);
	HASH_ADD_KEYPTR(hh, r->texts, t->s, strlen(t->s), t);
	return t->s;
}

struct run_known {
	uint64_t key;
	uint32_t at;
	UT_hash_handle hh;
};

static uint64_t hash_text(uint64_t h, const char *s)
{
	return s ? bytes_hash(h, s, strlen(s) + 1) : bytes_hash(h, "-", 2);
}

static uint32_t keep_outcome(struct run *r, struct matrix_outcome *o)
{
	const uint8_t bits[] = { (uint8_t)o->verdict, (uint8_t)o->at, o->returning, o->known,
		                 o->unwalked,         o->outside,     o->legs > 1 };
	struct run_known *k;

	o->key = hash_text(bytes_hash(BYTES_HASH_SEED, bits, sizeof(bits)),
	                   o->at == AT_BETWEEN ? o->node : NULL);
	o->key = hash_text(hash_text(o->key, o->way), o->back);
	uint64_t whole = hash_text(hash_text(hash_text(o->key, o->node), o->reason), o->ptr);

	HASH_FIND(hh, r->known, &whole, sizeof(whole), k);
	if (k)
		return k->at;
	k = arena_alloc(r->x->arena, sizeof(*k));
	k->key = whole;
	k->at = (uint32_t)r->x->n_outcomes;
	HASH_ADD(hh, r->known, key, sizeof(k->key), k);
	o->way = run_text(r, o->way);
	o->back = run_text(r, o->back);
	o->node = run_text(r, o->node);
	o->reason = run_text(r, o->reason);
	VEC_PUSH(r->x->outcomes, r->x->n_outcomes, r->x->cap_outcomes) = *o;
	return k->at;
}

void run_forget(struct run *r)
{
	HASH_CLEAR(hh, r->texts); /* they are the arena's */
	HASH_CLEAR(hh, r->known);
}

/* ---- the judgement of one leg ---- */

struct leg {
	const struct walk *there, *back; /* back NULL: nobody answers, or it does not arrive */
	struct matrix_outcome o;
	struct str way, turned; /* what o points to */
	const char *from;
};

static void leg_done(struct leg *l)
{
	str_free_p(&l->way);
	str_free_p(&l->turned);
}

/* "fw, nva": who is between the ends; of what is dropped, all that had it but who sent it. */
static void name_way(const struct walk *w, struct str *ret)
{
	size_t end = w->verdict == WALK_DELIVERED && w->n ? w->n - 1 : w->n;

	for (size_t i = 1; i < end; i++)
		str_printf(ret, "%s%s", ret->n ? ", " : "",
		           w->hops[i].nic && w->hops[0].nic &&
		                   w->hops[i].nic->vm == w->hops[0].nic->vm
		               ? "the sender"
		               : w->hops[i].node);
}

static bool passes_node(const struct walk *w, const char *node)
{
	for (size_t i = 1; i + 1 < w->n; i++)
		if (streq(w->hops[i].node, node))
			return true;
	return false;
}

/* By the same nodes: a load balancer comes before its backend in both directions. */
static bool same_way_back(const struct walk *there, const struct walk *back)
{
	if (back->verdict != WALK_DELIVERED || there->n != back->n)
		return false;
	for (size_t i = 1; i + 1 < there->n; i++)
		if (!passes_node(back, there->hops[i].node))
			return false;
	return true;
}

static const char *route_that_led(const struct walk *w)
{
	for (size_t i = w->n; i--;)
		if (w->hops[i].route)
			return w->hops[i].route->ptr;
	return NULL;
}

static bool is_foreseen(const struct run *r, const struct walk *w)
{
	return !r->world->foreseen || foreseen_decides_walk(r->world->foreseen, w);
}

static void judge_lost(const struct walk *w, struct matrix_outcome *o)
{
	const struct walk_hop *last = w->n ? &w->hops[w->n - 1] : NULL;

	o->verdict = w->verdict == WALK_LOOP ? MX_LOOP : w->denied_at ? MX_DENIED : MX_DROPPED;
	o->node = w->denied_at ? w->denied_at->vm->name : last ? last->node : "";
	o->reason = w->reason;
}

/* A node whose own packet filter has let the question pass, and drops its answer. */
static bool own_filter_saw(const struct walk *there, const struct node *vm)
{
	for (size_t i = 0; vm->guest.filter && i < there->n; i++)
		if (there->hops[i].nic && there->hops[i].nic->vm == vm)
			return true;
	return false;
}

/* True if a node that keeps state drops the answer since the question has passed elsewhere. */
static bool answer_without_question(const struct walk *there, const struct walk *back)
{
	if (back->half_at)
		return true;
	if (back->denied_at && own_filter_saw(there, back->denied_at->vm))
		return false;
	for (size_t i = 0; back->denied_at && i < there->n_flows; i++)
		if (there->flows[i].nic == back->denied_at)
			return false;
	return back->denied_at != NULL;
}

static void judge_leg(struct run *r, struct leg *l)
{
	struct matrix_outcome *o = &l->o;
	const struct walk *there = l->there, *back = l->back;
	struct walk_break b;

	o->known = !r->unknown && is_foreseen(r, there) && (!back || is_foreseen(r, back));
	o->unwalked = there->n_unwalked || (back && back->n_unwalked);
	o->ptr = route_that_led(back && there->verdict == WALK_DELIVERED ? back : there);
	name_way(there, &l->way);
	o->way = str_get(&l->way);
	l->from = there->n && there->hops[0].nic ? there->hops[0].nic->vm->name : "internet";
	o->reason = "";
	if (there->verdict != WALK_DELIVERED) {
		judge_lost(there, o);
		return;
	}
	o->outside = there->n && streq(there->hops[there->n - 1].node, "internet");
	if (!back)
		return;
	if (!same_way_back(there, back)) {
		name_way(back, &l->turned);
		o->back = str_get(&l->turned);
	}
	if (back->verdict != WALK_DELIVERED) {
		judge_lost(back, o);
		o->returning = true;
		if (answer_without_question(there, back))
			o->verdict = MX_BROKEN;
	} else if (there->sent.ip_proto == IPPROTO_TCP &&
	           walk_find_break((struct walk *)there, (struct walk *)back, &b)) {
		o->verdict = MX_BROKEN;
		o->node = b.node;
		o->reason = b.reason;
		o->returning = b.way == back;
	}
}

/* ---- all legs ---- */

struct legs_of_flow {
	bool any, differ;
	enum matrix_verdict best;
	struct leg worst; /* its texts are copies */
	unsigned n;
};

static bool is_receiver(const struct run *r, const struct walk_packet *sent, const char *node)
{
	const struct matrix_class *c = matrix_class_of(r->x, sent->dst);

	for (size_t i = 0; c->n_members > 1 && i < c->n_members; i++)
		if (streq(c->members[i], node))
			return true;
	return c->nic && streq(c->nic->vm->name, node);
}

/* "fw1 | fw2" */
static const char *one_or_other(struct run *r, const char *a, const char *b)
{
	if (streq(a, b))
		return a;
	if (!a || !b)
		return run_text(r, a ? a : b);
	if (strstr(a, b)) /* named already */
		return a;
	return run_text(r, arena_printf(r->x->arena, "%s | %s", a, b));
}

static void take_flow_leg(struct run *r, struct legs_of_flow *all, const struct leg *l)
{
	struct matrix_outcome *w = &all->worst.o;
	struct matrix_outcome o = l->o;

	if (o.node && streq(o.node, l->from))
		o.at = AT_SENDER;
	else if (o.node && is_receiver(r, &l->there->sent, o.node))
		o.at = AT_RECEIVER;

	o.way = run_text(r, o.way);
	o.back = run_text(r, o.back);
	o.node = run_text(r, o.node);
	o.reason = run_text(r, o.reason);
	all->n++;
	if (!all->any) {
		*w = o;
		all->best = o.verdict;
		all->any = true;
		return;
	}
	if (o.verdict == w->verdict && o.verdict == MX_DELIVERED) {
		w->way = one_or_other(r, w->way, o.way);
		w->back = one_or_other(r, w->back, o.back);
	}
	bool known = o.known && w->known, unwalked = o.unwalked || w->unwalked;

	all->differ |= o.verdict != w->verdict;
	all->best = o.verdict < all->best ? o.verdict : all->best;
	if (o.verdict > w->verdict)
		*w = o;
	w->known = known;
	w->unwalked = unwalked;
}

static struct walk *walk_leg(struct run *r, struct legs *l, const struct nic *from,
                             const struct walk_packet *p, const struct walk *reply_to)
{
	r->legs = l;
	r->env.reply_to = reply_to;
	r->x->n_walks++;
	struct walk *w = walk_packet_path(&r->env, from, p);

	r->env.reply_to = NULL;
	return w;
}

static const struct nic *choose_flow_sender(struct run *r, const struct node *vm,
                                            struct walk_packet *p)
{
	if (r->world->sender && vm->idx < r->x->m->n_vms)
		return r->world->sender(r->world->ctx, vm, p);
	return walk_source_nic(vm, p->dst, p->src);
}

/* Makes *answer and the NIC that it leaves by; false: the walk ends at nobody whose answers are
 * walked. */
static bool answerer(struct run *r, const struct walk *w, struct walk_packet *answer,
                     const struct nic **ret)
{
	const struct walk_hop *end = w->n ? &w->hops[w->n - 1] : NULL;

	*ret = NULL;
	*answer = walk_reply(w);
	if (!end || w->n == 1)
		return false;
	if (!end->nic)
		return streq(end->node, "internet");
	*ret = choose_flow_sender(r, end->nic->vm, answer);
	return *ret != NULL;
}

static void take_answers(struct run *r, struct walk *there, uint16_t port, uint16_t *lo,
                         uint16_t *hi, struct legs_of_flow *all)
{
	struct legs legs = { 0 };
	struct walk_packet answer;
	const struct nic *by;
	bool unknown = r->unknown;
	unsigned n = 0;

	if (there->verdict != WALK_DELIVERED || !answerer(r, there, &answer, &by)) {
		struct leg l = { .there = there };

		judge_leg(r, &l);
		take_flow_leg(r, all, &l);
		leg_done(&l);
		return;
	}
	do {
		r->unknown = unknown;
		struct walk *back = walk_leg(r, &legs, by, &answer, there);
		struct leg l = { .there = there, .back = back };

		run_narrow(r, back, port, true, lo, hi);
		judge_leg(r, &l);
		take_flow_leg(r, all, &l);
		leg_done(&l);
		walk_free(back);
	} while (legs_next(&legs) && ++n < LEGS_MOST);
}

uint32_t run_flow(struct run *r, const struct matrix_end *from, const struct walk_packet *p,
                  uint16_t *lo, uint16_t *hi)
{
	struct legs_of_flow all = { 0 };
	struct legs legs = { 0 };
	unsigned n = 0;

	do {
		struct walk_packet q = *p;
		const struct nic *by = from->nic;

		/* the guest's routes decide, whatever NIC has the address */
		if (by && (from->kind == END_SITE || from->kind == END_GATEWAY ||
		           (from->kind == END_NIC && by->vm->n_nics > 1) || r->world->sender))
			by = choose_flow_sender(r, by->vm, &q);
		r->unknown = false;
		struct walk *there = walk_leg(r, &legs, by ? by : from->nic, &q, NULL);

		run_narrow(r, there, p->dport, false, lo, hi);
		take_answers(r, there, p->dport, lo, hi, &all);
		walk_free(there);
	} while (legs_next(&legs) && ++n < LEGS_MOST);
	if (all.differ && all.best == MX_DELIVERED && all.worst.o.verdict < MX_BROKEN)
		all.worst.o.verdict = MX_PARTLY;
	all.worst.o.legs = all.n;
	return keep_outcome(r, &all.worst.o);
}
