/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/fault/power.h"

#include "kernel/guest.h"
#include "kernel/ns.h"
#include "lab/build/node_make.h"
#include "lab/build/responder.h"
#include "lab/fault/fault.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"

bool power_wanted(const struct driver *d, const struct vm *vm)
{
	return vm->deallocated ? fault_there(d, "start", vm->name)
	                       : !fault_there(d, "stop", vm->name);
}

int node_halt(struct driver *d, struct node *n, struct err *e)
{
	int fd = -1, r;

	/* Before its links: so that the other ends of their connections hear of it. */
	node_procs_stop(n);
	r = node_unplug(d, n, e);
	if (r == 0)
		r = guest_strip(n->netns, e);
	if (r == 0)
		r = ns_new(&fd, e);
	if (r < 0)
		return err_wrap(e, "%s: stopping it", n->name);
	responder_forget(d, n);
	close_p(&n->netns);
	n->netns = fd;
	n->stopped = true;
	n->frozen = false;
	return 0;
}

void power_reset(struct driver *d)
{
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct vm *vm = d->lab.nodes[i]->vm;

		if (vm)
			fault_forget(d, vm->deallocated ? "stop" : "start", vm->name);
	}
}
