/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/filter.h"
#include "kernel/nl.h"
#include "kernel/ns.h"
#include "kernel/ttl.h"
#include "plan/filter/bgp_open.h"
#include "plan/filter/guest.h"

enum {
	DOOMED = 0x766e6c, /* group of links that are being deleted */
};

struct plug {
	struct nl *fabric;
	int next_ifindex, first_unsettled;
	/* Settings that new namespaces inherit from this machine: known after the first guest. */
	bool known, forwards, filters;
};

/* --- the fabric's side ---------------------------------------------------------------------- */

static int find_highest_ifindex(const struct nl_link *l, void *arg)
{
	int *max = arg;

	if (l->ifindex > *max)
		*max = l->ifindex;
	return 0;
}

int plug_open(int fabric_ns, struct plug **ret, struct err *e)
{
	struct plug *p = xcalloc(1, sizeof(*p));
	int r = nl_open(fabric_ns, &p->fabric, e);

	if (r == 0)
		r = nl_links_many(p->fabric, find_highest_ifindex, &p->next_ifindex, e);
	p->first_unsettled = ++p->next_ifindex;
	if (r < 0) {
		plug_close(p);
		return err_wrap(e, "fabric");
	}
	*ret = p;
	return 0;
}

struct plug *plug_close(struct plug *p)
{
	if (!p)
		return NULL;
	nl_close(p->fabric);
	free(p);
	return NULL;
}

void plug_settle(struct plug *p)
{
	nl_links_settle(p->fabric, p->first_unsettled, p->next_ifindex - 1);
	p->first_unsettled = p->next_ifindex;
}

int plug_link(struct plug *p, const char *port, const char *alias, int ns_fd, const char *name,
              int ifindex, const uint8_t mac[6], struct err *e)
{
	const struct nl_end near = { .name = port,
		                     .mac = FABRIC_MAC,
		                     .alias = alias,
		                     .ns_fd = -1,
		                     .up = true,
		                     .group = port_group(port),
		                     .ifindex = p->next_ifindex },
	                    far = { .name = name, .mac = mac, .ns_fd = ns_fd, .ifindex = ifindex };
	int r = nl_veth_add(p->fabric, &near, &far, e);

	if (r == 0)
		r = nl_proxy_delay_none(p->fabric, p->next_ifindex, e);
	p->next_ifindex++;
	return r;
}

int plug_loop(struct plug *p, const char *out, const char *in, const char *alias,
              const uint8_t in_mac[6], struct err *e)
{
	int far_index = p->next_ifindex + 1;
	const struct nl_end near = { .name = out,
		                     .mac = FABRIC_MAC,
		                     .alias = alias,
		                     .ns_fd = -1,
		                     .up = true,
		                     .ifindex = p->next_ifindex },
	                    far = { .name = in, .mac = in_mac, .ns_fd = -1, .ifindex = far_index };
	int r = nl_veth_add(p->fabric, &near, &far, e);

	if (r == 0)
		r = nl_link_set_up(p->fabric, far_index, true, e);
	p->next_ifindex += 2;
	return r;
}

int guest_unplug(struct plug *p, const char (*ports)[IFNAMSIZ], size_t n, struct err *e)
{
	struct err why = { 0 };
	int last = 0, r = 0;
	size_t found = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		int ifindex = nl_link_index(p->fabric, ports[i], &why);

		if (ifindex == -ENODEV)
			continue;
		r = ifindex < 0 ? ifindex : nl_link_set_group(p->fabric, ifindex, DOOMED, &why);
		last = ifindex;
		found++;
	}
	if (r == 0 && found)
		r = found == 1 ? nl_link_del(p->fabric, last, &why)
		               : nl_link_del_group(p->fabric, DOOMED, &why);
	if (r < 0 && e)
		*e = why;
	return r;
}

static int doom_link(const struct nl_link *l, void *arg)
{
	struct nl *nl = arg;

	return l->ifindex == 1 ? 0 : nl_link_set_group(nl, l->ifindex, DOOMED, NULL);
}

int guest_strip(int ns_fd, struct err *e)
{
	struct nl *nl = NULL;
	int r = nl_open(ns_fd, &nl, e);

	if (r == 0)
		r = nl_links(nl, doom_link, nl, e);
	if (r == 0) {
		r = nl_link_del_group(nl, DOOMED, e);
		r = r == -ENODEV ? 0 : r; /* it has none */
	}
	nl_close(nl);
	return r;
}

/* --- the guest's side ----------------------------------------------------------------------- */

