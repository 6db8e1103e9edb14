/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/fabric_apply.h"

#include <string.h>

#include "kernel/conntrack.h"
#include "kernel/fabric_diff.h"
#include "kernel/fabric_ns.h"
#include "kernel/fabric_observe.h"
#include "kernel/nft_gen.h"
#include "plan/filter/fabric.h"

struct fabric_kernel {
	int ns_fd;
	struct nl *nl;
	struct nft *nft;
	struct port_index ports;
	struct fabric *have; /* NULL: not known, to be read */
	/* As the kernel has it, while that counts so many transactions; 0: it is to be read.  Of
	 * thousands of elements that takes longer than all tables. */
	struct filter filter;
	uint32_t generation;
};

static int read_fabric_filter(struct fabric_kernel *k, struct err *e)
{
	uint32_t now = 0;

	if (nft_generation(k->ns_fd, &now, NULL) == 0 && now && now == k->generation)
		return 0;
	filter_free(&k->filter);
	int r = filter_read(k->nft, &k->filter, e);

	k->generation = r < 0 ? 0 : now;
	return r;
}

static int read_fabric(struct fabric_kernel *k, struct err *e)
{
	int r = port_index_read(&k->ports, k->nl, e);

	if (r == 0)
		r = read_fabric_filter(k, e);
	if (r == 0)
		r = fabric_observe(k->nl, &k->ports, &k->filter, &k->have, e);
	return r < 0 ? err_wrap(e, "reading the fabric") : 0;
}

void fabric_kernel_forget(struct fabric_kernel *k)
{
	k->have = fabric_free(k->have);
}

int fabric_kernel_open(int ns_fd, struct fabric_kernel **ret, struct err *e)
{
	struct fabric_kernel *k = xcalloc(1, sizeof(*k));
	int r = nl_open(ns_fd, &k->nl, e);

	k->ns_fd = ns_fd;
	k->filter.shape = &fabric_filter_shape;
	if (r == 0)
		r = nft_open(ns_fd, &k->nft, e);
	if (r == 0)
		r = read_fabric(k, e);
	if (r < 0) {
		fabric_kernel_close(k);
		return r;
	}
	*ret = k;
	return 0;
}

struct fabric_kernel *fabric_kernel_close(struct fabric_kernel *k)
{
	if (!k)
		return NULL;
	fabric_kernel_forget(k);
	filter_free(&k->filter);
	port_index_free(&k->ports);
	nl_close(k->nl);
	nft_close(k->nft);
	free(k);
	return NULL;
}

const struct fabric *fabric_kernel_state(const struct fabric_kernel *k)
{
	return k->have;
}

/* --- what cannot be done now ---------------------------------------------------------------- */

static bool has_port(const struct fabric_kernel *k, const char *name)
{
	return port_index_get(&k->ports, name) != 0;
}

static bool all_ports_there(const struct fabric_kernel *k, const struct fabric *want)
{
	for (size_t i = 0; i < want->n_ports; i++)
		if (!has_port(k, want->ports[i].name))
			return false;
	return true;
}

/* Routes and neighbours of ports that are not there are left out of want: what would be sent to
 * them is dropped.  Legs of an ECMP route are not: their flows are lost, the others stay put. */
static void leave_out_missing_ports(const struct fabric_kernel *k, struct fabric *want)
{
	size_t n = 0;

	for (size_t i = 0; i < want->n_routes; i++) {
		struct fab_route *r = &want->routes[i];

		if (r->kind == FAB_MULTIPATH) {
			for (unsigned h = 0; h < r->n_hops; h++)
				if (!has_port(k, r->hops[h].port))
					memcpy(r->hops[h].port, SINK, sizeof(SINK));
		} else if (r->n_hops && !has_port(k, r->hops[0].port)) {
			r->kind = FAB_BLACKHOLE;
			r->n_hops = 0;
		}
		want->routes[n++] = *r;
	}
	want->n_routes = n;
	n = 0;
	for (size_t i = 0; i < want->n_neighs; i++)
		if (has_port(k, want->neighs[i].port))
			want->neighs[n++] = want->neighs[i];
	want->n_neighs = n;
}

static int check_ports(struct fabric_kernel *k, struct fabric *want, struct fabric_changes *ret,
                       struct err *e)
{
	if (all_ports_there(k, want))
		return 0;
	int r = port_index_read(&k->ports, k->nl, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < want->n_ports; i++)
		ret->missing += !has_port(k, want->ports[i].name);
	if (ret->missing)
		leave_out_missing_ports(k, want);
	return 0;
}

/* Asking the kernel for thousands of links costs more than all else that one more of them does. */
struct link_news {
	struct link_change {
		struct nl_link link;
		bool gone;
	} items[64];
	size_t n; /* all that were told: more than there is room for, then links are read */
};

static void note_link(const struct nl_link *l, bool gone, void *arg)
{
	struct link_news *x = arg;

	if (x->n < ARRAY_LEN(x->items))
		x->items[x->n] = (struct link_change){ *l, gone };
	x->n++;
}

