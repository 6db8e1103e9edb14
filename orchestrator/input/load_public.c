/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public addresses of NICs: allocated, or those of publicIPAddresses. */
#include <strings.h>

#include "azure/alloc.h"
#include "azure/firewall.h"
#include "azure/hybrid.h"
#include "base/str.h"
#include "input/load.h"

struct public_ip {
	const char *name, *ptr;
	ip4 ip;
	bool broken;
	const struct nic *user;
};

struct publics {
	struct public_ip *v; /* by name */
	size_t n;
	ip4 *taken; /* given ones, ascending */
	size_t n_taken;
	ip4 next;
};

static int ip_cmp(const void *pa, const void *pb)
{
	ip4 a = *(const ip4 *)pa, b = *(const ip4 *)pb;

	return (a > b) - (a < b);
}

static int entry_cmp(const void *pa, const void *pb)
{
	const struct public_ip *a = pa, *b = pb;

	return strcasecmp(a->name, b->name);
}

static int entry_ip_cmp(const void *pa, const void *pb)
{
	const struct public_ip *a = *(struct public_ip *const *)pa,
	                       *b = *(struct public_ip *const *)pb;
	int d = ip4_cmp(a->ip, b->ip);

	return d ? d : strcmp(a->ptr, b->ptr);
}

static void read_entries(struct loader *l, struct publics *p)
{
	json_t *map = json_object_get(l->root, "publicIPAddresses"), *x;
	const struct jptr *at = JPTR(NULL, "publicIPAddresses");
	const char *key;

	p->v = xcalloc(json_object_size(map), sizeof(*p->v));
	p->taken = xcalloc(json_object_size(map), sizeof(*p->taken));
	json_object_foreach (map, key, x) {
		json_t *given = json_object_get(x, "ipAddress");
		struct public_ip *e = &p->v[p->n++];

		e->name = key;
		e->ptr = load_ptr(l, JPTR(at, key));
		if (!given || json_is_null(given))
			continue;
		e->broken = !json_is_string(given) || ip4_parse(json_string_value(given), &e->ip);
		if (!e->broken)
			p->taken[p->n_taken++] = e->ip;
	}
	qsort(p->taken, p->n_taken, sizeof(*p->taken), ip_cmp);
	qsort(p->v, p->n, sizeof(*p->v), entry_cmp);
}

static const struct internet_host *host_with(const struct model *m, ip4 ip)
{
	for (size_t i = 0; i < m->n_internet; i++)
		if (m->internet[i].ip == ip)
			return &m->internet[i];
	return NULL;
}

static void check_entry(struct loader *l, const struct public_ip *e)
{
	const struct internet_host *h = host_with(l->m, e->ip);

	if (h)
		load_error(
		    l, "PIP-ADDR-01", NULL, e->ptr, "leave out \"ipAddress\" to get a free one",
		    "%s is the address of the Internet host \"%s\"", IP4_STR(e->ip), h->name);
	if (e->ip == DEFAULT_OUTBOUND_IP)
		load_error(l, "PIP-ADDR-01", NULL, e->ptr,
		           "leave out \"ipAddress\" to get a free one",
		           "%s is what VMs without a public address leave as", IP4_STR(e->ip));
}

static void check_given(struct loader *l, const struct publics *p)
{
	_cleanup_free_ const struct public_ip **s = xcalloc(p->n, sizeof(*s));
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].ip && !p->v[i].broken)
			s[n++] = &p->v[i];
	qsort(s, n, sizeof(*s), entry_ip_cmp);
	for (size_t i = 0; i < n; i++) {
		check_entry(l, s[i]);
		if (i && s[i]->ip == s[i - 1]->ip)
			load_error(l, "PIP-ADDR-01", NULL, s[i]->ptr,
			           "leave out \"ipAddress\" to get a free one",
			           "%s is the address of \"%s\" already", IP4_STR(s[i]->ip),
			           s[i - 1]->name);
	}
}

