/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Effective routes, built source by source, each row with the reason for its state.
 *
 * Rules (azure-behaviour 2.1 to 2.4; where tables printed by Azure say more, they are followed):
 * - longest prefix over usable rows; same prefix: User, then BGP, then system routes;
 * - what a UDR beats stays, Invalid; what BGP beats (the Internet row) is absent;
 * - BGP prefixes equal to or inside the address space of the NIC's VNet, or of a VNet peered with
 *   it, are absent: system routes to VNets come before BGP even when they are shorter;
 * - a 0/0 of the user or of BGP removes all None rows, a UDR equal to one removes that one. */
#include "azure/routes_build.h"
#include "azure/routes_gateway.h"

enum { INDEX_FROM = 48 }; /* with fewer Active rows a scan is as fast as the trie */

static const struct prefix anything = { 0, 0 };

struct eff_route *build_row(struct build *b, struct prefix p, enum route_source source,
                            enum next_hop_type type)
{
	struct eff_route *r = &b->t->routes[b->t->n++];

	*r = (struct eff_route){ .prefix = p, .source = source, .state = ST_ACTIVE, .type = type };
	return r;
}

void build_hide(struct build *b, struct prefix p, enum route_source source, const char *reason)
{
	b->t->hidden[b->t->n_hidden++] =
	    (struct hidden_route){ .prefix = p, .source = source, .reason = reason };
}

/* --- next hops ------------------------------------------------------------------------------- */

static const char *nobody(struct build *b, ip4 ip)
{
	const char *v = b->v->name;

	for (size_t i = 0; i < b->m->n_route_servers; i++) {
		const struct route_server *rs = &b->m->route_servers[i];

		if (ip && (ip == rs->instance[0] || ip == rs->instance[1]))
			return TEXT(b,
			            "%s is an instance of Route Server %s, which forwards nothing",
			            IP4_STR(ip), rs->name);
	}
	for (size_t i = 0; ip && i < b->m->n_nics; i++) {
		const struct nic *n = &b->m->nics[i];

		if (n->ip == ip)
			return TEXT(b, "%s is %s in %s, which is not peered with %s", IP4_STR(ip),
			            n->vm->name, n->subnet->vnet->name, v);
	}
	return TEXT(b, "no NIC in %s or a VNet peered with it has %s", v, IP4_STR(ip));
}

static const struct owner *owner(struct build *b, ip4 ip)
{
	for (size_t i = 0; i < b->n_owners; i++)
		if (b->owners[i].ip == ip)
			return &b->owners[i];
	struct owner *o = &VEC_PUSH(b->owners, b->n_owners, b->cap_owners);
	const struct nic *n = model_nic_by_ip(b->v, ip);

	o->ip = ip;
	o->lb = n ? NULL : model_lb_by_ip(b->v, ip);
	if (o->lb) {
		o->name = TEXT(b, "%s (load balancer %s)", IP4_STR(ip), o->lb->name);
		return o;
	}
	o->name = n ? TEXT(b, "%s (%s)", IP4_STR(ip), n->vm->name) : TEXT(b, "%s", IP4_STR(ip));
	if (!n)
		o->why_not = nobody(b, ip);
	else if (!vm_runs(b->rt, n->vm))
		o->why_not = TEXT(b, "%s, which has %s, is stopped", n->vm->name, IP4_STR(ip));
	else
		o->nic = n;
	return o;
}

static bool other_region(const struct vnet *a, const struct vnet *z)
{
	return a->location && z->location && !strieq(a->location, z->location);
}

/* One next hop that is a load balancer's frontend; true when packets get there. */
static bool set_balancer(struct build *b, struct eff_route *r, unsigned i, const struct owner *o,
                         struct str *why)
{
	const struct vnet *v = o->lb->subnet->vnet;
	const struct peering *p;
	enum pair_rule rule;

