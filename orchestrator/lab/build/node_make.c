/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/node_make.h"

#include "base/str.h"
#include "kernel/guest.h"
#include "lab/build/check.h"
#include "lab/build/drift.h"
#include "lab/build/fresh.h"
#include "lab/build/room.h"
#include "lab/build/wires.h"
#include "lab/proc/box.h"
#include "lab/proc/guests.h"
#include "lab/proc/mounts.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/dial.h"
#include "lab/watch/usable.h"
#include "plan/filter/firewall.h"
#include "plan/names.h"

void ports_add_node(const struct lab_node *n, struct ports *p)
{
	char name[IFNAMSIZ];

	if (n->rs) {
		port_name_rs(n->rs, n->instance, name);
		memcpy(VEC_PUSH(p->names, p->n, p->cap), name, IFNAMSIZ);
	}
	for (size_t i = 0; n->vm && i < n->vm->n_nics; i++) {
		if (n->vm->nics[i]->peer)
			continue;
		port_name_nic(n->vm->nics[i], name);
		memcpy(VEC_PUSH(p->names, p->n, p->cap), name, IFNAMSIZ);
	}
}

int node_unplug(struct driver *d, struct lab_node *n, struct err *e)
{
	struct ports p = { 0 };

	ports_add_node(n, &p);
	int r = guest_unplug(d->build->plug, (const char(*)[IFNAMSIZ])p.names, p.n, e);

	free(p.names);
	return r < 0 ? err_wrap(e, "%s: taking its links away", n->name) : 0;
}

int node_set_firewall(const struct lab_node *n, const struct firewall *fw, struct err *e)
{
	struct filter filter;

	firewall_filter(fw, &filter);
	int r = guest_filter(n->netns, &filter, e);

	filter_free(&filter);
	return r;
}

int node_plug(struct driver *d, struct lab_node *n, const struct model *m, struct err *e)
{
	_cleanup_guest_plan_ struct guest_plan *p = node_guest_plan(n, m);
	int r = guest_build(d->build->plug, n->netns, p, e);

	if (r == 0 && n->vm && vm_firewall(n->vm))
		r = node_set_firewall(n, vm_firewall(n->vm), e);
	return r < 0 ? err_wrap(e, "%s", n->name) : 0;
}

static int procs_make(struct driver *d, struct lab_node *n, const struct image_plan *plan,
                      struct err *e)
{
	for (size_t i = 0; i < plan->n_daemons; i++)
		VEC_PUSH(n->procs, n->n_procs, n->cap_procs) = process_new(d, n, &plan->daemons[i]);
	usable_free(n->usable);
	n->usable = usable_new(d, n, plan);
	if (n->stopped) {
		node_procs_stop(n);
		return 0;
	}
	int r = checks_start(d, n, plan, false, e);

	return r < 0 ? r : node_procs_start(n, e);
}

/* Makes the node's network namespace, and the box to run daemons in. */
int node_house(struct driver *d, struct lab_node *n, const struct want *w, struct err *e)
{
	if (!w->plan || !w->plan->n_daemons)
		return guests_ns_new(d, &n->netns, e);
	n->caps = w->plan->caps;
	int r = node_mounts(d, n, w->plan, e);

	if (r == 0)
		r = box_new(d, n, e);
	return r < 0 ? err_wrap(e, "%s", n->name) : 0;
}

int node_box(struct driver *d, struct lab_node *n, struct err *e)
{
	if (n->box)
		return 0;
	int r = n->dir ? 0 : node_mounts(d, n, NULL, e);

	if (r == 0)
		r = box_new(d, n, e);
	return r < 0 ? err_wrap(e, "%s", n->name) : 0;
}

int node_start(struct driver *d, struct lab_node *n, const struct want *w, struct err *e)
{
	int r = w->plan && w->plan->n_daemons ? procs_make(d, n, w->plan, e) : 0;

	if (r == 0 && !n->stopped)
		dial_hurry(d, n);
	return r;
}

/* Without that the next build starts this node over. */
void node_is_built(struct driver *d, struct lab_node *n, const struct want *w)
{
	n->spec = w->spec;
	n->built = true;
	drift_watch_node(d, n);
	fresh_note(n);
}

int node_boot(struct driver *d, struct lab_node *n, struct err *e)
{
	int r = node_unplug(d, n, e); /* what is left of a start that failed */

	/* Processes that were run in there by hand go with the machine. */
	n->box = box_free(n->box);
	close_p(&n->netns);
	n->netns = -1;
	n->boots++;

	if (r == 0)
		r = n->n_procs ? box_new(d, n, e) : guests_ns_new(d, &n->netns, e);
	if (r < 0)
		return r;
	r = node_plug(d, n, d->lab.model, e);
	if (r == 0)
		r = wires_make(d, d->lab.model, n, e);
	plug_settle(d->build->plug);
	drift_watch_node(d, n);
	fresh_note(n);
	return r < 0 ? r : node_procs_resume(n, e);
}

void node_free(struct driver *d, struct lab_node *n)
{
	struct lab *l = &d->lab;

	for (size_t i = 0; i < l->n_nodes; i++)
		if (l->nodes[i] == n) {
			memmove(&l->nodes[i], &l->nodes[i + 1],
			        (l->n_nodes - i - 1) * sizeof(l->nodes[0]));
			l->n_nodes--;
			break;
		}
	checks_cancel(d, n);
	node_procs_free(n);
	n->usable = usable_free(n->usable);
	n->box = box_free(n->box);
	close_p(&n->netns);
	node_dir_remove(d, n);
	free(n->name);
	free(n->start_error);
	free(n->rejected);
	json_decref(n->objections);
	free(n->touched);
	free(n);
}