/* Opened once; a file that cannot be read counts as the kernel's own default, 0. */
static bool is_set(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = '0';

	return fd >= 0 && read(fd, &c, 1) == 1 && c != '0';
}

static int read_inherited_settings(void *arg, struct err *e)
{
	struct plug *p = arg;

	(void)e;
	p->forwards = is_set("/proc/sys/net/ipv4/ip_forward");
	p->filters = is_set("/proc/sys/net/ipv4/conf/all/rp_filter");
	p->known = true;
	return 0;
}

/* New namespaces take the machine's IPv4 settings (on one with containers, forwarding is on), so
 * they are written where they are not what is wanted, and only there: a file costs 50 us. */
static int guest_sysctls(struct plug *p, int ns_fd, bool forwarding, struct err *e)
{
	int r = 0;

	if (!p->known)
		r = ns_call(ns_fd, read_inherited_settings, p, e);
	if (r == 0 && forwarding != p->forwards)
		r = ns_sysctl(ns_fd, "ipv4/ip_forward", forwarding ? "1" : "0", e);
	if (r == 0 && p->filters)
		r = ns_sysctl(ns_fd, "ipv4/conf/all/rp_filter", "0", e);
	return r;
}

static int add_planned_addr(struct nl *nl, const struct guest_addr *a, struct err *e)
{
	return (a->alone ? nl_addr_add_alone : nl_addr_add)(nl, (int)a->ifindex, a->ip,
	                                                    (uint8_t)a->len, e);
}

struct nl_route guest_nl_route(const struct guest_hop *h)
{
	return (struct nl_route){
		.dst = { h->dst, (uint8_t)h->len },
		.type = RTN_UNICAST,
		.protocol = (uint8_t)h->protocol,
		.scope = (uint8_t)h->scope,
		.metric = h->metric,
		.src = h->src,
		.quickack = h->quickack,
		.table = h->table,
		.n_hops = 1,
		.hops[0] = { .via = h->via, .ifindex = (int)h->ifindex, .onlink = h->onlink },
	};
}

static int add_planned_route(struct nl *nl, const struct guest_hop *h, struct err *e)
{
	const struct nl_route r = guest_nl_route(h);

	return nl_route_replace(nl, &r, e);
}

/* lo is there; wires and tunnels come when both their ends are. */
static bool link_is_there(const struct guest_plan *p, uint32_t ifindex)
{
	for (size_t i = 0; i < p->n_links; i++)
		if (p->links[i].ifindex == ifindex)
			return p->links[i].kind == GUEST_PORT;
	return ifindex == GUEST_LO;
}

static int add_planned_rule(struct nl *nl, const struct guest_rule *x, struct err *e)
{
	const struct nl_rule r = { .priority = x->table,
		                   .table = x->table,
		                   .protocol = RTPROT_STATIC,
		                   .from = prefix_host(x->from) };

	return nl_rule_add(nl, &r, e);
}

static int configure_links(struct nl *nl, const struct guest_plan *p, bool all, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < p->n_links && r == 0; i++)
		if (all || p->links[i].kind == GUEST_PORT)
			r = nl_link_up4(nl, (int)p->links[i].ifindex, e);
	for (size_t i = 0; i < p->n_neighs && r == 0; i++)
		r = nl_neigh_replace(nl, (int)p->neighs[i].ifindex, p->neighs[i].ip, FABRIC_MAC, e);
	for (size_t i = 0; i < p->n_addrs && r == 0; i++)
		if (all || link_is_there(p, p->addrs[i].ifindex))
			r = add_planned_addr(nl, &p->addrs[i], e);
	for (size_t i = 0; i < p->n_routes && r == 0; i++)
		if (all || link_is_there(p, p->routes[i].ifindex))
			r = add_planned_route(nl, &p->routes[i], e);
	for (size_t i = 0; i < p->n_rules && r == 0; i++)
		r = add_planned_rule(nl, &p->rules[i], e);
	return r;
}

int guest_configure(struct nl *nl, const struct guest_plan *p, bool all, struct err *e)
{
	nl_batch_begin(nl);
	int r = configure_links(nl, p, all, e), end = nl_batch_end(nl, r < 0 ? NULL : e);

	return r < 0 ? r : end;
}

struct sweep {
	struct nl *nl;
	const struct guest_plan *want;
	struct nl_route *old;
	size_t n_old, cap_old;
};

static int collect_unwanted_route(const struct nl_route *r, void *arg)
{
	struct sweep *s = arg;
	const struct guest_hop like = { .dst = r->dst.addr,
		                        .len = r->dst.len,
		                        .metric = r->metric,
		                        .table = r->table == RT_TABLE_MAIN ? 0 : r->table };

	if (guest_plan_has_table(s->want, r->table) && !guest_plan_route(s->want, &like))
		VEC_PUSH(s->old, s->n_old, s->cap_old) = *r;
	return 0;
}

