/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VNets, subnets, peerings. */
#include "base/str.h"
#include "input/load.h"

static void load_peerings(struct loader *l, struct vnet *v, json_t *map, const struct jptr *at)
{
	const char *key;
	json_t *x;

	v->peerings = arena_array(l->a, json_object_size(map), sizeof(*v->peerings));
	json_object_foreach (map, key, x) {
		struct peering *p = &v->peerings[v->n_peerings++];

		p->name = arena_strdup(l->a, key);
		p->ptr = load_ptr(l, JPTR(at, key));
		p->vnet = v;
		p->broken = !schema_fill(&schema_peering, x, l->a, p);
	}
}

static void load_subnets(struct loader *l, struct vnet *v, json_t *map, const struct jptr *at)
{
	const char *key;
	json_t *x;

	v->subnets = arena_array(l->a, json_object_size(map), sizeof(struct subnet *));
	json_object_foreach (map, key, x) {
		struct subnet *s = &l->m->subnets[l->m->n_subnets];

		s->idx = l->m->n_subnets++;
		s->name = arena_strdup(l->a, key);
		s->ptr = load_ptr(l, JPTR(at, key));
		s->vnet = v;
		load_fill(l, &schema_subnet, x, (struct resource *)s);
		v->subnets[v->n_subnets++] = s;
	}
}

static size_t load_vnet_prefixes(struct loader *l, struct vnet *v, json_t *list,
                                 struct prefix **ret)
{
	struct prefix *p = arena_array(l->a, json_array_size(list), sizeof(*p));
	size_t i, n = 0;
	json_t *x;

	json_array_foreach (list, i, x) {
		if (json_is_string(x) && !prefix_parse(json_string_value(x), &p[n]))
			n++;
		else
			v->broken = true;
	}
	*ret = p;
	return n;
}

/* "West Europe" and "westeurope" are one region. */
static const char *location_plain(struct arena *a, const char *s)
{
	char *plain = arena_strdup(a, s), *to = plain;

	for (const char *c = plain; c && *c; c++)
		if (*c != ' ')
			*to++ = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	if (plain)
		*to = 0;
	return plain;
}

static void load_vnets(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "virtualNetworks"), *x;
	const struct jptr *at = JPTR(NULL, "virtualNetworks");
	const char *key;
	size_t n_subnets = 0;

	json_object_foreach (map, key, x)
		n_subnets += json_object_size(json_object_get(x, "subnets"));
	m->vnets = arena_array(l->a, json_object_size(map), sizeof(*m->vnets));
	m->subnets = arena_array(l->a, n_subnets, sizeof(*m->subnets));
	json_object_foreach (map, key, x) {
		struct vnet *v = &m->vnets[m->n_vnets];
		const struct jptr *here = JPTR(at, key);

		v->idx = m->n_vnets++;
		v->name = arena_strdup(l->a, key);
		v->ptr = load_ptr(l, here);
		v->broken = !schema_fill(&schema_vnet, x, l->a, v);
		v->location =
		    location_plain(l->a, json_string_value(json_object_get(x, "location")));
		v->n_prefixes =
		    load_vnet_prefixes(l, v, json_object_get(x, "addressPrefixes"), &v->prefixes);
		v->broken |= !v->n_prefixes;
		v->n_summaries = load_vnet_prefixes(
		    l, v, json_object_get(x, "summarizedGatewayPrefixes"), &v->summaries);
		load_subnets(l, v, json_object_get(x, "subnets"), JPTR(here, "subnets"));
		load_peerings(l, v, json_object_get(x, "peerings"), JPTR(here, "peerings"));
	}
}

void load_networks(struct loader *l)
{
	load_vnets(l);
}

/* --- references ----------------------------------------------------------------------------- */

static void resolve_peering(struct loader *l, struct peering *p, json_t *x)
{
	const char *name = json_string_value(json_object_get(x, "remoteVirtualNetwork"));

	if (!name || !schema_name_valid(name)) {
		p->broken = true;
		return;
	}
	p->remote = model_vnet(l->m, name);
	if (p->remote) {
		resolve_peering_subnets(l, p, x);
		return;
	}
	p->broken = true;
	load_no_such(l, "virtualNetworks", name,
	             arena_printf(l->a, "%s/remoteVirtualNetwork", p->ptr));
}

/* The two halves find each other: each VNet's peerings sorted by remote would do, but a VNet has
 * few peerings except for hubs, whose spokes have few: search at the end that has fewer. */
static void pair_peerings(struct model *m)
{
	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t j = 0; j < m->vnets[i].n_peerings; j++) {
			struct peering *p = &m->vnets[i].peerings[j];

			for (size_t k = 0; p->remote && p->remote != p->vnet && !p->reverse &&
			                   k < p->remote->n_peerings &&
			                   (p->remote->n_peerings <= p->vnet->n_peerings);
			     k++) {
				struct peering *q = &p->remote->peerings[k];

				if (q->remote == p->vnet && !q->reverse) {
					p->reverse = q;
					q->reverse = p;
				}
			}
		}
}

void resolve_networks(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "virtualNetworks"), *x, *y;
	const char *key, *name;
	size_t i = 0;

	json_object_foreach (map, key, x) {
		struct vnet *v = &m->vnets[i++];
		size_t j = 0;

		json_object_foreach (json_object_get(x, "peerings"), name, y)
			resolve_peering(l, &v->peerings[j++], y);
	}
	pair_peerings(m);
}
