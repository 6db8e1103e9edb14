/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/build.h"

#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "kernel/fabric_ns.h"
#include "kernel/guest.h"
#include "kernel/ns.h"
#include "lab/build/drift.h"
#include "lab/build/fabric.h"
#include "lab/build/fresh.h"
#include "lab/build/held.h"
#include "lab/build/ledger.h"
#include "lab/build/node_make.h"
#include "lab/build/responder.h"
#include "lab/build/room.h"
#include "lab/build/spec.h"
#include "lab/build/wires.h"
#include "lab/proc/events.h"
#include "lab/proc/guests.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/apart.h"
#include "lab/watch/dial.h"
#include "lab/watch/health.h"
#include "lab/watch/observe.h"
#include "lab/watch/refresh.h"
#include "lab/watch/routerlink.h"
#include "lab/watch/selection.h"

enum { PUMP_EVERY = 8, PROGRESS_EVERY = 64 };

/* --- taking away -------------------------------------------------------------------------------
 */

static int take_nodes_away(struct driver *d, struct want *w, size_t n, struct build_stats *st,
                           struct err *e)
{
	struct lab *l = &d->lab;
	struct lab_node **gone = xcalloc(l->n_nodes + 1, sizeof(*gone));
	bool *keep = xcalloc(l->n_nodes + 1, sizeof(*keep));
	struct ports p = { 0 };
	size_t n_gone = 0;

	for (size_t i = 0; i < l->n_nodes; i++) /* found again by position */
		l->nodes[i]->pos = i;
	for (size_t i = 0; i < n; i++) {
		struct lab_node *have = w[i].have;

		if (!have)
			continue;
		if (want_action(&w[i]) < WANT_REBUILD) {
			keep[have->pos] = true;
		} else {
			w[i].have = NULL;
			st->rebuilt++;
			st->removed--;
			st->created--;
		}
	}
	for (size_t i = 0; i < l->n_nodes; i++) {
		struct lab_node *node = l->nodes[i];

		if (keep[i] || node->kind == NODE_FABRIC || node->kind == NODE_INTERNET)
			continue;
		/* Before their links: so that the other ends of their connections hear of it, as of
		 * a machine that is shut down. */
		node_procs_stop(node);
		ports_add_node(node, &p);
		gone[n_gone++] = node;
	}
	int r = p.n ? guest_unplug(d->build->plug, (const char(*)[IFNAMSIZ])p.names, p.n, e) : 0;

	for (size_t i = 0; r == 0 && i < n_gone; i++) {
		responder_forget(d, gone[i]);
		observe_forget(d, gone[i]);
		node_free(d, gone[i]);
		st->removed++;
	}
	free(p.names);
	free(keep);
	free(gone);
	return r;
}

/* --- making ------------------------------------------------------------------------------------
 */

static struct lab_node *new_node(struct driver *d, const struct want *w)
{
	struct lab_node *n = node_new(&d->lab, w->name, w->kind);

	n->vm = w->vm;
	n->rs = w->rs;
	n->instance = w->instance;
	n->forwarding = w->forwarding;
	n->stopped = w->stopped;
	n->fresh = true;
	return n;
}

/* Nodes that are to be made and run nothing. */
static unsigned guests_of(const struct want *w, size_t n)
{
	unsigned k = 0;

	for (size_t i = 0; i < n; i++)
		k += !w[i].have && !(w[i].plan && w[i].plan->n_daemons);
	return k;
}

static int make_node(struct driver *d, const struct want *w, const struct model *m, struct err *e)
{
	struct lab_node *n = new_node(d, w);
	int r = node_house(d, n, w, e);

	if (r == 0 && !n->stopped)
		r = node_plug(d, n, m, e);
	if (r == 0)
		r = node_start(d, n, w, e);
	if (r == 0)
		node_is_built(d, n, w);
	return r;
}

/* Route Server instances run before there is anything to talk to: BIRD dials a second after its
 * start, and that second may as well pass while the rest is built (docs/convergence.md). */
static int start_instances(struct driver *d, struct want *w, size_t n, struct build_stats *st,
                           struct err *e)
{
	int r = 0;

	dial_begin(d);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (w[i].kind != NODE_ROUTE_SERVER || w[i].have)
			continue;
		w[i].have = new_node(d, &w[i]);
		st->created++;
		r = node_house(d, w[i].have, &w[i], e);
		if (r == 0)
			r = node_start(d, w[i].have, &w[i], e);
	}
	return r;
}

