/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connected groups: virtual networks that reach one another without peerings. */
#include "azure/kind.h"
#include "base/str.h"
#include "input/load.h"

static const struct object_def connected_group = {
	"connectedGroup", "a connected group",
	"Azure Virtual Network Manager's mesh: its members reach one another without peerings.",
	(const struct field[]){ { .name = "virtualNetworks",
	                          .type = T_LIST,
	                          .shows = SHOWS_IN_FABRIC,
	                          .item = T_NAME,
	                          .required = true,
	                          .min = 1,
	                          .help = "its members" },
	                        { .name = "isGlobal",
	                          .type = T_BOOL,
	                          .shows = SHOWS_IN_FABRIC,
	                          .dflt = "false",
	                          .at = AT(struct connected_group, global),
	                          .help = "Members of different regions reach one another, too." },
	                        END }
};

static bool has_member(const struct connected_group *g, const struct vnet *v)
{
	for (size_t i = 0; i < g->n_vnets; i++)
		if (g->vnets[i] == v)
			return true;
	return false;
}

static void resolve_members(struct loader *l, void *obj, json_t *x)
{
	struct connected_group *g = obj;
	json_t *list = json_object_get(x, "virtualNetworks"), *name;
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
		else if (has_member(g, v))
			load_error(l, "GROUP-TWICE-01", NULL, ptr, "remove one of them",
			           "virtual network \"%s\" is in connected group \"%s\" twice",
			           v->name, g->name);
		else
			g->vnets[g->n_vnets++] = v;
	}
}

/* Virtual networks know the groups that they are in. */
static void resolve_groups(struct loader *l, const struct kind *k)
{
	struct model *m = l->m;

	load_each(l, k, resolve_members);
	for (size_t i = 0; i < m->n_groups; i++)
		for (size_t j = 0; j < m->groups[i].n_vnets; j++)
			m->groups[i].vnets[j]->n_groups++;
	for (size_t i = 0; i < m->n_vnets; i++) {
		struct vnet *v = &m->vnets[i];

		v->groups = arena_array(l->a, v->n_groups, sizeof(struct connected_group *));
		v->n_groups = 0;
	}
	for (size_t i = 0; i < m->n_groups; i++)
		for (size_t j = 0; j < m->groups[i].n_vnets; j++) {
			struct vnet *v = m->groups[i].vnets[j];

			v->groups[v->n_groups++] = &m->groups[i];
		}
}

const struct kind kind_connected_group = {
	.key = "connectedGroups",
	.what = "connected group",
	.help = "Meshes of Azure Virtual Network Manager by name.",
	.object = &connected_group,
	.place = 20,
	.list = KIND_LIST(groups, n_groups),
	.resolve = resolve_groups,
};
