/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/kwalk_priv.h"

#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "plan/fabric.h"
#include "plan/names.h"

/* ---- namespaces ---- */

static int add_device(const struct nl_link *link, void *arg)
{
	struct kwalk_ns *kn = arg;
	struct kwalk_device *d = &VEC_PUSH(kn->devices, kn->n_devices, kn->cap_devices);

	d->ifindex = link->ifindex;
	d->up = link->up;
	memcpy(d->name, link->name, IFNAMSIZ);
	return 0;
}

bool kwalk_kernel_open(struct kwalk_ns *kn)
{
	if (!kn || kn->broken)
		return false;
	if (kn->nl)
		return true;
	if (nl_open(kn->node->netns, &kn->nl, NULL) < 0 ||
	    nl_links_many(kn->nl, add_device, kn, NULL) < 0)
		kn->broken = true;
	return !kn->broken;
}

const struct kwalk_device *kwalk_device(const struct kwalk_ns *kn, const char *name)
{
	for (size_t i = 0; i < kn->n_devices; i++)
		if (streq(kn->devices[i].name, name))
			return &kn->devices[i];
	return NULL;
}

const char *kwalk_device_name(const struct kwalk_ns *kn, int ifindex)
{
	for (size_t i = 0; i < kn->n_devices; i++)
		if (kn->devices[i].ifindex == ifindex)
			return kn->devices[i].name;
	return "?";
}

static struct stand_in *stand_in_of(struct kwalk *k, const struct nic *n)
{
	for (size_t i = 0; i < k->n_stand_ins; i++)
		if (&k->stand_ins[i].nic == n)
			return &k->stand_ins[i];
	return NULL;
}

struct kwalk_ns *kwalk_ns_of(struct kwalk *k, const struct nic *n)
{
	const struct stand_in *s = stand_in_of(k, n);

	if (!s)
		return k->by_vm[n->vm->idx];
	for (size_t i = 0; i < k->l->n_nodes; i++)
		if (k->l->nodes[i]->rs == s->rs && k->l->nodes[i]->instance == s->instance)
			return &k->kernels[i];
	return NULL;
}

const struct lab_node *kwalk_node_of(struct kwalk *k, const struct nic *nic)
{
	const struct kwalk_ns *kn = kwalk_ns_of(k, nic);

	return kn ? kn->node : NULL;
}

const struct lab_node *kwalk_node_named(struct kwalk *k, const char *hop_node)
{
	for (size_t i = 0; i < k->l->n_nodes; i++)
		if (strieq(k->l->nodes[i]->name, hop_node))
			return k->l->nodes[i];
	return NULL;
}

/* The NIC behind a guest's device: eth<index> (azure/model.h). */
const struct nic *kwalk_nic_of(struct kwalk *k, const struct lab_node *n, const char *device)
{
	char name[IFNAMSIZ];

	if (n->kind == NODE_ROUTE_SERVER) {
		for (size_t i = 0; streq(device, "eth0") && i < k->n_stand_ins; i++)
			if (k->stand_ins[i].rs == n->rs && k->stand_ins[i].instance == n->instance)
				return &k->stand_ins[i].nic;
		return NULL;
	}
	for (size_t i = 0; n->vm && i < n->vm->n_nics; i++) {
		if (streq(device_name_nic(n->vm->nics[i], name), device))
			return n->vm->nics[i];
	}
	return NULL;
}

/* ---- the fabric ---- */

int kwalk_port_order(const void *a, const void *b)
{
	return strcmp(((const struct kwalk_port *)a)->name, ((const struct kwalk_port *)b)->name);
}

static const struct kwalk_port *port_of(const struct kwalk *k, int ifindex)
{
	struct kwalk_port key = { 0 };

	snprintf(key.name, sizeof(key.name), "%s", kwalk_device_name(k->fabric, ifindex));
	return bsearch(&key, k->ports, k->n_ports, sizeof(key), kwalk_port_order);
}

