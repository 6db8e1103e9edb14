/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fabric's objects in order, compared, and as text. */
#include "base/str.h"
#include "plan/fabric.h"

#define CMP(a, b) (((a) > (b)) - ((a) < (b)))

int fab_route_cmp(const void *pa, const void *pb)
{
	const struct fab_route *a = pa, *b = pb;

	return a->table != b->table ? CMP(a->table, b->table) : prefix_cmp(a->prefix, b->prefix);
}

int fab_rule_cmp(const void *pa, const void *pb)
{
	const struct fab_rule *a = pa, *b = pb;

	return a->priority != b->priority ? CMP(a->priority, b->priority)
	       : a->mark != b->mark       ? CMP(a->mark, b->mark)
	       : a->mask != b->mask       ? CMP(a->mask, b->mask)
	                                  : CMP(a->table, b->table);
}

int fab_neigh_cmp(const void *pa, const void *pb)
{
	const struct fab_neigh *a = pa, *b = pb;
	int d = strcmp(a->port, b->port);

	return d ? d : CMP(a->ip, b->ip);
}

int fab_port_cmp(const void *pa, const void *pb)
{
	const struct fab_port *a = pa, *b = pb;

	return strcmp(a->name, b->name);
}

int fab_pair_cmp(const void *pa, const void *pb)
{
	const struct fab_pair *a = pa, *b = pb;

	return a->from != b->from ? CMP(a->from, b->from) : CMP(a->to, b->to);
}

int fab_space_cmp(const void *pa, const void *pb)
{
	const struct fab_space *a = pa, *b = pb;

	return a->vnet != b->vnet ? CMP(a->vnet, b->vnet) : prefix_cmp(a->prefix, b->prefix);
}

int fab_backend_cmp(const void *pa, const void *pb)
{
	const struct fab_backend *a = pa, *b = pb;

	return CMP(a->mark, b->mark);
}

int fab_bind_cmp(const void *pa, const void *pb)
{
	const struct fab_bind *a = pa, *b = pb;

	return a->slot != b->slot ? CMP(a->slot, b->slot) : strcmp(a->port, b->port);
}

bool fab_route_eq(const struct fab_route *a, const struct fab_route *b)
{
	if (fab_route_cmp(a, b) || a->kind != b->kind || a->n_hops != b->n_hops)
		return false;
	for (unsigned i = 0; i < a->n_hops; i++)
		if (a->hops[i].via != b->hops[i].via || !streq(a->hops[i].port, b->hops[i].port))
			return false;
	return true;
}

bool fab_neigh_eq(const struct fab_neigh *a, const struct fab_neigh *b)
{
	return !fab_neigh_cmp(a, b) && !memcmp(a->mac, b->mac, sizeof(a->mac));
}

bool fab_port_eq(const struct fab_port *a, const struct fab_port *b)
{
	return !fab_port_cmp(a, b) && a->mark == b->mark && a->ip == b->ip &&
	       a->forwarding == b->forwarding && a->edge == b->edge && a->balancer == b->balancer &&
	       a->endpoint == b->endpoint && a->back == b->back &&
	       a->n_instances == b->n_instances &&
	       (!a->n_instances ||
	        !memcmp(a->instances, b->instances, a->n_instances * sizeof(*a->instances)));
}

static void append_route_text(struct str *s, const struct fab_route *r)
{
	static const char *const kinds[] = {
		[FAB_THROW] = " throw",         [FAB_BLACKHOLE] = " blackhole", [FAB_PORT] = "",
		[FAB_MULTIPATH] = " multipath", [FAB_EDGE] = " edge",
	};

	str_printf(s, "route %u %s%s", r->table, PREFIX_STR(r->prefix), kinds[r->kind]);
	for (unsigned i = 0; i < r->n_hops; i++)
		str_printf(s, " via %s dev %s", IP4_STR(r->hops[i].via), r->hops[i].port);
}

char *fab_route_text(const struct fab_route *r)
{
	struct str s = { 0 };

	append_route_text(&s, r);
	return str_take(&s);
}

static void balancer_text(struct str *s, const struct fab_balancer *b)
{
	str_printf(s, "balancer %s ip %s vnet %u", b->in, IP4_STR(b->ip), b->vnet);
	for (size_t i = 0; i < b->n_rules; i++)
		str_printf(s, " rule %u/%u-%u%s mode %u", b->rules[i].protocol,
		           b->rules[i].frontend_port, b->rules[i].backend_port,
		           b->rules[i].floating ? " floating" : "", b->rules[i].mode);
	for (unsigned i = 0; i < LB_SLOTS; i++)
		str_printf(s, "%s%x", i ? "," : " slots ", b->slots[i] & 0xffff);
	str_addc(s, '\n');
}

char *fabric_text(const struct fabric *f)
{
	struct str s = { 0 };

	for (size_t i = 0; i < f->n_ports; i++) {
		const struct fab_port *p = &f->ports[i];

		str_printf(&s, "port %s mark 0x%08x", p->name, p->mark);
		if (ip4_is_set(p->ip))
			str_printf(&s, " ip %s", IP4_STR(p->ip));
		str_printf(&s, "%s%s%s\n", p->forwarding ? " forwarding" : "",
		           p->edge ? " edge" : "", p->balancer ? " balancer" : "");
	}
	for (size_t i = 0; i < f->n_neighs; i++) {
		const struct fab_neigh *n = &f->neighs[i];

		str_printf(&s, "neigh %s %s %02x:%02x:%02x:%02x:%02x:%02x\n", n->port,
		           IP4_STR(n->ip), n->mac[0], n->mac[1], n->mac[2], n->mac[3], n->mac[4],
		           n->mac[5]);
	}
	for (size_t i = 0; i < f->n_rules; i++)
		str_printf(&s, "rule %u mark 0x%08x/0x%08x table %u\n", f->rules[i].priority,
		           f->rules[i].mark, f->rules[i].mask, f->rules[i].table);
	for (size_t i = 0; i < f->n_routes; i++) {
		append_route_text(&s, &f->routes[i]);
		str_addc(&s, '\n');
	}
	for (size_t i = 0; i < f->n_pairs; i++)
		str_printf(&s, "pair %u %u\n", f->pairs[i].from, f->pairs[i].to);
	for (size_t i = 0; i < f->n_spaces; i++)
		str_printf(&s, "space %u %s\n", f->spaces[i].vnet, PREFIX_STR(f->spaces[i].prefix));
	for (size_t i = 0; i < f->n_balancers; i++)
		balancer_text(&s, &f->balancers[i]);
	for (size_t i = 0; i < f->n_backends; i++)
		str_printf(&s, "backend 0x%08x %s ip %s\n", f->backends[i].mark,
		           f->backends[i].port, IP4_STR(f->backends[i].ip));
	for (size_t i = 0; i < f->n_chains; i++)
		str_printf(&s, "chain %s\n%s", f->chains[i].name, f->chains[i].rules);
	for (size_t i = 0; i < f->n_binds; i++)
		str_printf(&s, "bind %s slot %u %s\n", f->binds[i].port, f->binds[i].slot,
		           f->binds[i].chain);
	return str_take(&s);
}
