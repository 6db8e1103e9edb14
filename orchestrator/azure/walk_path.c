/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk: the fabric's decision at each NIC, then the guest's, until somebody has the packet.
 *
 * The fabric looks at a packet only when a NIC sends it (azure-behaviour 1.1): source check, the
 * effective route of the NIC's subnet, peering rules, then the destination check of the NIC that
 * gets it.  It drops silently.  The packet loops when the fabric hands it back to a node that it
 * has left and it never arrives; what the guest then does with it (forward it again until its TTL
 * is over, or drop it as martian) makes no difference to that. */
#include <assert.h>
#include <netinet/in.h>

#include "azure/walk_priv.h"

enum { MAX_HOPS = 64 }; /* a guest's initial TTL */

static const char *loop_cure(const struct eff_route *r, const struct node *vm, bool to_itself)
{
	if (vm->role == VM_GATEWAY) /* it has no routes of its own that one could change */
		return "a gateway follows the routes of GatewaySubnet: change its route table, or "
		       "what is announced to it";
	if (vm->role == VM_FIREWALL)
		return "the firewall follows the routes of AzureFirewallSubnet: give it a route "
		       "table that leads elsewhere";
	if (r->source == SRC_USER && to_itself)
		return "the sender is the next hop of that user-defined route: leave the route out "
		       "of its own subnet's table";
	if (r->source == SRC_USER)
		return "change that user-defined route, or the guest's own routes";
	if (to_itself)
		return "Azure programs what an appliance announces into the appliance's own NIC "
		       "too: "
		       "give its subnet a route table of its own with a route for the prefix "
		       "(0.0.0.0/0 "
		       "to Internet), or disableBgpRoutePropagation";
	return "give the subnet a route table with a better route, or disableBgpRoutePropagation";
}

/* Remembers that the packet leaves; true when it left there before just like this. */
static bool left_before(struct walker *x, const struct nic *n)
{
	for (size_t i = 0; i < x->n_left; i++)
		if (x->left[i].nic == n && x->left[i].src == x->p.src && x->left[i].dst == x->p.dst)
			return true;
	VEC_PUSH(x->left, x->n_left, x->cap_left) = (struct walk_left){ n, x->p.src, x->p.dst };
	return false;
}

/* The last hop is a load balancer that was asked by its own address. */
static bool balancer_translated(const struct walker *x)
{
	const struct walk_nat *t = x->w->n_nats ? &x->w->nats[x->w->n_nats - 1] : NULL;

	return t && t->lb && t->after.dst == x->p.dst && t->before.dst == t->lb->ip;
}

/* The fabric hands the packet to a NIC: is that a node which has sent it before? */
static void note_return(struct walker *x, const struct nic *to)
{
	const struct walk_hop *h = &x->w->hops[x->w->n - 1];
	bool before = false;

	if (h > x->w->hops && x->at_balancer)
		h--; /* who sent it there */
	for (size_t i = 0; i < x->n_left; i++)
		before |= x->left[i].nic->vm == to->vm;
	if (!before || x->back || !h->nic)
		return;
	if (x->at_balancer && h->nic->vm == to->vm && balancer_translated(x)) {
		x->back =
		    TEXT(x,
		         "load balancer %s sends %s what it asks itself: the source is not "
		         "translated, and no guest takes a packet with its own address as "
		         "source; a backend cannot use its own frontend: ask 127.0.0.1 or another "
		         "backend, or make the frontend's address a loopback of the backends, with "
		         "enableFloatingIP in the rule",
		         x->w->hops[x->w->n - 1].node, to->vm->name);
		return;
	}
	if (!h->route) { /* by tables that are not ours to explain */
		x->back = TEXT(x, "%s gets back what it has sent: on NIC %s, %s", to->vm->name,
		               h->nic->name, h->reason);
		return;
	}
	bool itself = h->nic->vm == to->vm;

	x->back = TEXT(
	    x,
	    "%s gets back what it has sent: route %s on NIC %s%s%s leads to %s, which "
	    "is %s; %s",
	    to->vm->name, walk_route_text(x, h->route), h->nic->name, itself ? "" : " of ",
	    itself ? "" : h->nic->vm->name, IP4_STR(ip4_is_set(h->next_hop) ? h->next_hop : to->ip),
	    itself ? "the sender itself" : to->vm->name, loop_cure(h->route, h->nic->vm, itself));
}

/* An answer counts only when it comes from whom was asked, to who asked. */
static enum step end_at_node(struct walker *x, const char *node)
{
	const struct walk *to = x->env->reply_to;

	if (to && (x->p.src != to->sent.dst || x->p.dst != to->sent.src))
		return walk_drop(x,
		                 "%s gets an answer from %s to %s, but what was asked went to %s "
		                 "from %s: nobody waits for it; the way back must pass the same "
		                 "translations as the way out",
		                 node, IP4_STR(x->p.src), IP4_STR(x->p.dst), IP4_STR(to->sent.dst),
		                 IP4_STR(to->sent.src));
	return walk_end(x, WALK_DELIVERED, TEXT(x, "%s has %s", node, IP4_STR(x->p.dst)));
}

