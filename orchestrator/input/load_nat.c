/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways; load_public.c gives them their addresses. */
#include "base/str.h"
#include "input/load.h"

void load_nat_gateways(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "natGateways"), *x;
	const struct jptr *at = JPTR(NULL, "natGateways");
	const char *key;

	m->nat_gateways = arena_array(l->a, json_object_size(map), sizeof(*m->nat_gateways));
	json_object_foreach (map, key, x) {
		struct nat_gateway *g = &m->nat_gateways[m->n_nat_gateways++];

		g->name = arena_strdup(l->a, key);
		g->ptr = load_ptr(l, JPTR(at, key));
		g->first = m->settings.nat_first;
		g->icmp = m->settings.nat_icmp;
	}
}

static void resolve_subnet(struct loader *l, struct subnet *s, json_t *x)
{
	const char *name = json_string_value(json_object_get(x, "natGateway"));

	if (!name || !schema_name_valid(name))
		return;
	for (size_t i = 0; i < l->m->n_nat_gateways && !s->nat_gateway; i++)
		if (strieq(l->m->nat_gateways[i].name, name))
			s->nat_gateway = &l->m->nat_gateways[i];
	if (!s->nat_gateway)
		load_unknown(l, K_NAT_GATEWAY, name, arena_printf(l->a, "%s/natGateway", s->ptr));
	else if (!s->nat_gateway->vnet)
		s->nat_gateway->vnet = s->vnet;
}

void resolve_nat_gateways(struct loader *l)
{
	const char *key, *name;
	json_t *x, *y;
	size_t i = 0;

	json_object_foreach (json_object_get(l->root, "virtualNetworks"), key, x)
		json_object_foreach (json_object_get(x, "subnets"), name, y)
			resolve_subnet(l, &l->m->subnets[i++], y);
}
