/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/fabric.h"

#include "kernel/edge.h"
#include "kernel/fabric_ns.h"
#include "kernel/guest.h"
#include "kernel/lb_links.h"
#include "kernel/ns.h"
#include "lab/build/drift.h"
#include "lab/build/room.h"
#include "lab/proc/node.h"
#include "lab/watch/routerlink.h"

static int make_namespace(struct driver *d, const char *name, enum lab_node_kind kind,
                          struct err *e)
{
	struct lab_node *n = node_always(&d->lab, kind);

	if (!n)
		n = node_new(&d->lab, name, kind);
	return n->netns >= 0 ? 0 : ns_new(&n->netns, e);
}

int fabric_ready(struct driver *d, struct err *e)
{
	int r;

	if (d->build->plug)
		return 0;
	if ((r = make_namespace(d, "fabric", NODE_FABRIC, e)) < 0 ||
	    (r = make_namespace(d, "internet", NODE_INTERNET, e)) < 0 ||
	    (d->build->edge_ns < 0 && (r = ns_new(&d->build->edge_ns, e)) < 0) ||
	    (r = fabric_ns_prepare(node_always(&d->lab, NODE_FABRIC)->netns, e)) < 0 ||
	    (r = plug_open(node_always(&d->lab, NODE_FABRIC)->netns, &d->build->plug, e)) < 0)
		return err_wrap(e, "the fabric");
	drift_watch(d, node_find(&d->lab, "fabric")->netns);
	/* It reads the design while the nodes are being built. */
	return router_start(d, e);
}

int fabric_attach(struct driver *d, const struct model *m, struct err *e)
{
	const struct lab_node *internet = node_always(&d->lab, NODE_INTERNET);
	struct edge_plan *edge = edge_plan_make(m);
	_cleanup_free_ struct fabric_link *loops = fabric_loops(m);
	size_t changes;
	int r = edge_apply(d->build->plug, d->build->edge_ns, internet->netns, edge,
	                   &d->build->edge_filter, &changes, e);

	edge_plan_free(edge);
	if (r < 0)
		return err_wrap(e, "the Internet's edge");
	if (!m->n_load_balancers && !d->build->loops)
		return 0; /* reading thousands of links takes long */
	d->build->loops = true;
	return lb_links_apply(d->build->plug, node_always(&d->lab, NODE_FABRIC)->netns, loops,
	                      m->n_load_balancers, e);
}
