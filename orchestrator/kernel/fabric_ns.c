/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/fabric_ns.h"

#include <linux/if_arp.h>

#include "base/str.h"
#include "kernel/filter.h"
#include "kernel/ns.h"
#include "kernel/ttl.h"
#include "plan/fabric.h"
#include "plan/filter/fabric.h"

#define SINK_FAR "sink1"

const char *const FORWARDING_SYSCTLS[] = {
	/* conf/default counts for links made later, conf/all is or-ed or the larger of both. */
	"ipv4/ip_forward=1",
	"ipv4/conf/all/rp_filter=0",
	"ipv4/conf/default/rp_filter=0",
	"ipv4/conf/all/send_redirects=0",
	"ipv4/conf/default/send_redirects=0",
	"ipv4/conf/all/accept_redirects=0",
	"ipv4/conf/default/accept_redirects=0",
	/* Spares each packet a second look-up, for its source: the filters check sources. */
	"ipv4/conf/all/accept_local=1",
	/* A link comes up without addresses, router solicitations and listener reports. */
	"ipv6/conf/default/disable_ipv6=1",
	NULL,
};

static const char *const FABRIC_SYSCTLS[] = {
	/* Nobody listens here but for the platform: no socket is looked for before routing. */
	"ipv4/ip_early_demux=0",
	/* Every ARP request is answered, also for the asker's own subnet. */
	"ipv4/conf/default/proxy_arp=1",
	"ipv4/conf/default/proxy_arp_pvlan=1",
	/* ECMP by flow (azure-behaviour 1.10).  Not policy 3, which would look at the packet alone:
	 * its hash is the same in both directions, so that the return always met the same
	 * appliance, and Azure's two decisions are independent. */
	"ipv4/fib_multipath_hash_policy=1",
	/* Platform addresses answer into the VNet that asked. */
	"ipv4/fwmark_reflect=1",
	"ipv4/tcp_fwmark_accept=1",
	/* A NIC whose link is down keeps its routes: what is sent to it is lost, not rerouted. */
	"ipv4/conf/all/ignore_routes_with_linkdown=0",
	NULL,
};

static int sink_up(struct nl *nl, int sink, struct err *e)
{
	const struct nl_route all = {
		.type = RTN_UNICAST,
		.protocol = RTPROT_VNETLAB,
		.scope = RT_SCOPE_LINK,
		.n_hops = 1,
		.hops[0] = { .ifindex = sink },
	};
	int r = nl_link_set_up(nl, sink, true, e);

	return r < 0 ? r : nl_route_replace(nl, &all, e);
}

/* The main table's default route makes the kernel answer ARP for every address: it does so for what
 * it would route to another device, and its look-up carries no mark.  No packet is sent there: the
 * filter drops those of dead ECMP legs, and routing finds all others a better way. */
static int make_sink(struct nl *nl, struct err *e)
{
	const struct nl_end near = { .name = SINK, .ns_fd = -1, .up = true },
	                    far = { .name = SINK_FAR, .ns_fd = -1 };
	int r = nl_veth_add(nl, &near, &far, e);

	if (r < 0)
		return r;
	int sink = nl_link_index(nl, SINK, e), sink_far = nl_link_index(nl, SINK_FAR, e);

	if (sink < 0 || sink_far < 0)
		return sink < 0 ? sink : sink_far;
	r = nl_link_set_up(nl, sink_far, true, e);
	return r < 0 ? r : sink_up(nl, sink, e);
}

/* azure-behaviour 1.7.  The platform's are the only addresses that are local here, and 168.0.0.0/7
 * holds both: for all others the kernel need not look into its table of local addresses, which it
 * otherwise does first, for every packet.  No VNet delivers to them, but a class may have a route.
 */
static int platform_addresses(struct nl *nl, struct err *e)
{
	const struct nl_rule always = { .table = RT_TABLE_LOCAL, .protocol = RTPROT_KERNEL },
	                     needed = { .table = RT_TABLE_LOCAL,
		                        .priority = RULE_PRIO_PLATFORM,
		                        .protocol = RTPROT_KERNEL,
		                        .to = { PLATFORM_IP & 0xfe000000, 7 } };
	int lo = nl_link_index(nl, "lo", e);

	_Static_assert((PLATFORM_IP & 0xfe000000) == (METADATA_IP & 0xfe000000),
	               "one rule for both");
	if (lo < 0)
		return lo;
	int r = nl_addr_add(nl, lo, PLATFORM_IP, 32, e);

	if (r == 0)
		r = nl_addr_add(nl, lo, METADATA_IP, 32, e);
	if (r == 0)
		r = nl_rule_add(nl, &needed, e);
	if (r == 0)
		r = nl_rule_del(nl, &always, e);
	return r;
}