int guest_routes(int ns_fd, const struct guest_plan *want, struct err *e)
{
	struct sweep s = { .want = want };
	int r = nl_open(ns_fd, &s.nl, e);

	if (r == 0)
		r = nl_routes(s.nl, 0, RTPROT_STATIC, collect_unwanted_route, &s, e);
	for (size_t i = 0; i < s.n_old && r == 0; i++)
		r = nl_route_del(s.nl, &s.old[i], e);
	for (size_t i = 0; i < want->n_routes && r == 0; i++) {
		struct err why = { 0 };

		r = add_planned_route(s.nl, &want->routes[i], &why);
		/* A wire whose other end does not run is laid, with its routes, when that starts.
		 */
		if ((r == -ENODEV || r == -ENETDOWN) &&
		    !link_is_there(want, want->routes[i].ifindex))
			r = 0;
		if (r < 0 && e)
			*e = why;
	}
	nl_close(s.nl);
	free(s.old);
	return r;
}

static int apply_guest_filter(struct nft *nft, const struct filter *want, struct err *e)
{
	struct filter have = { .shape = want->shape };
	size_t changes = 0;
	int r = filter_read(nft, &have, e);

	if (r == 0 && have.shapeless) {
		filter_free(&have);
		r = filter_make(nft, want->shape, e);
	}
	if (r == 0)
		r = filter_apply(nft, &have, want, &changes, e);
	filter_free(&have);
	return r;
}

int guest_filter(int ns_fd, const struct filter *want, struct err *e)
{
	struct nft *nft = NULL;
	int r = nft_open(ns_fd, &nft, e);

	if (r == 0)
		r = apply_guest_filter(nft, want, e);
	nft_close(nft);
	return r < 0 ? err_wrap(e, "packet filter") : 0;
}

static int guest_bgp_open(int ns_fd, struct err *e)
{
	static bool old_kernel; /* found out once */
	struct nft *nft = NULL;
	int r = nft_open(ns_fd, &nft, e);

	if (r < 0)
		return r;
	_cleanup_free_ char *rules = bgp_open_nft(true), *old_rules = bgp_open_nft(false);

	r = old_kernel ? -EOPNOTSUPP : nft_run_text(nft, rules, e);
	if (r < 0) {
		r = nft_run_text(nft, old_rules, e);
		old_kernel = r == 0;
	}
	nft_close(nft);
	return r < 0 ? err_wrap(e, "rules for BGP's OPEN") : 0;
}

static int plug_ports(struct plug *p, int ns_fd, const struct guest_plan *plan, struct err *e)
{
	int r = 0;

	nl_batch_begin(p->fabric);
	for (size_t i = 0; i < plan->n_links && r == 0; i++) {
		const struct guest_link *l = &plan->links[i];

		if (l->kind == GUEST_PORT)
			r = plug_link(p, l->port, l->alias, ns_fd, l->name, (int)l->ifindex, l->mac,
			              e);
	}
	int end = nl_batch_end(p->fabric, r < 0 ? NULL : e);

	return r < 0 ? r : end;
}

int guest_build(struct plug *p, int ns_fd, const struct guest_plan *plan, struct err *e)
{
	const struct guest_settings *set = &plan->set;
	struct nl *nl = NULL;
	/* The rules must exist before the links do: BIRD could send its OPEN in between. */
	int r = set->bgp_open ? guest_bgp_open(ns_fd, e) : 0;

	if (r == 0)
		r = plug_ports(p, ns_fd, plan, e);
	if (r == 0)
		r = guest_sysctls(p, ns_fd, set->forwarding, e);
	if (r == 0 && set->no_ping)
		r = ns_sysctl(ns_fd, "ipv4/icmp_echo_ignore_all", "1", e);
	if (r == 0)
		r = nl_open(ns_fd, &nl, e);
	if (r == 0)
		r = guest_configure(nl, plan, false, e);
	nl_close(nl);
	if (r == 0 && set->no_hop)
		r = ttl_keep(ns_fd, e);
	if (r == 0 && set->clamp_mss)
		r = guest_filter(ns_fd, &vpn_gateway_filter, e);
	if (r == 0 && set->source_nat) {
		struct source_nat nat;

		source_nat_filter(set, &nat);
		r = guest_filter(ns_fd, &nat.filter, e);
	}
	return r < 0 ? err_wrap(e, "its links") : 0;
}
