/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Application security groups: sets of NICs, which say that they belong to them. */
#include "azure/kind.h"
#include "base/str.h"
#include "input/load.h"

#define KEY "applicationSecurityGroups"

static const struct object_def asg = { "applicationSecurityGroup", "an application security group",
	                               "A name for NICs, which say that they belong to it.",
	                               (const struct field[]){ END } };

/* A group that a NIC names; NULL with a finding, which comes when tell is set. */
static struct asg *find_group(struct loader *l, json_t *list, size_t i, const struct nic *n,
                              bool tell)
{
	const char *name = json_string_value(json_array_get(list, i));
	struct asg *g = NULL;

	if (name && schema_name_valid(name))
		g = load_find(l, KEY, name);
	if (name && schema_name_valid(name) && !g && tell)
		load_no_such(l, KEY, name, arena_printf(l->a, "%s/" KEY "/%zu", n->ptr, i));
	return g;
}

static void count_nic(struct loader *l, struct nic *n, json_t *x)
{
	json_t *list = json_object_get(x, KEY);

	for (size_t i = 0; i < json_array_size(list); i++) {
		struct asg *g = find_group(l, list, i, n, true);

		if (g)
			g->n_nics++;
	}
}

static void add_group_member(struct loader *l, struct nic *n, json_t *x)
{
	json_t *list = json_object_get(x, KEY);

	for (size_t i = 0; i < json_array_size(list); i++) {
		struct asg *g = find_group(l, list, i, n, false);

		if (g)
			g->nics[g->n_nics++] = n;
	}
}

static void find_members(struct loader *l, const struct kind *k)
{
	(void)k;
	load_each_nic(l, count_nic);
	for (size_t i = 0; i < l->m->n_asgs; i++) {
		struct asg *g = &l->m->asgs[i];

		g->nics = arena_array(l->a, g->n_nics, sizeof(struct nic *));
		g->n_nics = 0;
	}
	load_each_nic(l, add_group_member);
}

const struct kind kind_asg = {
	.key = KEY,
	.what = "application security group",
	.help = "Application security groups by name.",
	.object = &asg,
	.azure = true,
	.place = 50,
	.list = KIND_LIST(asgs, n_asgs),
	.resolve = find_members,
};
