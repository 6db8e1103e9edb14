/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/edge.h"

#include <errno.h>

#include "kernel/fabric_ns.h"
#include "kernel/filter.h"
#include "kernel/nl.h"
#include "kernel/ns.h"
#include "kernel/ttl.h"
#include "plan/fabric.h"
#include "plan/filter/edge.h"
#include "plan/names.h"

enum { TABLE_LINK = 1000, PRIORITY_LINK = 1000 }; /* + the link's number; of its rule */
#define FAR 0xA9FE0002u /* 169.254.0.2: whatever is at the other end, by its neighbour entry */

static const uint8_t EDGE_MAC[6] = { 0x02, 0, 0, 0, 0, 1 };
static const uint8_t INTERNET_MAC[6] = { 0x02, 0, 0, 0, 0, 2 };

struct edge {
	struct plug *plug;
	int edge_ns, internet_ns;
	const struct edge_plan *plan;
	struct nl *nl, *inet; /* in the edge, in the Internet's node */
	struct nft *nft;
	struct filter_memory *filter;
	struct nl_link *links; /* of the edge */
	size_t n_links, cap_links;
	uint32_t *number; /* by vnet->idx */
	size_t changes;
};

static void edge_close(struct edge *x)
{
	nl_close(x->nl);
	nl_close(x->inet);
	nft_close(x->nft);
	free(x->links);
	free(x->number);
}

/* --- both ends of the uplink, once ----------------------------------------------------------- */

/* Everything by one neighbour whose address is known: nobody asks by ARP. */
static int default_via(struct nl *nl, int ifindex, uint32_t table, const uint8_t mac[6], ip4 src,
                       struct err *e)
{
	const struct nl_route all = {
		.table = table,
		.type = RTN_UNICAST,
		.protocol = RTPROT_VNETLAB,
		.src = src,
		.n_hops = 1,
		.hops[0] = { .via = FAR, .ifindex = ifindex, .onlink = true },
	};
	int r = nl_neigh_replace(nl, ifindex, FAR, mac, e);

	return r < 0 ? r : nl_route_replace(nl, &all, e);
}

static int add_internet_hosts(struct edge *x, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < x->plan->n_hosts && r == 0; i++)
		r = nl_addr_add(x->inet, 1, x->plan->hosts[i], 32, e);
	return r;
}

/* The Internet's node forwards: a packet from one public address of the lab to another comes back,
 * one hop older, as from any router out there. */
static int make_uplink(struct edge *x, struct err *e)
{
	const struct nl_end near = { .name = EDGE_UPLINK,
		                     .mac = EDGE_MAC,
		                     .ns_fd = -1,
		                     .up = true },
	                    far = { .name = "eth0", .mac = INTERNET_MAC, .ns_fd = x->internet_ns };
	int r = ns_sysctls(x->edge_ns, FORWARDING_SYSCTLS, e);

	if (r == 0)
		r = ns_sysctls(x->internet_ns, FORWARDING_SYSCTLS, e);
	if (r == 0)
		r = ttl_keep(x->edge_ns, e);
	if (r == 0)
		r = filter_make(x->nft, &edge_filter_shape, e);
	if (r == 0)
		r = nl_veth_add(x->nl, &near, &far, e);
	int uplink = r == 0 ? nl_link_index(x->nl, EDGE_UPLINK, e) : r;

	if (uplink < 0)
		return uplink;
	r = default_via(x->nl, uplink, RT_TABLE_MAIN, INTERNET_MAC, IP4_NONE, e);
	int eth0 = r == 0 ? nl_link_index(x->inet, "eth0", e) : r;

	if (eth0 < 0)
		return eth0;
	r = nl_link_up4(x->inet, eth0, e);
	if (r == 0)
		nl_links_settle(x->nl, uplink, uplink);
	if (r == 0)
		r = add_internet_hosts(x, e);
	if (r == 0) /* what the node itself sends comes from its first host */
		r = default_via(x->inet, eth0, RT_TABLE_MAIN, EDGE_MAC,
		                x->plan->n_hosts ? x->plan->hosts[0] : 0, e);
	x->changes += 1 + x->plan->n_hosts;
	return r;
}

/* --- Internet hosts that come and go ---------------------------------------------------------- */

struct hosts {
	ip4 *ip;
	size_t n, cap;
};

static int collect_host(const struct nl_route *r, void *arg)
{
	struct hosts *h = arg;

	if (r->type == RTN_LOCAL && r->dst.len == 32 && !ip4_is_loopback(r->dst.addr))
		VEC_PUSH(h->ip, h->n, h->cap) = r->dst.addr;
	return 0;
}

static bool is_host(const struct edge_plan *plan, ip4 ip)
{
	for (size_t i = 0; i < plan->n_hosts; i++)
		if (plan->hosts[i] == ip)
			return true;
	return false;
}

