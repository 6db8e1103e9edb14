/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault link: a cable without carrier.  The other side of it goes down, in the fabric or, of a
 * wire, in the node at its other end.  A tunnel is no cable: what it carries goes by the others; by
 * its own name its device goes down. */
#include <errno.h>
#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "kernel/guest.h"
#include "kernel/nl.h"
#include "lab/build/ledger.h"
#include "lab/build/wires.h"
#include "lab/fault/fault.h"
#include "lab/proc/node.h"
#include "lab/watch/routerlink.h"
#include "plan/names.h"

static int link_set(int ns_fd, const char *name, bool up, struct err *e)
{
	struct nl *nl = NULL;
	int r = nl_open(ns_fd, &nl, e);

	if (r < 0)
		return r;
	int ifindex = nl_link_index(nl, name, e);

	r = ifindex < 0 ? ifindex : nl_link_set_up(nl, ifindex, up, e);
	nl_close(nl);
	return r;
}

/* The guest's end has a carrier again. */
static int settle_guest(const struct lab_node *n, const struct nic *nic, struct err *e)
{
	char name[IFNAMSIZ] = "eth0";
	struct nl *nl = NULL;
	int r = nl_open(n->netns, &nl, e);

	if (r < 0)
		return r;
	int ifindex = nl_link_index(nl, nic ? device_name_nic(nic, name) : name, NULL);

	if (ifindex > 0)
		nl_links_settle(nl, ifindex, ifindex);
	nl_close(nl);
	return 0;
}

/* Its routes go with a device that is down: it is made anew. */
static int tunnel_set(const struct lab_node *n, const struct nic *nic, bool up, struct err *e)
{
	_cleanup_guest_plan_ struct guest_plan *p = guest_plan_nic(nic);
	char name[IFNAMSIZ];

	return up ? guest_tunnel(n->netns, p, e)
	          : link_set(n->netns, device_name_nic(nic, name), false, e);
}

/* nic: NULL for an instance of a Route Server, which has one. */
static int cable_set(struct driver *d, const struct lab_node *n, const struct nic *nic, bool up,
                     struct err *e)
{
	int fabric = node_always(&d->lab, NODE_FABRIC)->netns, r;
	char port[IFNAMSIZ];

	if (!nic)
		r = link_set(fabric, port_name_rs(n->rs, n->instance, port), up, e);
	else if (nic->tunnel)
		r = tunnel_set(n, nic, up, e);
	else if (nic->peer)
		r = wire_set(d, nic, up, e);
	else
		r = link_set(fabric, port_name_nic(nic, port), up, e);
	if (r == 0 && up)
		r = settle_guest(n, nic, e);
	if (r < 0)
		err_wrap(e, "%s: its link %s%s", n->name, nic ? nic->name : "eth0",
		         r == -ENODEV ? " is gone (vnetlab up --fresh makes the node anew)" : "");
	return r;
}

/* All cables, or the one called so. */
static bool is_cable_meant(const struct nic *nic, const char *name)
{
	return name ? strieq(nic->name, name) : !nic->tunnel;
}

static int cables_set(struct driver *d, const struct lab_node *n, const char *name, bool up,
                      struct err *e)
{
	int r = 0;

	if (n->rs)
		return cable_set(d, n, NULL, up, e);
	for (size_t i = 0; i < n->vm->n_nics; i++) {
		const struct nic *nic = n->vm->nics[i];

		if (!is_cable_meant(nic, name))
			continue;
		r = cable_set(d, n, nic, up, e);
		if (r == 0)
			continue;
		/* Nothing is half down; what is half up is still listed. */
		while (!up && i-- > 0)
			if (is_cable_meant(n->vm->nics[i], name))
				cable_set(d, n, n->vm->nics[i], true, NULL);
		break;
	}
	return r;
}

int fault_link(struct driver *d, const char *const *argv, struct err *e)
{
	struct lab_node *n;
	int r = lab_node(&d->lab, argv[1], &n, e);
	bool up = streq(argv[2], "up");

	if (r < 0)
		return r;
	if (!n->vm && !n->rs)
		return err_set(e, EINVAL, "%s has no link of its own", n->name);
	if (n->stopped)
		return err_set(e, EINVAL, "%s is deallocated", n->name);
	const char *nic = n->vm && !strieq(argv[1], n->name) ? argv[1] + strlen(n->name) + 1 : NULL;

	r = cables_set(d, n, nic, up, e);
	n->faulted = true;
	/* The kernel forgets a port's routes and neighbours with its carrier. */
	router_resync(d);
	if (r < 0)
		return r;
	if (up)
		fault_mended(d, "link", argv[1], "link up");
	else
		fault_note(d, "link", argv[1], "down");
	return 0;
}
