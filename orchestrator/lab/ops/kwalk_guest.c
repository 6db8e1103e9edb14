/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks what guests' kernels do with packets that come in, and with their own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/ns.h"
#include "lab/ops/kwalk_priv.h"
#include "plan/fabric.h"
#include "plan/names.h"

/* ---- words ---- */

static const char *protocol_name(uint8_t p)
{
	static const struct {
		uint8_t protocol;
		const char *name;
	} names[] = { { RTPROT_KERNEL, "kernel" },  { RTPROT_BOOT, "boot" },
		      { RTPROT_STATIC, "static" },  { RTPROT_ZEBRA, "zebra" },
		      { RTPROT_BIRD, "bird" },      { RTPROT_BGP, "bgp" },
		      { RTPROT_DHCP, "dhcp" },      { 196, "zebra static" },
		      { RTPROT_VNETLAB, "vnetlab" } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].protocol == p)
			return names[i].name;
	return "unknown";
}

static void route_words(const struct kwalk_ns *kn, const struct nl_route *r, char *buf, size_t cap)
{
	char via[32] = "";

	if (ip4_is_set(r->hops[0].via))
		snprintf(via, sizeof(via), " via %s", IP4_STR(r->hops[0].via));
	snprintf(buf, cap, "%s%s dev %s (protocol %s)", PREFIX_STR(r->dst), via,
	         kwalk_device_name(kn, r->hops[0].ifindex), protocol_name(r->protocol));
}

struct worst { /* the longest match in the main and default tables, of any type */
	ip4 dst;
	struct nl_route best;
	bool found;
};

static int keep_longest(const struct nl_route *r, void *arg)
{
	struct worst *w = arg;

	if ((r->table == RT_TABLE_MAIN || r->table == RT_TABLE_DEFAULT) &&
	    prefix_has(r->dst, w->dst) && (!w->found || r->dst.len > w->best.dst.len)) {
		w->best = *r;
		w->found = true;
	}
	return 0;
}

/* The kernel answers "unreachable" or "invalid": which of its routes made it say so? */
static void refusal_words(struct kwalk_ns *kn, uint8_t type, ip4 dst, char *buf, size_t cap)
{
	static const char *const types[] = { [RTN_BLACKHOLE] = "blackhole",
		                             [RTN_UNREACHABLE] = "unreachable",
		                             [RTN_PROHIBIT] = "prohibit" };
	struct worst w = { .dst = dst };

	if (nl_routes(kn->nl, 0, 0, keep_longest, &w, NULL) >= 0 && w.found &&
	    w.best.type != RTN_UNICAST && w.best.type < ARRAY_LEN(types) && types[w.best.type])
		snprintf(buf, cap, "its table has %s %s (protocol %s)", types[w.best.type],
		         PREFIX_STR(w.best.dst), protocol_name(w.best.protocol));
	else if (!w.found)
		snprintf(buf, cap, "its table has no route to %s", IP4_STR(dst));
	else
		snprintf(buf, cap, "its kernel refuses it (%s)",
		         type < ARRAY_LEN(types) && types[type] ? types[type] : "invalid");
}

/* ---- guests ---- */

struct forwarding {
	char path[64];
	bool on;
};

static int read_guest_forwarding(void *arg, struct err *e)
{
	struct forwarding *f = arg;
	char c = '1';
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);

	(void)e;
	if (fd >= 0) {
		if (read(fd, &c, 1) != 1)
			c = '1';
		close(fd);
	}
	f->on = c != '0';
	return 0;
}

static bool guest_device_forwards(const struct kwalk_ns *kn, const char *device)
{
	struct forwarding f = { .on = true };

	snprintf(f.path, sizeof(f.path), "/proc/sys/net/ipv4/conf/%s/forwarding", device);
	ns_call(kn->node->netns, read_guest_forwarding, &f, NULL);
	return f.on;
}

static bool is_own(struct kwalk_ns *kn, ip4 a)
{
	const struct nl_query q = { .dst = a };
	struct nl_route r = { 0 };

	return nl_route_get(kn->nl, &q, &r, NULL) == 0 && r.type == RTN_LOCAL;
}

