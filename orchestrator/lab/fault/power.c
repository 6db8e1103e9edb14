/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/fault/power.h"

#include "kernel/guest.h"
#include "kernel/ns.h"
#include "lab/build/node_make.h"
#include "lab/build/responder.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"

int node_halt(struct driver *d, struct lab_node *n, struct err *e)
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