static int update_internet_hosts(struct edge *x, struct err *e)
{
	struct hosts have = { 0 };
	int r = nl_routes(x->inet, RT_TABLE_LOCAL, 0, collect_host, &have, e);

	for (size_t i = 0; i < have.n && r == 0; i++) {
		if (is_host(x->plan, have.ip[i]))
			continue;
		r = nl_addr_del(x->inet, 1, have.ip[i], 32, e);
		x->changes++;
	}
	for (size_t i = 0; i < x->plan->n_hosts && r == 0; i++) {
		bool there = false;

		for (size_t k = 0; k < have.n && !there; k++)
			there = have.ip[k] == x->plan->hosts[i];
		if (there)
			continue;
		r = nl_addr_add(x->inet, 1, x->plan->hosts[i], 32, e);
		x->changes++;
	}
	free(have.ip);
	return r;
}

/* --- links of VNets --------------------------------------------------------------------------- */

static const struct nl_link *find_link(const struct edge *x, const char *name)
{
	for (size_t i = 0; i < x->n_links; i++)
		if (strcmp(x->links[i].name, name) == 0)
			return &x->links[i];
	return NULL;
}

static int set_link_rule(struct edge *x, uint32_t number, bool add, struct err *e)
{
	const struct nl_rule rule = { .priority = PRIORITY_LINK,
		                      .mark = number,
		                      .mask = ~0u,
		                      .table = TABLE_LINK + number,
		                      .protocol = RTPROT_VNETLAB };

	return add ? nl_rule_add(x->nl, &rule, e) : nl_rule_del(x->nl, &rule, e);
}

static int add_vnet_link(struct edge *x, const struct fabric_link *l, uint32_t *ret_number,
                         struct err *e)
{
	int r = plug_link(x->plug, l->name, l->alias, x->edge_ns, l->name, 0, l->mac, e);
	int ifindex = r == 0 ? nl_link_index(x->nl, l->name, e) : r;

	if (ifindex < 0)
		return ifindex;
	r = nl_link_up4(x->nl, ifindex, e);
	if (r == 0)
		r = default_via(x->nl, ifindex, TABLE_LINK + (uint32_t)ifindex, FABRIC_MAC,
		                IP4_NONE, e);
	if (r == 0)
		r = set_link_rule(x, (uint32_t)ifindex, true, e);
	*ret_number = (uint32_t)ifindex;
	x->changes++;
	return r;
}

static int update_vnet_links(struct edge *x, struct err *e)
{
	_cleanup_free_ bool *wanted = xcalloc(x->n_links, sizeof(*wanted));
	int r = 0;

	for (size_t i = 0; i < x->plan->n_links && r == 0; i++) {
		const struct fabric_link *want = &x->plan->links[i];
		const struct nl_link *l = *want->name ? find_link(x, want->name) : NULL;

		if (l) {
			x->number[i] = (uint32_t)l->ifindex;
			wanted[l - x->links] = true;
		} else if (*want->name) {
			r = add_vnet_link(x, want, &x->number[i], e);
		}
	}
	for (size_t i = 0; i < x->n_links && r == 0; i++) {
		const struct nl_link *l = &x->links[i];

		if (wanted[i] || l->name[0] != 'i' || strcmp(l->name, EDGE_UPLINK) == 0)
			continue;
		r = set_link_rule(x, (uint32_t)l->ifindex, false, e);
		if (r == 0)
			r = guest_unplug(x->plug, &l->name, 1, e);
		x->changes++;
	}
	return r;
}

/* --- translations ----------------------------------------------------------------------------- */

static int update_edge_filter(struct edge *x, struct err *e)
{
	struct filter want;

	edge_filter(x->plan->model, x->number, &want);
	return filter_update(x->nft, x->edge_ns, x->filter, &want, &x->changes, e);
}

static int collect_edge_link(const struct nl_link *l, void *arg)
{
	struct edge *x = arg;

	VEC_PUSH(x->links, x->n_links, x->cap_links) = *l;
	return 0;
}

static int apply_edge(struct edge *x, struct err *e)
{
	int r = nl_open(x->edge_ns, &x->nl, e);

	if (r == 0)
		r = nl_open(x->internet_ns, &x->inet, e);
	if (r == 0)
		r = nft_open(x->edge_ns, &x->nft, e);
	if (r == 0)
		r = nl_links_many(x->nl, collect_edge_link, x, e);
	if (r == 0)
		r = find_link(x, EDGE_UPLINK) ? update_internet_hosts(x, e) : make_uplink(x, e);
	if (r == 0)
		r = update_vnet_links(x, e);
	if (r == 0)
		r = update_edge_filter(x, e);
	return r;
}

int edge_apply(struct plug *p, int edge_ns, int internet_ns, const struct edge_plan *plan,
               struct filter_memory *filter, size_t *ret_changes, struct err *e)
{
	struct edge x = { .plug = p,
		          .edge_ns = edge_ns,
		          .internet_ns = internet_ns,
		          .plan = plan,
		          .filter = filter };

	x.number = xcalloc(plan->n_links + 1, sizeof(*x.number));
	int r = apply_edge(&x, e);

	if (r == 0 && ret_changes)
		*ret_changes = x.changes;
	edge_close(&x);
	return r < 0 ? err_wrap(e, "Internet edge") : 0;
}
