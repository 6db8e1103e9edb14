/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/converge.h"

#include <stdio.h>
#include <strings.h>

#include "azure/sessions.h"
#include "base/json.h"
#include "base/str.h"
#include "checks/check.h"
#include "kernel/nl.h"
#include "kernel/tcp_diag.h"
#include "lab/build/converge_hybrid.h"
#include "lab/build/exam.h"
#include "lab/build/ledger.h"
#include "lab/build/room.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/health.h"
#include "lab/watch/observe.h"
#include "lab/watch/routerlink.h"
#include "lab/watch/selection.h"
#include "plan/fabric.h"
#include "plan/names.h"

enum {
	/* Daemons hold the first routes of a session back for up to a second, to send many in one
	 * message (FRR's coalesce-time).  So a session that has brought no route at all says
	 * nothing about being done for that long; one that has is done when its counts stand still.
	 */
	FIRST_ROUTES_MS = 1200,
	/* A peer whose session was dropped for its many routes is back within seconds, and needs
	 * another one before it announces them again. */
	BACK_AFTER_LIMIT_MS = 5000,
	BGP_PORT = 179,
};

void convergence_free(struct convergence *c)
{
	json_decref(c->missing);
	json_decref(c->notes);
	*c = (struct convergence){ 0 };
}

/* --- what the design expects of a session -------------------------------------------------------
 */

char *session_hopeless(const struct driver *d, const struct bgp_connection *c, unsigned instance)
{
	const struct lab_node *n = c->nic ? node_find(&d->lab, c->nic->vm->name) : NULL;

	if (c->nic && (!n || n->stopped))
		return xasprintf("%s is stopped", c->nic->vm->name);
	return connection_never(d->lab.model, c, instance);
}

/* --- why a session is not up --------------------------------------------------------------------
 */

static char *route_reason(const struct lab_node *n, ip4 src, ip4 dst)
{
	struct nl *nl = NULL;
	struct nl_route got;
	const struct nl_query q = { .src = src, .dst = dst };
	char *reason = NULL;

	if (nl_open(n->netns, &nl, NULL) < 0)
		return NULL;
	int r = nl_route_get(nl, &q, &got, NULL);

	if (r < 0 || (got.type != RTN_UNICAST && got.type != RTN_LOCAL))
		reason = xasprintf("no route from %s to %s", IP4_STR(src), IP4_STR(dst));
	nl_close(nl);
	return reason;
}

/* The fabric's own word: what it does with a packet of the instance. */
static char *fabric_reason(const struct driver *d, const struct bgp_connection *c,
                           unsigned instance)
{
	const struct lab_node *fabric = node_always(&d->lab, NODE_FABRIC);
	char port[IFNAMSIZ];
	struct nl *nl = NULL;
	struct nl_route got;
	char *reason = NULL;

	if (!fabric || nl_open(fabric->netns, &nl, NULL) < 0)
		return NULL;
	int iif = nl_link_index(nl, port_name_rs(c->rs, instance, port), NULL);
	const struct nl_query q = { .src = c->rs->instance[instance],
		                    .dst = c->peer_ip,
		                    .iif = iif,
		                    .mark = fabric_mark_rs(d->lab.model, c->rs, instance) };

	if (iif < 0)
		reason = xasprintf("the instance has no link");
	else if (nl_route_get(nl, &q, &got, NULL) < 0 || got.type != RTN_UNICAST)
		reason = xasprintf("no route from %s to %s", IP4_STR(q.src), IP4_STR(q.dst));
	nl_close(nl);
	return reason;
}

/* The fault for which the session is not up; NULL: none. */
static char *fault_reason(const struct driver *d, const struct bgp_connection *c, unsigned instance)
{
	_cleanup_free_ char *session = xasprintf("%s/%s", c->rs->name, c->name);
	_cleanup_free_ char *one = xasprintf("%s/%u", session, instance);
	_cleanup_free_ char *rs = xasprintf("%s/%u", c->rs->name, instance);
	const char *vm = c->nic ? c->nic->vm->name : "";
	size_t n = strlen(vm);

	for (size_t i = 0; i < d->build->n_faults; i++) {
		const struct fault *f = &d->build->faults[i];

		if (strieq(f->target, session) || strieq(f->target, one) || strieq(f->target, rs) ||
		    strieq(f->target, vm) ||
		    (n && strncasecmp(f->target, vm, n) == 0 && f->target[n] == '/'))
			return xasprintf("fault %s %s%s%s", f->what, f->target,
			                 *f->detail ? " " : "", f->detail);
	}
	return NULL;
}

static char *process_reason(const struct lab_node *n)
{
	for (size_t i = 0; i < n->n_procs; i++) {
		const struct process *p = n->procs[i];

		if (p->frozen)
			return xasprintf("%s on %s is frozen", p->name, n->name);
		if (p->state != PROC_RUNNING && p->state != PROC_DONE)
			return xasprintf("%s on %s is %s%s%s%s", p->name, n->name,
			                 proc_state_str(p->state), *p->ended ? " (" : "", p->ended,
			                 *p->ended ? ")" : "");
	}
	return NULL;
}