	if (r->source == SRC_VNG && b->rs &&
	    other_region(v, b->rs->vnet)) { /* azure-behaviour 7.11 */
		str_printf(why,
		           "; load balancer %s is in %s and Route Server %s in %s: as a next hop "
		           "of BGP it must be in one region with it, packets are dropped",
		           o->lb->name, v->location, b->rs->name, b->rs->vnet->location);
		return false;
	}
	if (!r->balancers)
		r->balancers = arena_array(b->t->arena, r->n_next_hops, sizeof(*r->balancers));
	r->balancers[i] = o->lb;
	if (pair_drops(rule = subnet_pair_rule(b->m, b->s, o->lb->subnet, &p)) && p)
		str_printf(why, "; nothing gets to %s: %s", o->lb->name,
		           pair_reason(b->t->arena, rule, p));
	return true;
}

unsigned build_next_hops(struct build *b, struct eff_route *r, const ip4 *hops, unsigned n,
                         struct str *why)
{
	unsigned usable = 0;

	r->n_next_hops = (uint8_t)n;
	r->owners = arena_array(b->t->arena, n, sizeof(*r->owners));
	for (unsigned i = 0; i < n; i++) {
		const struct owner *o = owner(b, hops[i]);
		const struct peering *p;
		enum pair_rule rule;

		r->next_hops[i] = hops[i];
		r->owners[i] = o->nic;
		if (o->lb) {
			usable += set_balancer(b, r, i, o, why);
			continue;
		}
		usable += o->nic != NULL;
		if (!o->nic)
			str_printf(why, "; %s: packets to it are dropped", o->why_not);
		else if (pair_drops(rule = subnet_pair_rule(b->m, b->s, o->nic->subnet, &p)) && p)
			str_printf(why, "; nothing gets to %s: %s", o->nic->vm->name,
			           pair_reason(b->t->arena, rule, p));
	}
	return usable;
}

/* --- system routes --------------------------------------------------------------------------- */

void build_beaten_by_user(struct build *b, struct eff_route *r, struct str *why)
{
	const struct route *u = lpm_get(b->user, r->prefix);

	if (!u)
		return;
	r->state = ST_INVALID;
	str_printf(why,
	           "; beaten by user-defined route %s: with the same prefix, User comes before %s",
	           u->name, route_source_str(r->source));
}

void build_finish(struct build *b, struct eff_route *r, struct str *why)
{
	r->reason = arena_strdup(b->t->arena, str_get(why));
}

static void add_vnet_local(struct build *b)
{
	for (size_t i = 0; i < b->v->n_prefixes; i++) {
		_cleanup_str_ struct str why = { 0 };
		struct eff_route *r = build_row(b, b->v->prefixes[i], SRC_DEFAULT, NH_VNET_LOCAL);

		r->ptr = b->v->ptr;
		r->vnet = (struct vnet *)b->v;
		str_printf(&why, "system route: address space of %s", b->v->name);
		build_beaten_by_user(b, r, &why);
		build_finish(b, r, &why);
	}
}

static bool is_global(const struct peering *p)
{
	const char *a = p->vnet->location, *z = p->remote->location;

	return a && z && !strieq(a, z);
}

static void add_peering_row(struct build *b, const struct peering *p, size_t i)
{
	const struct vnet *remote = p->remote;
	bool global = is_global(p);
	_cleanup_str_ struct str why = { 0 };
	struct eff_route *r = build_row(b, peering_prefix(p, i), SRC_DEFAULT,
	                                global ? NH_VNET_GLOBAL_PEERING : NH_VNET_PEERING);
	const struct peering *closed = NULL;
	enum pair_rule rule = vnet_pair_rule(b->m, b->v, remote, &closed);

	r->ptr = p->ptr;
	r->vnet = p->remote;
	r->peering = p;
	if (p->complete)
		str_printf(&why, "system route: address space of %s", remote->name);
	else
		str_printf(&why, "system route: subnet %s of %s", p->remote_subnets[i]->name,
		           remote->name);
	str_printf(&why, ", %speered with %s", global ? "globally " : "", b->v->name);
	if (rule == PAIR_CLOSED && closed)
		str_printf(&why, "; nothing passes: %s", pair_reason(b->t->arena, rule, closed));
	else if (!peering_has_local(p, b->s))
		str_printf(&why,
		           "; nothing passes: the route is in all subnets, but subnet %s takes no "
		           "part in peering %s (localSubnetNames)",
		           b->s->name, p->name);
	build_beaten_by_user(b, r, &why);
	build_finish(b, r, &why);
}

