/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/apart.h"

#include "azure/hybrid.h"
#include "lab/proc/events.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/observe.h"
#include "lab/watch/room.h"
#include "lab/watch/routerlink.h"
#include "lab/watch/sessions.h"

static bool runs_bird(const struct driver *d, const struct node *vm)
{
	const struct lab_node *n = node_find(&d->lab, vm->name);

	return n && !n->stopped && n->n_procs && n->procs[0]->state == PROC_RUNNING;
}

/* One end that has lost the other is enough: the other end may need its hold time to notice. */
static bool has_lost_sibling(const struct driver *d, const struct hybrid_session *s)
{
	const struct observed *o = observed_hybrid(d, s);

	if (!o || (o->known && streq(o->s.state, "Established")))
		return false;
	_cleanup_free_ char *why = hybrid_led_astray(d, s);

	return why != NULL;
}

static bool is_vm_stopped(const struct driver *d, const struct node *vm)
{
	const struct lab_node *n = node_find(&d->lab, vm->name);

	return n && n->stopped;
}

/* The list as it is now. */
static json_t *list_silent(const struct driver *d)
{
	const struct model *m = d->lab.model;
	_cleanup_free_ bool *apart = xcalloc(m->n_gateways + 1, sizeof(*apart));
	json_t *a = json_array();

	for (size_t i = 0; i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		if (s->kind == HP_SIBLING && !apart[vm_gateway(s->vm)->idx] &&
		    runs_bird(d, s->vm) && runs_bird(d, s->peer) && has_lost_sibling(d, s)) {
			apart[vm_gateway(s->vm)->idx] = true;
			json_array_append_new(a, json_string(vm_gateway(s->vm)->vm[0]->name));
		}
	}
	for (size_t i = 0; i < m->n_gateways; i++)
		for (unsigned k = 0; m->gateways[i].n == 2 && !m->gateways[i].broken && k < 2; k++)
			if (is_vm_stopped(d, m->gateways[i].vm[k]) &&
			    !is_vm_stopped(d, m->gateways[i].vm[1 - k]))
				json_array_append_new(a, json_string(m->gateways[i].vm[k]->name));
	return a;
}

void apart_update(struct driver *d)
{
	json_t *now = list_silent(d), *v;
	size_t i;

	if (!json_equal(now, d->watch->apart))
		json_array_foreach (now, i, v)
			event_add(d->events, "gateway", json_string_value(v),
			          "NICs get nothing by it, %s",
			          node_find(&d->lab, json_string_value(v))->stopped
			              ? "which is stopped"
			              : "which does not see the other instance");
	json_decref(d->watch->apart);
	d->watch->apart = now;
	router_list(d, ROUTER_SILENT, json_incref(now));
}

void apart_look(struct driver *d)
{
	struct err e = { 0 };

	if (d->building || !d->watch->apart)
		return;
	json_t *now = list_silent(d);
	bool same = json_equal(now, d->watch->apart);

	json_decref(now);
	if (same)
		return;
	apart_update(d);
	if (router_silent(d, &e) < 0)
		event_add(d->events, "router", "fabric", "%s", e.msg);
}
