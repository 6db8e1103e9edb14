/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds, and puts back, what somebody has removed from a guest that was built from a plan. */
#include <errno.h>
#include <linux/neighbour.h>

#include "kernel/guest.h"

struct seen {
	const struct guest_plan *p;
	/* By place in the plan: */
	bool *link_up, *link_there, *addr, *route, *neigh;
	size_t more;
};

static int see_link(const struct nl_link *l, void *arg)
{
	struct seen *s = arg;

	for (size_t i = 0; i < s->p->n_links; i++)
		if ((uint32_t)l->ifindex == s->p->links[i].ifindex) {
			s->link_there[i] = true;
			s->link_up[i] = l->up;
		}
	return 0;
}

static bool is_hop(const struct guest_hop *h, const struct nl_route *r)
{
	return h->dst == r->dst.addr && h->len == r->dst.len && h->metric == r->metric &&
	       h->table == (r->table == RT_TABLE_MAIN ? 0 : r->table) && r->n_hops == 1 &&
	       h->via == r->hops[0].via && h->ifindex == (uint32_t)r->hops[0].ifindex;
}

/* An address has a route of its own in the table of local ones. */
static void see_addr(struct seen *s, ip4 ip)
{
	bool wanted = ip4_is_loopback(ip);

	for (size_t i = 0; i < s->p->n_addrs; i++)
		if (s->p->addrs[i].ip == ip)
			s->addr[i] = wanted = true;
	s->more += !wanted;
}

static int see_guest_route(const struct nl_route *r, void *arg)
{
	struct seen *s = arg;
	bool wanted = r->protocol == RTPROT_KERNEL;

	if (r->type == RTN_LOCAL && r->dst.len == 32)
		see_addr(s, r->dst.addr);
	if (!guest_plan_has_table(s->p, r->table))
		return 0;
	for (size_t i = 0; i < s->p->n_routes; i++)
		if (is_hop(&s->p->routes[i], r))
			s->route[i] = wanted = true;
	s->more += !wanted;
	return 0;
}

static int see_neigh(const struct nl_neigh *n, void *arg)
{
	struct seen *s = arg;

	for (size_t i = 0; i < s->p->n_neighs; i++)
		s->neigh[i] |= s->p->neighs[i].ip == n->ip && (n->state & NUD_PERMANENT);
	return 0;
}

static int see_all(struct nl *nl, struct seen *s, struct err *e)
{
	int r = nl_links(nl, see_link, s, e);

	if (r == 0)
		r = nl_routes(nl, 0, 0, see_guest_route, s, e);
	if (r == 0 && s->p->n_neighs)
		r = nl_neighs(nl, see_neigh, s, e);
	return r;
}

/* True if the link is there and one that is looked at (wires: wires and tunnels, too), or lo. */
static bool link_counts(const struct seen *s, uint32_t ifindex, bool wires)
{
	for (size_t i = 0; i < s->p->n_links; i++)
		if (s->p->links[i].ifindex == ifindex)
			return s->link_there[i] && (wires || s->p->links[i].kind == GUEST_PORT);
	return true; /* lo */
}

static int mend_what_lacks(struct nl *nl, const struct seen *s, bool wires,
                           const struct guest_drift *d, struct err *e)
{
	const struct guest_plan *p = s->p;
	struct guest_plan lacks = { 0 };
	int r = 0;

	for (size_t i = 0; i < p->n_links && r == 0; i++)
		if (s->link_there[i] && !s->link_up[i] &&
		    link_counts(s, p->links[i].ifindex, wires))
			r = nl_link_up4(nl, (int)p->links[i].ifindex, e);
	for (size_t i = 0; i < p->n_neighs; i++)
		if (!s->neigh[i] && link_counts(s, p->neighs[i].ifindex, wires))
			VEC_PUSH(lacks.neighs, lacks.n_neighs, lacks.cap_neighs) = p->neighs[i];
	for (size_t i = 0; i < p->n_addrs; i++)
		if (!s->addr[i] && link_counts(s, p->addrs[i].ifindex, wires))
			VEC_PUSH(lacks.addrs, lacks.n_addrs, lacks.cap_addrs) = p->addrs[i];
	/* The kernel takes routes away with addresses and links: all that are needed. */
	for (size_t i = 0; i < p->n_routes; i++)
		if ((!s->route[i] || d->links || d->addrs) &&
		    link_counts(s, p->routes[i].ifindex, wires))
			VEC_PUSH(lacks.routes, lacks.n_routes, lacks.cap_routes) = p->routes[i];
	if (r == 0)
		r = guest_configure(nl, &lacks, true, e);
	free(lacks.neighs);
	free(lacks.addrs);
	free(lacks.routes);
	return r;
}

static void judge_what_lacks(const struct seen *s, bool wires, struct guest_drift *d)
{
	const struct guest_plan *p = s->p;

	for (size_t i = 0; i < p->n_links; i++) {
		if (p->links[i].kind == GUEST_PORT)
			d->unplugged |= !s->link_there[i];
		else
			d->unwired |= wires && !s->link_there[i];
		d->links += s->link_there[i] && !s->link_up[i] &&
		            link_counts(s, p->links[i].ifindex, wires);
	}
	for (size_t i = 0; i < p->n_addrs; i++)
		d->addrs += !s->addr[i] && link_counts(s, p->addrs[i].ifindex, wires);
	for (size_t i = 0; i < p->n_routes; i++)
		d->routes += !s->route[i] && link_counts(s, p->routes[i].ifindex, wires);
	for (size_t i = 0; i < p->n_neighs; i++)
		d->neighs += !s->neigh[i] && link_counts(s, p->neighs[i].ifindex, wires);
}

bool guest_differs(const struct guest_drift *d)
{
	return d->unplugged || d->unwired || d->links || d->addrs || d->routes || d->neighs;
}

int guest_look(int ns_fd, const struct guest_plan *p, bool wires, bool mend,
               struct guest_drift *ret, struct err *e)
{
	size_t n = 2 * p->n_links + p->n_addrs + p->n_routes + p->n_neighs;
	_cleanup_free_ bool *flags = xcalloc(n + 1, sizeof(bool));
	struct seen s = { .p = p, .link_up = flags };
	struct guest_drift d = { 0 };
	struct nl *nl = NULL;

	s.link_there = s.link_up + p->n_links;
	s.addr = s.link_there + p->n_links;
	s.route = s.addr + p->n_addrs;
	s.neigh = s.route + p->n_routes;
	int r = nl_open(ns_fd, &nl, e);

	if (r == 0)
		r = see_all(nl, &s, e);
	if (r == 0) {
		judge_what_lacks(&s, wires, &d);
		d.more = s.more;
		if (mend && guest_differs(&d) && !d.unplugged)
			r = mend_what_lacks(nl, &s, wires, &d, e);
	}
	nl_close(nl);
	if (r == 0)
		*ret = d;
	return r;
}
