/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/fabric_diff.h"

#include <string.h>

/* Merges two sorted arrays: in want alone, or in both but not equal: set; in have alone: delete. */
#define MERGE(kind, cmp, same, set, del) \
	do { \
		size_t i_ = 0, k_ = 0; \
		ret->set = xcalloc(want->kind ? want->n_##kind : 0, sizeof(*ret->set)); \
		ret->del = xcalloc(have->kind ? have->n_##kind : 0, sizeof(*ret->del)); \
		while (i_ < have->n_##kind || k_ < want->n_##kind) { \
			int c_ = i_ == have->n_##kind   ? 1 \
			         : k_ == want->n_##kind ? -1 \
			                                : cmp(&have->kind[i_], &want->kind[k_]); \
			if (c_ < 0) \
				ret->del[ret->n_##del++] = &have->kind[i_++]; \
			else if (c_ > 0) \
				ret->set[ret->n_##set++] = &want->kind[k_++]; \
			else { \
				if (!same(&have->kind[i_], &want->kind[k_])) \
					ret->set[ret->n_##set++] = &want->kind[k_]; \
				i_++, k_++; \
			} \
		} \
	} while (0)

static bool same_rule(const struct fab_rule *a, const struct fab_rule *b)
{
	return fab_rule_cmp(a, b) == 0; /* a rule is all key */
}

/* Sorted by table, delivery tables are behind class tables; they must be filled before a class
 * table sends packets on to them. */
static void reverse_routes(const struct fab_route **r, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		const struct fab_route *t = r[i];

		r[i] = r[n - 1 - i];
		r[n - 1 - i] = t;
	}
}

void fab_diff(const struct fabric *have, const struct fabric *want, struct fab_diff *ret)
{
	memset(ret, 0, sizeof(*ret));
	MERGE(neighs, fab_neigh_cmp, fab_neigh_eq, neighs_set, neighs_del);
	MERGE(routes, fab_route_cmp, fab_route_eq, routes_set, routes_del);
	MERGE(rules, fab_rule_cmp, same_rule, rules_add, rules_del);
	reverse_routes(ret->routes_set, ret->n_routes_set);
}

void fab_diff_free(struct fab_diff *d)
{
	free(d->neighs_set);
	free(d->routes_set);
	free(d->rules_add);
	free(d->rules_del);
	free(d->routes_del);
	free(d->neighs_del);
	memset(d, 0, sizeof(*d));
}

bool fab_renumbered(const struct fabric *have, const struct fabric *want)
{
	size_t i = 0, k = 0;

	while (i < have->n_ports && k < want->n_ports) {
		int c = fab_port_cmp(&have->ports[i], &want->ports[k]);

		if (c == 0 && have->ports[i].mark != want->ports[k].mark)
			return true;
		i += c <= 0;
		k += c >= 0;
	}
	return false;
}

enum { ASIDE = 0x8000 }; /* the top bit of a class's or VNet's 16 */

static uint32_t mark_aside(uint32_t mark)
{
	uint32_t class = mark & 0xffff, vnet = mark >> MARK_VNET_SHIFT;

	if (mark >= MARK_BACKEND) /* these have no class and no VNet */
		return mark;
	return (class ? class | ASIDE : 0) | (vnet ? vnet | ASIDE : 0) << MARK_VNET_SHIFT;
}

#define COPY(field) \
	do { \
		a->n_##field = a->cap_##field = f->n_##field; \
		a->field = xcalloc(f->n_##field, sizeof(*f->field)); \
		if (f->n_##field) \
			memcpy(a->field, f->field, f->n_##field * sizeof(*f->field)); \
	} while (0)

struct fabric *fab_aside(const struct fabric *f)
{
	struct fabric *a = xcalloc(1, sizeof(*a));

	a->arena = arena_new();
	COPY(routes);
	COPY(rules);
	COPY(neighs);
	COPY(ports);
	COPY(pairs);
	COPY(spaces);
	COPY(balancers);
	COPY(backends);
	COPY(chains); /* with the texts of f */
	COPY(binds);
	/* All are moved by the same distance, so the order stays. */
	for (size_t i = 0; i < a->n_routes; i++)
		a->routes[i].table += a->routes[i].table < TABLE_BACKEND_BASE ? ASIDE : 0;
	for (size_t i = 0; i < a->n_rules; i++) {
		a->rules[i].table += a->rules[i].table < TABLE_BACKEND_BASE ? ASIDE : 0;
		a->rules[i].mark = mark_aside(a->rules[i].mark);
	}
	for (size_t i = 0; i < a->n_ports; i++)
		a->ports[i].mark = mark_aside(a->ports[i].mark);
	for (size_t i = 0; i < a->n_pairs; i++)
		a->pairs[i].from |= ASIDE, a->pairs[i].to |= ASIDE;
	for (size_t i = 0; i < a->n_spaces; i++)
		a->spaces[i].vnet |= ASIDE;
	for (size_t i = 0; i < a->n_balancers; i++)
		a->balancers[i].vnet |= ASIDE;
	for (size_t i = 0; i < a->n_backends; i++)
		a->backends[i].vnet |= ASIDE;
	return a;
}

bool fab_is_aside(const struct fabric *f)
{
	for (size_t i = 0; i < f->n_ports; i++)
		if (f->ports[i].mark & ((uint32_t)ASIDE << MARK_VNET_SHIFT))
			return true;
	return false;
}
