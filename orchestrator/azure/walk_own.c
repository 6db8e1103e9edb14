/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes' own packet filters on the way (azure/guest_filter.h), with what Linux's connection
 * tracking knows of the flow there. */
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/walk_priv.h"

/* As the guest's kernel calls it. */
static const char *device_of(const struct nic *n, char *buf)
{
	if (!n)
		return NULL;
	if (n->tunnel)
		snprintf(buf, IFNAMSIZ, "%s", n->tunnel->name);
	else
		snprintf(buf, IFNAMSIZ, "eth%zu", n->index);
	return buf;
}

static void add_unwalked(struct walker *x, const struct walk_unwalked *u, const char *said)
{
	struct walk *w = x->w;
	struct walk_hop *h = &w->hops[w->n - 1];

	for (size_t i = 0; i < w->n_unwalked; i++)
		if (w->unwalked[i].vm == u->vm && w->unwalked[i].line == u->line &&
		    !w->unwalked[i].file == !u->file)
			return;
	VEC_PUSH(w->unwalked, w->n_unwalked, w->cap_unwalked) = *u;
	h->reason = *h->reason ? TEXT(x, "%s; %s", h->reason, said) : said;
}

static void note_unread(struct walker *x, const struct node *vm, const struct gf_result *r)
{
	struct walk_unwalked u = { .vm = vm, .file = vm->guest.filters[0].path };

	if (r && r->rule) {
		u.file = r->rule->file->path;
		u.line = r->rule->line;
		u.rule = r->rule->text;
	}
	add_unwalked(x, &u,
	             u.line ? TEXT(x, "path does not read %s, line %u (%s)", u.file, u.line, u.rule)
	                    : TEXT(x, "its own packet filter (%s) is not walked", u.file));
}

/* What the walk says of that node stays the design's. */
static void note_changed(struct walker *x, const struct node *vm)
{
	struct walk_unwalked u = { .vm = vm };

	if (x->env->filter_changed && x->env->filter_changed(x->env->ctx, vm))
		add_unwalked(x, &u,
		             TEXT(x, "its packet filter was changed by hand, inside the node: %s",
		                  vm->guest.n_filters ? "path walks the design's rules"
		                                      : "the design has no rules for it"));
}

static enum step drop_by_rules(struct walker *x, const struct node *vm, const struct walk_own *o,
                               const struct gf_packet *p, const struct gf_result *r)
{
	const struct nic *at = o->in ? o->in : o->out;
	const char *where = gf_where(x->w->arena, r);

	if (p->state != GF_INVALID) {
		x->w->denied_at = at;
		return walk_drop(x,
		                 "%s drops it by its own packet filter: %s; allow it in that file",
		                 vm->name, where);
	}
	x->w->half_at = at;
	return walk_drop(
	    x,
	    "%s drops it by its own packet filter: %s; it answers %s, whose question did not come "
	    "through %s, so that connection tracking knows no connection; %s",
	    vm->name, where, IP4_STR(x->p.dst), vm->name,
	    walk_half_cure(x->w->arena, x->w, x->w->n - 1, x->env->reply_to, vm));
}

static void translate_by_rules(struct walker *x, const struct walk_own *o,
                               const struct gf_result *r, ip4 *ret_source)
{
	if (r->nat_destination && ip4_is_set(r->to))
		x->p.dst = r->to;
	else if (r->nat_destination && o->in && r->rule->act == GF_REDIRECT)
		x->p.dst = o->in->ip;
	if (r->nat_destination && r->port)
		x->p.dport = r->port;
	if (r->nat_source)
		*ret_source = ip4_is_set(r->to) ? r->to : o->out ? o->out->ip : IP4_NONE;
}

