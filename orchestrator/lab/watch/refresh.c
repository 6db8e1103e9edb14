/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/refresh.h"

#include <errno.h>

#include "base/str.h"
#include "lab/image/image.h"
#include "lab/proc/events.h"
#include "lab/proc/mounts.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "plan/bird_rs.h"

#define CUT_FILE "/run/bird/cut.conf"

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

static const struct process *running_bird(const struct node *n)
{
	const struct process *p = n->n_procs ? n->procs[0] : NULL;

	return p && p->state == PROC_RUNNING && !p->frozen ? p : NULL;
}

/* --- asking ------------------------------------------------------------------------------------
 */

int instance_changes(struct driver *d, struct node *n, const struct route_server *to,
                     const struct image_plan *files, struct err *e)
{
	_cleanup_free_ char *before = bird_rs_refused(n->rs), *after = bird_rs_refused(to);
	const struct peering *peered = new_peering(n->rs, to);
	const struct process *bird = running_bird(n);
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

void peer_wake(const struct driver *d, const struct bgp_connection *c)
{
	const struct node *n = c->nic ? node_find(&d->lab, c->nic->vm->name) : NULL;

	for (size_t i = 0; n && i < n->n_procs; i++) {
		const struct process *p = n->procs[i];
		int fd = -1;

		if (streq(p->name, "bird") && p->state == PROC_RUNNING)
			fd = bird_dial(&p->control);
		close_p(&fd);
	}
}

/* --- the limit ---------------------------------------------------------------------------------
 */

/* BIRD tells a peer "maximum number of prefixes reached" only when its own limit is passed: so it
 * gets one that is, and then the true one again.  The session is on its way down by then. */
static int cut(struct node *n, const struct process *bird, const struct model *m,
               const struct bgp_connection *c, struct err *e)
{
	_cleanup_free_ char *text = image_rs_config(m, c->rs, n->instance, c);
	char path[] = CUT_FILE;
	struct image_file file = { .path = path, .content = text, .size = strlen(text) };
	const struct image_plan plan = { .files = &file, .n_files = 1 };
	int r = node_files(n, &plan, e);

	if (r == 0)
		r = bird_configure_from(&bird->control, CUT_FILE, e);
	if (r == 0)
		r = bird_configure_from(&bird->control, IMAGE_RS_CONFIG, e);
	return r;
}

void session_over_limit(struct driver *d, struct node *n, const struct observed *s)
{
	const struct settings *set = &d->lab.model->settings;
	const struct process *bird = running_bird(n);
	_cleanup_free_ char *who =
	    xasprintf("%s/%s/%u", s->conn->rs->name, s->conn->name, s->instance);
	struct err e = { 0 };
	char protocol[64];

	event_add(d->events, "session", who,
	          "over the limit of %u routes: %lu learned, %lu announced on top of them; its "
	          "session is dropped",
	          set->max_routes_per_peer, s->limit.learned, s->limit.count - s->limit.learned);
	if (!bird)
		return;
	bird_protocol_name(s->conn, protocol);
	int r = set->limit_resets ? bird_restart(&bird->control, protocol, &e)
	                          : cut(n, bird, d->lab.model, s->conn, &e);

	if (r < 0)
		event_add(d->events, "session", who, "it could not be dropped: %s", e.msg);
}
