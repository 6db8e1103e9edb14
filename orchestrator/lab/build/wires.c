/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/wires.h"

#include <stdio.h>

#include "azure/hybrid.h"
#include "kernel/guest.h"
#include "kernel/nl.h"
#include "lab/proc/mounts.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "plan/bird_hybrid.h"

int node_reconfigure(struct lab_node *n, const struct want *w, struct err *e)
{
	const struct process *bird = node_running_bird(n);
	int r = node_files(n, w->plan, e);

	if (r == 0 && bird)
		r = bird_configure(&bird->control, e);
	if (r < 0)
		return err_wrap(e, "%s: its new configuration", n->name);
	return 0;
}

static int lay_wire(int ns_a, int ns_b, const struct nic *a, struct err *e)
{
	_cleanup_guest_plan_ struct guest_plan *pa = guest_plan_nic(a),
	                                       *pb = guest_plan_nic(a->peer);

	return guest_wire(ns_a, ns_b, pa, pb, e);
}

static int make_wire(struct driver *d, const struct nic *a, const struct lab_node *what,
                     struct err *e)
{
	const struct lab_node *na = node_find(&d->lab, a->vm->name),
	                      *nb = node_find(&d->lab, a->peer->vm->name);

	/* A node that is being started is still called stopped. */
	if (!na || !nb || (na->stopped && na != what) || (nb->stopped && nb != what))
		return 0;
	if (what ? na != what && nb != what : !na->fresh && !nb->fresh)
		return 0;
	return lay_wire(na->netns, nb->netns, a, e);
}

static int make_tunnel(struct driver *d, const struct nic *n, const struct lab_node *what,
                       struct err *e)
{
	const struct lab_node *node = node_find(&d->lab, n->vm->name);

	if (!node || (what ? node != what : node->stopped || !node->fresh))
		return 0;
	_cleanup_guest_plan_ struct guest_plan *p = guest_plan_nic(n);
	return guest_tunnel(node->netns, p, e);
}

int wires_make(struct driver *d, const struct model *m, const struct lab_node *what, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < m->n_vms; i++)
		for (size_t k = 0; k < m->vms[i].n_nics && r == 0; k++) {
			const struct nic *n = m->vms[i].nics[k];

			if (n->tunnel)
				r = make_tunnel(d, n, what, e);
			else if (n->peer && m->vms[i].idx < n->peer->vm->idx)
				r = make_wire(d, n, what, e);
		}
	return r;
}

int wire_set(struct driver *d, const struct nic *n, bool up, struct err *e)
{
	const struct lab_node *far = node_find(&d->lab, n->peer->vm->name);
	struct nl *nl = NULL;
	char name[IFNAMSIZ];

	if (!far || far->stopped)
		return 0;
	snprintf(name, sizeof(name), "eth%zu", n->peer->index);
	int r = nl_open(far->netns, &nl, e);
	int ifindex = r == 0 ? nl_link_index(nl, name, e) : r;

	if (ifindex > 0 && !up) {
		r = nl_link_set_up(nl, ifindex, false, e);
	} else if (ifindex > 0) {
		/* Addresses and routes go with a link that is down: the wire is laid anew. */
		const struct lab_node *here = node_find(&d->lab, n->vm->name);

		r = lay_wire(here->netns, far->netns, n, e);
	}
	nl_close(nl);
	return ifindex < 0 ? ifindex : r;
}
