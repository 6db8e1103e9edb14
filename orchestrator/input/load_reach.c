/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of subnet peerings. */
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
