/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fabric does with a packet that a NIC sends: by its effective route, or by the kernel's
 * own tables. */
#include <netinet/in.h>

#include "azure/subnet.h"
#include "azure/walk_priv.h"

static const struct subnet *find_vnet_subnet(const struct vnet *v, ip4 a)
{
	for (size_t i = 0; i < v->n_subnets; i++)
		if (prefix_has(v->subnets[i]->prefix, a))
			return v->subnets[i];
	return NULL;
}

static enum step drop_at_nobody(struct walker *x, const struct vnet *v)
{
	const struct subnet *s = find_vnet_subnet(v, x->p.dst);

	if (!s)
		return walk_drop(x, "%s is in the address space of %s, but in none of its subnets",
		                 IP4_STR(x->p.dst), v->name);
	if (subnet_keeps(s->prefix, x->p.dst))
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
static enum step deliver_in_vnet(struct walker *x, const struct nic *from,
                                 const struct eff_route *r, struct walk_hop *hop,
                                 const struct nic **ret)
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
	if (!to && x->env->stand_in && !model_lb_by_ip(v, x->p.dst))
		to = x->env->stand_in(x->env->ctx, v, x->p.dst);
	if (!to || to->subnet->vnet != v) {
		const struct load_balancer *lb = model_lb_by_ip(v, x->p.dst);

		if (!lb || lb->subnet->vnet != v)
			return drop_at_nobody(x, v);
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
static const char *name_legs(struct walker *x, const struct eff_route *r)
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
static enum step hand_to_next_hop(struct walker *x, const struct nic *from,
                                  const struct eff_route *r, struct walk_hop *hop,
                                  const struct nic **ret)
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
	if (to && walk_to_instance(x, from, to, hop->next_hop, walk_route_text(x, r)) == STEP_END)
		return STEP_END;
	hop->reason = TEXT(x, "route %s: next hop %s (%s)", walk_route_text(x, r),
	                   IP4_STR(hop->next_hop), name);
	if (r->n_next_hops > 1)
		hop->reason = TEXT(x, "%s, one of %u equal paths: %s", hop->reason, r->n_next_hops,
		                   name_legs(x, r));
	if (lb)
		return walk_to_balancer(x, from, lb, ret);
	*ret = to;
	return walk_receive(x, from, to);
}

static enum step follow_route(struct walker *x, const struct nic *from, const struct eff_route *r,
                              struct walk_hop *hop, const struct nic **ret)
{
	switch (r->type) {
	case NH_VNET_LOCAL:
	case NH_VNET_PEERING:
	case NH_VNET_GLOBAL_PEERING:
	case NH_CONNECTED_GROUP:
	case NH_INTERFACE_ENDPOINT:
		return deliver_in_vnet(x, from, r, hop, ret);
	case NH_VIRTUAL_NETWORK_GATEWAY:
	case NH_VIRTUAL_APPLIANCE:
		return hand_to_next_hop(x, from, r, hop, ret);
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
static enum step follow_tables(struct walker *x, const struct nic *from, const struct nic *back,
                               struct walk_hop *hop, const struct nic **ret)
{
	struct walk_fabric f = { .act = FABRIC_DROP };

	x->env->fabric(x->env->ctx, from, back, &x->p, &f);
	hop->reason = TEXT(x, "%s", f.reason);
	hop->next_hop = f.next_hop;
	switch (f.act) {
	case FABRIC_NIC:
		*ret = f.to;
		if (walk_to_instance(x, from, f.to, f.next_hop, f.reason) == STEP_END)
			return STEP_END;
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

/* The packet has another source than the NIC's address, and may not leave by it. */
static enum step drop_foreign_source(struct walker *x, const struct nic *n)
{
	const struct node *vm = n->vm;

	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *o = vm->nics[i];

		if (o != n && !o->peer && o->ip == x->p.src)
			return walk_drop(
			    x,
			    "%s sends it by NIC %s with the address of its NIC %s (%s), which "
			    "Azure drops; the guest needs a route for what it sends from that "
			    "address: routes { \"prefix\": \"0.0.0.0/0\", \"via\": \"%s\", "
			    "\"from\": \"%s\" }",
			    vm->name, n->name, o->name, IP4_STR(x->p.src),
			    IP4_STR(subnet_gateway(o->subnet->prefix)), IP4_STR(o->ip));
	}
	return walk_drop(x,
	                 "NIC %s of %s must not send with source %s, which is not its "
	                 "address %s: enableIPForwarding is off; set it to true on that NIC, "
	                 "or translate the source (sourceNat)",
	                 n->name, vm->name, IP4_STR(x->p.src), IP4_STR(n->ip));
}

/* azure-behaviour 2.7: with the setting, that of a private endpoint's answer. */
static const struct nic *nic_that_handed_over(const struct walker *x, const struct nic *n)
{
	const struct walk *to = x->env->reply_to;
	bool ports = x->p.ip_proto == IPPROTO_TCP || x->p.ip_proto == IPPROTO_UDP;

	if (!x->m->settings.endpoint_last_hop || n->vm->role != VM_ENDPOINT || !ports || !to ||
	    to->n < 2 || to->hops[to->n - 1].nic != n)
		return NULL;
	const struct nic *by = to->hops[to->n - 2].by;

	return by && by->subnet && by->forwarding ? by : NULL;
}

enum step walk_by_fabric(struct walker *x, const struct nic *n, struct walk_hop *hop,
                         const struct nic **ret)
{
	static const struct prefix multicast = { IP4(224, 0, 0, 0), 4 },
	                           broadcast = { IP4(255, 255, 255, 255), 32 };
	ip4 dst = x->p.dst;

	if (x->p.src != n->ip && !n->forwarding)
		return drop_foreign_source(x, n);
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
	if (prefix_has(multicast, dst) || prefix_has(broadcast, dst))
		return walk_drop(x, "%s: there is no multicast and no broadcast in a VNet",
		                 IP4_STR(dst));
	const struct nic *back = nic_that_handed_over(x, n);

	if (x->env->fabric)
		return follow_tables(x, n, back, hop, ret);
	if (back) {
		hop->next_hop = back->ip;
		hop->reason = TEXT(x,
		                   "its answer goes back to %s, which handed the question over "
		                   "(setting privateEndpointAnswers)",
		                   back->vm->name);
		*ret = back;
		return walk_receive(x, n, back);
	}
	hop->table = eff_cache_get(x->tables, nic_routes(n), nic_instance(n));
	hop->route = eff_lookup(hop->table, dst);
	if (!hop->route)
		return walk_drop(x, "no effective route of NIC %s matches %s", n->name,
		                 IP4_STR(dst));
	return follow_route(x, n, hop->route, hop, ret);
}