bool fabric_kernel_ports_changed(struct fabric_kernel *k, struct nl *links)
{
	struct link_news news = { .n = 0 };
	int told = nl_link_monitor_read(links, note_link, &news);

	if (!told)
		return false;
	struct port_index old = port_index_copy(&k->ports);
	bool changed = !k->have;

	if (told > 0 && news.n <= ARRAY_LEN(news.items))
		for (size_t i = 0; i < news.n; i++)
			port_index_change(&k->ports, &news.items[i].link, news.items[i].gone);
	else if (port_index_read(&k->ports, k->nl, NULL) < 0)
		changed = true;
	for (size_t i = 0; !changed && i < k->have->n_ports; i++)
		changed = port_index_get(&old, k->have->ports[i].name) !=
		          port_index_get(&k->ports, k->have->ports[i].name);
	port_index_free(&old);
	return changed;
}

/* --- doing it ------------------------------------------------------------------------------- */

static void route_to_nl(const struct fabric_kernel *k, const struct fab_route *r,
                        struct nl_route *ret)
{
	*ret = (struct nl_route){
		.dst = r->prefix,
		.table = r->table,
		.type = r->kind == FAB_THROW       ? RTN_THROW
		        : r->kind == FAB_BLACKHOLE ? RTN_BLACKHOLE
		                                   : RTN_UNICAST,
		.protocol = RTPROT_VNETLAB,
		.n_hops = r->n_hops,
	};
	for (unsigned i = 0; i < r->n_hops && i < ARRAY_LEN(ret->hops); i++)
		ret->hops[i] = (struct nl_hop){
			.via = r->hops[i].via,
			.ifindex = port_index_get(&k->ports, r->hops[i].port),
			.onlink = true,
		};
}

static void rule_to_nl(const struct fab_rule *r, struct nl_rule *ret)
{
	*ret = (struct nl_rule){ .priority = r->priority,
		                 .mark = r->mark,
		                 .mask = r->mask,
		                 .table = r->table,
		                 .protocol = RTPROT_VNETLAB };
}

static int before_filter(struct fabric_kernel *k, const struct fab_diff *d, struct err *e)
{
	struct nl_route route;
	struct nl_rule rule;
	int r = 0;

	nl_batch_begin(k->nl);
	for (size_t i = 0; i < d->n_neighs_set && r == 0; i++)
		r = nl_neigh_replace(k->nl, port_index_get(&k->ports, d->neighs_set[i]->port),
		                     d->neighs_set[i]->ip, d->neighs_set[i]->mac, e);
	for (size_t i = 0; i < d->n_routes_set && r == 0; i++) {
		route_to_nl(k, d->routes_set[i], &route);
		r = nl_route_replace(k->nl, &route, e);
	}
	for (size_t i = 0; i < d->n_rules_add && r == 0; i++) {
		rule_to_nl(d->rules_add[i], &rule);
		r = nl_rule_add(k->nl, &rule, e);
	}
	int end = nl_batch_end(k->nl, r < 0 ? NULL : e);

	return r < 0 ? r : end;
}

static int behind_filter(struct fabric_kernel *k, const struct fab_diff *d, struct err *e)
{
	struct nl_route route;
	struct nl_rule rule;
	int r = 0;

	nl_batch_begin(k->nl);
	for (size_t i = 0; i < d->n_rules_del && r == 0; i++) {
		rule_to_nl(d->rules_del[i], &rule);
		r = nl_rule_del(k->nl, &rule, e);
	}
	for (size_t i = 0; i < d->n_routes_del && r == 0; i++) {
		route_to_nl(k, d->routes_del[i], &route);
		r = nl_route_del(k->nl, &route, e);
	}
	for (size_t i = 0; i < d->n_neighs_del && r == 0; i++) {
		int ifindex = port_index_get(&k->ports, d->neighs_del[i]->port);

		if (ifindex) /* else it went with its link */
			r = nl_neigh_del(k->nl, ifindex, d->neighs_del[i]->ip, e);
	}
	int end = nl_batch_end(k->nl, r < 0 ? NULL : e);

	return r < 0 ? r : end;
}

struct range {
	const struct nft_elem *v;
	size_t n;
};

/* They are sorted by set. */
static struct range elems_of_set(const struct nft_elems *e, unsigned set)
{
	size_t i = 0, n = 0;

	while (i < e->n && e->items[i].set < set)
		i++;
	while (i + n < e->n && e->items[i + n].set == set)
		n++;
	return (struct range){ e->items + i, n };
}

/* Flows follow what has become of their backends (azure-behaviour 5): those that are not TCP leave
 * one that gets no new flows; when a mark means another backend now, all begin anew. */
