/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/fabric_observe.h"

#include <linux/if_ether.h>
#include <linux/neighbour.h>
#include <string.h>

#include "plan/filter/fabric.h"

/* --- links ---------------------------------------------------------------------------------- */

static int order_links(const void *a, const void *b)
{
	return strcmp(((const struct nl_link *)a)->name, ((const struct nl_link *)b)->name);
}

static int index_link(const struct nl_link *l, void *arg)
{
	struct port_index *x = arg;

	VEC_PUSH(x->links, x->n, x->cap) = *l;
	return 0;
}

int port_index_read(struct port_index *x, struct nl *nl, struct err *e)
{
	x->n = 0;
	int r = nl_links_many(nl, index_link, x, e);

	if (x->n)
		qsort(x->links, x->n, sizeof(*x->links), order_links);
	return r;
}

int port_index_get(const struct port_index *x, const char *name)
{
	struct nl_link key = { 0 };

	memcpy(key.name, name, strnlen(name, IFNAMSIZ - 1));
	const struct nl_link *l =
	    x->n ? bsearch(&key, x->links, x->n, sizeof(*x->links), order_links) : NULL;

	return l && l->up ? l->ifindex : 0;
}

void port_index_change(struct port_index *x, const struct nl_link *l, bool gone)
{
	size_t i = 0;

	while (i < x->n && x->links[i].ifindex != l->ifindex)
		i++;
	if (i < x->n) { /* it may have got another name */
		x->n--;
		memmove(x->links + i, x->links + i + 1, (x->n - i) * sizeof(*x->links));
	}
	if (gone || l->mtu < ETH_MIN_MTU) /* nl_links_many() lists what has IPv4 */
		return;
	for (i = 0; i < x->n && order_links(&x->links[i], l) < 0; i++)
		;
	VEC_PUSH(x->links, x->n, x->cap) = *l;
	memmove(x->links + i + 1, x->links + i, (x->n - 1 - i) * sizeof(*x->links));
	x->links[i] = *l;
}

struct port_index port_index_copy(const struct port_index *x)
{
	struct port_index copy = { .n = x->n, .cap = x->n };

	if (x->n) {
		copy.links = xcalloc(x->n, sizeof(*copy.links));
		memcpy(copy.links, x->links, x->n * sizeof(*copy.links));
	}
	return copy;
}

void port_index_free(struct port_index *x)
{
	free(x->links);
	memset(x, 0, sizeof(*x));
}

/* --- tables --------------------------------------------------------------------------------- */

struct reader {
	struct fabric *f;
	const struct nl_link **by_index; /* sorted by ifindex */
	size_t n;
};