static int plug_instances(struct driver *d, struct want *w, size_t n, const struct model *m,
                          struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (w[i].kind != NODE_ROUTE_SERVER || !w[i].have->fresh)
			continue;
		r = node_plug(d, w[i].have, m, e);
		if (r == 0)
			node_is_built(d, w[i].have, &w[i]);
	}
	dial_look(d);
	return r;
}

static bool has_failed(const struct lab_node *n)
{
	for (size_t i = 0; i < n->n_procs; i++)
		if (n->procs[i]->state == PROC_FAILED)
			return true;
	return false;
}

/* A Route Server instance takes its new configuration without losing a session. */
static int keep_instance(struct driver *d, const struct want *w, struct build_stats *st,
                         struct err *e)
{
	struct lab_node *n = w->have;
	bool changed = n->spec.files != w->spec.files;
	int r = instance_changes(d, n, w->rs, changed ? w->plan : NULL, e);

	if (r < 0)
		return err_wrap(e, "%s: its new configuration", n->name);
	n->spec.files = w->spec.files;
	if (changed)
		st->reconfigured++;
	return changed;
}

/* The guest's own switch, as its NICs' enableIPForwarding says; its processes go on. */
static int switch_forwarding(const struct want *w, struct err *e)
{
	struct lab_node *n = w->have;
	int r = 0;

	if (n->forwarding != w->forwarding && !n->stopped)
		r = ns_sysctl(n->netns, "ipv4/ip_forward", w->forwarding ? "1" : "0", e);
	if (r == 0)
		n->forwarding = w->forwarding;
	return r;
}

/* IP forwarding; of what node_has_our_bird() or is a firewall, new files, new rules, other routes.
 */
static int change_node(const struct want *w, struct err *e)
{
	struct lab_node *n = w->have;
	int r = 0;

	if (node_has_our_bird(n) && n->spec.files != w->spec.files)
		r = node_reconfigure(n, w, e);
	else if (vm_firewall(w->vm) && n->spec.files != w->spec.files && !n->stopped)
		r = node_set_firewall(n, vm_firewall(w->vm), e);
	fresh_note(n);
	if (r == 0)
		r = switch_forwarding(w, e);
	if (r == 0 && n->spec.routes != w->spec.routes && !n->stopped) {
		_cleanup_guest_plan_ struct guest_plan *p = guest_plan_vm(w->vm, w->forwarding);
		r = guest_routes(n->netns, p, e);
	}
	if (r < 0)
		return err_wrap(e, "%s", n->name);
	n->spec = w->spec;
	return 0;
}

static int keep_node(struct driver *d, const struct want *w, struct build_stats *st, struct err *e)
{
	struct lab_node *n = w->have;
	int r;

	if (n->kind == NODE_ROUTE_SERVER) {
		r = keep_instance(d, w, st, e);
		if (r)
			return r < 0 ? r : 0;
	} else if (want_action(w) == WANT_CHANGE) {
		r = change_node(w, e);
		st->reconfigured += r == 0;
		return r;
	}
	/* A daemon that died too often is started again: its cause may have been mended. */
	if (has_failed(n)) {
		st->restarted++;
		return node_procs_resume(n, e);
	}
	st->kept++;
	return 0;
}

static struct lab_node *last_node(struct driver *d)
{
	return d->lab.nodes[d->lab.n_nodes - 1];
}

static void stopped_fill(struct driver *d)
{
	free(d->stopped.v);
	d->stopped.n = d->lab.model->n_vms;
	d->stopped.v = xcalloc(d->stopped.n + 1, sizeof(bool));
	for (size_t i = 0; i < d->lab.n_nodes; i++)
		if (d->lab.nodes[i]->vm)
			d->stopped.v[d->lab.nodes[i]->vm->idx] = d->lab.nodes[i]->stopped;
}

/* The fabric and the Internet, then as it is wanted, whatever was built last. */
static void sort_nodes(struct lab *l, const struct want *w, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < l->n_nodes; i++) {
		struct lab_node *node = l->nodes[i];

		if (node->kind != NODE_FABRIC && node->kind != NODE_INTERNET)
			continue;
		l->nodes[i] = l->nodes[k];
		l->nodes[k++] = node;
	}
	for (size_t i = 0; i < n; i++)
		l->nodes[k++] = w[i].have;
}