int kwalk_fabric_query(struct kwalk *k, const char *port, uint32_t mark,
                       const struct walk_packet *p, struct nl_route *ret,
                       const struct kwalk_port **ret_port, struct err *e)
{
	if (!kwalk_kernel_open(k->fabric))
		return err_set(e, EIO, "the fabric's namespace cannot be asked");
	const struct kwalk_device *d = kwalk_device(k->fabric, port);

	if (!d)
		return err_set(e, ENODEV, "the fabric has no port %s", port);
	const struct nl_query q = { .src = p->src,
		                    .dst = p->dst,
		                    .iif = d->ifindex,
		                    .mark = mark,
		                    .ip_proto = p->ip_proto,
		                    .sport = p->sport,
		                    .dport = p->dport };
	int r = nl_route_get(k->fabric->nl, &q, ret, e);

	if (ret_port)
		*ret_port =
		    r == 0 && ret->type == RTN_UNICAST ? port_of(k, ret->hops[0].ifindex) : NULL;
	return r;
}

bool kwalk_is_cut(struct kwalk *k, const struct nic *nic)
{
	char port[IFNAMSIZ];

	port_name_nic(nic, port);
	const struct kwalk_device *d =
	    kwalk_kernel_open(k->fabric) ? kwalk_device(k->fabric, port) : NULL;

	return d && !d->up;
}

static int fabric_query(struct kwalk *k, const struct nic *from, const struct nic *back,
                        const struct walk_packet *p, struct nl_route *ret,
                        const struct kwalk_port **ret_port, struct err *e)
{
	const struct stand_in *s = stand_in_of(k, from);
	char port[IFNAMSIZ];

	if (s)
		port_name_rs(s->rs, s->instance, port);
	else
		port_name_nic(from, port);
	return kwalk_fabric_query(k, port,
	                          s      ? fabric_mark_rs(k->l->model, s->rs, s->instance)
	                          : back ? fabric_mark_backend(back)
	                                 : fabric_mark_nic(k->l->model, from),
	                          p, ret, ret_port, e);
}

void kwalk_fabric(void *ctx, const struct nic *from, const struct nic *back,
                  const struct walk_packet *p, struct walk_fabric *ret)
{
	struct kwalk *k = ctx;
	struct nl_route r = { 0 };
	struct err e = { 0 };
	const struct kwalk_port *to;

	*ret = (struct walk_fabric){ .act = FABRIC_DROP };
	if (fabric_query(k, from, back, p, &r, &to, &e) < 0) {
		snprintf(ret->reason, sizeof(ret->reason), "the fabric's kernel says: %.200s",
		         e.msg);
		return;
	}
	if (r.type != RTN_UNICAST) {
		snprintf(ret->reason, sizeof(ret->reason),
		         "the fabric's tables drop %s from NIC %s", IP4_STR(p->dst), from->name);
		return;
	}
	const char *device = kwalk_device_name(k->fabric, r.hops[0].ifindex);

	if (!to) {
		snprintf(ret->reason, sizeof(ret->reason),
		         "the fabric's table %u sends %s to %s, where nobody is", r.table,
		         PREFIX_STR(r.dst), streq(device, SINK) ? "the sink" : device);
		return;
	}
	if (ip4_is_set(r.hops[0].via) && r.hops[0].via != p->dst && !to->edge)
		ret->next_hop = r.hops[0].via;
	snprintf(ret->reason, sizeof(ret->reason), "fabric table %u: %s via %s to port %s", r.table,
	         PREFIX_STR(r.dst), IP4_STR(r.hops[0].via), device);
	ret->lb = to->lb;
	ret->to = to->nic;
	ret->rs = to->rs;
	ret->instance = to->instance;
	ret->act = to->edge  ? FABRIC_INTERNET
	           : to->lb  ? FABRIC_BALANCER
	           : to->nic ? FABRIC_NIC
	                     : FABRIC_INSTANCE;
}

/* The kernel's hash decides for the model too: else the two walks would part at every ECMP route
 * without anything being wrong. */
unsigned kwalk_ecmp(void *ctx, const struct nic *from, const struct eff_route *e,
                    const struct walk_packet *p)
{
	struct nl_route r = { 0 };

	if (fabric_query(ctx, from, NULL, p, &r, NULL, NULL) == 0 && r.type == RTN_UNICAST)
		for (unsigned i = 0; i < e->n_next_hops; i++)
			if (e->next_hops[i] == r.hops[0].via)
				return i;
	return 0;
}
