/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/alloc.h"

#include "base/str.h"

#define PUBLIC_FIRST 0x14640004u /* 20.100.0.4 */

static int ip_cmp(const void *pa, const void *pb)
{
	ip4 a = *(const ip4 *)pa, b = *(const ip4 *)pb;

	return (a > b) - (a < b);
}

static bool is_taken(const ip4 *taken, size_t n, ip4 ip)
{
	return n && bsearch(&ip, taken, n, sizeof(ip), ip_cmp);
}

void alloc_keep(struct model *m, const json_t *kept)
{
	for (size_t i = 0; kept && i < m->n_nics; i++) {
		struct nic *nic = &m->nics[i];
		const char *s = json_string_value(json_object_get(kept, nic->name));
		ip4 ip;

		if (nic->dynamic && nic->subnet && s && ip4_parse(s, &ip) == 0 &&
		    ip >= nic->subnet->prefix.addr + 4 && ip < prefix_last(nic->subnet->prefix))
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

static void alloc_subnet(struct subnet *s, const struct route_server *rs, struct findings *f)
{
	_cleanup_free_ ip4 *taken = xcalloc(s->n_nics + s->n_lbs + 2, sizeof(*taken));
	size_t n = 0, t = 0;
	uint64_t next = (uint64_t)s->prefix.addr + 4;

	for (size_t i = 0; i < s->n_nics; i++)
		if (!s->nics[i]->dynamic)
			taken[n++] = s->nics[i]->ip;
	for (size_t i = 0; i < s->n_lbs; i++)
		if (!s->lbs[i]->dynamic)
			taken[n++] = s->lbs[i]->ip;
	if (rs && rs->subnet == s) {
		taken[n++] = rs->instance[0];
		taken[n++] = rs->instance[1];
	}
	qsort(taken, n, sizeof(*taken), ip_cmp);
	for (size_t i = 0, given = n; i < s->n_nics; i++) { /* alloc_keep() */
		struct nic *nic = s->nics[i];

		if (!nic->dynamic || !nic->ip)
			continue;
		if (is_taken(taken, given, nic->ip))
			nic->ip = 0;
		else
			taken[n++] = nic->ip;
	}
	qsort(taken, n, sizeof(*taken), ip_cmp);
	for (size_t i = 0; i < s->n_nics; i++) {
		struct nic *nic = s->nics[i];

		if (!nic->dynamic || nic->ip)
			continue;
		for (; t < n && taken[t] <= next; t++)
			next += taken[t] == next;
		/* The last address is Azure's. */
		if (next >= prefix_last(s->prefix)) {
			nic->broken = true;
			no_address(s, nic->ptr, nic->name, f);
			continue;
		}
		nic->ip = (ip4)next++;
	}
	for (size_t i = 0; i < s->n_lbs; i++) {
		struct load_balancer *lb = s->lbs[i];

		if (!lb->dynamic)
			continue;
		for (; t < n && taken[t] <= next; t++)
			next += taken[t] == next;
		if (next < prefix_last(s->prefix)) {
			lb->ip = (ip4)next++;
			continue;
		}
		lb->broken = true;
		no_address(s, lb->ptr, lb->name, f);
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
	if (*next < PUBLIC_FIRST)
		*next = PUBLIC_FIRST;
	for (;;) {
		size_t lo = 0, hi = n;

		if (*next >= DEFAULT_OUTBOUND_IP)
			return 0;
		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (taken[mid] < *next)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo == n || taken[lo] != *next)
			return (*next)++;
		++*next;
	}
}
