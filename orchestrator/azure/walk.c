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
#include <stdarg.h>
#include <stdio.h>

#include "azure/walk_priv.h"

enum { MAX_HOPS = 64 }; /* a guest's initial TTL */

/* --- what every part needs ------------------------------------------------------------------- */

struct walk_hop *walk_hop_add(struct walker *x, const char *node, const struct nic *nic)
{
	struct walk_hop *h = &VEC_PUSH(x->w->hops, x->w->n, x->w->cap);

	h->node = node;
	h->nic = nic;
	h->reason = "";
	return h;
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
	return STEP_END;
}

enum step walk_drop(struct walker *x, const char *fmt, ...)
{
	_cleanup_free_ char *reason = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&reason, fmt, ap) < 0)
		abort();
	va_end(ap);
	return walk_end(x, WALK_DROPPED, arena_strdup(x->w->arena, reason));
}

void walk_nat_add(struct walker *x, const struct vm *vm, const struct nic *nic,
                  const struct walk_packet *before)
{
	VEC_PUSH(x->w->nats, x->w->n_nats, x->w->cap_nats) =
	    (struct walk_nat){ .vm = vm, .nic = nic, .before = *before, .after = x->p };
}

const struct walk_nat *walk_nat_back(struct walker *x, const struct vm *vm)
{
	const struct walk *to = x->env->reply_to;

	/* the last translation first: the way back undoes them in reverse */
	for (size_t i = to ? to->n_nats : 0; i--;) {
		const struct walk_nat *n = &to->nats[i];

		if (n->vm == vm && n->after.src == x->p.dst && n->after.dst == x->p.src &&
		    n->before.src != n->after.src) {
			x->p.dst = n->before.src;
			return n;
		}
	}
	return NULL;
}

const char *walk_route_text(struct walker *x, const struct eff_route *r)
{
	return TEXT(x, "%s (%s%s%s)", PREFIX_STR(r->prefix), route_source_str(r->source),
	            r->name ? ", " : "", r->name ? r->name : "");
}

/* --- the fabric, between two NICs ------------------------------------------------------------ */

/* What the peering between two VNets lets through; STEP_NIC: this packet. */
enum step walk_pass(struct walker *x, const struct nic *n, const struct subnet *to)
{
	const struct subnet *from = n->subnet;
	const struct peering *p;
	const struct vnet *a = from->vnet, *z = to->vnet;
	enum pair_rule rule = subnet_pair_rule(x->m, from, to, &p);

	if (rule == PAIR_OTHER_SUBNETS)
		return walk_drop(x,
		                 "peering %s of %s is for some subnets only (peerCompleteVnets "
		                 "false), and nothing passes between subnets %s of %s and %s of "
		                 "%s: name both on both sides",
		                 p->name, p->vnet->name, from->name, a->name, to->name, z->name);

	if (rule == PAIR_CLOSED && p)
		return walk_drop(x,
		                 "peering %s of %s has allowVirtualNetworkAccess false: nothing "
		                 "passes between %s and %s; set it to true on both sides",
		                 p->name, p->vnet->name, a->name, z->name);
	if (rule == PAIR_CLOSED)
		return walk_drop(x, "%s and %s are not peered", a->name, z->name);
	/* What a gateway brings is no forwarded traffic: gateway transit lets it in. */
	if (rule == PAIR_OWN_SOURCES && n->vm->role != VM_GATEWAY && !vnet_has(a, x->p.src))
		return walk_drop(x,
		                 "%s does not take forwarded traffic from %s: the source %s is not "
		                 "in %s's address space, and peering %s of %s has "
		                 "allowForwardedTraffic false; set it to true there",
		                 z->name, a->name, IP4_STR(x->p.src), a->name, p->name, z->name);
	return STEP_NIC;
}

/* Peering, and the check of the NIC that gets the packet. */
enum step walk_receive(struct walker *x, const struct nic *from, const struct nic *to)
{
	if (walk_pass(x, from, to->subnet) == STEP_END)
		return STEP_END;
	if (!vm_runs(x->env->rt, to->vm))
		return walk_drop(x, "%s, which has %s, is stopped (deallocated); start it",
		                 to->vm->name, IP4_STR(to->ip));
	if (x->p.dst != to->ip && !to->forwarding)
		return walk_drop(x,
		                 "NIC %s of %s drops it: it is not for its address %s, and "
		                 "enableIPForwarding is off; set it to true on that NIC",
		                 to->name, to->vm->name, IP4_STR(to->ip));
	return walk_filter(x, to, false);
}

static const struct subnet *subnet_of(const struct vnet *v, ip4 a)
{
	for (size_t i = 0; i < v->n_subnets; i++)
		if (prefix_has(v->subnets[i]->prefix, a))
			return v->subnets[i];
	return NULL;
}

