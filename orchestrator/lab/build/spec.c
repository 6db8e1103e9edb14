/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/spec.h"

#include <errno.h>

#include <uthash.h>

#include "base/str.h"
#include "input/topology_def.h"
#include "lab/build/ledger.h"
#include "lab/proc/node.h"
#include "plan/bird_hybrid.h"
#include "plan/filter/firewall.h"
#include "plan/guest.h"
#include "plan/names.h"
#include "schema/rows.h"

static uint64_t mix_u(uint64_t h, uint64_t v)
{
	return bytes_hash(h, &v, sizeof(v));
}

static uint64_t mix_s(uint64_t h, const char *s)
{
	return s ? bytes_hash(h, s, strlen(s) + 1) : mix_u(h, 0);
}

static uint64_t files_of(const struct image_plan *p)
{
	uint64_t h = BYTES_HASH_SEED;

	if (!p)
		return h;
	for (char **d = p->dirs; d && *d; d++)
		h = mix_s(h, *d);
	for (size_t i = 0; i < p->n_files; i++) {
		h = mix_s(h, p->files[i].path);
		h = bytes_hash(h, p->files[i].content, p->files[i].size);
		h = mix_u(h, p->files[i].mode);
	}
	for (size_t i = 0; i < p->n_daemons; i++)
		for (char **a = p->daemons[i].argv; *a; a++)
			h = mix_s(h, *a);
	return h;
}

static bool any_forwarding(const struct node *vm)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->forwarding)
			return true;
	return false;
}

static bool is_plain_node(const struct node *vm)
{
	return !bird_hybrid_runs(vm) && streq(vm->guest.image, "host") && !vm->guest.bgp.present &&
	       !vm->guest.n_configs && !vm->guest.n_filters;
}

static void of_guest(struct want *w, struct guest_plan *p /* stolen */)
{
	w->spec.guest = guest_plan_hash(p);
	w->spec.routes = guest_routes_hash(p);
	guest_plan_free(p);
}

static int want_vm(struct model *m, struct node *vm, struct want *w, struct err *e)
{
	int r = 0;

	w->name = xstrdup(vm->name);
	w->kind = NODE_VM;
	w->vm = vm;
	w->forwarding = any_forwarding(vm);
	if (!is_plain_node(vm)) {
		r = bird_hybrid_runs(vm) ? image_plan_hybrid(m, vm, &w->plan, e)
		                         : image_plan(m, vm, &w->plan, e);
		if (r < 0)
			return err_wrap(e, "%s", vm->name);
		w->forwarding = w->plan->forwarding;
	}
	/* ip_forward is compared by itself: it is switched as the node runs. */
	of_guest(w, guest_plan_vm(vm, false));
	w->spec.files = files_of(w->plan);
	if (vm_firewall(vm)) {
		uint64_t filter = firewall_filter_hash(vm_firewall(vm));

		w->spec.files = bytes_hash(w->spec.files, &filter, sizeof(filter));
	}
	return 0;
}

static int want_rs(struct model *m, struct route_server *rs, unsigned instance, struct want *w,
                   struct err *e)
{
	int r;

	w->name = node_name_rs(rs, instance);
	w->kind = NODE_ROUTE_SERVER;
	w->rs = rs;
	w->instance = instance;
	r = image_plan_rs(m, rs, instance, &w->plan, e);
	if (r < 0)
		return err_wrap(e, "%s", w->name);
	of_guest(w, guest_plan_rs(rs, instance, m->settings.route_server_ping));
	w->spec.files = files_of(w->plan);
	return 0;
}

static void hash_rows(struct want *w, json_t *topology, uint64_t rest)
{
	w->spec.rows = mix_u(
	    schema_rows_of_node(topology_def(), topology, w->vm ? w->vm->ptr : w->rs->ptr), rest);
}