enum step walk_own_filter(struct walker *x, const struct node *vm, enum gf_hook hook,
                          const struct walk_own *o, ip4 *ret_source)
{
	char in[IFNAMSIZ], out[IFNAMSIZ];
	struct gf_packet p = { .vm = vm,
		               .p = x->p,
		               .in = device_of(o->in, in),
		               .out = device_of(o->out, out),
		               .state = o->seen                  ? GF_ESTABLISHED
		                        : walk_begins_nothing(x) ? GF_INVALID
		                                                 : GF_NEW,
		               .answer = x->env->reply_to != NULL };
	struct gf_result r;

	if (hook != GF_PREROUTING) /* what the node does with the packet is not known yet */
		note_changed(x, vm);
	if (!vm->guest.n_filters)
		return STEP_NIC;
	if (!vm->guest.filter) {
		note_unread(x, vm, NULL);
		return STEP_NIC;
	}
	guest_filter_pass(vm->guest.filter, hook, &p, &r);
	if (r.verdict == GF_NOT_KNOWN || (hook == GF_OUTPUT && r.nat_destination))
		note_unread(x, vm, &r);
	if (r.verdict == GF_DROPS)
		return drop_by_rules(x, vm, o, &p, &r);
	/* The first packet of a flow decides about its translation; a packet that opens no flow
	 * gets none. */
	if (p.state == GF_NEW || (p.state == GF_INVALID && r.nat_source))
		translate_by_rules(x, o, &r, ret_source);
	return STEP_NIC;
}

/* ---- what follows the first packets of TCP ---- */

struct later {
	struct walk *way;
	size_t at;
	const struct node *vm;
	bool both; /* ways pass there */
	bool answer;
};

static bool drops_later(const struct later *l, struct gf_result *ret)
{
	const struct walk_hop *h = &l->way->hops[l->at];
	bool first = l->at == 0, last = l->at + 1 == l->way->n;
	char in[IFNAMSIZ], out[IFNAMSIZ];
	struct gf_packet p = { .vm = l->vm,
		               .p = h->came,
		               .in = first ? NULL : device_of(h->nic, in),
		               .out = last ? NULL : device_of(h->by, out),
		               .answer = l->answer,
		               .later = true };

	/* A third packet after a question without answer is invalid; who sees answers alone takes
	 * the next one for the first of a connection that it missed. */
	p.state = l->both || first || last ? GF_ESTABLISHED : l->answer ? GF_NEW : GF_INVALID;
	p.p.ip_proto = IPPROTO_TCP;
	if (!last) /* rules after the routing decision see its translated destination */
		p.p.dst = h->left.dst;
	if (!last)
		p.p.dport = h->left.dport;
	guest_filter_pass(l->vm->guest.filter,
	                  first  ? GF_OUTPUT
	                  : last ? GF_INPUT
	                         : GF_FORWARD,
	                  &p, ret);
	return ret->verdict == GF_DROPS;
}

static bool breaks_on(struct walk *way, struct walk *other, bool answer, struct walk_break *ret)
{
	for (size_t i = 0; i < way->n; i++) {
		const struct nic *n = way->hops[i].nic;
		struct later l = { way, i, n ? n->vm : NULL, n && walk_passes(other, n->vm),
			           answer };
		struct gf_result r;

		if (!n || !n->vm->guest.filter || !drops_later(&l, &r))
			continue;
		const char *where = gf_where(way->arena, &r);

		*ret = (struct walk_break){
			way, i, n->vm->name, NULL,
			answer ? "sees the answers alone, and drops what follows the first one"
			       : "sees the questions alone, and drops what follows a first packet"
		};
		if (l.both)
			ret->what = "lets first packets pass, and drops what follows";
		ret->reason = arena_printf(
		    way->arena,
		    "%s drops what follows the first packet by its own packet filter: %s; %s",
		    n->vm->name, where,
		    l.both ? "allow what is ESTABLISHED in that file"
		           : arena_printf(way->arena, "it sees %s alone; %s",
		                          answer ? "the answers" : "the questions",
		                          walk_half_cure(way->arena, way, i, other, n->vm)));
		return true;
	}
	return false;
}

bool walk_own_break(struct walk *there, struct walk *back, struct walk_break *ret)
{
	return breaks_on(there, back, false, ret) || breaks_on(back, there, true, ret);
}