static enum step nobody(struct walker *x, const struct vnet *v)
{
	const struct subnet *s = subnet_of(v, x->p.dst);

	if (!s)
		return walk_drop(x, "%s is in the address space of %s, but in none of its subnets",
		                 IP4_STR(x->p.dst), v->name);
	if (x->p.dst - s->prefix.addr < 4 || x->p.dst == prefix_last(s->prefix))
		return walk_drop(x,
		                 "%s is reserved by Azure in subnet %s of %s and answers nothing "
		                 "(the first four addresses, the gateway .1 among them, and the "
		                 "last)",
		                 IP4_STR(x->p.dst), s->name, v->name);
	return walk_drop(x, "no NIC in subnet %s of %s has %s", s->name, v->name,
	                 IP4_STR(x->p.dst));
}

/* A Route Server instance of v that has the address. */
static const char *instance_name(struct walker *x, const struct vnet *v)
{
	const struct route_server *rs = v->route_server;

	for (unsigned k = 0; rs && k < 2; k++)
		if (rs->instance[k] == x->p.dst)
			return TEXT(x, "%s/%u", rs->name, k);
	return NULL;
}

/* VnetLocal and peerings: straight to whoever has the address in that VNet. */
static enum step deliver(struct walker *x, const struct nic *from, const struct eff_route *r,
                         struct walk_hop *hop, const struct nic **ret)
{
	const struct vnet *v = r->vnet;
	const struct nic *to = model_nic_by_ip(v, x->p.dst);
	const char *rs = instance_name(x, v);

	if (rs) {
		if (walk_pass(x, from, v->route_server->subnet) == STEP_END)
			return STEP_END;
		hop->reason = TEXT(x, "route %s: directly to %s", walk_route_text(x, r), rs);
		walk_hop_add(x, rs, NULL)->reason = "has the address";
		return walk_end(x, WALK_DELIVERED, TEXT(x, "%s has %s", rs, IP4_STR(x->p.dst)));
	}
	if (!to || to->subnet->vnet != v) {
		const struct load_balancer *lb = model_lb_by_ip(v, x->p.dst);

		if (!lb || lb->subnet->vnet != v)
			return nobody(x, v);
		hop->reason = TEXT(x, "route %s: to the frontend of load balancer %s",
		                   walk_route_text(x, r), lb->name);
		return walk_to_balancer(x, from, lb, ret);
	}
	hop->reason = TEXT(x, "route %s: directly to %s", walk_route_text(x, r), to->vm->name);
	*ret = to;
	return walk_receive(x, from, to);
}

static const struct load_balancer *balancer_of(const struct eff_route *r, unsigned i)
{
	return r->balancers ? r->balancers[i] : NULL;
}

/* "172.16.1.4 (NVA_1), 172.16.1.5 (stopped or nobody)" */
static const char *legs(struct walker *x, const struct eff_route *r)
{
	_cleanup_str_ struct str s = { 0 };

	for (unsigned i = 0; i < r->n_next_hops; i++)
		str_printf(&s, "%s%s (%s)", i ? ", " : "", IP4_STR(r->next_hops[i]),
		           r->owners[i]        ? r->owners[i]->vm->name
		           : balancer_of(r, i) ? balancer_of(r, i)->name
		                               : "nobody");
	return arena_strdup(x->w->arena, str_get(&s));
}

/* BGP and user-defined routes with a next hop address.  The guest's own choice of next hop plays no
 * part, and there is no recursion (azure-behaviour 1.1, 1.2). */
static enum step hand_over(struct walker *x, const struct nic *from, const struct eff_route *r,
                           struct walk_hop *hop, const struct nic **ret)
{
	unsigned k = 0;

	if (r->n_next_hops > 1) {
		while (k + 1 < r->n_next_hops && !r->owners[k] && !balancer_of(r, k))
			k++;
		if (x->env->ecmp_choice)
			k = x->env->ecmp_choice(x->env->ctx, from, r, &x->p) % r->n_next_hops;
	}
	const struct nic *to = r->owners[k];
	const struct load_balancer *lb = balancer_of(r, k);
	const char *name = to ? to->vm->name : lb ? lb->name : NULL;

	hop->next_hop = r->next_hops[k];
	if (!name)
		return walk_drop(x, "route %s on NIC %s: %s", walk_route_text(x, r), from->name,
		                 r->reason);
	hop->reason = TEXT(x, "route %s: next hop %s (%s)", walk_route_text(x, r),
	                   IP4_STR(hop->next_hop), name);
	if (r->n_next_hops > 1)
		hop->reason = TEXT(x, "%s, one of %u equal paths: %s", hop->reason, r->n_next_hops,
		                   legs(x, r));
	if (lb)
		return walk_to_balancer(x, from, lb, ret);
	*ret = to;
	return walk_receive(x, from, to);
}

