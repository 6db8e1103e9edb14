/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all sources of effective routes use: rows, and what next hops come to. */
#include "azure/routes_build.h"

struct eff_route *build_row(struct build *b, struct prefix p, enum route_source source,
                            enum next_hop_type type)
{
	struct eff_route *r = &VEC_PUSH(b->t->routes, b->t->n, b->cap_routes);

	*r = (struct eff_route){ .prefix = p, .source = source, .state = ST_ACTIVE, .type = type };
	return r;
}

void build_hide(struct build *b, struct prefix p, enum route_source source, const char *reason)
{
	VEC_PUSH(b->t->hidden, b->t->n_hidden, b->cap_hidden) =
	    (struct hidden_route){ .prefix = p, .source = source, .reason = reason };
}

/* --- next hops ------------------------------------------------------------------------------- */

static const char *explain_no_owner(struct build *b, ip4 ip)
{
	const char *v = b->v->name;

	for (size_t i = 0; i < b->m->n_route_servers; i++) {
		const struct route_server *rs = &b->m->route_servers[i];

		if (ip4_is_set(ip) && (ip == rs->instance[0] || ip == rs->instance[1]))
			return TEXT(b,
			            "%s is an instance of Route Server %s, which forwards nothing",
			            IP4_STR(ip), rs->name);
	}
	for (size_t i = 0; ip4_is_set(ip) && i < b->m->n_nics; i++) {
		const struct nic *n = &b->m->nics[i];

		if (n->ip == ip)
			return TEXT(b, "%s is %s in %s, which is not peered with %s", IP4_STR(ip),
			            n->vm->name, n->subnet->vnet->name, v);
	}
	return TEXT(b, "no NIC in %s or a VNet peered with it has %s", v, IP4_STR(ip));
}

const struct owner *build_owner(struct build *b, ip4 ip)
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
		o->why_not = explain_no_owner(b, ip);
	else if (!vm_runs(b->rt, n->vm))
		o->why_not = TEXT(b, "%s, which has %s, is stopped", n->vm->name, IP4_STR(ip));
	else
		o->nic = n;
	return o;
}

static bool in_other_region(const struct vnet *a, const struct vnet *z)
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
	    in_other_region(v, b->rs->vnet)) { /* azure-behaviour 7.11 */
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
		const struct owner *o = build_owner(b, hops[i]);
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
