/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/rib.h"

#include "base/mem.h"

struct rib *rib_new(size_t n_tables)
{
	struct rib *r = xcalloc(1, sizeof(*r));

	r->tables = xcalloc(n_tables, sizeof(*r->tables));
	r->n_tables = n_tables;
	return r;
}

struct rib *rib_free(struct rib *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->n_tables; i++)
		for (unsigned k = 0; k < 2; k++)
			free(r->tables[i][k].routes);
	free(r->tables);
	free(r);
	return NULL;
}

void rib_free_p(struct rib **r)
{
	*r = rib_free(*r);
}

/* Position of p, or where it belongs. */
static size_t find_position(const struct rib_table *t, struct prefix p)
{
	size_t lo = 0, hi = t->n;

	/* Instances report in order: the end is the common place for a new one. */
	if (hi && prefix_cmp(t->routes[hi - 1].prefix, p) < 0)
		return hi;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (prefix_cmp(t->routes[mid].prefix, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_route_at(const struct rib_table *t, size_t i, struct prefix p)
{
	return i < t->n && prefix_eq(t->routes[i].prefix, p);
}

/* Inserts in order; of more than RIB_MAX_NEXT_HOPS the lowest stay. */
static void add_next_hop(struct rib_route *r, ip4 nh)
{
	unsigned i = 0;

	while (i < r->n_next_hops && ip4_cmp(r->next_hops[i], nh) < 0)
		i++;
	if (i == RIB_MAX_NEXT_HOPS || (i < r->n_next_hops && r->next_hops[i] == nh))
		return;
	if (r->n_next_hops == RIB_MAX_NEXT_HOPS)
		r->n_next_hops--;
	memmove(&r->next_hops[i + 1], &r->next_hops[i],
	        (r->n_next_hops - i) * sizeof(r->next_hops[0]));
	r->next_hops[i] = nh;
	r->n_next_hops++;
}

void rib_set(struct rib_table *t, struct prefix p, const ip4 *next_hops, size_t n)
{
	size_t i = find_position(t, p);

	if (!is_route_at(t, i, p)) {
		(void)VEC_PUSH(t->routes, t->n, t->cap);
		memmove(&t->routes[i + 1], &t->routes[i], (t->n - 1 - i) * sizeof(*t->routes));
	}
	t->routes[i] = (struct rib_route){ .prefix = p };
	for (size_t k = 0; k < n; k++)
		add_next_hop(&t->routes[i], next_hops[k]);
}

void rib_del(struct rib_table *t, struct prefix p)
{
	size_t i = find_position(t, p);

	if (!is_route_at(t, i, p))
		return;
	t->n--;
	memmove(&t->routes[i], &t->routes[i + 1], (t->n - i) * sizeof(*t->routes));
}

const struct rib_route *rib_get(const struct rib_table *t, struct prefix p)
{
	size_t i = find_position(t, p);

	return is_route_at(t, i, p) ? &t->routes[i] : NULL;
}

bool rib_same(const struct rib_route *a, const struct rib_route *b)
{
	if (!a || !b)
		return a == b;
	return prefix_eq(a->prefix, b->prefix) && a->n_next_hops == b->n_next_hops &&
	       memcmp(a->next_hops, b->next_hops, a->n_next_hops * sizeof(a->next_hops[0])) == 0;
}

enum { ONE_BY_ONE = 4 }; /* so few are moved in place */

void rib_merge(struct rib_table *t, const struct rib_route *changes, size_t n)
{
	struct rib_table to = { .silent = t->silent };
	size_t i = 0, k = 0;

	if (n < ONE_BY_ONE) {
		for (; k < n; k++) {
			if (changes[k].n_next_hops)
				rib_set(t, changes[k].prefix, changes[k].next_hops,
				        changes[k].n_next_hops);
			else
				rib_del(t, changes[k].prefix);
		}
		return;
	}
	to.cap = t->n + n;
	to.routes = xcalloc(to.cap, sizeof(*to.routes));
	while (i < t->n || k < n) {
		int c = i == t->n ? 1
		        : k == n  ? -1
		                  : prefix_cmp(t->routes[i].prefix, changes[k].prefix);

		if (c < 0)
			to.routes[to.n++] = t->routes[i++];
		else if (changes[k].n_next_hops)
			to.routes[to.n++] = changes[k];
		i += c == 0;
		k += c >= 0;
	}
	free(t->routes);
	*t = to;
}

void rib_copy(struct rib_table *to, const struct rib_table *from)
{
	free(to->routes);
	to->routes = NULL;
	to->n = to->cap = from->n;
	if (!from->n)
		return;
	to->routes = xmalloc(from->n * sizeof(*to->routes));
	memcpy(to->routes, from->routes, from->n * sizeof(*to->routes));
}
