/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/alloc.h"

#include "azure/subnet.h"
#include "base/str.h"

#define PUBLIC_FIRST IP4(20, 100, 0, 4)
#define RANGES_FIRST IP4(20, 101, 0, 0)
#define RANGES_LAST IP4(20, 101, 255, 255)

static int compare_addresses(const void *a, const void *b)
{
	return ip4_cmp(*(const ip4 *)a, *(const ip4 *)b);
}

static bool is_taken(const ip4 *taken, size_t n, ip4 ip)
{
	return n && bsearch(&ip, taken, n, sizeof(ip), compare_addresses);
}

void alloc_keep(struct model *m, const json_t *kept)
{
	for (size_t i = 0; kept && i < m->n_nics; i++) {
		struct nic *nic = &m->nics[i];
		const char *s = json_string_value(json_object_get(kept, nic->name));
		ip4 ip;

		if (nic->dynamic && nic->subnet && s && ip4_parse(s, &ip) == 0 &&
		    prefix_has(nic->subnet->prefix, ip) && !subnet_keeps(nic->subnet->prefix, ip))
			nic->ip = ip;
	}
}

static void no_address(const struct subnet *s, const char *ptr, const char *name,
                       struct findings *f)
{
	finding_add(f, SEV_ERROR, "ADDR-FULL-01", "SubnetIsFull", ptr,
	            "make the subnet bigger or use another one",
	            "subnet %s/%s (%s) has no free address for \"%s\"", s->vnet->name, s->name,
	            PREFIX_STR(s->prefix), name);
}

/* The lowest free address from place *next on, taken is sorted and *t the first that is not passed
 * yet; false: none is left. */
static bool take_free(struct prefix p, const ip4 *taken, size_t n, size_t *t, uint32_t *next,
                      ip4 *ret)
{
	for (; *t < n && prefix_place(p, taken[*t]) <= *next; ++*t)
		*next += prefix_place(p, taken[*t]) == *next;
	if (prefix_place(p, prefix_last(p)) <= *next)
		return false;
	*ret = prefix_at(p, (*next)++);
	return true;
}

static void alloc_subnet(struct subnet *s, const struct route_server *rs, struct findings *f)
{
	_cleanup_free_ ip4 *taken = xcalloc(s->n_nics + s->n_lbs + 2, sizeof(*taken));
	size_t n = 0, t = 0;
	uint32_t next = SUBNET_KEPT;

	for (size_t i = 0; i < s->n_nics; i++)
		if (!s->nics[i]->dynamic && prefix_has(s->prefix, s->nics[i]->ip))
			taken[n++] = s->nics[i]->ip;
	for (size_t i = 0; i < s->n_lbs; i++)
		if (!s->lbs[i]->dynamic && prefix_has(s->prefix, s->lbs[i]->ip))
			taken[n++] = s->lbs[i]->ip;
	if (rs && rs->subnet == s) {
		taken[n++] = rs->instance[0];
		taken[n++] = rs->instance[1];
	}
	qsort(taken, n, sizeof(*taken), compare_addresses);
	for (size_t i = 0, given = n; i < s->n_nics; i++) { /* alloc_keep() */
		struct nic *nic = s->nics[i];

		if (!nic->dynamic || ip4_is_none(nic->ip))
			continue;
		if (is_taken(taken, given, nic->ip))
			nic->ip = IP4_NONE;
		else
			taken[n++] = nic->ip;
	}
	qsort(taken, n, sizeof(*taken), compare_addresses);
	for (size_t i = 0; i < s->n_nics; i++) {
		struct nic *nic = s->nics[i];

		if (!nic->dynamic || ip4_is_set(nic->ip))
			continue;
		if (!take_free(s->prefix, taken, n, &t, &next, &nic->ip)) {
			nic->broken = true;
			no_address(s, nic->ptr, nic->name, f);
		}
	}
	for (size_t i = 0; i < s->n_lbs; i++) {
		struct load_balancer *lb = s->lbs[i];

		if (!lb->dynamic)
			continue;
		if (!take_free(s->prefix, taken, n, &t, &next, &lb->ip)) {
			lb->broken = true;
			no_address(s, lb->ptr, lb->name, f);
		}
	}
}

void alloc_private(struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_subnets; i++)
		if (!m->subnets[i].broken)
			alloc_subnet(&m->subnets[i], m->subnets[i].vnet->route_server, f);
}

ip4 alloc_public(const ip4 *taken, size_t n, ip4 *next)
{
	if (ip4_cmp(*next, PUBLIC_FIRST) < 0)
		*next = PUBLIC_FIRST;
	for (;;) {
		size_t lo = 0, hi = n;

		if (ip4_cmp(*next, DEFAULT_OUTBOUND_IP) >= 0)
			return IP4_NONE;
		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (ip4_cmp(taken[mid], *next) < 0)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo == n || taken[lo] != *next)
			return (*next)++;
		++*next;
	}
}

static bool overlaps_any(const struct prefix *taken, size_t n, struct prefix p)
{
	for (size_t i = 0; i < n; i++)
		if (taken[i].len && prefix_overlaps(taken[i], p))
			return true;
	return false;
}

struct prefix alloc_public_range(const struct prefix *taken, size_t n, unsigned length)
{
	struct prefix p = { RANGES_FIRST, (uint8_t)length };

	while (ip4_cmp(p.addr, RANGES_LAST) <= 0 && overlaps_any(taken, n, p))
		p.addr = prefix_at(p, (uint32_t)prefix_size(p));
	return ip4_cmp(p.addr, RANGES_LAST) <= 0 ? p : (struct prefix){ 0 };
}