static enum step by_route(struct walker *x, const struct nic *from, const struct eff_route *r,
                          struct walk_hop *hop, const struct nic **ret)
{
	switch (r->type) {
	case NH_VNET_LOCAL:
	case NH_VNET_PEERING:
	case NH_VNET_GLOBAL_PEERING:
	case NH_CONNECTED_GROUP:
	case NH_INTERFACE_ENDPOINT:
		return deliver(x, from, r, hop, ret);
	case NH_VIRTUAL_NETWORK_GATEWAY:
	case NH_VIRTUAL_APPLIANCE:
		return hand_over(x, from, r, hop, ret);
	case NH_INTERNET:
	case NH_SERVICE_ENDPOINT:
		return walk_to_internet(x, from, hop);
	default:
		return walk_drop(x, "route %s on NIC %s has next hop type %s: %s",
		                 walk_route_text(x, r), from->name, next_hop_type_str(r->type),
		                 r->reason);
	}
}

/* The fabric's own tables were asked: env->fabric. */
static enum step by_tables(struct walker *x, const struct nic *from, struct walk_hop *hop,
                           const struct nic **ret)
{
	struct walk_fabric f = { .act = FABRIC_DROP };

	x->env->fabric(x->env->ctx, from, &x->p, &f);
	hop->reason = TEXT(x, "%s", f.reason);
	hop->next_hop = f.next_hop;
	switch (f.act) {
	case FABRIC_NIC:
		*ret = f.to;
		return walk_receive(x, from, f.to);
	case FABRIC_INSTANCE:
		walk_hop_add(x, TEXT(x, "%s/%u", f.rs->name, f.instance), NULL)->reason =
		    "has the address";
		return walk_end(x, WALK_DELIVERED,
		                TEXT(x, "%s/%u has %s", f.rs->name, f.instance, IP4_STR(x->p.dst)));
	case FABRIC_INTERNET:
		return walk_to_internet(x, from, hop);
	case FABRIC_BALANCER:
		return walk_to_balancer(x, from, f.lb, ret);
	default:
		return walk_drop(x, "%s", f.reason);
	}
}

/* The packet leaves n: what the fabric does with it. */
static enum step fabric(struct walker *x, const struct nic *n, struct walk_hop *hop,
                        const struct nic **ret)
{
	ip4 dst = x->p.dst;

	if (x->p.src != n->ip && !n->forwarding)
		return walk_drop(
		    x,
		    "NIC %s of %s must not send with source %s, which is not its "
		    "address %s: enableIPForwarding is off; set it to true on that NIC, "
		    "or translate the source (sourceNat)",
		    n->name, n->vm->name, IP4_STR(x->p.src), IP4_STR(n->ip));
	if (walk_filter(x, n, true) == STEP_END)
		return STEP_END;
	walk_balancer_reply(x, n);
	if (dst == PLATFORM_IP || dst == METADATA_IP) {
		/* answered by the host itself, whatever the routes say: azure-behaviour 1.7 */
		hop->reason = "address of the platform: no route is asked";
		walk_hop_add(x, "fabric", NULL)->reason = "address of the platform, host-local";
		return walk_end(x, WALK_DELIVERED,
		                "the platform's addresses are answered by the "
		                "host, no route is asked");
	}
	if (dst >> 28 == 14 || dst == ~(ip4)0)
		return walk_drop(x, "%s: there is no multicast and no broadcast in a VNet",
		                 IP4_STR(dst));
	if (x->env->fabric)
		return by_tables(x, n, hop, ret);
	hop->table = eff_cache_get(x->tables, nic_routes(n), nic_instance(n));
	hop->route = eff_lookup(hop->table, dst);
	if (!hop->route)
		return walk_drop(x, "no effective route of NIC %s matches %s", n->name,
		                 IP4_STR(dst));
	return by_route(x, n, hop->route, hop, ret);
}

/* --- the walk -------------------------------------------------------------------------------- */

