/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/drift.h"

#include <sys/epoll.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "kernel/guest.h"
#include "kernel/nl_hands.h"
#include "lab/build/ledger.h"
#include "lab/build/room.h"
#include "lab/build/spec.h"
#include "lab/build/wires.h"
#include "lab/proc/events.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/routerlink.h"

struct look {
	struct driver *d;
	bool mend;
	drift_fn *fn;
	void *ctx;
};

struct drift_watch {
	struct nl_hands *hands;
	struct source src;
};

static void on_hands_events(struct source *s, uint32_t events)
{
	(void)events;
	nl_hands_read(container_of(s, struct drift_watch, src)->hands);
}

void drift_watch(struct driver *d, int fabric_ns)
{
	struct drift_watch *w = xcalloc(1, sizeof(*w));
	struct err e = { 0 };
	int r = nl_hands_open(fabric_ns, &w->hands, &e);

	w->src.fn = on_hands_events;
	w->src.fd = -1;
	if (r == 0)
		r = loop_add(d->loop, &w->src, nl_hands_fd(w->hands), EPOLLIN, &e);
	if (r < 0) {
		event_add(d->events, "drift", "fabric", "cannot be watched: %s", e.msg);
		nl_hands_close(w->hands);
		free(w);
		return;
	}
	d->build->drift = w;
}

void drift_watch_node(struct driver *d, struct lab_node *n)
{
	struct nl_hands *h = d->build->drift ? d->build->drift->hands : NULL;

	n->number = h ? nl_hands_number(h, n->netns) : -1;
	if (!h)
		return;
	nl_hands_read(h); /* until now it was us */
	nl_hands_clear(h, n->number);
}

/* --- in words ---------------------------------------------------------------------------------
 */

static void add_count(struct str *s, json_int_t n, const char *one, const char *many)
{
	if (n)
		str_printf(s, "%s%lld %s", s->n ? ", " : "", (long long)n, n == 1 ? one : many);
}

static void append_drift_word(struct str *s, bool is, const char *what)
{
	if (is)
		str_printf(s, "%s%s", s->n ? ", " : "", what);
}

static void note_drift(json_t *drift, const char *node, const struct str *what)
{
	if (what->n)
		json_array_append_new(drift,
		                      json_pack("{s:s,s:s}", "node", node, "what", str_get(what)));
}

/* --- guests -----------------------------------------------------------------------------------
 */

/* Whose kernel is ours alone: an appliance may change its own. */
static bool is_kernel_ours(const struct lab_node *n)
{
	if (!n->built || n->stopped || n->frozen)
		return false;
	return n->rs || (n->vm && (n->vm->role != VM_USER || !n->n_procs) &&
	                 (n->vm->role != VM_SITE_ROUTER || vm_site(n->vm)->generated));
}

/* A fault of a cable takes routes with it, as somebody's hand would. */
static bool cables_are_whole(const struct driver *d)
{
	for (size_t i = 0; i < d->build->n_faults; i++)
		if (streq(d->build->faults[i].what, "link"))
			return false;
	for (size_t i = 0; i < d->lab.n_nodes; i++)
		if (d->lab.nodes[i]->stopped)
			return false;
	return true;
}

static bool is_suspect(struct driver *d, const struct lab_node *n)
{
	return !d->build->drift || nl_hands_taken(d->build->drift->hands, n->number);
}

static void look_at_node(struct driver *d, struct lab_node *n, bool wires, bool mend, json_t *drift)
{
	_cleanup_guest_plan_ struct guest_plan *p = node_guest_plan(n, d->lab.model);
	_cleanup_str_ struct str what = { 0 };
	struct guest_drift g = { 0 };
	struct err e = { 0 };
	int r = guest_look(n->netns, p, wires, mend, &g, &e);

	if (r == 0 && !guest_differs(&g))
		return;
	if (r == 0 && mend && g.unwired && !g.unplugged)
		r = wires_make(d, d->lab.model, n, &e);
	if (mend && (r < 0 || g.unplugged))
		n->built = false; /* it is made anew */
	append_drift_word(&what, g.unplugged, "its link to the fabric");
	append_drift_word(&what, g.unwired, "its wires");
	add_count(&what, (json_int_t)g.links, "link down", "links down");
	add_count(&what, (json_int_t)g.addrs, "address", "addresses");
	add_count(&what, (json_int_t)g.routes, "route", "routes");
	add_count(&what, (json_int_t)g.neighs, "neighbour", "neighbours");
	if (r < 0)
		str_printf(&what, "%sits network: %s", what.n ? ", " : "", e.msg);
	note_drift(drift, n->name, &what);
}

/* --- the fabric, which the virtual router looks at ---------------------------------------------
 */

static void add_fabric(const json_t *looked, json_t *drift)
{
	_cleanup_str_ struct str what = { 0 };

	add_count(&what, json_integer_value(json_object_get(looked, "routes")), "route", "routes");
	add_count(&what, json_integer_value(json_object_get(looked, "rules")), "rule", "rules");
	add_count(&what, json_integer_value(json_object_get(looked, "neighbours")), "neighbour",
	          "neighbours");
	append_drift_word(&what, json_is_true(json_object_get(looked, "filter")),
	                  "the packet filter");
	add_count(&what, json_integer_value(json_object_get(looked, "settings")), "setting",
	          "settings");
	note_drift(drift, "fabric", &what);
}

static void look_at_guests(struct look *l, json_t *drift)
{
	struct driver *d = l->d;
	struct nl_hands *h = d->build->drift ? d->build->drift->hands : NULL;
	bool wires = cables_are_whole(d);
	struct lab_node **looked = xcalloc(d->lab.n_nodes + 1, sizeof(*looked));
	size_t n = 0;

	if (h)
		nl_hands_read(h);
	for (size_t i = 0; i < d->lab.n_nodes; i++)
		if (is_kernel_ours(d->lab.nodes[i]) && is_suspect(d, d->lab.nodes[i]))
			looked[n++] = d->lab.nodes[i];
	for (size_t i = 0; i < n; i++)
		look_at_node(d, looked[i], wires, l->mend, drift);
	if (h && l->mend) {
		nl_hands_read(h); /* what was put back has been told, too */
		for (size_t i = 0; i < n; i++)
			nl_hands_clear(h, looked[i]->number);
		nl_hands_clear_lost(h);
	}
	free(looked);
}

static void on_looked(void *ctx, const json_t *looked)
{
	struct look *l = ctx;
	json_t *drift = json_array(), *x;
	size_t i;

	add_fabric(looked, drift);
	look_at_guests(l, drift);
	json_array_foreach (drift, i, x)
		if (l->mend)
			event_add(l->d->events, "drift",
			          json_string_value(json_object_get(x, "node")), "put back: %s",
			          json_string_value(json_object_get(x, "what")));
	l->fn(l->ctx, drift);
	free(l);
}

void drift_look(struct driver *d, bool mend, drift_fn *fn, void *ctx)
{
	struct look *l = xcalloc(1, sizeof(*l));

	*l = (struct look){ d, mend, fn, ctx };
	router_look(d, mend, on_looked, l);
}