static void hide_half_peering(struct build *b, const struct peering *p)
{
	for (size_t i = 0; p->remote && i < peering_n_prefixes(p); i++)
		build_hide(b, peering_prefix(p, i), SRC_DEFAULT,
		           TEXT(b,
		                "peering %s is half-made (Initiated): %s has no peering back to %s",
		                p->name, p->remote->name, b->v->name));
}

/* Global peerings are listed behind everything else. */
static void add_peerings(struct build *b, bool global)
{
	for (size_t i = 0; i < b->v->n_peerings; i++) {
		const struct peering *p = &b->v->peerings[i];

		if (peering_connected(p)) {
			for (size_t k = 0; is_global(p) == global && k < peering_n_prefixes(p); k++)
				add_peering_row(b, p, k);
		} else if (!global) {
			hide_half_peering(b, p);
		}
	}
}

static void add_internet(struct build *b)
{
	_cleanup_str_ struct str why = { 0 };

	if (lpm_get(b->bgp, anything)) {
		build_hide(
		    b, anything, SRC_DEFAULT,
		    "the system route to the Internet is absent while BGP supplies 0.0.0.0/0");
		return;
	}
	struct eff_route *r = build_row(b, anything, SRC_DEFAULT, NH_INTERNET);

	str_add(&why, "system route: what nothing else matches goes to the Internet");
	build_beaten_by_user(b, r, &why);
	build_finish(b, r, &why);
}

/* Why a None row is absent; NULL: it is there. */
static const char *none_hidden(struct build *b, struct prefix p)
{
	const struct route *u;
	const struct vnet *v;

	if ((u = lpm_get(b->user, anything)))
		return TEXT(b, "user-defined route %s for 0.0.0.0/0 removes all None routes",
		            u->name);
	if (lpm_get(b->bgp, anything))
		return "a BGP route for 0.0.0.0/0 removes all None routes";
	if ((u = lpm_get(b->user, p)))
		return TEXT(b, "user-defined route %s has the same prefix and replaces it",
		            u->name);
	if (lpm_get(b->bgp, p))
		return "a BGP route has the same prefix and replaces it";
	if ((v = lpm_cover(b->local, p)))
		return TEXT(b, "the address space of %s covers it", v->name);
	return NULL;
}

static void add_none(struct build *b)
{
	for (size_t i = 0; i < NONE_ROWS_MAX; i++) {
		const struct none_row *n = none_row(&b->m->settings, i);
		const char *hidden = n ? none_hidden(b, n->prefix) : NULL;

		if (!n)
			continue;
		if (hidden)
			build_hide(b, n->prefix, SRC_DEFAULT, hidden);
		else
			build_row(b, n->prefix, SRC_DEFAULT, NH_NONE)->reason =
			    TEXT(b, "system route: %s outside of every known network are dropped",
			         n->what);
	}
}

/* --- BGP ------------------------------------------------------------------------------------- */

/* Why a learned route is not programmed; NULL: it is.  azure-behaviour 2.3, and as observed:
 * the filter is that of the NIC's own VNet. */
static const char *bgp_hidden(struct build *b, struct prefix p)
{
	const struct service_prefix *e;
	const struct vnet *v;

	if (b->t->disable_bgp)
		return TEXT(b, "route table %s has disableBgpRoutePropagation",
		            b->s->route_table->name);
	if ((v = lpm_cover(b->local, p)))
		return v == b->v
		           ? TEXT(b,
		                  "equal to or inside the address space of %s, its own VNet: the "
		                  "system route comes before BGP, even for a longer prefix",
		                  v->name)
		           : TEXT(b,
		                  "equal to or inside the address space of %s, which is peered "
		                  "with %s: the system route comes before BGP, even for a longer "
		                  "prefix",
		                  v->name, b->v->name);
	if ((e = lpm_cover(b->services, p)))
		return TEXT(b,
		            "equal to or inside a prefix of service endpoint %s: the system route "
		            "comes before BGP, even for a longer prefix",
		            e->service);
	/* azure-behaviour 7.6; an ExpressRoute gateway needs it, since it passes it on */
	if (!p.len && subnet_is_gateways(b->s) && !b->v->gateway[GW_EXPRESSROUTE])
		return "GatewaySubnet does not get a default route by BGP";
	if ((v = lpm_get(b->originated, p)))
		return TEXT(
		    b,
		    "%s announces it itself, as the address space of %s: a learned copy does "
		    "not replace it",
		    b->rs->name, v->name);
	return NULL;
}