/* From here on the nodes speak of the new model, and no other is needed. */
static void adopt_design(struct driver *d, json_t *design, struct model *m, const struct want *w,
                         size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct lab_node *node = w[i].have;

		node->vm = w[i].vm;
		node->rs = w[i].rs;
		if (!streq(node->name, w[i].name)) { /* the case of its name */
			free(node->name);
			node->name = xstrdup(w[i].name);
		}
	}
	sort_nodes(&d->lab, w, n);

	struct model *old = d->lab.model;

	d->lab.model = m;
	observe_reset(d); /* still looks at the old one */
	selection_reset(d);
	for (size_t i = 0; i < n; i++)
		w[i].have->fresh = false;
	model_free(old);
	while (d->build->n_old)
		model_free(d->build->old_models[--d->build->n_old]);
	json_decref(d->lab.design);
	d->lab.design = design;
	driver_changed(d, CHANGED_NODES);
	ledger_reset(d);
}

int lab_build(struct driver *d, json_t *design, struct model *m, struct build_stats *st,
              void (*progress)(size_t done, size_t of, void *ctx), void *ctx, struct err *e)
{
	struct want *w = NULL;
	size_t n = 0;
	int r = wants_of(m, design, &w, &n, e);

	if (r == 0) {
		st->freshened = fresh_sessions(d, st->fresh);
		fresh_faults(d, st->fresh);
		wants_match(&d->lab, w, n);
		fresh_mark(d, w, n, st->fresh, st->freshened);
		r = take_nodes_away(d, w, n, st, e);
	}
	if (r == 0)
		r = start_instances(d, w, n, st, e);
	if (r == 0)
		r = fabric_ready(d, e);
	if (r == 0)
		r = plug_instances(d, w, n, m, e);
	guests_wanted(d, guests_of(w, n));
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (w[i].have) {
			r = w[i].have->fresh ? 0 : keep_node(d, &w[i], st, e);
		} else {
			r = make_node(d, &w[i], m, e);
			w[i].have = last_node(d);
			st->created++;
		}
		if (i % PUMP_EVERY == 0) {
			/* Daemons that wait for one another go on meanwhile. */
			d->building = true;
			loop_pump(d->loop);
			d->building = false;
		}
		dial_look(d);
		if (progress && i % PROGRESS_EVERY == 0)
			progress(i, n, ctx);
	}
	if (r == 0)
		r = wires_make(d, m, NULL, e);
	if (r == 0)
		r = fabric_attach(d, m, e);
	if (r == 0)
		plug_settle(d->build->plug);
	if (r < 0) {
		VEC_PUSH(d->build->old_models, d->build->n_old, d->build->cap_old) = m;
		json_decref(design);
		goto out;
	}
	adopt_design(d, design, m, w, n);
	sessions_hold(d, NULL);
	stopped_fill(d);
	health_update(d);
	apart_update(d);
	r = router_update(d, e);
	if (r == 0)
		r = responder_update(d, e);
out:
	wants_free(w, n);
	return r;
}

static bool is_as_wanted(const struct driver *d, const struct want *w, size_t n)
{
	size_t built_in = 0;

	for (size_t i = 0; i < d->lab.n_nodes; i++)
		built_in +=
		    d->lab.nodes[i]->kind == NODE_FABRIC || d->lab.nodes[i]->kind == NODE_INTERNET;
	if (d->build->n_old || built_in + n != d->lab.n_nodes)
		return false;
	for (size_t i = 0; i < n; i++)
		if (want_action(&w[i]) != WANT_KEEP || has_failed(w[i].have))
			return false;
	return true;
}

int lab_build_again(struct driver *d, struct build_stats *st, struct err *e)
{
	struct want *w = NULL;
	size_t n = 0;
	int r = wants_of(d->lab.model, d->lab.design, &w, &n, e);

	if (r < 0)
		return r;
	wants_match(&d->lab, w, n);
	r = is_as_wanted(d, w, n) ? 0 : 1;
	if (r == 0)
		r = wires_make(d, d->lab.model, NULL, e);
	if (r == 0)
		r = fabric_attach(d, d->lab.model, e);
	if (r == 0)
		st->kept = n;
	wants_free(w, n);
	return r;
}

size_t lab_starting(const struct driver *d)
{
	size_t k = 0;

	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct lab_node *n = d->lab.nodes[i];
		bool open = n->checks_running > 0;

		for (size_t j = 0; j < n->n_procs; j++)
			open = open || n->procs[j]->state == PROC_WAITING ||
			       n->procs[j]->state == PROC_STARTING;
		k += open;
	}
	return k;
}

int lab_stopped_changed(struct driver *d, struct err *e)
{
	stopped_fill(d);
	apart_look(d);
	/* A VM that was stopped has a new namespace, and that of a gateway is read by the router.
	 */
	return d->lab.model->n_gateways ? router_update(d, e) : router_stopped(d, e);
}
