/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wires and tunnels: what leaves a node by something else than the fabric. */
#include "azure/hybrid.h"
#include "azure/walk_priv.h"

enum { UDP = 17 };

/* Walks the way of the outer packet, which carries the tunnelled one through the fabric. */
static enum step through_tunnel(struct walker *x, const struct nic *from, struct walk_hop *hop)
{
	const struct node *a = from->vm, *z = from->peer->vm;
	struct walk_packet outer = { .src = tunnel_outer_ip(from),
		                     .dst = tunnel_outer_ip(from->peer),
		                     .ip_proto = UDP,
		                     .sport = (uint16_t)from->tunnel->port,
		                     .dport = (uint16_t)from->tunnel->port };
	struct walk_env env = *x->env;
	char why[256];

	if (x->env->tunnel && !x->env->tunnel(x->env->ctx, from, &outer, why))
		return walk_drop(x, "tunnel %s: %s", from->tunnel->name, why);
	const struct nic *out = x->env->sends_by ? x->env->sends_by(x->env->ctx, a, &outer)
	                                         : walk_source_nic(a, outer.dst, outer.src);

	if (!out || out->peer)
		return walk_drop(
		    x,
		    "tunnel %s: %s's own routes lead its packets to %s %s%s; give it a "
		    "longer route to that address by its subnet's first address",
		    from->tunnel->name, a->name, IP4_STR(outer.dst), out ? "into " : "nowhere",
		    out ? out->name : "");
	env.reply_to = NULL;
	struct walk *w = walk_packet_path(&env, out, &outer);
	const struct nic *end = w->hops[w->n - 1].nic;
	bool arrives = w->verdict == WALK_DELIVERED;
	enum step step = STEP_NIC;

	if (arrives && (!end || end->vm != z))
		step = walk_drop(x,
		                 "tunnel %s: its device leads to %s, and not to %s: what it wraps "
		                 "goes to %s",
		                 from->tunnel->name, w->hops[w->n - 1].node, z->name,
		                 IP4_STR(outer.dst));
	else if (arrives)
		hop->reason = TEXT(x, "by tunnel %s to %s", from->tunnel->name, z->name);
	else
		step = walk_drop(x, "tunnel %s: its packets to %s (%s) do not arrive: %s",
		                 from->tunnel->name, z->name, IP4_STR(outer.dst), w->reason);
	walk_free(w);
	return step;
}

/* A tunnel is a link as Ethernet is: the next hop's address must be answered for over there. */
static bool next_hop_answers(struct walker *x, const struct nic *from, ip4 next_hop)
{
	const struct walk_packet asked = { .src = from->ip, .dst = next_hop };
	struct walk_guest g = { .act = GUEST_DROP };

	if (x->env->guest)
		x->env->guest(x->env->ctx, from->peer, &asked, &g);
	else
		walk_guest_default(x->env, from->peer, &asked, &g);
	return g.act == GUEST_LOCAL;
}

static enum step over_tunnel(struct walker *x, const struct nic *from)
{
	const struct nic *to = from->peer;
	ip4 hop = x->env->next_hop ? x->env->next_hop(x->env->ctx, from, &x->p)
	                           : walk_next_hop(from, &x->p);

	if (!ip4_is_set(hop) || next_hop_answers(x, from, hop))
		return STEP_NIC;
	return walk_drop(x,
	                 "tunnel %s: nobody at its other end, %s, has %s, %s: %s does not send the "
	                 "packet; route by an address of %s%s%s",
	                 from->tunnel->name, to->vm->name, IP4_STR(hop),
	                 hop == x->p.dst ? "the destination" : "its next hop", from->vm->name,
	                 to->vm->name, ip4_is_set(to->ip) ? ", as " : "",
	                 ip4_is_set(to->ip) ? IP4_STR(to->ip) : "");
}

/* A wire has one other end (azure/hybrid.h); no rule of Azure is between. */
enum step walk_by_wire(struct walker *x, const struct nic *from, struct walk_hop *hop,
                       const struct nic **ret)
{
	const struct nic *to = from->peer;

	if (from->tunnel && through_tunnel(x, from, hop) == STEP_END)
		return STEP_END;
	if (!from->tunnel)
		hop->reason = TEXT(x, "by wire to %s", to->vm->name);
	if (!vm_runs(x->env->rt, to->vm))
		return walk_drop(x, "%s, at the other end of the wire, is stopped; start it",
		                 to->vm->name);
	if (from->tunnel && over_tunnel(x, from) == STEP_END)
		return STEP_END;
	*ret = to;
	return STEP_NIC;
}