static void guest_refuses(struct kwalk_ns *kn, const struct kwalk_device *in,
                          const struct walk_packet *p, uint8_t type, struct walk_guest *ret)
{
	if (is_own(kn, p->src))
		snprintf(ret->reason, sizeof(ret->reason),
		         "the source %s is its own address, and Linux takes no packet from itself "
		         "from outside (martian source)",
		         IP4_STR(p->src));
	else if (!guest_device_forwards(kn, in->name))
		snprintf(ret->reason, sizeof(ret->reason),
		         "not its address, and ip_forward is off in the guest; set "
		         "enableIPForwarding");
	else
		refusal_words(kn, type, p->dst, ret->reason, sizeof(ret->reason));
}

static void guest_forwards(struct kwalk *k, struct kwalk_ns *kn, const struct walk_packet *p,
                           const struct nl_route *r, struct walk_guest *ret)
{
	const char *device = kwalk_device_name(kn, r->hops[0].ifindex);
	const struct kwalk_device *d = kwalk_device(kn, device);
	char words[128];

	route_words(kn, r, words, sizeof(words));
	ret->out = kwalk_nic_of(k, kn->node, device);
	if (!ret->out || !d || !d->up) {
		snprintf(ret->reason, sizeof(ret->reason), "its route %s leads %s", words,
		         ret->out ? "out of a NIC that is down" : "out of no NIC of the VNet");
		return;
	}
	ret->act = GUEST_FORWARD;
	snprintf(ret->reason, sizeof(ret->reason), "forwards by its route %s", words);
	/* sourceNat is a rule of the guest's packet filter, which look-ups do not include. */
	if (vm_translates(ret->out->vm, p->dst))
		ret->src = ret->out->ip;
}

void kwalk_guest(void *ctx, const struct nic *in, const struct walk_packet *p,
                 struct walk_guest *ret)
{
	struct kwalk *k = ctx;
	struct kwalk_ns *kn = kwalk_ns_of(k, in);
	char device[IFNAMSIZ];
	struct err e = { 0 };
	struct nl_route r = { 0 };

	*ret = (struct walk_guest){ .act = GUEST_DROP };
	if (!kn || !kwalk_kernel_open(kn)) {
		snprintf(ret->reason, sizeof(ret->reason), "its namespace cannot be asked");
		return;
	}
	device_name_nic(in, device);
	const struct kwalk_device *d = kwalk_device(kn, device);

	if (!d || !d->up || !nl_link_carrier(kn->nl, device)) {
		snprintf(ret->reason, sizeof(ret->reason), "its link %s is %s", device,
		         d ? "down" : "gone");
		return;
	}
	const struct nl_query q = { .src = p->src,
		                    .dst = p->dst,
		                    .iif = d->ifindex,
		                    .ip_proto = p->ip_proto,
		                    .sport = p->sport,
		                    .dport = p->dport };
	int rc = nl_route_get(kn->nl, &q, &r, &e);

	if (rc == -EXDEV)
		snprintf(ret->reason, sizeof(ret->reason),
		         "rp_filter: its route back to %s does not leave by %s", IP4_STR(p->src),
		         device);
	else if (rc < 0)
		snprintf(ret->reason, sizeof(ret->reason), "its kernel says: %.200s", e.msg);
	else if (r.type == RTN_LOCAL) {
		ret->act = GUEST_LOCAL;
		snprintf(ret->reason, sizeof(ret->reason), "has the address");
	} else if (r.type == RTN_UNICAST)
		guest_forwards(k, kn, p, &r, ret);
	else
		guest_refuses(kn, d, p, r.type, ret);
}