static int links_and_addresses(int ns_fd, struct err *e)
{
	struct nl *nl = NULL;
	int r = nl_open(ns_fd, &nl, e);

	if (r < 0)
		return r;
	r = make_sink(nl, e);
	if (r == 0)
		r = platform_addresses(nl, e);
	nl_close(nl);
	return r;
}

int fabric_ns_filter(int ns_fd, struct err *e)
{
	struct nft *nft = NULL;
	int r = nft_open(ns_fd, &nft, e);

	if (r == 0)
		r = filter_make(nft, &fabric_filter_shape, e);
	if (r == 0)
		r = ttl_raise(ns_fd, NFT_TABLE, FABRIC_FILTER_RAISE, e);
	nft_close(nft);
	return r;
}

int fabric_ns_prepare(int ns_fd, struct err *e)
{
	int r = ns_sysctls(ns_fd, FORWARDING_SYSCTLS, e);

	if (r == 0)
		r = ns_sysctls(ns_fd, FABRIC_SYSCTLS, e);
	if (r == 0)
		r = links_and_addresses(ns_fd, e);
	if (r == 0)
		r = fabric_ns_filter(ns_fd, e);
	return r < 0 ? err_wrap(e, "fabric namespace") : 0;
}

/* --- what others did to it ------------------------------------------------------------------- */

struct base {
	bool sink_route, platform, metadata, rule;
};

static int see_fabric_route(const struct nl_route *r, void *arg)
{
	struct base *b = arg;

	b->sink_route |=
	    r->table == RT_TABLE_MAIN && r->protocol == RTPROT_VNETLAB && r->dst.len == 0;
	b->platform |= r->type == RTN_LOCAL && r->dst.addr == PLATFORM_IP;
	b->metadata |= r->type == RTN_LOCAL && r->dst.addr == METADATA_IP;
	return 0;
}

static int see_rule(const struct nl_rule *r, void *arg)
{
	((struct base *)arg)->rule |= r->priority == RULE_PRIO_PLATFORM;
	return 0;
}

/* Tables that hold thousands of routes are not read for these. */
static int read_base(struct nl *nl, struct base *b, struct err *e)
{
	int r = nl_routes(nl, RT_TABLE_MAIN, 0, see_fabric_route, b, e);

	if (r == 0)
		r = nl_routes(nl, RT_TABLE_LOCAL, 0, see_fabric_route, b, e);
	return r < 0 ? r : nl_rules(nl, see_rule, b, e);
}

static int mend_base(struct nl *nl, const struct base *b, struct err *e)
{
	const struct nl_rule needed = { .table = RT_TABLE_LOCAL,
		                        .priority = RULE_PRIO_PLATFORM,
		                        .protocol = RTPROT_KERNEL,
		                        .to = { PLATFORM_IP & 0xfe000000, 7 } };
	int lo = nl_link_index(nl, "lo", e), sink = nl_link_index(nl, SINK, NULL), r = lo;

	if (r >= 0 && sink < 0)
		r = make_sink(nl, e);
	else if (r >= 0 && !b->sink_route)
		r = sink_up(nl, sink, e);
	if (r >= 0 && !b->platform)
		r = nl_addr_add(nl, lo, PLATFORM_IP, 32, e);
	if (r >= 0 && !b->metadata)
		r = nl_addr_add(nl, lo, METADATA_IP, 32, e);
	if (r >= 0 && !b->rule)
		r = nl_rule_add(nl, &needed, e);
	return r < 0 ? r : 0;
}

int fabric_ns_look(int ns_fd, bool mend, size_t *ret, struct err *e)
{
	struct base b = { 0 };
	struct nl *nl = NULL;
	size_t n = 0;
	int r = ns_sysctls_look(ns_fd, FORWARDING_SYSCTLS, mend, &n, e);

	if (r == 0)
		r = ns_sysctls_look(ns_fd, FABRIC_SYSCTLS, mend, &n, e);
	if (r == 0)
		r = nl_open(ns_fd, &nl, e);
	if (r == 0)
		r = read_base(nl, &b, e);
	if (r == 0) {
		size_t lacks = !b.sink_route + !b.platform + !b.metadata + !b.rule;

		n += lacks;
		if (lacks && mend)
			r = mend_base(nl, &b, e);
	}
	nl_close(nl);
	if (r < 0)
		return err_wrap(e, "fabric namespace");
	*ret = n;
	return 0;
}