static int by_ifindex(const void *a, const void *b)
{
	const struct nl_link *x = *(const struct nl_link *const *)a,
	                     *y = *(const struct nl_link *const *)b;

	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

/* "" for one that is gone: equal to no wanted port. */
static void port_by_ifindex(const struct reader *rd, int ifindex, char *ret)
{
	const struct nl_link key = { .ifindex = ifindex }, *pk = &key;
	const struct nl_link **l =
	    rd->n ? bsearch(&pk, rd->by_index, rd->n, sizeof(*rd->by_index), by_ifindex) : NULL;

	if (l)
		memcpy(ret, (*l)->name, IFNAMSIZ);
}

static enum fab_kind route_kind(const struct nl_route *r)
{
	switch (r->type) {
	case RTN_THROW:
		return FAB_THROW;
	case RTN_UNICAST:
		return r->n_hops > 1                ? FAB_MULTIPATH
		       : r->hops[0].via == EDGE_VIA ? FAB_EDGE
		                                    : FAB_PORT;
	default:
		return FAB_BLACKHOLE;
	}
}

static int read_fabric_route(const struct nl_route *r, void *arg)
{
	struct reader *rd = arg;
	struct fabric *f = rd->f;

	if (r->table < TABLE_CLASS_BASE) /* the main table's way to the sink */
		return 0;
	struct fab_route *x = &VEC_PUSH(f->routes, f->n_routes, f->cap_routes);

	x->table = r->table;
	x->prefix = r->dst;
	x->kind = route_kind(r);
	x->n_hops = (uint8_t)r->n_hops;
	if (r->n_hops)
		x->hops = arena_array(f->arena, r->n_hops, sizeof(*x->hops));
	for (unsigned i = 0; i < r->n_hops; i++) {
		x->hops[i].via = r->hops[i].via;
		port_by_ifindex(rd, r->hops[i].ifindex, x->hops[i].port);
	}
	return 0;
}

static int read_fabric_rule(const struct nl_rule *r, void *arg)
{
	struct fabric *f = ((struct reader *)arg)->f;

	if (r->protocol == RTPROT_VNETLAB)
		VEC_PUSH(f->rules, f->n_rules, f->cap_rules) =
		    (struct fab_rule){ r->priority, r->mark, r->mask, r->table };
	return 0;
}

static int read_neigh(const struct nl_neigh *n, void *arg)
{
	struct reader *rd = arg;
	struct fabric *f = rd->f;

	if (!(n->state & NUD_PERMANENT))
		return 0;
	struct fab_neigh *x = &VEC_PUSH(f->neighs, f->n_neighs, f->cap_neighs);

	port_by_ifindex(rd, n->ifindex, x->port);
	x->ip = n->ip;
	memcpy(x->mac, n->mac, 6);
	return 0;
}

static void read_fabric_ports(struct fabric *f, const struct nft_elems *elems)
{
	for (size_t i = 0; i < elems->n; i++) {
		const struct nft_elem *x = &elems->items[i];

		if (x->set != SET_PORT_MARK)
			continue;
		struct fab_port *p = &VEC_PUSH(f->ports, f->n_ports, f->cap_ports);

		memcpy(p->name, x->port, IFNAMSIZ);
		p->mark = (uint32_t)x->value;
	}
}

static void sort_fabric(struct fabric *f)
{
	if (f->n_routes)
		qsort(f->routes, f->n_routes, sizeof(*f->routes), fab_route_cmp);
	if (f->n_rules)
		qsort(f->rules, f->n_rules, sizeof(*f->rules), fab_rule_cmp);
	if (f->n_neighs)
		qsort(f->neighs, f->n_neighs, sizeof(*f->neighs), fab_neigh_cmp);
	if (f->n_ports)
		qsort(f->ports, f->n_ports, sizeof(*f->ports), fab_port_cmp);
}

int fabric_observe_tables(struct nl *nl, const struct port_index *x, struct fabric **ret,
                          struct err *e)
{
	_cleanup_(fabric_free_p) struct fabric *f = xcalloc(1, sizeof(*f));
	_cleanup_free_ const struct nl_link **by_index = xcalloc(x->n, sizeof(*by_index));
	struct reader rd = { f, by_index, x->n };

	f->arena = arena_new();
	for (size_t i = 0; i < x->n; i++)
		by_index[i] = &x->links[i];
	if (x->n)
		qsort(by_index, x->n, sizeof(*by_index), by_ifindex);
	int r = nl_routes(nl, 0, RTPROT_VNETLAB, read_fabric_route, &rd, e);

	if (r == 0)
		r = nl_rules(nl, read_fabric_rule, &rd, e);
	if (r == 0)
		r = nl_neighs(nl, read_neigh, &rd, e);
	if (r < 0)
		return r;
	sort_fabric(f);
	*ret = take_ptr(f);
	return 0;
}

int fabric_observe(struct nl *nl, const struct port_index *x, const struct filter *filter,
                   struct fabric **ret, struct err *e)
{
	struct fabric *f = NULL;
	int r = fabric_observe_tables(nl, x, &f, e);

	if (r < 0)
		return r;
	read_fabric_ports(f, &filter->elems);
	sort_fabric(f);
	*ret = f;
	return 0;
}
