/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet at Azure Firewall.  It remembers flows: the answers to what it has passed pass, and are
 * translated back; an answer to a question that it has not seen is dropped (routing that is not
 * symmetric, the classic trap). */
#include <netinet/in.h>

#include "azure/firewall.h"
#include "azure/walk_priv.h"

static enum step decide_at_firewall(struct walker *x, const struct firewall *fw,
                                    bool translated_back, struct walk_firewall *ret)
{
	char reason[256];

	if (x->env->firewall && !x->env->firewall(x->env->ctx, fw, reason))
		return walk_drop(x, "%s", reason);
	if (translated_back || walk_has_seen(x, fw->vm)) {
		ret->said = "it belongs to a flow that passed; ";
		return STEP_NIC;
	}
	if (walk_begins_nothing(x)) {
		x->w->half_at = fw->vm->nics[0];
		return walk_drop(
		    x,
		    "firewall %s drops it: it answers %s, and the question did not "
		    "come through the firewall; %s",
		    fw->name, IP4_STR(x->p.dst),
		    walk_half_cure(x->w->arena, x->w, x->w->n - 1, x->env->reply_to, fw->vm));
	}
	struct firewall_verdict v = firewall_decide(fw, &x->p);

	if (v.act == FIREWALL_DENY)
		x->w->denied_at = fw->vm->nics[0];
	if (v.act == FIREWALL_DENY)
		return walk_drop(x, "%s", firewall_reason(x->w->arena, fw, &x->p, v.rule));
	if (v.act == FIREWALL_LOCAL)
		return STEP_NIC;
	if (v.act == FIREWALL_DNAT) {
		x->p.dst = v.target->ip;
		x->p.dport = v.target->port ? v.target->port : x->p.dport;
		ret->said = TEXT(x, "NAT rule %s: destination becomes %s; ", v.rule->name,
		                 IP4_STR(x->p.dst));
	} else {
		ret->said = TEXT(x, "rule %s allows it; ", v.rule->name);
	}
	if (v.act == FIREWALL_DNAT || firewall_hides_source(fw, &x->p))
		ret->source = firewall_source(fw, &x->p);
	return STEP_NIC;
}

/* azure-behaviour 6: any instance gets it, and one knows the flow.  Some flows meet it by chance;
 * the walk tells of the others. */
enum step walk_to_instance(struct walker *x, const struct nic *from, const struct nic *to,
                           ip4 next_hop, const char *route)
{
	if (next_hop != to->ip || !vm_has_instance(to->vm, x->p.dst))
		return STEP_NIC;
	return walk_drop(
	    x,
	    "route %s leads the answer to %s, behind which firewall %s is %zu instances: it is for "
	    "%s, the one that translated, and reaches any of them; the others drop it, so that of "
	    "%zu flows one works; leave AzureFirewallSubnet (%s) out of that route: %s",
	    route, IP4_STR(next_hop), to->vm->name, to->vm->n_instances, IP4_STR(x->p.dst),
	    to->vm->n_instances, PREFIX_STR(to->subnet->prefix),
	    from->subnet->vnet == to->subnet->vnet
	        ? "a route for it to VnetLocal comes first"
	        : "make routes for just the prefixes that shall pass the firewall");
}

enum step walk_at_firewall(struct walker *x, const struct node *vm, bool translated_back,
                           struct walk_firewall *ret)
{
	*ret = (struct walk_firewall){ .before = x->p, .said = "" };
	return vm_firewall(vm) ? decide_at_firewall(x, vm_firewall(vm), translated_back, ret)
	                       : STEP_NIC;
}