int wants_of(struct model *m, const json_t *design, struct want **ret, size_t *ret_n, struct err *e)
{
	json_t *topology = json_object_get(design, "topology");
	uint64_t rest = schema_rows_of_rest(topology_def(), topology);

	images_use(json_object_get(design, "images"));
	size_t cap = m->n_route_servers * 2 + m->n_vms, n = 0;
	struct want *w = xcalloc(cap, sizeof(*w));
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_route_servers * 2; i++)
		r = want_rs(m, &m->route_servers[i / 2], i % 2, &w[n++], e);
	for (int plain = 0; plain < 2; plain++)
		for (size_t i = 0; r == 0 && i < m->n_vms; i++)
			if (is_plain_node(&m->vms[i]) == plain)
				r = want_vm(m, &m->vms[i], &w[n++], e);
	if (r < 0) {
		wants_free(w, n);
		return r;
	}
	for (size_t i = 0; i < n; i++)
		hash_rows(&w[i], topology, rest);
	*ret = w;
	*ret_n = n;
	return 0;
}

void wants_free(struct want *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(w[i].name);
		image_plan_free(w[i].plan);
	}
	free(w);
}

/* --- which node is which -----------------------------------------------------------------------
 */

struct entry { /* nodes by name, case folded */
	char *key;
	struct lab_node *node;
	UT_hash_handle hh;
};

static char *fold_name_case(const char *s)
{
	char *f = xstrdup(s);

	for (char *p = f; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return f;
}

void wants_match(const struct lab *l, struct want *w, size_t n)
{
	_cleanup_free_ struct entry *all = xcalloc(l->n_nodes + 1, sizeof(*all));
	struct entry *map = NULL, *en;

	for (size_t i = 0; i < l->n_nodes; i++) {
		/* The design says nothing of them, but may use their names. */
		if (l->nodes[i]->kind == NODE_FABRIC || l->nodes[i]->kind == NODE_INTERNET)
			continue;
		all[i].key = fold_name_case(l->nodes[i]->name);
		all[i].node = l->nodes[i];
		HASH_ADD_KEYPTR(hh, map, all[i].key, strlen(all[i].key), &all[i]);
	}
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *key = fold_name_case(w[i].name);

		HASH_FIND_STR(map, key, en);
		if (en && en->node->kind == w[i].kind)
			w[i].have = en->node;
		w[i].stopped = w[i].vm && !power_wanted(l->driver, w[i].vm);
	}
	HASH_CLEAR(hh, map);
	for (size_t i = 0; i < l->n_nodes; i++)
		free(all[i].key);
}

/* --- what becomes of them ----------------------------------------------------------------------
 */

/* Route Servers, gateways and firewalls take what is new as they run; an appliance boots anew with
 * its new files, as nothing of what its daemons left in the kernel may survive. */
static bool changes_as_it_runs(const struct want *w)
{
	return node_has_our_bird(w->have) || (w->vm && vm_firewall(w->vm));
}

enum want_action want_action(const struct want *w)
{
	const struct spec *want = &w->spec;

	if (!w->have)
		return WANT_CREATE;
	const struct spec *have = &w->have->spec;

	if (w->have->stopped != w->stopped)
		return WANT_REBUILD;
	if (!w->have->built || have->rows != want->rows || have->guest != want->guest)
		return WANT_REBUILD;
	bool same = have->files == want->files && have->routes == want->routes;

	if (same && w->have->forwarding == w->forwarding)
		return WANT_KEEP;
	return same || changes_as_it_runs(w) ? WANT_CHANGE : WANT_REBUILD;
}

const char *want_action_str(enum want_action a)
{
	static const char *const names[] = { "keep", "change", "rebuild", "create" };

	return names[a];
}

struct guest_plan *node_guest_plan(const struct lab_node *n, const struct model *m)
{
	return n->rs ? guest_plan_rs(n->rs, n->instance, m->settings.route_server_ping)
	             : guest_plan_vm(n->vm, n->forwarding);
}
