/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which VNets and subnets are next to one another: the lists of subnet peerings, and connected
 * groups. */
#include "base/str.h"
#include "input/load.h"

/* --- subnet peering -------------------------------------------------------------------------- */

static struct subnet *subnet_named(const struct vnet *v, const char *name)
{
	for (size_t i = 0; i < v->n_subnets; i++)
		if (strieq(v->subnets[i]->name, name))
			return v->subnets[i];
	return NULL;
}

/* The subnets of v that a list names; unknown ones are reported. */
static size_t resolve_names(struct loader *l, struct peering *p, const struct vnet *v, json_t *x,
                            const char *key, struct subnet ***ret)
{
	json_t *list = json_object_get(x, key), *name;
	size_t n = 0, i;

	*ret = arena_array(l->a, json_array_size(list), sizeof(struct subnet *));
	json_array_foreach (list, i, name) {
		const char *s = json_string_value(name);
		struct subnet *found = s ? subnet_named(v, s) : NULL;

		if (!s || !schema_name_valid(s)) {
			p->broken = true;
			continue;
		}
		if (found) {
			(*ret)[n++] = found;
			continue;
		}
		p->broken = true;
		load_unknown(l, SCOPE_SUBNETS, arena_printf(l->a, "%s/%s", v->name, s),
		             arena_printf(l->a, "%s/%s/%zu", p->ptr, key, i));
	}
	return n;
}

void resolve_peering_subnets(struct loader *l, struct peering *p, json_t *x)
{
	p->n_local_subnets = resolve_names(l, p, p->vnet, x, "localSubnetNames", &p->local_subnets);
	p->n_remote_subnets =
	    resolve_names(l, p, p->remote, x, "remoteSubnetNames", &p->remote_subnets);
}

/* --- connected groups ------------------------------------------------------------------------ */

void load_groups(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "connectedGroups"), *x;
	const struct jptr *at = JPTR(NULL, "connectedGroups");
	const char *key;

	m->groups = arena_array(l->a, json_object_size(map), sizeof(*m->groups));
	json_object_foreach (map, key, x) {
		struct connected_group *g = &m->groups[m->n_groups++];

		g->name = arena_strdup(l->a, key);
		g->ptr = load_ptr(l, JPTR(at, key));
		g->broken = !schema_fill(&schema_connected_group, x, l->a, g);
	}
}

static bool member(const struct connected_group *g, const struct vnet *v)
{
	for (size_t i = 0; i < g->n_vnets; i++)
		if (g->vnets[i] == v)
			return true;
	return false;
}

static void resolve_members(struct loader *l, struct connected_group *g, json_t *list)
{
	json_t *name;
	size_t i;

	g->vnets = arena_array(l->a, json_array_size(list), sizeof(struct vnet *));
	json_array_foreach (list, i, name) {
		const char *s = json_string_value(name);
		struct vnet *v = s ? model_vnet(l->m, s) : NULL;
		const char *ptr = arena_printf(l->a, "%s/virtualNetworks/%zu", g->ptr, i);

		if (!s || !schema_name_valid(s))
			g->broken = true;
		else if (!v)
			load_no_such(l, "virtualNetworks", s, ptr);
		else if (member(g, v))
			load_error(l, "GROUP-TWICE-01", NULL, ptr, "remove one of them",
			           "virtual network \"%s\" is in connected group \"%s\" twice",
			           v->name, g->name);
		else
			g->vnets[g->n_vnets++] = v;
	}
}

void resolve_groups(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "connectedGroups"), *x;
	const char *key;
	size_t i = 0;

	json_object_foreach (map, key, x)
		resolve_members(l, &m->groups[i++], json_object_get(x, "virtualNetworks"));
	for (i = 0; i < m->n_groups; i++)
		for (size_t k = 0; k < m->groups[i].n_vnets; k++)
			m->groups[i].vnets[k]->n_groups++;
	for (size_t k = 0; k < m->n_vnets; k++) {
		m->vnets[k].groups =
		    arena_array(l->a, m->vnets[k].n_groups, sizeof(struct connected_group *));
		m->vnets[k].n_groups = 0;
	}
	for (i = 0; i < m->n_groups; i++)
		for (size_t k = 0; k < m->groups[i].n_vnets; k++) {
			struct vnet *v = m->groups[i].vnets[k];

			v->groups[v->n_groups++] = &m->groups[i];
		}
}