/* First which, since a BGP default decides over the system routes; the rows come later. */
static void filter_bgp(struct build *b)
{
	for (size_t i = 0; i < b->learned->n; i++) {
		struct rib_route *l = &b->learned->routes[i];
		const char *hidden = bgp_hidden(b, l->prefix);

		if (!hidden)
			lpm_set(b->bgp, l->prefix, l);
		else if (!b->plain)
			build_hide(b, l->prefix, SRC_VNG, hidden);
	}
}

static void say_learned(struct build *b, const struct rib_route *l, struct str *why)
{
	if (b->rs)
		str_printf(why, "BGP: learned by instance %u of %s, next hop ", b->t->instance,
		           b->rs->name);
	else
		str_printf(why, "brought by the gateway of %s, next hop ", b->by->name);
	for (unsigned i = 0; i < l->n_next_hops; i++)
		str_printf(why, "%s%s", i ? ", " : "", owner(b, l->next_hops[i])->name);
	if (l->n_next_hops > 1)
		str_printf(why, "; %u equal paths, each flow takes one (ECMP)", l->n_next_hops);
}

static void add_bgp_row(struct build *b, const struct rib_route *l)
{
	_cleanup_str_ struct str why = { 0 };
	struct eff_route *r = build_row(b, l->prefix, SRC_VNG, NH_VIRTUAL_NETWORK_GATEWAY);

	r->ptr = b->rs ? b->rs->ptr : b->by->ptr;
	if (!b->plain)
		say_learned(b, l, &why);
	if (!build_next_hops(b, r, l->next_hops, l->n_next_hops, &why))
		r->type = NH_NONE; /* azure-behaviour 7.11 */
	gateway_show(b->m, b->rib, b->t->arena, r);
	build_beaten_by_user(b, r, &why);
	for (unsigned i = 0; !b->plain && i < r->n_next_hops; i++)
		if (r->state == ST_ACTIVE && r->owners[i] && r->owners[i]->subnet == b->s)
			str_printf(&why,
			           "; %s is in this subnet: what it sends there itself comes back "
			           "to it",
			           r->owners[i]->vm->name);
	if (b->plain)
		r->reason = "";
	else
		build_finish(b, r, &why);
}

static void add_bgp(struct build *b)
{
	const struct rib_route *dflt = lpm_get(b->bgp, anything);

	for (size_t i = 0; i < b->learned->n; i++) {
		const struct rib_route *l = &b->learned->routes[i];

		if (l->prefix.len && lpm_get(b->bgp, l->prefix))
			add_bgp_row(b, l);
	}
	if (dflt)
		add_bgp_row(b, dflt);
}

/* --- all together ---------------------------------------------------------------------------- */

static void set_prefixes(struct lpm *t, const struct vnet *v)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (!lpm_get(t, v->prefixes[i]))
			lpm_set(t, v->prefixes[i], (void *)v);
}

static void set_peered(struct lpm *t, const struct peering *p)
{
	for (size_t i = 0; i < peering_n_prefixes(p); i++)
		if (!lpm_get(t, peering_prefix(p, i)))
			lpm_set(t, peering_prefix(p, i), p->remote);
}

