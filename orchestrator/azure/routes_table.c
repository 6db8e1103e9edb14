/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Life and look-up of effective-route tables, and the cache of them. */
#include "azure/hybrid.h"
#include "azure/routes.h"
#include "base/lpm.h"

struct eff_table *eff_table_free(struct eff_table *t)
{
	if (t) {
		lpm_free(t->index);
		free(t->routes);
		free(t->hidden);
		arena_free(t->arena); /* t itself lives there */
	}
	return NULL;
}

void eff_table_free_p(struct eff_table **t)
{
	*t = eff_table_free(*t);
}

const struct eff_route *eff_lookup(const struct eff_table *t, ip4 dst)
{
	const struct eff_route *best = NULL;

	if (t->index)
		return lpm_match(t->index, dst);
	for (size_t i = 0; i < t->n; i++) {
		const struct eff_route *r = &t->routes[i];

		if (r->state == ST_ACTIVE && prefix_has(r->prefix, dst) &&
		    (!best || r->prefix.len > best->prefix.len))
			best = r;
	}
	return best;
}

static bool same_services(const struct subnet *a, const struct subnet *b)
{
	if (a->n_services != b->n_services)
		return false;
	for (size_t i = 0; i < a->n_services; i++)
		if (!prefix_eq(a->services[i].prefix, b->services[i].prefix))
			return false;
	return true;
}

/* With subnet peering the rows are the same in all subnets, but nothing passes by them from subnets
 * that take no part: their reasons differ. */
static bool have_same_routes(const struct subnet *a, const struct subnet *b)
{
	if (a->route_table != b->route_table || !same_services(a, b))
		return false;
	/* GatewaySubnet gets no default route by BGP: azure-behaviour 7.6. */
	if (subnet_is_gateways(a) != subnet_is_gateways(b))
		return false;
	for (size_t i = 0; i < a->vnet->n_peerings; i++) {
		const struct peering *p = &a->vnet->peerings[i];

		if (peering_connected(p) && (!p->complete || !p->reverse->complete) &&
		    peering_has_local(p, a) != peering_has_local(p, b))
			return false;
	}
	return true;
}

const struct subnet *effective_routes_like(const struct subnet *s)
{
	if (s->like)
		return s->like;
	for (size_t i = 0; i < s->vnet->n_subnets; i++)
		if (have_same_routes(s->vnet->subnets[i], s))
			return s->vnet->subnets[i];
	return s;
}

void effective_routes_share(struct model *m)
{
	for (size_t i = 0; i < m->n_subnets; i++)
		m->subnets[i].like = NULL;
	for (size_t i = 0; i < m->n_subnets; i++)
		m->subnets[i].like = effective_routes_like(&m->subnets[i]);
}

struct eff_cache {
	const struct model *m;
	const struct rib *rib;
	const struct runtime *rt;
	struct eff_table *(*tables)[2]; /* by subnet->idx and instance */
	size_t n; /* subnets, bare ones too; the model may be gone when it is freed */
};

struct eff_cache *eff_cache_new(const struct model *m, const struct rib *rib,
                                const struct runtime *rt)
{
	struct eff_cache *c = xcalloc(1, sizeof(*c));

	*c = (struct eff_cache){ .m = m, .rib = rib, .rt = rt, .n = m->n_subnets * 2 };
	c->tables = xcalloc(c->n, sizeof(*c->tables));
	return c;
}

struct eff_cache *eff_cache_free(struct eff_cache *c)
{
	if (!c)
		return NULL;
	for (size_t i = 0; i < c->n; i++)
		for (unsigned k = 0; k < 2; k++)
			eff_table_free(c->tables[i][k]);
	free(c->tables);
	free(c);
	return NULL;
}

void eff_cache_free_p(struct eff_cache **c)
{
	*c = eff_cache_free(*c);
}

const struct eff_table *eff_cache_get(struct eff_cache *c, const struct subnet *s,
                                      unsigned instance)
{
	struct eff_table **t = &c->tables[s->idx][instance];

	if (!*t)
		*t = effective_routes(c->m, s, instance, c->rib, c->rt);
	return *t;
}
