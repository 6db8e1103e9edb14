/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of service endpoints and private endpoints (azure-behaviour 2.2, 2.3).
 *
 * Service endpoint: in its subnet only, one row of az with all prefixes of the service.  They come
 * before BGP routes, also before longer ones; whether before user-defined routes is not certain:
 * setting udrOverridesServiceEndpoint.
 *
 * Private endpoint: a /32 in its VNet and in those next to it.  With network policies for route
 * tables on the endpoint's subnet, a user-defined route that is as long as the prefix of the VNet's
 * address space, or longer, overrides it; without, only one for the very /32 does, by being User.
 */
#include "azure/routes_build.h"

void build_service_spaces(struct build *b)
{
	for (size_t i = 0; i < b->s->n_services; i++)
		lpm_set(b->services, b->s->services[i].prefix, &b->s->services[i]);
}

void build_services(struct build *b)
{
	for (size_t i = 0; i < b->s->n_services; i++) {
		const struct service_prefix *p = &b->s->services[i];
		_cleanup_str_ struct str why = { 0 };
		struct eff_route *r = build_row(b, p->prefix, SRC_DEFAULT, NH_SERVICE_ENDPOINT);

		r->ptr = p->ptr;
		r->of = p->ptr;
		str_printf(&why,
		           "service endpoint %s of subnet %s (service tag %s): by Azure's own "
		           "network, not through the Internet",
		           p->service, b->s->name, p->tag);
		build_beaten_by_user(b, r, &why);
		build_finish(b, r, &why);
	}
}

const char *build_service_first(struct build *b, const struct route *u)
{
	const struct service_prefix *p = lpm_cover(b->services, u->prefix);

	if (!p || b->m->settings.udr_over_service)
		return NULL;
	return TEXT(b,
	            "; beaten by service endpoint %s: it comes before user-defined routes "
	            "(setting udrOverridesServiceEndpoint)",
	            p->service);
}

/* True if b's VNet gets to a private endpoint; *ret_peering is the peering by which, NULL within
 * the VNet or a connected group. */
static bool reaches_endpoint(const struct build *b, const struct nic *n,
                             const struct peering **ret_peering)
{
	const struct vnet *v = n->subnet->vnet;

	*ret_peering = NULL;
	if (v == b->v)
		return true;
	for (size_t i = 0; i < b->v->n_peerings; i++) {
		const struct peering *p = &b->v->peerings[i];

		if (p->remote == v && peering_connected(p)) {
			*ret_peering = p;
			return peering_has_remote(p, n->subnet);
		}
	}
	for (size_t i = 0; i < b->v->n_groups; i++)
		for (size_t k = 0; k < v->n_groups; k++)
			if (v->groups[k] == b->v->groups[i] &&
			    vnet_group_route(b->v, v->groups[k], v))
				return true;
	return false;
}

/* The address space of its VNet that the endpoint is in. */
static struct prefix endpoint_space(const struct nic *n)
{
	const struct vnet *v = n->subnet->vnet;

	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_has(v->prefixes[i], n->ip))
			return v->prefixes[i];
	return n->subnet->prefix;
}

/* True if a user-defined route overrides an endpoint's /32; *why says why, or why not. */
static bool route_overrides(const struct nic *n, const struct route *u, struct str *why)
{
	bool policies =
	    n->subnet->policies == POLICIES_ENABLED || n->subnet->policies == POLICIES_ROUTES;
	struct prefix space = endpoint_space(n);

	if (policies && u->prefix.len >= space.len) {
		str_printf(why,
		           "; overridden by user-defined route %s: the endpoint's subnet has "
		           "network policies for route tables",
		           u->name);
		return true;
	}
	str_printf(why, "; user-defined route %s (%s) does not override it: ", u->name,
	           PREFIX_STR(u->prefix));
	if (policies)
		str_printf(why,
		           "it is shorter than the endpoint's address space %s; give a route of "
		           "/%u or longer",
		           PREFIX_STR(space), space.len);
	else
		str_printf(
		    why,
		    "subnet %s has no network policies for route tables; set its "
		    "privateEndpointNetworkPolicies to RouteTableEnabled and give a route of "
		    "/%u or longer, or give one of /32",
		    n->subnet->name, space.len);
	return false;
}

void build_private(struct build *b)
{
	for (size_t i = 0; i < b->m->n_endpoints; i++) {
		const struct nic *n = b->m->endpoints[i];
		const struct peering *p;
		const struct route *u;
		_cleanup_str_ struct str why = { 0 };

		if (!n->subnet || ip4_is_none(n->ip) || !reaches_endpoint(b, n, &p))
			continue;
		struct eff_route *r =
		    build_row(b, prefix_host(n->ip), SRC_DEFAULT, NH_INTERFACE_ENDPOINT);

		r->ptr = n->vm->ptr;
		r->vnet = n->subnet->vnet;
		r->peering = p;
		str_printf(&why, "private endpoint %s in subnet %s of %s", n->vm->name,
		           n->subnet->name, r->vnet->name);
		build_beaten_by_user(b, r, &why);
		u = r->state == ST_ACTIVE ? lpm_cover(b->user, prefix_host(n->ip)) : NULL;
		if (u && route_overrides(n, u, &why))
			r->state = ST_INVALID;
		build_finish(b, r, &why);
	}
}
