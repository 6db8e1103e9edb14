/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `routes`, `learned`, `advertised`: as az shows them (azure-behaviour 7.13, 2.5). */
#include <errno.h>
#include <stdio.h>

#include "azure/routes.h"
#include "base/str.h"
#include "lab/ops/ops.h"
#include "lab/proc/lab.h"
#include "lab/proc/node.h"
#include "lab/proc/op.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "lab/watch/usable.h"
#include "plan/bird_rs.h"

/* --- effective routes --- */

int op_nic(const struct lab *l, const char *name, struct nic **ret, struct err *e)
{
	struct nic *n = model_nic(l->model, name);
	struct node *vm = model_vm(l->model, name);
	const char *slash = strrchr(name, '/');

	if (n && vm && vm->nics[0] != n)
		return err_set(e, ENOTUNIQ, "%s is a VM and a NIC; say %s/%s or %s/%s", name,
		               vm->name, vm->nics[0]->name, n->vm->name, n->name);
	if (!n && vm)
		n = vm->nics[0];
	if (!n && slash) {
		_cleanup_free_ char *left = xstrndup(name, (size_t)(slash - name));

		vm = model_vm(l->model, left);
		for (size_t i = 0; vm && i < vm->n_nics; i++)
			if (strieq(vm->nics[i]->name, slash + 1))
				n = vm->nics[i];
	}
	if (n && n->peer)
		return err_set(
		    e, EINVAL,
		    "%s is not in a VNet: it has no effective routes (vnetlab exec %s -- "
		    "ip route)",
		    n->vm->name, n->vm->name);
	if (n) {
		*ret = n;
		return 0;
	}
	const char **names = xcalloc(l->model->n_nics + l->model->n_vms + 1, sizeof(*names));
	size_t k = 0;

	for (size_t i = 0; i < l->model->n_nics; i++)
		names[k++] = l->model->nics[i].name;
	for (size_t i = 0; i < l->model->n_vms; i++)
		names[k++] = l->model->vms[i].name;
	const char *near = str_nearest(name, names, k);
	int r = near ? err_set(e, ENOENT, "no NIC or VM is called %s; did you mean %s?", name, near)
	             : err_set(e, ENOENT, "no NIC or VM is called %s", name);

	free(names);
	return r;
}

static int op_routes(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	const char *name;
	struct nic *nic = NULL;
	struct rib *rib = NULL;
	int rc = op_string(r, "nic", &name, e);

	if (rc < 0 || (rc = op_nic(l, name, &nic, e)) < 0 || (rc = lab_rib(l, &rib, e)) < 0)
		return rc;
	if (nic->vm->role == VM_ENDPOINT) {
		rib_free(rib);
		return err_set(e, EINVAL,
		               "%s is a private endpoint: Azure shows effective routes of VMs "
		               "only",
		               nic->vm->name);
	}
	const struct runtime rt = { .vm_stopped = lab_stopped(l) };
	bool explain = json_is_true(json_object_get(r->body, "explain"));
	struct eff_table *t = (explain ? effective_routes : effective_routes_plain)(
	    l->model, nic->subnet, nic_instance(nic), rib, &rt);

	*ret = eff_table_json(t, explain);
	json_object_set_new(*ret, "nic", json_string(nic->name));
	json_object_set_new(*ret, "vm", json_string(nic->vm->name));
	eff_table_free(t);
	rib_free(rib);
	return 0;
}

LAB_OP(routes, { .name = "routes", .kind = OP_WORKER, .run = op_routes });

/* --- learned and advertised routes --- */

static int find_connection(const struct lab *l, struct request *r, struct bgp_connection **ret,
                           struct err *e)
{
	const char *name;
	int rc = op_string(r, "connection", &name, e);

	if (rc < 0)
		return rc;
	*ret = model_connection(l->model, name);
	if (*ret)
		return 0;
	_cleanup_str_ struct str list = { 0 };

	for (size_t i = 0; i < l->model->n_route_servers; i++)
		for (size_t k = 0; k < l->model->route_servers[i].n_conns; k++)
			str_printf(&list, "%s%s/%s", list.n ? ", " : "",
			           l->model->route_servers[i].name,
			           l->model->route_servers[i].conns[k].name);
	return err_set(e, ENOENT, "no peering is called %s; there %s %s", name,
	               list.n ? "are" : "is", list.n ? str_get(&list) : "none");
}

static json_t *make_learned_row(const struct bgp_connection *c, unsigned instance,
                                const struct bird_path *p)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:i}", "localAddress",
	                 IP4_STR(c->rs->instance[instance]), "network", PREFIX_STR(p->network),
	                 "nextHop", IP4_STR(p->next_hop), "sourcePeer", IP4_STR(c->peer_ip),
	                 "origin", "EBgp", "asPath", as_path_json(p->as_path), "weight", 32768);
}

static json_t *advertised_row(const struct bgp_connection *c, unsigned instance,
                              const struct bird_path *p)
{
	const char *self = IP4_STR(c->rs->instance[instance]);

	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:i}", "localAddress", self, "network",
	                 PREFIX_STR(p->network), "nextHop", IP4_STR(p->next_hop), "origin", "Igp",
	                 "asPath", as_path_json(p->as_path), "weight", 0);
}

static json_t *refused_row(const struct bgp_connection *c, const struct bird_path *p)
{
	_cleanup_free_ char *why = bird_rs_refusal(c->rs, p->network);

	return json_pack("{s:s,s:s,s:o,s:s}", "network", PREFIX_STR(p->network), "nextHop",
	                 IP4_STR(p->next_hop), "asPath", as_path_json(p->as_path), "reason", why);
}