static char *reason_of(const struct driver *d, const struct bgp_connection *c, unsigned instance,
                       const struct observed *s)
{
	_cleanup_free_ char *rs_name = xasprintf("%s/%u", c->rs->name, instance);
	const struct lab_node *rs = node_find(&d->lab, rs_name);
	const struct lab_node *vm = c->nic ? node_find(&d->lab, c->nic->vm->name) : NULL;
	ip4 here = c->rs->instance[instance], there = c->peer_ip;
	char *why = fault_reason(d, c, instance);

	if (!why && rs)
		why = process_reason(rs);
	if (!why && vm)
		why = process_reason(vm);
	if (!why && rs)
		why = route_reason(rs, here, there);
	if (!why)
		why = fabric_reason(d, c, instance);
	if (!why && vm)
		why = route_reason(vm, there, here);
	if (!why && s && *s->s.last_error)
		why = xasprintf("last error: %s", s->s.last_error);
	return why ? why : xasprintf("no answer from %s yet", IP4_STR(there));
}

/* --- what is on its way -------------------------------------------------------------------------
 */

/* TCP keeps the last bit of many routes back until what is before it is acknowledged: longer than
 * counts that stand still say anything.  Where somebody broke something, it may be kept for ever.
 */
static void note_unacknowledged(const struct driver *d, struct convergence *ret)
{
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct lab_node *n = d->lab.nodes[i];
		bool well = n->n_procs && !n->stopped && !n->frozen && !n->faulted;
		struct tcp_diag tcp = { 0 };

		for (size_t k = 0; k < n->n_procs; k++)
			well = well && !n->procs[k]->frozen;
		if (!well || tcp_diag(n->netns, BGP_PORT, &tcp, NULL) < 0)
			continue;
		if (tcp.busy)
			text_append(ret->missing,
			            xasprintf("%s: BGP messages are on their way", n->name));
		if (ip4_is_set(tcp.unanswered))
			text_append(ret->notes,
			            xasprintf("%s: %s acknowledges none of its BGP messages; the "
			                      "session ends with its hold time",
			                      n->name, IP4_STR(tcp.unanswered)));
	}
}

/* --- the verdict --------------------------------------------------------------------------------
 */

static bool first_routes_done(const struct observed *s)
{
	return s->s.received || clock_ms() - s->since >= FIRST_ROUTES_MS;
}

/* The peer is over the limit of routes (azure-behaviour 7.2): its session is on its way down, is
 * down for that reason, or is back and has brought nothing yet.  It comes and goes for ever. */
static bool is_over_limit(const struct observed *s, bool up)
{
	if (!s || (!up && strstr(s->s.last_error, "Route limit exceeded")))
		return s;
	if (!s->over)
		return false;
	if (!up)
		return clock_ms() - s->over < BACK_AFTER_LIMIT_MS;
	return s->dropped || (!s->s.received && clock_ms() - s->since < BACK_AFTER_LIMIT_MS);
}

static void judge_session(struct driver *d, const struct bgp_connection *c, unsigned instance,
                          bool explain, struct convergence *ret)
{
	const struct observed *s = observed_session(d, c, instance);
	bool up = s && s->known && streq(s->s.state, "Established");

	if (is_over_limit(s, up)) {
		text_append(ret->notes,
		            xasprintf("%s/%s instance %u does not stay up: it announced more than "
		                      "%u prefixes, over which the Route Server drops the session "
		                      "(RS-LIMIT-01)",
		                      c->rs->name, c->name, instance,
		                      d->lab.model->settings.max_routes_per_peer));
		ret->of += !checks_expect_down(d->lab.model, c, instance);
		return;
	}
	if (!up) {
		_cleanup_free_ char *never = session_hopeless(d, c, instance);
		bool down = checks_expect_down(d->lab.model, c, instance);

		if (never && !down && exam_hides(d))
			ret->of++; /* and nobody waits for it */
		else if (never && !down)
			text_append(ret->notes, xasprintf("%s/%s instance %u will not come up: %s",
			                                  c->rs->name, c->name, instance, never));
		if (never || down)
			return;
	}
	ret->of++;
	ret->up += up;
	if (up && s->stable >= CONVERGE_STABLE && first_routes_done(s) && !observed_awaits(s))
		return;
	_cleanup_free_ char *why = NULL;

	if (!up && explain)
		why = reason_of(d, c, instance, s);
	else if (up)
		why = xstrdup(!first_routes_done(s) ? "no route received yet"
		              : observed_awaits(s)  ? "asked for its routes, no answer yet"
		                                    : "its routes still change");
	text_append(ret->missing, xasprintf("%s/%s instance %u: %s%s%s", c->rs->name, c->name,
	                                    instance, s && s->known ? s->s.state : "not asked yet",
	                                    why ? ", " : "", why ? why : ""));
}

bool lab_converged(struct driver *d, bool explain, struct convergence *ret)
{
	const struct model *m = d->lab.model;
	_cleanup_free_ char *why = NULL;

	*ret = (struct convergence){ .missing = json_array(), .notes = json_array() };
	for (size_t i = 0; m && i < m->n_route_servers; i++) {
		const struct route_server *rs = &m->route_servers[i];

		for (size_t k = 0; k < rs->n_conns; k++)
			for (unsigned inst = 0; inst < 2; inst++)
				judge_session(d, &rs->conns[k], inst, explain, ret);
	}
	if (m)
		hybrid_converged(d, ret);
	if (m && !router_settled(d, &why))
		text_append(ret->missing,
		            xasprintf("virtual router: %s", why ? why : "not done yet"));
	if (m)
		selection_settled(d, ret->missing, ret->notes);
	char *probes = NULL;

	if (m && !health_settled(d, &probes))
		text_append(ret->missing, probes);
	if (m && !json_array_size(ret->missing))
		note_unacknowledged(d, ret);
	return json_array_size(ret->missing) == 0;
}
