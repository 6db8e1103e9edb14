/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/over_limit.h"

#include "base/str.h"
#include "lab/image/image.h"
#include "lab/proc/events.h"
#include "lab/proc/mounts.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"

#define CUT_FILE "/run/bird/cut.conf"

/* BIRD tells a peer "maximum number of prefixes reached" only when its own limit is passed: so it
 * gets one that is, and then the true one again.  The session is on its way down by then. */
static int cut_session(struct lab_node *n, const struct process *bird, const struct model *m,
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

void session_over_limit(struct driver *d, struct lab_node *n, const struct observed *s)
{
	const struct settings *set = &d->lab.model->settings;
	const struct process *bird = node_running_bird(n);
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
	                          : cut_session(n, bird, d->lab.model, s->conn, &e);

	if (r < 0)
		event_add(d->events, "session", who, "it could not be dropped: %s", e.msg);
}
