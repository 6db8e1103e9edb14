/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Application security groups: the rules. */
#include "azure/check.h"

static void check_members(const struct asg *g, struct findings *f)
{
	for (size_t i = 1; i < g->n_nics; i++) {
		const struct nic *a = g->nics[0], *b = g->nics[i];

		if (a->subnet && b->subnet && a->subnet->vnet != b->subnet->vnet)
			error_at(f, "NSG-ASG-01", NULL, b->ptr,
			         "make a group for each virtual network",
			         "application security group \"%s\" has NICs in \"%s\" and in "
			         "\"%s\": all of them must be in one VNet",
			         g->name, a->subnet->vnet->name, b->subnet->vnet->name);
	}
}

static void check_asgs(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_asgs; i++)
		check_members(&m->asgs[i], f);
}

const struct rules asg_rules = { check_asgs };