static int forget_moved_flows(const struct fabric_kernel *k, const struct nft_elems *have,
                              const struct nft_elems *want, struct err *e)
{
	const struct range old = elems_of_set(have, SET_LB_SLOT),
	                   new = elems_of_set(want, SET_LB_SLOT),
	                   addr = elems_of_set(have, SET_LB_ADDR),
	                   now = elems_of_set(want, SET_LB_ADDR);
	_cleanup_free_ uint32_t *gone = xcalloc(old.n + 1, sizeof(*gone));
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < addr.n; i++)
		for (size_t w = 0; w < now.n; w++)
			if (addr.v[i].key == now.v[w].key && addr.v[i].value != now.v[w].value)
				return conntrack_forget(k->ns_fd, 0, e);
	for (size_t i = 0; i < old.n; i++) {
		bool known = false;

		for (size_t g = 0; g < n && !known; g++)
			known = gone[g] == old.v[i].value;
		for (size_t w = 0; w < new.n && !known; w++)
			known = new.v[w].value == old.v[i].value;
		if (!known)
			gone[n++] = old.v[i].value;
	}
	for (size_t i = 0; i < n && r == 0; i++)
		r = conntrack_forget(k->ns_fd, gone[i] | MARK_NOT_TCP, e);
	return r;
}

static int step_filter(struct fabric_kernel *k, filter_step_fn *step, const struct filter *want,
                       struct fabric_changes *ret, struct err *e)
{
	return filter_step(k->nft, step, &k->filter, want, &ret->elements, e);
}

static int make_equal(struct fabric_kernel *k, const struct fabric *want,
                      struct fabric_changes *ret, struct err *e)
{
	struct filter filter;
	struct fab_diff d;

	fabric_filter(want, &filter);
	fab_diff(k->have, want, &d);
	/* Add new chains and parts first; remove unused ones last (below). */
	int r = step_filter(k, filter_prepare, &filter, ret, e);

	if (r == 0)
		r = before_filter(k, &d, e);
	if (r == 0)
		r = step_filter(k, filter_exchange, &filter, ret, e);
	if (r == 0)
		r = forget_moved_flows(k, &k->filter.elems, &filter.elems, e);
	if (r == 0)
		r = behind_filter(k, &d, e);
	if (r == 0)
		r = step_filter(k, filter_settle, &filter, ret, e);
	ret->routes += d.n_routes_set + d.n_routes_del;
	ret->rules += d.n_rules_add + d.n_rules_del;
	ret->neighs += d.n_neighs_set + d.n_neighs_del;
	fab_diff_free(&d);
	filter_free(&k->filter);
	k->filter = filter;
	return r;
}

int fabric_apply(struct fabric_kernel *k, struct fabric *want, struct fabric_changes *ret,
                 struct err *e)
{
	struct fabric_changes c = { 0 };
	int r = k->have ? 0 : read_fabric(k, e);

	if (r == 0)
		r = check_ports(k, want, &c, e);
	if (r == 0 && fab_renumbered(k->have, want) && !fab_is_aside(k->have)) {
		struct fabric *aside = fab_aside(want);

		r = make_equal(k, aside, &c, e);
		fabric_free(k->have);
		k->have = aside; /* borrows the hops of want, and is gone before it */
	}
	if (r == 0)
		r = make_equal(k, want, &c, e);
	if (r < 0) {
		fabric_kernel_forget(k);
		k->generation = 0; /* some steps may have been done */
		fabric_free(want);
		return r;
	}
	fabric_free(k->have);
	k->have = want;
	if (nft_generation(k->ns_fd, &k->generation, NULL) < 0)
		k->generation = 0;
	c.total = c.routes + c.rules + c.neighs + c.elements;
	*ret = c;
	return 0;
}

/* --- what others did to it ------------------------------------------------------------------- */

int fabric_look(struct fabric_kernel *k, struct fabric_drift *ret, struct err *e)
{
	struct fabric_drift d = { 0 };
	struct fabric *now = NULL;
	struct fab_diff diff;
	uint32_t generation = 0;

	if (!k->have) { /* it is about to be read, and made equal, in any case */
		*ret = d;
		return 0;
	}
	int r = fabric_observe_tables(k->nl, &k->ports, &now, e);

	if (r == 0)
		r = fabric_ns_look(k->ns_fd, false, &d.settings, e);
	if (r == 0)
		r = nft_generation(k->ns_fd, &generation, e);
	if (r < 0) {
		fabric_free(now);
		return r;
	}
	fab_diff(now, k->have, &diff);
	d.routes = diff.n_routes_set + diff.n_routes_del;
	d.rules = diff.n_rules_add + diff.n_rules_del;
	d.neighs = diff.n_neighs_set + diff.n_neighs_del;
	d.filter = k->generation && generation != k->generation;
	fab_diff_free(&diff);
	fabric_free(now);
	*ret = d;
	return 0;
}

int fabric_mend(struct fabric_kernel *k, const struct fabric_drift *d, struct err *e)
{
	size_t n = 0;
	int r = d->settings ? fabric_ns_look(k->ns_fd, true, &n, e) : 0;

	if (r == 0 && d->filter)
		r = fabric_ns_filter(k->ns_fd, e);
	fabric_kernel_forget(k);
	return r;
}