/* A connection is translated by its first packet, or never: an answer to what has passed here
 * leaves as it came, and of one that opens nothing connection tracking knows no connection. */
static ip4 drop_late_source(struct walker *x, const struct nic *in, const struct walk_guest *g,
                            struct walk_hop *hop, ip4 of_firewall, ip4 source)
{
	bool seen = x->env->reply_to && walk_has_seen(x, in->vm);

	if (ip4_is_set(of_firewall) || ip4_is_none(source) || (!seen && !walk_begins_nothing(x)))
		return source;
	if (!seen) {
		x->w->late = g->out;
		x->w->late_source = source;
		hop->reason = TEXT(x, "%s; it saw no question, so it translates no answer to it",
		                   hop->reason);
	}
	return IP4_NONE;
}

/* Addresses of what the guest sends on by g->out: came is the packet as the firewall left it, nat
 * the connection that it answers; or NULL. */
static void translate_leaving(struct walker *x, const struct nic *in, const struct walk_guest *g,
                              const struct walk_firewall *fw, const struct walk_nat *nat,
                              const struct walk_packet *came, ip4 own_source, struct walk_hop *hop)
{
	ip4 source = ip4_is_set(fw->source) ? fw->source : ip4_is_set(g->src) ? g->src : own_source;

	if (nat) /* its connection is known, and translated already */
		source = IP4_NONE;
	else
		source = drop_late_source(x, in, g, hop, fw->source, source);
	if (ip4_is_set(source) && source != x->p.src) {
		x->p.src = source;
		walk_nat_add(x, in->vm, g->out, &fw->before);
		hop->reason = TEXT(x, "%s; source %s becomes %s", hop->reason,
		                   IP4_STR(fw->before.src), IP4_STR(source));
	} else if (x->p.dst != came->dst || x->p.dport != came->dport) {
		walk_nat_add(x, in->vm, g->out, &fw->before);
	}
	/* Destinations that were translated are translated back as the last thing: the guest routes
	 * the answer by the source that it came with. */
	if (nat && nat->before.dst != nat->after.dst) {
		x->p.src = nat->before.dst;
		x->p.sport = nat->before.dport;
	}
}

/* The guest has the packet.  STEP_NIC: it sends it on, by *ret. */
static enum step walk_through_guest(struct walker *x, const struct nic *in, struct walk_hop *hop,
                                    const struct nic **ret)
{
	struct walk_guest g = { .act = GUEST_DROP };
	struct walk_own own = { .in = in, .seen = walk_has_seen(x, in->vm) };
	ip4 sent_to = x->p.dst, own_source = IP4_NONE;
	const struct walk_nat *nat = walk_nat_back(x, in->vm);
	struct walk_firewall fw;
	const char *back = "";

	if (in->vm->role == VM_ENDPOINT && x->p.ip_proto == IPPROTO_ICMP)
		return walk_drop(x,
		                 "private endpoint %s answers no ping: try its service's port, "
		                 "with --protocol tcp",
		                 in->vm->name);
	own.seen |= nat != NULL;
	if (x->p.dst != sent_to)
		back = TEXT(x, "translates back to %s; ", IP4_STR(x->p.dst));
	if (walk_at_firewall(x, in->vm, nat, &fw) == STEP_END)
		return STEP_END;
	struct walk_packet came = x->p;

	if (walk_own_filter(x, in->vm, GF_PREROUTING, &own, &own_source) == STEP_END)
		return STEP_END;
	if (x->p.dst != came.dst || x->p.dport != came.dport)
		back = TEXT(x, "%sits own packet filter: destination becomes %s%s; ", back,
		            IP4_STR(x->p.dst),
		            x->p.dport != came.dport ? TEXT(x, " port %u", x->p.dport) : "");
	if (x->env->guest)
		x->env->guest(x->env->ctx, in, &x->p, &g);
	else
		walk_guest_default(x->env, in, &x->p, &g);
	hop->reason = TEXT(x, "%s%s%s", back, fw.said, g.reason);
	switch (g.act) {
	case GUEST_LOCAL:
		if (walk_own_filter(x, in->vm, GF_INPUT, &own, &own_source) == STEP_END)
			return STEP_END;
		if (x->p.dst != came.dst)
			walk_nat_add(x, in->vm, in, &fw.before);
		return end_at_node(x, in->vm->name);
	case GUEST_DROP:
		return walk_drop(x, "%s drops it: %s", in->vm->name, g.reason);
	default:
		break;
	}
	own.out = g.out;
	if (walk_own_filter(x, in->vm, GF_FORWARD, &own, &own_source) == STEP_END ||
	    walk_own_filter(x, in->vm, GF_POSTROUTING, &own, &own_source) == STEP_END)
		return STEP_END;
	translate_leaving(x, in, &g, &fw, nat, &came, own_source, hop);
	*ret = g.out;
	return STEP_NIC;
}

