/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all parts of the walk use: its hops, its end, translations. */
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>

#include "azure/walk_priv.h"
#include "base/format.h"

struct walk_hop *walk_hop_add(struct walker *x, const char *node, const struct nic *nic)
{
	struct walk_hop *h = &VEC_PUSH(x->w->hops, x->w->n, x->w->cap);

	h->node = node;
	h->nic = nic;
	h->came = x->p;
	h->reason = "";
	return h;
}

static const char *reason_with_filters(const struct walker *x)
{
	const struct walk *w = x->w;
	_cleanup_str_ struct str b = { 0 };

	for (size_t i = 0; i < w->n_unwalked; i++) {
		const struct walk_unwalked *u = &w->unwalked[i];

		str_printf(&b, "%s%s (%s", i ? ", " : "", u->vm->name,
		           u->file ? u->file : "changed by hand inside the node");
		if (u->line)
			str_printf(&b, ", line %u: %s", u->line, u->rule);
		str_addc(&b, ')');
	}
	return TEXT(
	    x,
	    "%s; as far as routes go: path does not walk the own packet filter of %s, which "
	    "may drop or translate it; vnetlab probe shows what it does",
	    w->reason, str_get(&b));
}

enum step walk_end(struct walker *x, enum verdict v, const char *reason)
{
	struct walk *w = x->w;

	w->verdict = v;
	w->reason = reason;
	w->arrived = x->p;
	if (v == WALK_DROPPED && x->back) {
		w->verdict = WALK_LOOP;
		w->reason = TEXT(x, "%s; in the end: %s", x->back, reason);
	}
	if (w->n && !*w->hops[w->n - 1].reason)
		w->hops[w->n - 1].reason = w->reason;
	if (w->n_unwalked)
		w->reason = reason_with_filters(x);
	return STEP_END;
}

enum step walk_drop(struct walker *x, const char *fmt, ...)
{
	_cleanup_free_ char *reason = NULL;
	va_list ap;

	va_start(ap, fmt);
	reason = xvasprintf(fmt, ap);
	va_end(ap);
	return walk_end(x, WALK_DROPPED, arena_strdup(x->w->arena, reason));
}

void walk_nat_add(struct walker *x, const struct node *vm, const struct nic *nic,
                  const struct walk_packet *before)
{
	VEC_PUSH(x->w->nats, x->w->n_nats, x->w->cap_nats) =
	    (struct walk_nat){ .vm = vm, .nic = nic, .before = *before, .after = x->p };
}

const struct walk_nat *walk_nat_back(struct walker *x, const struct node *vm)
{
	const struct walk *to = x->env->reply_to;

	/* the last translation first: the way back undoes them in reverse */
	for (size_t i = to ? to->n_nats : 0; i--;) {
		const struct walk_nat *n = &to->nats[i];

		if (n->vm == vm && n->after.src == x->p.dst && n->after.dst == x->p.src &&
		    (vm || n->before.src != n->after.src)) {
			x->p.dst = n->before.src;
			return n;
		}
	}
	return NULL;
}

bool walk_has_seen(const struct walker *x, const struct node *vm)
{
	const struct walk *to = x->env->reply_to;

	for (size_t i = 0; to && i < to->n; i++) {
		const struct walk_packet *q = &to->hops[i].left;

		if (to->hops[i].nic && to->hops[i].nic->vm == vm && q->src == x->p.dst &&
		    q->dst == x->p.src && q->sport == x->p.dport && q->dport == x->p.sport)
			return true;
	}
	return false;
}

bool walk_begins_nothing(const struct walker *x)
{
	return x->env->reply_to && (x->p.ip_proto == IPPROTO_TCP || x->p.ip_proto == IPPROTO_ICMP);
}

const char *walk_route_text(struct walker *x, const struct eff_route *r)
{
	return TEXT(x, "%s (%s%s%s)", PREFIX_STR(r->prefix), route_source_str(r->source),
	            r->name ? ", " : "", r->name ? r->name : "");
}

struct walk *walk_free(struct walk *w)
{
	if (!w)
		return NULL;
	eff_cache_free(w->tables);
	free(w->hops);
	free(w->nats);
	free(w->pins);
	free(w->flows);
	free(w->unwalked);
	arena_free(w->arena); /* w itself lives there */
	return NULL;
}
