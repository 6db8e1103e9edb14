/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/converge_hybrid.h"

#include "azure/routes.h"
#include "azure/sessions.h"
#include "base/json.h"
#include "base/str.h"
#include "lab/build/ledger.h"
#include "lab/proc/node.h"
#include "lab/watch/observe.h"
#include "lab/watch/sessions.h"

enum { FIRST_ROUTES_MS = 1200 }; /* of daemons that are not ours: lab/build/converge.c */

char *hybrid_hopeless(const struct driver *d, const struct hybrid_session *s)
{
	const struct lab_node *me = node_find(&d->lab, s->vm->name),
	                      *peer = s->peer ? node_find(&d->lab, s->peer->name) : NULL;

	char *never = hybrid_never(s);

	if (never)
		return never;
	if (!me || me->stopped)
		return xasprintf("%s is stopped", s->vm->name);
	if (s->peer && (!peer || peer->stopped))
		return xasprintf("%s is stopped", s->peer->name);
	if (peer && !peer->n_procs)
		return xasprintf("%s runs no daemon", peer->name);
	return hybrid_led_astray(d, s);
}

char *hybrid_over_limit(const struct driver *d, const struct hybrid_session *s)
{
	const struct observed *o = observed_hybrid(d, s);
	uint32_t most = hybrid_session_limit(d->lab.model, s);

	/* BIRD's words for its own limits. */
	if (!o || !most || !strstr(o->s.last_error, "Route limit exceeded"))
		return NULL;
	return xasprintf("it announced more than %u prefixes", most);
}

static char *why_not_up(const struct driver *d, const struct hybrid_session *s, const char *name,
                        const struct observed *o)
{
	const char *state = o && o->known ? o->s.state : "not asked yet";
	_cleanup_free_ char *why = fault_of_session(d, s);

	if (!why)
		why = hybrid_over_limit(d, s);
	if (why)
		return xasprintf("%s: %s, %s", name, state, why);
	return xasprintf("%s: %s%s%s", name, state, o && *o->s.last_error ? ", last error: " : "",
	                 o ? o->s.last_error : "");
}

static void judge_hybrid_session(struct driver *d, const struct hybrid_session *s,
                                 struct convergence *ret)
{
	const struct observed *o = observed_hybrid(d, s);
	bool up = o && o->known && streq(o->s.state, "Established");
	_cleanup_free_ char *name = hybrid_session_name(s);
	char *why = NULL;
	/* Sessions of our own daemons are done with their first routes at once. */
	bool foreign = s->peer && s->peer->role == VM_SITE_ROUTER && !vm_site(s->peer)->generated;

	if (!up) {
		_cleanup_free_ char *never = hybrid_hopeless(d, s);

		if (never) {
			text_append(ret->notes, xasprintf("%s will not come up: %s", name, never));
			return;
		}
	}
	ret->of++;
	ret->up += up;
	if (!up)
		why = why_not_up(d, s, name, o);
	else if (foreign && !o->s.received && clock_ms() - o->since < FIRST_ROUTES_MS)
		why = xasprintf("%s: no route received yet", name);
	else if (o->stable < CONVERGE_STABLE)
		why = xasprintf("%s: its routes still change", name);
	if (why)
		text_append(ret->missing, why);
}

void hybrid_converged(struct driver *d, struct convergence *ret)
{
	const struct model *m = d->lab.model;

	for (size_t i = 0; i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		/* One end of each will do.  Two gateways' ends are both asked: each may have its
		 * own reason. */
		if (s->vm->role == VM_GATEWAY || (s->vm->role == VM_MSEE && s->kind == HP_SITE))
			judge_hybrid_session(d, s, ret);
	}
	for (size_t i = 0; i < m->n_connections; i++)
		if (m->connections[i].down && !m->connections[i].bgp)
			text_append(ret->notes,
			            xasprintf("connection %s stays down: %s",
			                      m->connections[i].name, m->connections[i].down));
}
