/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flow of which a stateful hop sees one half (azure-behaviour 6).
 *
 * The first packet passes by rules, and its answer comes another way; then a client's third packet
 * belongs to no connection that the hop has seen open, and it drops it.  Only TCP shows that: each
 * echo request and each datagram is a first packet.  Who translates sources and sees answers alone
 * lets the first of them pass as it is, and gives the next one, which opens nothing in its eyes,
 * its own address.  Load balancers and security groups drop nothing for this (azure-behaviour 4,
 * 5), nor does a guest that only forwards. */
#include <netinet/in.h>

#include "azure/firewall.h"
#include "azure/walk_priv.h"

static const struct node *vm_at(const struct walk *w, size_t i)
{
	return w->hops[i].nic ? w->hops[i].nic->vm : NULL;
}

bool walk_passes(const struct walk *w, const struct node *vm)
{
	for (size_t i = 0; i < w->n; i++)
		if (vm_at(w, i) == vm)
			return true;
	return false;
}

static const char *route_name(struct arena *a, const struct eff_route *r)
{
	return arena_printf(a, "%s (%s%s%s)", PREFIX_STR(r->prefix), route_source_str(r->source),
	                    r->name ? ", " : "", r->name ? r->name : "");
}

/* Whose route table decides about what the node sends; NULL: none does. */
static const struct subnet *subnet_that_sends(const struct walk_hop *h)
{
	const struct subnet *s = h->table ? h->table->subnet : h->nic ? h->nic->subnet : NULL;

	if (!s && h->nic && h->nic->vm->n_nics) /* it came in by a wire */
		s = h->nic->vm->nics[0]->subnet;
	return s && s->real ? s->real : s;
}

static const char *subnet_name(struct arena *a, const struct subnet *s)
{
	return arena_printf(a, "subnet %s of %s", s->name, s->vnet->name);
}

/* Returns the hop that hands the packet to node `before` on the way that misses the stateful hop:
 * its routes would have to lead through the stateful hop. */
static const struct walk_hop *sender_past(const struct walk *without, const struct node *before)
{
	for (size_t i = 1; i < without->n; i++)
		if (vm_at(without, i) == before)
			return &without->hops[i - 1];
	return without->n > 1 ? &without->hops[without->n - 2] : &without->hops[0];
}

/* The addresses behind that node, as a route would name them. */
static struct prefix prefix_behind(const struct walk *without)
{
	const struct nic *end = without->hops[without->n - 1].nic;
	ip4 dst = without->arrived.dst;

	if (end && end->subnet && prefix_has(end->subnet->prefix, dst))
		return end->subnet->prefix;
	return prefix_host(dst);
}

const char *walk_half_cure(struct arena *a, const struct walk *with, size_t at,
                           const struct walk *without, const struct node *fw)
{
	const struct walk_hop *to = at ? &with->hops[at - 1] : NULL;
	const struct walk_hop *past = sender_past(without, to && to->nic ? to->nic->vm : NULL);
	const struct subnet *from = subnet_that_sends(past);
	const char *give = NULL, *take = NULL;

	/* No route table of its subnet is asked for what an endpoint answers. */
	if (past->nic && past->nic->vm->role == VM_ENDPOINT)
		give = arena_printf(a,
		                    "let %s translate sources for %s (where its answers go is "
		                    "contested: setting privateEndpointAnswers)",
		                    fw->name, past->nic->vm->name);
	else if (from)
		give = arena_printf(a, "give %s a route for %s to %s", subnet_name(a, from),
		                    PREFIX_STR(prefix_behind(without)), IP4_STR(fw->nics[0]->ip));
	if (to && to->route && subnet_that_sends(to))
		take = arena_printf(a, "take route %s off %s", route_name(a, to->route),
		                    subnet_name(a, subnet_that_sends(to)));
	if (give && take)
		return arena_printf(a, "%s, or %s: both ways by %s, or none", give, take, fw->name);
	if (give || take)
		return arena_printf(a, "%s: both ways by %s, or none", give ? give : take,
		                    fw->name);
	return "make the routes of both ways lead to it, or of none";
}

/* "vm2 sends the answer past it by route 10.1.0.0/16 (Default)" */
static const char *who_passes_by(struct arena *a, const struct walk *there, size_t at,
                                 const struct walk *back)
{
	const struct walk_hop *h = sender_past(back, at ? vm_at(there, at - 1) : NULL);

	return arena_printf(a, "%s sends the answer past it%s%s", h->node,
	                    h->route ? " by route " : "", h->route ? route_name(a, h->route) : "");
}

/* The first firewall on the way there that the answer does not pass. */
static bool at_firewall(struct walk *there, struct walk *back, struct walk_break *ret)
{
	struct arena *a = there->arena;

	for (size_t i = 0; i < there->n; i++) {
		const struct node *vm = vm_at(there, i);

		if (!vm || !vm_firewall(vm) || walk_passes(back, vm))
			continue;
		*ret = (struct walk_break){
			there, i, vm->name, NULL,
			"sees the questions alone, and drops what follows a first packet"
		};
		ret->reason =
		    arena_printf(a,
		                 "firewall %s drops what follows the first packet: it saw the "
		                 "question alone, as %s; %s",
		                 vm->name, who_passes_by(a, there, i, back),
		                 walk_half_cure(a, there, i, back, vm));
		return true;
	}
	return false;
}

static bool at_translation(struct walk *there, struct walk *back, struct walk_break *ret)
{
	struct arena *a = back->arena;
	size_t at = 0;

	if (!back->late)
		return false;
	const struct node *vm = back->late->vm;

	while (at + 1 < back->n && vm_at(back, at) != vm)
		at++;
	*ret = (struct walk_break){
		back, at, vm->name, NULL,
		"sees the answers alone, and translates what follows the first one"
	};
	ret->reason = arena_printf(
	    a,
	    "%s breaks the connection: it saw no question, so it takes what follows the first "
	    "answer "
	    "for something new, and gives it the source %s, which nobody asked; %s",
	    vm->name, IP4_STR(back->late_source), walk_half_cure(a, back, at, there, vm));
	return true;
}

bool walk_half_break(struct walk *there, struct walk *back, struct walk_break *ret)
{
	return at_firewall(there, back, ret) || at_translation(there, back, ret);
}
