/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/refresh.h"

#include <errno.h>

#include "base/str.h"
#include "lab/image/image.h"
#include "lab/proc/events.h"
#include "lab/proc/mounts.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "lab/watch/observe.h"
#include "plan/bird_rs.h"

/* --- why ---------------------------------------------------------------------------------------
 */

static bool peered_with(const struct vnet *v, const char *remote)
{
	for (size_t i = 0; i < v->n_peerings; i++)
		if (peering_connected(&v->peerings[i]) &&
		    strieq(v->peerings[i].remote->name, remote))
			return true;
	return false;
}

/* A peering that was not there, or only half of it; NULL: none. */
static const struct peering *new_peering(const struct route_server *from,
                                         const struct route_server *to)
{
	for (size_t i = 0; i < to->vnet->n_peerings; i++) {
		const struct peering *p = &to->vnet->peerings[i];

		if (peering_connected(p) && !peered_with(from->vnet, p->remote->name))
			return p;
	}
	return NULL;
}

/* --- asking ------------------------------------------------------------------------------------
 */

int instance_changes(struct driver *d, struct lab_node *n, const struct route_server *to,
                     const struct image_plan *files, struct err *e)
{
	_cleanup_free_ char *before = bird_rs_refused(n->rs), *after = bird_rs_refused(to);
	const struct peering *peered = new_peering(n->rs, to);
	const struct process *bird = node_running_bird(n);
	bool by_itself = files && !streq(before, after);
	int r = files ? node_files(n, files, e) : 0;

	if (r < 0 || !bird) /* one that starts later has the file, and knows nothing yet */
		return r;
	if (peered || by_itself)
		observe_asked(d, n);
	if (files)
		r = bird_configure(&bird->control, e);
	if (r == 0 && peered && !by_itself)
		r = bird_refresh(&bird->control, NULL, e);
	if (r == 0 && (peered || by_itself))
		event_add(d->events, "session", n->name,
		          "all peers are asked for their routes: %s%s",
		          peered ? "a new peering with " : "it refuses other prefixes than before",
		          peered ? peered->remote->name : "");
	return r;
}