static const char *loop_cure(const struct eff_route *r, bool to_itself)
{
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
static bool leave(struct walker *x, const struct nic *n)
{
	for (size_t i = 0; i < x->n_left; i++)
		if (x->left[i].nic == n && x->left[i].src == x->p.src && x->left[i].dst == x->p.dst)
			return true;
	VEC_PUSH(x->left, x->n_left, x->cap_left) = (struct walk_left){ n, x->p.src, x->p.dst };
	return false;
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
	if (!h->route) { /* by tables that are not ours to explain */
		x->back = TEXT(x, "%s gets back what it has sent: on NIC %s, %s", to->vm->name,
		               h->nic->name, h->reason);
		return;
	}
	bool itself = h->nic->vm == to->vm;

	x->back =
	    TEXT(x,
	         "%s gets back what it has sent: route %s on NIC %s%s%s leads to %s, which "
	         "is %s; %s",
	         to->vm->name, walk_route_text(x, h->route), h->nic->name, itself ? "" : " of ",
	         itself ? "" : h->nic->vm->name, IP4_STR(h->next_hop ? h->next_hop : to->ip),
	         itself ? "the sender itself" : to->vm->name, loop_cure(h->route, itself));
}

/* An answer counts only when it comes from whom was asked, to who asked. */
static enum step arrived(struct walker *x, const char *node)
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

/* The guest has the packet.  STEP_NIC: it sends it on, by *ret. */
static enum step at_guest(struct walker *x, const struct nic *in, struct walk_hop *hop,
                          const struct nic **ret)
{
	struct walk_guest g = { .act = GUEST_DROP };
	const struct walk_nat *nat = walk_nat_back(x, in->vm);
	struct walk_firewall fw;
	const char *back = "";

	if (in->vm->endpoint && x->p.ip_proto == IPPROTO_ICMP)
		return walk_drop(x,
		                 "private endpoint %s answers no ping: try its service's port, "
		                 "with --protocol tcp",
		                 in->vm->name);
	if (nat)
		back = TEXT(x, "translates back to %s; ", IP4_STR(x->p.dst));
	if (walk_at_firewall(x, in->vm, nat, &fw) == STEP_END)
		return STEP_END;
	if (x->env->guest)
		x->env->guest(x->env->ctx, in, &x->p, &g);
	else
		walk_guest_default(x->env, in, &x->p, &g);
	hop->reason = TEXT(x, "%s%s%s", back, fw.said, g.reason);
	switch (g.act) {
	case GUEST_LOCAL:
		return arrived(x, in->vm->name);
	case GUEST_DROP:
		return walk_drop(x, "%s drops it: %s", in->vm->name, g.reason);
	default:
		break;
	}
	ip4 source = fw.source ? fw.source : g.src;

	if (source && source != x->p.src && !nat) {
		x->p.src = source;
		walk_nat_add(x, in->vm, g.out, &fw.before);
		hop->reason = TEXT(x, "%s; source %s becomes %s", hop->reason,
		                   IP4_STR(fw.before.src), IP4_STR(source));
	}
	/* Destinations that were translated are translated back as the last thing: the guest routes
	 * the answer by the source that it came with. */
	if (nat && nat->before.dst != nat->after.dst) {
		x->p.src = nat->before.dst;
		x->p.sport = nat->before.dport;
	}
	*ret = g.out;
	return STEP_NIC;
}

/* From NIC to NIC, beginning with what the last hop sends by n, until the walk ends. */
static void run(struct walker *x, const struct nic *n)
{
	for (;;) {
		assert(n);
		size_t at = x->w->n - 1; /* not a pointer: the array moves */
		const char *said = x->w->hops[at].reason;
		const struct nic *to = NULL;

		if (leave(x, n)) {
			walk_end(x, WALK_LOOP, x->back ? x->back : "the packet comes round again");
			return;
		}
		if (at >= MAX_HOPS) {
			walk_end(x, WALK_LOOP, "more hops than a packet's TTL allows");
			return;
		}
		x->w->hops[at].reason = "";
		x->at_balancer = false;
		enum step step = n->peer ? walk_by_wire(x, n, &x->w->hops[at], &to)
		                         : fabric(x, n, &x->w->hops[at], &to);

		if (*said)
			x->w->hops[at].reason = TEXT(x, "%s; %s", said, x->w->hops[at].reason);
		if (step == STEP_INTERNET)
			step = walk_at_internet(x, &to);
		if (step == STEP_END)
			return;
		assert(to); /* no step leads to a NIC without one */
		note_return(x, to);
		if (at_guest(x, to, walk_hop_add(x, to->vm->name, to), &n) == STEP_END)
			return;
	}
}

static void start_at_nic(struct walker *x, const struct nic *from)
{
	walk_hop_add(x, from->vm->name, from);
	if (!vm_runs(x->env->rt, from->vm)) {
		walk_drop(x, "%s is stopped (deallocated) and sends nothing", from->vm->name);
		return;
	}
	if (vm_has_address(from->vm, x->p.dst)) {
		arrived(x, from->vm->name);
		return;
	}
	run(x, from);
}

static void start_at_internet(struct walker *x)
{
	const struct nic *to = NULL, *n = NULL;

	if (walk_at_internet(x, &to) == STEP_NIC &&
	    at_guest(x, to, walk_hop_add(x, to->vm->name, to), &n) == STEP_NIC)
		run(x, n);
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
	if (!x.p.src)
		x.p.src = from ? from->ip : env->m->n_internet ? env->m->internet[0].ip : 0;
	w->sent = x.p;
	if (from)
		start_at_nic(&x, from);
	else
		start_at_internet(&x);
	free(x.left);
	return w;
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
	arena_free(w->arena); /* w itself lives there */
	return NULL;
}