/* The route by which the guest sends p, from src; returns the NIC that it leaves by, NULL: none. */
static const struct nic *ask_own_route(struct kwalk *k, struct kwalk_ns *kn,
                                       const struct walk_packet *p, ip4 src, struct nl_route *ret)
{
	const struct nl_query q = { .src = src,
		                    .dst = p->dst,
		                    .ip_proto = p->ip_proto,
		                    .sport = p->sport,
		                    .dport = p->dport };

	*ret = (struct nl_route){ 0 };
	if (nl_route_get(kn->nl, &q, ret, NULL) < 0 || ret->type != RTN_UNICAST || !ret->n_hops)
		return NULL;
	return kwalk_nic_of(k, kn->node, kwalk_device_name(kn, ret->hops[0].ifindex));
}

const struct nic *kwalk_sends_by(void *ctx, const struct node *vm, const struct walk_packet *p)
{
	struct kwalk *k = ctx;
	struct kwalk_ns *kn = k->by_vm[vm->idx];
	struct nl_route r;

	return kn && kwalk_kernel_open(kn) ? ask_own_route(k, kn, p, p->src, &r) : NULL;
}

ip4 kwalk_next_hop(void *ctx, const struct nic *from, const struct walk_packet *p)
{
	struct kwalk *k = ctx;
	struct kwalk_ns *kn = kwalk_ns_of(k, from);
	struct nl_route r;

	/* The kernel refuses a source that is not its own where no device says that it came in. */
	if (!kn || !kwalk_kernel_open(kn) ||
	    ask_own_route(k, kn, p, is_own(kn, p->src) ? p->src : IP4_NONE, &r) != from)
		return IP4_NONE;
	return ip4_is_set(r.hops[0].via) ? r.hops[0].via : p->dst;
}

void kwalk_start(struct kwalk *k, const struct lab_node *n, struct walk_packet *p,
                 struct kwalk_start *ret)
{
	struct kwalk_ns *kn = NULL;
	struct nl_route r = { 0 };
	struct err e = { 0 };

	*ret = (struct kwalk_start){ .internet = n->kind == NODE_INTERNET };
	if (ret->internet)
		return;
	for (size_t i = 0; i < k->l->n_nodes; i++)
		if (k->l->nodes[i] == n)
			kn = &k->kernels[i];
	if (n->vm && k->stopped[n->vm->idx]) {
		snprintf(ret->reason, sizeof(ret->reason),
		         "%s is stopped (deallocated) and sends nothing", n->name);
		return;
	}
	if (!kn || !kwalk_kernel_open(kn)) {
		snprintf(ret->reason, sizeof(ret->reason), "its namespace cannot be asked");
		return;
	}
	const struct nl_query q = { .src = p->src,
		                    .dst = p->dst,
		                    .ip_proto = p->ip_proto,
		                    .sport = p->sport,
		                    .dport = p->dport };
	int rc = nl_route_get(kn->nl, &q, &r, &e);

	if (rc < 0) {
		snprintf(ret->reason, sizeof(ret->reason), "its kernel says: %.200s", e.msg);
		return;
	}
	if (r.type == RTN_LOCAL) {
		ret->local = true;
		snprintf(ret->reason, sizeof(ret->reason), "has the address %s itself",
		         IP4_STR(p->dst));
		return;
	}
	if (r.type != RTN_UNICAST) {
		refusal_words(kn, r.type, p->dst, ret->reason, sizeof(ret->reason));
		return;
	}
	char words[128];
	const char *device = kwalk_device_name(kn, r.hops[0].ifindex);
	const struct kwalk_device *d = kwalk_device(kn, device);

	route_words(kn, &r, words, sizeof(words));
	ret->nic = kwalk_nic_of(k, n, device);
	if (!ret->nic || !d || !d->up || !nl_link_carrier(kn->nl, device)) {
		snprintf(ret->reason, sizeof(ret->reason), "its route %s leads %s", words,
		         ret->nic ? "out of a NIC that is down" : "out of no NIC of the VNet");
		ret->nic = NULL;
		return;
	}
	snprintf(ret->reason, sizeof(ret->reason), "sends by its route %s", words);
	if (ip4_is_none(p->src))
		p->src = ip4_is_set(r.src) ? r.src : ret->nic->ip;
}