static void give(struct loader *l, struct publics *p, struct nic *n, json_t *v, const char *ptr)
{
	const char *name = json_string_value(v);
	struct public_ip *e = NULL;

	if (name && !schema_name_valid(name))
		return;
	if (name)
		e = bsearch(&(struct public_ip){ .name = name }, p->v, p->n, sizeof(*e), entry_cmp);
	if (name && !e) {
		load_no_such(l, "publicIPAddresses", name, ptr);
		return;
	}
	if (e && e->user) {
		load_error(l, "PIP-USED-01", "PublicIPAddressInUse", ptr,
		           "make an entry of publicIPAddresses for each that needs one",
		           "public IP address \"%s\" belongs to %s\"%s\" already", e->name,
		           e->user->vm ? "NIC " : "", e->user->name);
		return;
	}
	n->public_ip = e && e->ip ? e->ip : alloc_public(p->taken, p->n_taken, &p->next);
	if (e)
		e->user = n;
	if (!n->public_ip)
		load_error(l, "PIP-ADDR-02", NULL, ptr, "give some of them in publicIPAddresses",
		           "20.100.0.0/16 has no free address left");
}

ip4 load_public_ip(struct loader *l, const char *owner, json_t *x, const char *ptr)
{
	struct nic *port = arena_alloc(l->a, sizeof(*port));

	port->name = owner;
	if (!x || json_is_true(x) || json_is_string(x))
		give(l, l->publics, port, x, ptr);
	return port->public_ip;
}

static void give_nic(struct loader *l, struct publics *p, struct nic *n, json_t *x)
{
	json_t *v = json_object_get(x, "publicIPAddress");

	if (json_is_true(v) || json_is_string(v))
		give(l, p, n, v, arena_printf(l->a, "%s/publicIPAddress", n->ptr));
}

/* VPN gateways have one per instance; ExpressRoute gateways show none. */
static void load_gateway_ips(struct loader *l)
{
	json_t *x;
	const char *key;
	size_t i = 0;

	json_object_foreach (json_object_get(l->root, "virtualNetworkGateways"), key, x) {
		struct gateway *g = &l->m->gateways[i++];
		json_t *list = json_object_get(x, "publicIPAddresses");

		for (unsigned k = 0; g->type == GW_VPN && k < g->n; k++)
			g->public_ip[k] = load_public_ip(
			    l, g->vm[k]->name, json_array_get(list, k),
			    arena_printf(l->a, "%s/publicIPAddresses/%u", g->ptr, k));
	}
}

/* The first one is its NIC's; others are taken, and lead nowhere in a lab. */
static void load_firewall_ips(struct loader *l, struct publics *p)
{
	json_t *x, *v;
	const char *key;
	size_t i = 0, k;

	json_object_foreach (json_object_get(l->root, "azureFirewalls"), key, x) {
		struct firewall *fw = &l->m->firewalls[i++];

		json_array_foreach (json_object_get(x, "publicIPAddresses"), k, v) {
			const char *ptr =
			    arena_printf(l->a, "%s/publicIPAddresses/%zu", fw->ptr, k);

			if (!json_is_true(v) && !json_is_string(v))
				continue;
			if (!fw->n_public++)
				give(l, p, fw->vm->nics[0], v, ptr);
			else
				load_public_ip(l, fw->name, v, ptr);
		}
	}
}

void load_public_begin(struct loader *l)
{
	json_t *map = json_object_get(l->root, "virtualMachines"), *x, *y;
	struct publics *p = arena_alloc(l->a, sizeof(*p));
	const char *key, *name;
	size_t i = 0;

	l->publics = p;
	read_entries(l, p);
	check_given(l, p);
	json_object_foreach (map, key, x) {
		json_t *one = json_object_get(x, "nic");

		if (one)
			give_nic(l, p, &l->m->nics[i++], one);
		json_object_foreach (json_object_get(x, "nics"), name, y)
			give_nic(l, p, &l->m->nics[i++], y);
	}
	load_gateway_ips(l);
}

void load_public_end(struct loader *l)
{
	struct publics *p = l->publics;

	load_firewall_ips(l, p);
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].user)
			finding_add(l->f, SEV_INFO, "PIP-USED-02", NULL, p->v[i].ptr, NULL,
			            "public IP address \"%s\" is not used", p->v[i].name);
	free(p->v);
	free(p->taken);
}