/* From NIC to NIC, beginning with what the last hop sends by n, until the walk ends. */
static void walk_on(struct walker *x, const struct nic *n)
{
	for (;;) {
		assert(n);
		size_t at = x->w->n - 1; /* not a pointer: the array moves */
		const char *said = x->w->hops[at].reason;
		const struct nic *to = NULL;

		if (left_before(x, n)) {
			walk_end(x, WALK_LOOP, x->back ? x->back : "the packet comes round again");
			return;
		}
		if (at >= MAX_HOPS) {
			walk_end(x, WALK_LOOP, "more hops than a packet's TTL allows");
			return;
		}
		x->w->hops[at].reason = "";
		x->w->hops[at].left = x->p;
		x->w->hops[at].by = n;
		x->at_balancer = false;
		enum step step = n->peer ? walk_by_wire(x, n, &x->w->hops[at], &to)
		                         : walk_by_fabric(x, n, &x->w->hops[at], &to);

		if (*said)
			x->w->hops[at].reason = TEXT(x, "%s; %s", said, x->w->hops[at].reason);
		if (step == STEP_INTERNET)
			step = walk_at_internet(x, &to);
		if (step == STEP_END)
			return;
		assert(to); /* no step leads to a NIC without one */
		note_return(x, to);
		if (walk_through_guest(x, to, walk_hop_add(x, to->vm->name, to), &n) == STEP_END)
			return;
	}
}

/* The answer of who got the question. */
static bool sends_what_was_asked(const struct walker *x, const struct node *vm)
{
	const struct walk *to = x->env->reply_to;

	return to && to->n && to->hops[to->n - 1].nic && to->hops[to->n - 1].nic->vm == vm;
}

/* Gives a packet that the node sends itself its new source: that of its own rules, or, for an
 * answer to what those rules led to it, the address that was asked. */
static void translate_own(struct walker *x, const struct nic *from, bool seen, ip4 source)
{
	const struct walk *to = x->env->reply_to;
	struct walk_packet before = x->p;

	for (size_t i = seen ? to->n_nats : 0; i--;) {
		const struct walk_nat *n = &to->nats[i];

		if (n->vm == from->vm && n->after.dst == x->p.src && n->after.src == x->p.dst) {
			x->p.src = n->before.dst;
			x->p.sport = n->before.dport;
			return;
		}
	}
	if (seen || ip4_is_none(source) || source == x->p.src)
		return;
	x->p.src = source;
	walk_nat_add(x, from->vm, from, &before);
	x->w->hops[x->w->n - 1].reason =
	    TEXT(x, "source %s becomes %s", IP4_STR(before.src), IP4_STR(source));
}

static void start_at_nic(struct walker *x, const struct nic *from)
{
	const struct walk_own own = { .out = from, .seen = sends_what_was_asked(x, from->vm) };
	ip4 source = IP4_NONE;

	walk_hop_add(x, from->vm->name, from);
	if (!vm_runs(x->env->rt, from->vm)) {
		walk_drop(x, "%s is stopped (deallocated) and sends nothing", from->vm->name);
		return;
	}
	if (vm_has_address(from->vm, x->p.dst)) {
		end_at_node(x, from->vm->name);
		return;
	}
	if (walk_own_filter(x, from->vm, GF_OUTPUT, &own, &source) == STEP_END ||
	    walk_own_filter(x, from->vm, GF_POSTROUTING, &own, &source) == STEP_END)
		return;
	translate_own(x, from, own.seen, source);
	walk_on(x, from);
}

static void start_at_internet(struct walker *x)
{
	const struct nic *to = NULL, *n = NULL;

	if (walk_at_internet(x, &to) == STEP_NIC &&
	    walk_through_guest(x, to, walk_hop_add(x, to->vm->name, to), &n) == STEP_NIC)
		walk_on(x, n);
}

struct walk *walk_packet_path(const struct walk_env *env, const struct nic *from,
                              const struct walk_packet *p)
{
	struct arena *arena = arena_new();
	struct walk *w = arena_alloc(arena, sizeof(*w));
	struct walker x = { .env = env, .m = env->m, .w = w, .p = *p, .tables = env->tables };

	w->arena = arena;
	if (!x.tables)
		x.tables = w->tables = eff_cache_new(env->m, env->rib, env->rt);
	if (ip4_is_none(x.p.src))
		x.p.src = from ? from->ip : env->m->n_internet ? env->m->internet[0].ip : IP4_NONE;
	w->sent = x.p;
	if (from)
		start_at_nic(&x, from);
	else
		start_at_internet(&x);
	free(x.left);
	return w;
}