/* refused: what a peer announced in vain goes there; NULL: nobody asks. */
static int paths_json(struct lab *l, const struct bgp_connection *c, unsigned instance,
                      bool learned, json_t **ret, json_t *refused, struct err *e)
{
	_cleanup_free_ char *name = xasprintf("%s/%u", c->rs->name, instance);
	const struct lab_node *n = node_find(l, name);
	char protocol[64];
	struct bird_path *p = NULL;
	size_t k = 0;
	json_t *a = json_array();

	*ret = a;
	if (!n || !n->n_procs || n->procs[0]->state != PROC_RUNNING)
		return 0; /* a dead instance has no routes, as az shows it */
	bird_protocol_name(c, protocol);
	int r = learned ? bird_learned(&n->procs[0]->control, protocol, &p, &k, e)
	                : bird_advertised(&n->procs[0]->control, protocol, &p, &k, e);

	if (r < 0)
		return err_wrap(e, "%s", name);
	for (size_t i = 0; i < k; i++) {
		if (learned && p[i].filtered && refused)
			json_array_append_new(refused, refused_row(c, &p[i]));
		/* settings.learnedListing: whether what was refused is listed. */
		if (learned && p[i].filtered && !l->model->settings.listing_received)
			continue;
		json_array_append_new(a, learned ? make_learned_row(c, instance, &p[i])
		                                 : advertised_row(c, instance, &p[i]));
	}
	free(p);
	return 0;
}

static bool has_network(const json_t *rows, const char *network)
{
	size_t i;
	json_t *row;

	json_array_foreach (rows, i, row)
		if (streq(json_string_value(json_object_get(row, "network")), network))
			return true;
	return false;
}

/* A route to an instance itself, as one of its own that an appliance tells back: BGP takes none,
 * and BIRD keeps nothing of it.  What the other instance has learned, shows it. */
static void add_own_next_hops(const struct bgp_connection *c, unsigned instance, const json_t *own,
                              const json_t *others, json_t *refused)
{
	size_t i;
	json_t *row;

	json_array_foreach (others, i, row) {
		const char *network = json_string_value(json_object_get(row, "network"));
		json_t *hop = json_object_get(row, "nextHop"),
		       *path = json_object_get(row, "asPath");

		if (!streq(json_string_value(hop), IP4_STR(c->rs->instance[instance])) ||
		    has_network(own, network))
			continue;
		json_array_append_new(
		    refused, json_pack("{s:s,s:O,s:O,s:s}", "network", network, "nextHop", hop,
		                       "asPath", path, "reason",
		                       "its next hop is this instance itself, and BGP takes no "
		                       "route to oneself; the other instance takes it"));
	}
}

static bool instance_runs(const struct lab *l, const struct bgp_connection *c, unsigned instance)
{
	_cleanup_free_ char *name = xasprintf("%s/%u", c->rs->name, instance);
	const struct lab_node *n = node_find(l, name);

	return n && n->n_procs && n->procs[0]->state == PROC_RUNNING;
}

static void explain_own_next_hops(const struct lab *l, const struct bgp_connection *c,
                                  const json_t *rows, const json_t *refused)
{
	for (unsigned i = 0; i < 2; i++) {
		char own[32], other[32];

		snprintf(own, sizeof(own), "RouteServiceRole_IN_%u", i);
		snprintf(other, sizeof(other), "RouteServiceRole_IN_%u", 1 - i);
		if (instance_runs(l, c, i))
			add_own_next_hops(c, i, json_object_get(rows, own),
			                  json_object_get(rows, other),
			                  json_object_get(refused, own));
	}
}

static int list_paths(struct lab *l, struct request *r, bool learned, json_t **ret, struct err *e)
{
	struct bgp_connection *c;
	int rc = find_connection(l, r, &c, e);

	if (rc < 0)
		return rc;
	json_t *j = json_object(), *all = json_object();
	bool explain = learned && json_is_true(json_object_get(r->body, "explain"));

	for (unsigned i = 0; i < 2; i++) {
		char key[32];
		json_t *a = NULL, *refused = explain ? json_array() : NULL;

		rc = paths_json(l, c, i, learned, &a, refused, e);
		if (rc < 0) {
			json_decref(a);
			json_decref(refused);
			json_decref(j);
			json_decref(all);
			return rc;
		}
		snprintf(key, sizeof(key), "RouteServiceRole_IN_%u", i);
		json_object_set_new(j, key, a);
		if (refused)
			json_object_set_new(all, key, refused);
	}
	if (explain)
		explain_own_next_hops(l, c, j, all);
	*ret = json_pack("{s:o}", "routes", j);
	if (explain)
		json_object_set(*ret, "refused", all);
	const char *muted = c->nic ? usable_muted(node_find(l, c->nic->vm->name)) : NULL;

	if (learned && muted)
		json_object_set_new(*ret, "note", json_sprintf("%s: %s", c->nic->vm->name, muted));
	json_decref(all);
	return 0;
}

static int op_learned(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	return list_paths(l, r, true, ret, e);
}

static int op_advertised(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	return list_paths(l, r, false, ret, e);
}

LAB_OP(learned, { .name = "learned", .kind = OP_WORKER, .run = op_learned });
LAB_OP(advertised, { .name = "advertised", .kind = OP_WORKER, .run = op_advertised });
