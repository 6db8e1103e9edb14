/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connected groups: the rules (azure-behaviour 3). */
#include "azure/check.h"
#include "base/str.h"

enum { MAX_GROUPS = 2 }; /* that a virtual network is in */

static bool find_overlap_of_members(const struct vnet *a, const struct vnet *z, struct prefix *pa,
                                    struct prefix *pz)
{
	for (size_t i = 0; i < a->n_prefixes; i++)
		for (size_t k = 0; k < z->n_prefixes; k++)
			if (prefix_overlaps(a->prefixes[i], z->prefixes[k])) {
				*pa = a->prefixes[i];
				*pz = z->prefixes[k];
				return true;
			}
	return false;
}

static void check_connected_group(const struct connected_group *g, struct findings *f)
{
	const char *location = NULL;

	for (size_t i = 0; i < g->n_vnets; i++) {
		const struct vnet *v = g->vnets[i];
		struct prefix pa, pz;

		if (!g->global && location && v->location && !strieq(location, v->location)) {
			warning_at(f, "GROUP-REGION-01", NULL, g->ptr, "set isGlobal to true",
			           "connected group \"%s\" is not global: \"%s\" (%s) and members "
			           "in %s do not reach one another",
			           g->name, v->name, v->location, location);
			return;
		}
		location = location ? location : v->location;
		for (size_t k = 0; k < i; k++)
			if (!v->broken && find_overlap_of_members(g->vnets[k], v, &pa, &pz))
				warning_at(f, "GROUP-OVERLAP-01", NULL, g->ptr,
				           "give one of them another address space",
				           "\"%s\" (%s) and \"%s\" (%s) of connected group "
				           "\"%s\" overlap: nothing passes from or "
				           "to these ranges",
				           g->vnets[k]->name, PREFIX_STR(pa), v->name,
				           PREFIX_STR(pz), g->name);
	}
	if (g->n_vnets == 1)
		warning_at(f, "GROUP-ALONE-01", NULL, g->ptr, "add other VNets",
		           "connected group \"%s\" has one member only", g->name);
}

static void check_connected_groups(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_vnets; i++)
		if (m->vnets[i].n_groups > MAX_GROUPS)
			error_at(f, "GROUP-LIMIT-01", NULL, m->vnets[i].ptr, "leave some of them",
			         "virtual network \"%s\" is in %zu connected groups; the limit "
			         "is %d",
			         m->vnets[i].name, m->vnets[i].n_groups, MAX_GROUPS);
	for (size_t i = 0; i < m->n_groups; i++)
		if (!m->groups[i].broken)
			check_connected_group(&m->groups[i], f);
}

const struct rules connected_group_rules = { check_connected_groups };
