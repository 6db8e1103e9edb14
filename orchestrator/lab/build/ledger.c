/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/ledger.h"

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/build/room.h"
#include "lab/proc/events.h"
#include "lab/proc/node.h"

static size_t fault_find(const struct driver *d, const char *what, const char *target)
{
	size_t i = 0;

	while (i < d->build->n_faults && !(streq(d->build->faults[i].what, what) &&
	                                   strieq(d->build->faults[i].target, target)))
		i++;
	return i;
}

void fault_drop(struct driver *d, size_t i)
{
	free(d->build->faults[i].what);
	free(d->build->faults[i].target);
	free(d->build->faults[i].detail);
	memmove(&d->build->faults[i], &d->build->faults[i + 1],
	        (d->build->n_faults - i - 1) * sizeof(d->build->faults[0]));
	d->build->n_faults--;
}

void fault_forget(struct driver *d, const char *what, const char *target)
{
	size_t i = fault_find(d, what, target);

	if (i < d->build->n_faults)
		fault_drop(d, i);
}

void fault_note(struct driver *d, const char *what, const char *target, const char *detail)
{
	fault_forget(d, what, target);
	VEC_PUSH(d->build->faults, d->build->n_faults, d->build->cap_faults) =
	    (struct fault){ xstrdup(what), xstrdup(target), xstrdup(detail) };
	event_add(d->events, "fault", target, "%s%s%s", what, *detail ? " " : "", detail);
}

void fault_mended(struct driver *d, const char *what, const char *target, const char *how)
{
	fault_forget(d, what, target);
	event_add(d->events, "fault", target, "%s", how);
}

bool fault_there(const struct driver *d, const char *what, const char *target)
{
	return fault_find(d, what, target) < d->build->n_faults;
}

bool fault_is_power(const struct fault *f)
{
	return streq(f->what, "stop") || streq(f->what, "start");
}

bool power_wanted(const struct driver *d, const struct node *vm)
{
	return vm->deallocated ? fault_there(d, "start", vm->name)
	                       : !fault_there(d, "stop", vm->name);
}

char *fault_of_session(const struct driver *d, const struct hybrid_session *s)
{
	for (size_t i = 0; i < d->build->n_faults; i++)
		if (streq(d->build->faults[i].what, "session") &&
		    hybrid_session_is(s, d->build->faults[i].target))
			return xasprintf("fault session %s %s", d->build->faults[i].target,
			                 d->build->faults[i].detail);
	return NULL;
}

/* --- sessions by name ----------------------------------------------------------------------------
 */

/* The peering that "RS/PEERING" or "RS/PEERING/0" is about. */
const struct bgp_connection *session_peering(const struct model *m, const char *name,
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

bool session_of_gateway(const struct model *m, const char *target)
{
	for (size_t i = 0; i < m->n_sessions; i++)
		if (hybrid_session_is(&m->sessions[i], target))
			return true;
	return false;
}

bool session_known(const struct model *m, const char *target)
{
	int instance;

	return session_peering(m, target, &instance) || session_of_gateway(m, target);
}

/* --- another design ------------------------------------------------------------------------------
 */

static void forget_power_as_designed(struct driver *d)
{
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct node *vm = d->lab.nodes[i]->vm;

		if (vm)
			fault_forget(d, vm->deallocated ? "stop" : "start", vm->name);
	}
}

void ledger_reset(struct driver *d)
{
	forget_power_as_designed(d);
	for (size_t i = d->build->n_faults; i-- > 0;) {
		struct lab_node *n = NULL;
		bool there = streq(d->build->faults[i].what, "session")
		                 ? session_known(d->lab.model, d->build->faults[i].target)
		                 : lab_node(&d->lab, d->build->faults[i].target, &n, NULL) == 0;

		/* Rebuilding a node mends its faults, except stop and session. */
		if (there && !fault_is_power(&d->build->faults[i]) &&
		    !streq(d->build->faults[i].what, "session") && n && n->built && !n->faulted)
			there = false;
		if (!there)
			fault_drop(d, i);
	}
}
