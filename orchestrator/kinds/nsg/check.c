/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups: azure-behaviour 4. */
#include "azure/check.h"
#include "base/str.h"
#include "kinds/nsg/nsg.h"

static int rule_cmp(const void *pa, const void *pb)
{
	const struct security_rule *a = *(const struct security_rule *const *)pa,
	                           *b = *(const struct security_rule *const *)pb;

	if (a->direction != b->direction)
		return a->direction < b->direction ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	return (a > b) - (a < b); /* of one array */
}

static void check_priorities(const struct nsg *g, struct findings *f)
{
	_cleanup_free_ const struct security_rule **s = xcalloc(g->n_rules + 1, sizeof(*s));
	size_t n = 0;

	for (size_t i = 0; i < g->n_rules; i++) {
		const struct security_rule *r = &g->rules[i];

		if (r->broken)
			continue;
		s[n++] = r;
		if (r->priority < 100 || r->priority > 4096) {
			_cleanup_free_ char *ptr = xasprintf("%s/priority", r->ptr);

			error_at(f, "NSG-PRIO-01", "SecurityRuleInvalidPriority", ptr,
			         "take one from 100 to 4096",
			         "rule \"%s\" has priority %u; Azure takes 100 to 4096", r->name,
			         r->priority);
		}
	}
	qsort(s, n, sizeof(*s), rule_cmp);
	for (size_t i = 1; i < n; i++)
		if (s[i]->direction == s[i - 1]->direction && s[i]->priority == s[i - 1]->priority)
			error_at(f, "NSG-PRIO-02", "SecurityRuleConflict", s[i]->ptr,
			         "give one of them another priority",
			         "rules \"%s\" and \"%s\" of \"%s\" have the same priority %u and "
			         "direction",
			         s[i - 1]->name, s[i]->name, g->name, s[i]->priority);
}

/* One VNet for all groups of a rule, as for all NICs of a group; *v is what it is so far. */
static void check_one_vnet(const struct security_rule *r, const struct nsg_side *s,
                           const struct vnet **v, struct findings *f)
{
	for (size_t i = 0; i < s->n_asgs; i++) {
		const struct asg *g = s->asgs[i];
		const struct vnet *its =
		    g->n_nics && g->nics[0]->subnet ? g->nics[0]->subnet->vnet : NULL;

		if (*v && its && its != *v)
			error_at(f, "NSG-ASG-02", NULL, r->ptr,
			         "name groups whose NICs are in one virtual network",
			         "rule \"%s\": group \"%s\" is in virtual network \"%s\", another "
			         "one in \"%s\"",
			         r->name, g->name, its->name, (*v)->name);
		*v = *v ? *v : its;
	}
}

static void check_sides(const struct security_rule *r, struct findings *f)
{
	const struct nsg_side *s[] = { &r->src, &r->dst };
	const struct vnet *v = NULL;

	for (unsigned i = 0; i < 2; i++) {
		if (s[i]->n_asgs && s[i]->named)
			error_at(f, "NSG-ADDR-02", NULL, r->ptr, "keep one of them",
			         "rule \"%s\" has both addresses and application security groups "
			         "as %s",
			         r->name, i ? "destination" : "source");
		check_one_vnet(r, s[i], &v, f);
	}
}

static void check_attached(const struct model *m, bool *used, struct findings *f)
{
	for (size_t i = 0; i < m->n_subnets; i++) {
		const struct subnet *s = &m->subnets[i];
		_cleanup_free_ char *ptr = xasprintf("%s/networkSecurityGroup", s->ptr);

		if (!s->nsg)
			continue;
		used[s->nsg->idx] = true;
		if (strieq(s->name, "RouteServerSubnet") || strieq(s->name, "GatewaySubnet"))
			error_at(
			    f, "NSG-SUBNET-01", NULL, ptr, "remove it",
			    "network security group \"%s\" is attached to %s, which takes none",
			    s->nsg->name, s->name);
	}
	for (size_t i = 0; i < m->n_nics; i++)
		if (m->nics[i].nsg)
			used[m->nics[i].nsg->idx] = true;
}

static void check_nsgs(const struct model *m, struct findings *f)
{
	_cleanup_free_ bool *used = xcalloc(m->n_nsgs + 1, sizeof(*used));

	check_attached(m, used, f);
	for (size_t i = 0; i < m->n_nsgs; i++) {
		const struct nsg *g = &m->nsgs[i];

		check_priorities(g, f);
		for (size_t k = 0; k < g->n_rules; k++)
			if (!g->rules[k].broken)
				check_sides(&g->rules[k], f);
		if (!used[i])
			info_at(f, "NSG-USED-01", g->ptr, "attach it, or remove it",
			        "network security group \"%s\" is attached to no subnet and no NIC",
			        g->name);
	}
}

const struct rules nsg_rules = { check_nsgs };
