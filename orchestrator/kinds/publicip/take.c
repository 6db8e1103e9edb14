/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives objects their public addresses: those of publicIPAddresses, or some from 20.100.0.0/16. */
#include "azure/alloc.h"
#include "azure/public_ip.h"
#include "base/str.h"
#include "input/load.h"

#define PUBLIC_IPS "publicIPAddresses"

struct publics {
	ip4 *taken; /* given ones, ascending */
	size_t n_taken;
	ip4 next;
};

static int compare_ip4s(const void *pa, const void *pb)
{
	ip4 a = *(const ip4 *)pa, b = *(const ip4 *)pb;

	return (a > b) - (a < b);
}

static struct publics *collect_given(struct loader *l)
{
	const struct model *m = l->m;
	struct publics *p = arena_alloc(l->a, sizeof(*p));

	p->taken = arena_array(l->a, m->n_public_ips, sizeof(*p->taken));
	for (size_t i = 0; i < m->n_public_ips; i++)
		if (ip4_is_set(m->public_ips[i].ip) && !m->public_ips[i].broken)
			p->taken[p->n_taken++] = m->public_ips[i].ip;
	qsort(p->taken, p->n_taken, sizeof(*p->taken), compare_ip4s);
	return p;
}

/* owner: as findings call him. */
static ip4 take_public_ip(struct loader *l, const char *owner, const char *name, const char *ptr)
{
	struct publics *p = l->publics ? l->publics : (l->publics = collect_given(l));
	struct public_ip *e = NULL;

	if (name && !schema_name_valid(name))
		return IP4_NONE;
	if (name)
		e = load_find(l, PUBLIC_IPS, name);
	if (name && !e) {
		load_no_such(l, PUBLIC_IPS, name, ptr);
		return IP4_NONE;
	}
	if (e && e->owner) {
		load_error(l, "PIP-USED-01", "PublicIPAddressInUse", ptr,
		           "make an entry of publicIPAddresses for each that needs one",
		           "public IP address \"%s\" belongs to %s already", e->name, e->owner);
		return IP4_NONE;
	}
	ip4 ip = e && ip4_is_set(e->ip) ? e->ip : alloc_public(p->taken, p->n_taken, &p->next);

	if (e)
		e->owner = owner;
	if (ip4_is_none(ip))
		load_error(l, "PIP-ADDR-02", NULL, ptr, "give some of them in publicIPAddresses",
		           "20.100.0.0/16 has no free address left");
	return ip;
}

ip4 load_public_ip(struct loader *l, const char *owner, json_t *x, const char *ptr)
{
	if (x && !json_is_true(x) && !json_is_string(x))
		return IP4_NONE;
	return take_public_ip(l, arena_printf(l->a, "\"%s\"", owner), json_string_value(x), ptr);
}

void load_nic_public_ip(struct loader *l, struct nic *n, json_t *x, const char *ptr)
{
	const char *name = json_string_value(x);
	const struct public_ip *e =
	    name && schema_name_valid(name) ? load_find(l, PUBLIC_IPS, name) : NULL;

	n->public_basic = e && e->basic;
	if (json_is_true(x) || json_is_string(x))
		n->public_ip = take_public_ip(l, arena_printf(l->a, "NIC \"%s\"", n->name),
		                              json_string_value(x), ptr);
}
