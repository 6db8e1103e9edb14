/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/held.h"

#include <errno.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/build/ledger.h"
#include "lab/build/room.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "plan/bird_hybrid.h"
#include "plan/names.h"

static int enable_protocol(struct driver *d, const char *node, const char *protocol, bool up,
                           struct err *e)
{
	const struct lab_node *n = node_find(&d->lab, node);

	const struct process *bird = n ? node_running_bird(n) : NULL;

	if (!bird)
		return err_set(e, EIO, "%s does not run", node);
	/* In maintenance none of its sessions comes up; at the end all do but those with a fault.
	 */
	if (up && n->sessions_held)
		return 0;
	int r = bird_enable(&bird->control, protocol, up, e);

	return r < 0 ? err_wrap(e, "%s", node) : 0;
}

static int set_peering_sessions(struct driver *d, const struct bgp_connection *c, int instance,
                                bool up, struct err *e)
{
	char protocol[64];
	int r = 0;

	bird_protocol_name(c, protocol);
	for (unsigned i = 0; r == 0 && i < 2; i++) {
		_cleanup_free_ char *name = node_name_rs(c->rs, i), *first = node_name_rs(c->rs, 0);

		if (instance < 0 || instance == (int)i)
			r = enable_protocol(d, name, protocol, up, e);
		/* Not half of it. */
		if (r < 0 && i && instance < 0)
			enable_protocol(d, first, protocol, !up, NULL);
	}
	return r;
}

static int set_gateway_sessions(struct driver *d, const char *target, bool up, struct err *e)
{
	const struct model *m = d->lab.model;
	char protocol[64];
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_sessions; i++) {
		if (!hybrid_session_is(&m->sessions[i], target))
			continue;
		bird_hybrid_protocol(&m->sessions[i], protocol);
		r = enable_protocol(d, m->sessions[i].vm->name, protocol, up, e);
		while (r < 0 && i-- > 0) { /* not half of it */
			if (!hybrid_session_is(&m->sessions[i], target))
				continue;
			bird_hybrid_protocol(&m->sessions[i], protocol);
			enable_protocol(d, m->sessions[i].vm->name, protocol, !up, NULL);
		}
		if (r < 0)
			break;
	}
	return r;
}

int session_set(struct driver *d, const char *target, bool up, struct err *e)
{
	int instance;
	const struct bgp_connection *c = session_peering(d->lab.model, target, &instance);

	return c ? set_peering_sessions(d, c, instance, up, e)
	         : set_gateway_sessions(d, target, up, e);
}

/* All of its sessions at once, by BIRD's patterns: to appliances, to gateways.  One that fits none
 * is refused. */
int instance_sessions_set(const struct lab_node *n, bool up, struct err *e)
{
	static const char *const patterns[] = { "\"nva_*\"", "\"gw_*\"" };
	const struct process *bird = node_running_bird(n);
	int r = 0;

	if (!bird)
		return err_set(e, EIO, "%s does not run", n->name);
	for (size_t i = 0; i < ARRAY_LEN(patterns) && (r == 0 || r == -EPROTO); i++)
		r = bird_enable(&bird->control, patterns[i], up, e);
	return r == -EPROTO ? 0 : r;
}

static void hold_session(struct driver *d, const char *target, const struct lab_node *only)
{
	const struct model *m = d->lab.model;
	int instance;
	const struct bgp_connection *c = session_peering(m, target, &instance);
	char protocol[64];

	for (int i = 0; c && i < 2; i++) {
		_cleanup_free_ char *name = node_name_rs(c->rs, (unsigned)i);

		bird_protocol_name(c, protocol);
		if ((instance < 0 || instance == i) && (!only || strieq(only->name, name)))
			enable_protocol(d, name, protocol, false, NULL);
	}
	for (size_t i = 0; !c && i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		bird_hybrid_protocol(s, protocol);
		if (hybrid_session_is(s, target) && (!only || strieq(only->name, s->vm->name)))
			enable_protocol(d, s->vm->name, protocol, false, NULL);
	}
}

void sessions_hold(struct driver *d, const struct lab_node *only)
{
	for (size_t i = 0; d->lab.model && i < d->build->n_faults; i++)
		if (streq(d->build->faults[i].what, "session"))
			hold_session(d, d->build->faults[i].target, only);
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		struct lab_node *n = d->lab.nodes[i];

		if (n->sessions_held && (!only || n == only))
			instance_sessions_set(n, false, NULL);
	}
}

/* A node whose BIRD does not run is made anew, and has its sessions then. */
static void bring_up_again(struct driver *d, const char *target)
{
	if (session_set(d, target, true, NULL) == 0)
		fault_mended(d, "session", target, "session up");
}

void fault_end(struct driver *d, const struct lab_node *only)
{
	for (size_t i = d->build->n_faults; i-- > 0;) {
		_cleanup_free_ char *target = xstrdup(d->build->faults[i].target);
		bool session = streq(d->build->faults[i].what, "session");
		struct lab_node *n = NULL;

		if (session ? only != NULL : !fault_is_power(&d->build->faults[i]))
			continue;
		if (only && (lab_node(&d->lab, target, &n, NULL) < 0 || n != only))
			continue;
		fault_drop(d, i);
		if (session)
			bring_up_again(d, target);
	}
}
