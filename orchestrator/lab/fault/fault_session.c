/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault session: a BGP session is shut down where it is ours: on the Route Server's instance for a
 * peering, on the gateway's for what nobody configured. */
#include <errno.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/fault/fault.h"
#include "lab/fault/maintenance.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "plan/bird_hybrid.h"
#include "plan/names.h"

/* The peering that "RS/PEERING" or "RS/PEERING/0" is about. */
static const struct bgp_connection *peering_of(const struct model *m, const char *name,
                                               int *ret_instance)
{
	size_t n = strlen(name);
	_cleanup_free_ char *base = xstrdup(name);

	*ret_instance = -1;
	if (n > 2 && name[n - 2] == '/' && (name[n - 1] == '0' || name[n - 1] == '1')) {
		base[n - 2] = '\0';
		struct bgp_connection *c = model_connection(m, base);

		if (c) {
			*ret_instance = name[n - 1] - '0';
			return c;
		}
	}
	return model_connection(m, name);
}

static bool gateway_has(const struct model *m, const char *target)
{
	for (size_t i = 0; i < m->n_sessions; i++)
		if (hybrid_session_is(&m->sessions[i], target))
			return true;
	return false;
}

bool fault_session_known(const struct model *m, const char *target)
{
	int instance;

	return peering_of(m, target, &instance) || gateway_has(m, target);
}

char *fault_of_session(const struct driver *d, const struct hybrid_session *s)
{
	for (size_t i = 0; i < d->n_faults; i++)
		if (streq(d->faults[i].what, "session") &&
		    hybrid_session_is(s, d->faults[i].target))
			return xasprintf("fault session %s %s", d->faults[i].target,
			                 d->faults[i].detail);
	return NULL;
}

static int enable(struct driver *d, const char *node, const char *protocol, bool up, struct err *e)
{
	const struct node *n = node_find(&d->lab, node);

	if (!n || !n->n_procs || n->procs[0]->state != PROC_RUNNING || n->procs[0]->frozen)
		return err_set(e, EIO, "%s does not run", node);
	int r = bird_enable(&n->procs[0]->control, protocol, up, e);

	return r < 0 ? err_wrap(e, "%s", node) : 0;
}

static int set_peering(struct driver *d, const struct bgp_connection *c, int instance, bool up,
                       struct err *e)
{
	char protocol[64];
	int r = 0;

	bird_protocol_name(c, protocol);
	for (unsigned i = 0; r == 0 && i < 2; i++) {
		_cleanup_free_ char *name = node_name_rs(c->rs, i), *first = node_name_rs(c->rs, 0);

		if (instance < 0 || instance == (int)i)
			r = enable(d, name, protocol, up, e);
		/* Not half of it. */
		if (r < 0 && i && instance < 0)
			enable(d, first, protocol, !up, NULL);
	}
	return r;
}

static int set_gateways(struct driver *d, const char *target, bool up, struct err *e)
{
	const struct model *m = d->lab.model;
	char protocol[64];
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_sessions; i++) {
		if (!hybrid_session_is(&m->sessions[i], target))
			continue;
		bird_hybrid_protocol(&m->sessions[i], protocol);
		r = enable(d, m->sessions[i].vm->name, protocol, up, e);
		while (r < 0 && i-- > 0) { /* not half of it */
			if (!hybrid_session_is(&m->sessions[i], target))
				continue;
			bird_hybrid_protocol(&m->sessions[i], protocol);
			enable(d, m->sessions[i].vm->name, protocol, !up, NULL);
		}
		if (r < 0)
			break;
	}
	return r;
}

/* --- what outlives a restart ---------------------------------------------------------------------
 */

static void hold(struct driver *d, const char *target, const struct node *only)
{
	const struct model *m = d->lab.model;
	int instance;
	const struct bgp_connection *c = peering_of(m, target, &instance);
	char protocol[64];

	for (int i = 0; c && i < 2; i++) {
		_cleanup_free_ char *name = node_name_rs(c->rs, (unsigned)i);

		bird_protocol_name(c, protocol);
		if ((instance < 0 || instance == i) && (!only || strieq(only->name, name)))
			enable(d, name, protocol, false, NULL);
	}
	for (size_t i = 0; !c && i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		bird_hybrid_protocol(s, protocol);
		if (hybrid_session_is(s, target) && (!only || strieq(only->name, s->vm->name)))
			enable(d, s->vm->name, protocol, false, NULL);
	}
}

void fault_sessions_hold(struct driver *d, const struct node *only)
{
	for (size_t i = 0; d->lab.model && i < d->n_faults; i++)
		if (streq(d->faults[i].what, "session"))
			hold(d, d->faults[i].target, only);
	maintenance_hold(d, only);
}

/* --- the command -------------------------------------------------------------------------------
 */

static bool one_of(const char *target, int *ret_instance)
{
	size_t n = strlen(target);

	*ret_instance = n > 2 && target[n - 2] == '/' ? target[n - 1] - '0' : -1;
	return *ret_instance == 0 || *ret_instance == 1;
}

/* "RS/x" is down, and "RS/x/0" comes up: "RS/x/1" is what is left.  One name for both instances
 * takes the place of two. */
static void remember(struct driver *d, const char *target, bool up)
{
	int instance;
	bool one = one_of(target, &instance) &&
	           !model_connection(d->lab.model, target); /* a peering called "0" */
	_cleanup_free_ char *both = one ? xstrndup(target, strlen(target) - 2) : xstrdup(target);
	bool had_both = fault_there(d, "session", both);

	for (int i = 0; i < 2; i++) {
		_cleanup_free_ char *half = xasprintf("%s/%d", both, i);

		if (!one)
			fault_forget(d, "session", half);
		else if (up && had_both && i != instance)
			fault_note(d, "session", half, "down");
	}
	if (up && one)
		fault_forget(d, "session", both);
	if (up)
		fault_mended(d, "session", target, "session up");
	else if (!one || !had_both)
		fault_note(d, "session", target, "down");
}

static int unknown(const struct model *m, const char *target, struct err *e)
{
	for (size_t i = 0; i < m->n_connections; i++) {
		const struct connection *c = &m->connections[i];
		_cleanup_free_ char *name =
		    c->broken ? NULL : xasprintf("%s/%s", c->gateway->name, c->name);

		if (name && strieq(name, target))
			return err_set(e, ENOENT, "connection %s has no BGP: enableBgp is false",
			               c->name);
	}
	return err_set(e, ENOENT,
	               "no peering is called %s (RouteServer/PEERING[/0|1], "
	               "GATEWAY/CONNECTION[/0|1], GATEWAY/ROUTESERVER[/0|1])",
	               target);
}

int fault_session(struct driver *d, const char *const *argv, struct err *e)
{
	bool up = streq(argv[2], "up");
	int instance, r;
	const struct bgp_connection *c = peering_of(d->lab.model, argv[1], &instance);

	if (!c && !gateway_has(d->lab.model, argv[1]))
		return unknown(d->lab.model, argv[1], e);
	r = c ? set_peering(d, c, instance, up, e) : set_gateways(d, argv[1], up, e);
	if (r < 0)
		return r;
	remember(d, argv[1], up);
	return 0;
}