static void prepare(struct build *b)
{
	b->local = lpm_new();
	b->originated = lpm_new();
	b->services = lpm_new();
	b->user = lpm_new();
	b->bgp = lpm_new();
	set_prefixes(b->local, b->v);
	for (size_t i = 0; i < b->v->n_peerings; i++)
		if (peering_connected(&b->v->peerings[i]))
			set_peered(b->local, &b->v->peerings[i]);
	build_group_spaces(b);
	for (size_t i = 0; i < b->s->n_services; i++)
		lpm_set(b->services, b->s->services[i].prefix, &b->s->services[i]);
	build_user_wins(b);
	if (!b->rs || !b->learned->n)
		return;
	set_prefixes(b->originated, b->rs->vnet);
	for (size_t i = 0; i < b->rs->vnet->n_peerings; i++) {
		const struct peering *p = &b->rs->vnet->peerings[i];

		if (peering_connected(p) && vnet_programmed_by(p->remote) == b->rs)
			set_peered(b->originated, p);
	}
}

/* How many rows, shown or hidden, there can be at most. */
static size_t count(const struct build *b)
{
	size_t n = b->v->n_prefixes + NONE_ROWS_MAX + 1 + b->s->n_services + b->m->n_endpoints;

	for (size_t i = 0; i < b->v->n_peerings; i++)
		if (b->v->peerings[i].remote)
			n += peering_n_prefixes(&b->v->peerings[i]);
	for (size_t i = 0; i < b->v->n_groups; i++)
		for (size_t k = 0; k < b->v->groups[i]->n_vnets; k++)
			n += b->v->groups[i]->vnets[k]->n_prefixes;
	if (b->s->route_table)
		n += b->s->route_table->n_routes;
	return n + b->learned->n;
}

static void build_index(struct eff_table *t)
{
	if (t->n < INDEX_FROM)
		return;
	t->index = lpm_new();
	for (size_t i = 0; i < t->n; i++)
		if (t->routes[i].state == ST_ACTIVE && !lpm_get(t->index, t->routes[i].prefix))
			lpm_set(t->index, t->routes[i].prefix, &t->routes[i]);
}

static struct eff_table *build(const struct model *m, const struct subnet *s, unsigned instance,
                               const struct rib *rib, const struct runtime *rt, bool plain)
{
	struct arena *arena = arena_new();
	struct eff_table *t = arena_alloc(arena, sizeof(*t));
	struct build b = { .m = m, .s = s, .v = s->vnet, .rt = rt, .plain = plain, .t = t };

	t->arena = arena;
	t->subnet = s;
	t->instance = instance;
	t->disable_bgp = s->route_table && s->route_table->disable_bgp;
	b.rib = rib;
	b.rs = vnet_programmed_by(s->vnet);
	b.by = vnet_served_by(s->vnet);
	struct rib_table learned = gateway_merge(
	    m, b.by, rib,
	    b.rs && rib && b.rs->idx < rib->n_tables ? &rib->tables[b.rs->idx][instance] : NULL);

	b.learned = &learned;
	size_t max = count(&b);

	t->routes = arena_array(arena, max, sizeof(*t->routes));
	t->hidden = arena_array(arena, max, sizeof(*t->hidden));
	prepare(&b);
	filter_bgp(&b);
	add_vnet_local(&b);
	add_peerings(&b, false);
	build_groups(&b);
	build_services(&b);
	add_bgp(&b);
	add_internet(&b);
	add_none(&b);
	build_user(&b);
	add_peerings(&b, true);
	build_private(&b);
	if (!plain)
		build_index(t);
	lpm_free(b.local);
	lpm_free(b.originated);
	lpm_free(b.services);
	lpm_free(b.user);
	lpm_free(b.bgp);
	free(b.owners);
	free(learned.routes);
	return t;
}

struct eff_table *effective_routes(const struct model *m, const struct subnet *s, unsigned instance,
                                   const struct rib *rib, const struct runtime *rt)
{
	return build(m, s, instance, rib, rt, false);
}

struct eff_table *effective_routes_plain(const struct model *m, const struct subnet *s,
                                         unsigned instance, const struct rib *rib,
                                         const struct runtime *rt)
{
	return build(m, s, instance, rib, rt, true);
}
