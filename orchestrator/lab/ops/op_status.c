/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `status`, `sessions`, `down`: what the driver itself knows. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "azure/given.h"
#include "azure/kind.h"
#include "base/json.h"
#include "base/str.h"
#include "base/version.h"
#include "lab/build/converge.h"
#include "lab/build/exam.h"
#include "lab/fault/fault.h"
#include "lab/ops/status_appliance.h"
#include "lab/ops/status_hybrid.h"
#include "lab/proc/driver.h"
#include "lab/proc/node.h"
#include "lab/proc/op.h"
#include "lab/proc/process.h"
#include "lab/watch/disk.h"
#include "lab/watch/health.h"
#include "lab/watch/memory.h"
#include "lab/watch/observe.h"
#include "lab/watch/routerlink.h"
#include "lab/watch/selection.h"
#include "lab/watch/usable.h"

enum { FRESH_MS = 500 };

static const char *kind_str(enum lab_node_kind k)
{
	static const char *const names[] = { "virtualMachine", "routeServer", "internet",
		                             "fabric" };

	return names[k];
}

static const char *router_word(struct driver *d)
{
	if (!router_runs(d))
		return "restarting";
	return router_settled(d, NULL) && selection_settled(d, NULL, NULL) ? "running" : "applying";
}

static json_t *process_json(const struct process *p)
{
	json_t *j = json_object();
	const char *state = p->frozen ? "frozen" : proc_state_str(p->state);

	json_object_set_new(j, "name", json_string(p->name));
	json_object_set_new(j, "pid", p->host_pid ? json_integer(p->host_pid) : json_null());
	json_object_set_new(j, "state", json_string(state));
	json_object_set_new(j, "restarts", json_integer(p->n_deaths));
	if (*p->ended)
		json_object_set_new(j, "lastExit", json_string(p->ended));
	return j;
}

static json_t *node_json(const struct model *m, const struct lab_node *n)
{
	json_t *j = json_object(), *procs = json_array();
	const char *role = node_role(n), *ptr = n->vm ? n->vm->ptr : n->rs ? n->rs->ptr : NULL;
	const char *id = m ? model_arm_id(m, ptr) : NULL;

	json_object_set_new(j, "name", json_string(n->name));
	json_object_set_new(j, "kind", json_string(role ? role : kind_str(n->kind)));
	if (id)
		json_object_set_new(j, "armId", text_json_of(id));
	json_object_set_new(j, "image", n->vm ? json_string(n->vm->guest.image) : json_null());
	json_object_set_new(j, "state",
	                    json_string(n->stopped  ? "deallocated"
	                                : n->frozen ? "frozen"
	                                            : "running"));
	for (size_t i = 0; i < n->n_procs; i++)
		json_array_append_new(procs, process_json(n->procs[i]));
	json_object_set_new(j, "processes", procs);
	json_object_set_new(j, "memoryBytes", json_integer((json_int_t)node_memory(n)));
	json_object_set_new(j, "routes", usable_json(n));
	return j;
}

/* BIRD's local time as every other time here: UTC. */
static json_t *since_json(const char *local)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *frac = strptime(local, "%Y-%m-%dT%H:%M:%S", &tm);
	struct timespec ts = { 0 };
	char buf[TIME_ISO_MAX];

	if (!frac)
		return json_string(local);
	ts.tv_sec = mktime(&tm);
	if (*frac == '.')
		ts.tv_nsec = (long)(strtod(frac, NULL) * 1e9);
	return json_string(time_iso(&ts, buf));
}

static json_t *route_server_session_json(struct driver *d, const struct bgp_connection *c,
                                         unsigned instance)
{
	const struct observed *o = observed_session(d, c, instance);
	bool known = o && o->known;
	json_t *j = json_object();
	_cleanup_free_ char *why = (known && streq(o->s.state, "Established")) || exam_hides(d)
	                               ? NULL
	                               : session_hopeless(d, c, instance);

	json_object_set_new(j, "routeServer", json_string(c->rs->name));
	json_object_set_new(j, "peering", json_string(c->name));
	json_object_set_new(j, "instance", json_integer(instance));
	json_object_set_new(j, "address", json_string(IP4_STR(c->rs->instance[instance])));
	json_object_set_new(j, "peerIp", json_string(IP4_STR(c->peer_ip)));
	json_object_set_new(j, "peerAsn", json_integer(c->peer_asn));
	json_object_set_new(j, "state", text_json_of(known ? o->s.state : "Unknown"));
	json_object_set_new(j, "since", known ? since_json(o->s.since) : json_null());
	json_object_set_new(j, "received", json_integer(known ? o->s.received : 0));
	json_object_set_new(j, "advertised", json_integer(known ? o->s.advertised : 0));
	json_object_set_new(j, "lastError",
	                    known && *o->s.last_error ? text_json_of(o->s.last_error)
	                                              : json_null());
	json_object_set_new(j, "reason", text_json_of(why));
	return j;
}

/* Counts the descriptors that we have open; nobody else can. */
static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = -3; /* ".", "..", and what we read it by */

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n < 0 ? 0 : n;
}

/* Sentences about what is wrong with the lab as a whole. */
static json_t *problems_json(const struct driver *d)
{
	json_t *list = json_array();
	_cleanup_free_ char *full = disk_full(d);

	if (full)
		json_array_append_new(list, text_json_of(full));
	memory_say(d, list);
	usable_say(d, list);
	usable_say_muted(d, list);
	return list;
}

static json_t *status_json(struct driver *d)
{
	const struct lab *l = &d->lab;
	char since[TIME_ISO_MAX];
	pid_t router = router_pid(d);
	json_t *j = json_object(), *nodes = json_array(), *bgp = json_array();

	json_object_set_new(j, "lab", json_string(l->name));
	json_object_set_new(j, "since", json_string(time_iso(&d->since, since)));
	json_object_set_new(j, "driver",
	                    json_pack("{s:i,s:i,s:s}", "pid", (int)d->host_pid, "descriptors",
	                              count_descriptors(), "version", vnetlab_version()));
	json_object_set_new(j, "router",
	                    json_pack("{s:o,s:s}", "pid",
	                              router ? json_integer(router) : json_null(), "state",
	                              router_word(d)));
	json_object_set_new(j, "programming", selection_json(d));
	for (size_t i = 0; i < l->n_nodes; i++)
		json_array_append_new(nodes, node_json(l->model, l->nodes[i]));
	json_object_set_new(j, "nodes", nodes);
	for (size_t i = 0; l->model && i < l->model->n_route_servers; i++)
		for (size_t k = 0; k < l->model->route_servers[i].n_conns; k++)
			for (unsigned inst = 0; inst < 2; inst++)
				json_array_append_new(
				    bgp, route_server_session_json(
				             d, &l->model->route_servers[i].conns[k], inst));
	json_object_set_new(j, "bgp", bgp);
	json_object_set_new(j, "applianceBgp", appliance_sessions_json(d));
	for (size_t i = 0; l->model && kinds[i]; i++) {
		json_t *rows = kinds[i]->status ? kinds[i]->status(l->model) : NULL;

		if (json_array_size(rows))
			json_object_set(j, kinds[i]->key, rows);
		json_decref(rows);
	}
	if (l->model && (l->model->n_gateways || l->model->n_sites || l->model->n_circuits))
		status_hybrid(d, j);
	json_object_set_new(j, "loadBalancers", health_json(d));
	json_object_set_new(j, "faults", fault_list(d));
	json_object_set_new(j, "disk", disk_json(d));
	json_object_set_new(j, "memory", memory_json(d));
	json_object_set_new(j, "problems", problems_json(d));
	return j;
}

static void status_ready(void *ctx)
{
	struct conn *c = ctx;

	conn_answer(c, status_json(c->d));
}

static void status_asked(void *ctx)
{
	struct conn *c = ctx;

	usable_ask(c->d, USABLE_RECENT, FRESH_MS, status_ready, c);
}

static void status_gone(struct conn *c)
{
	observe_fresh_cancel(c->d, c);
	usable_ask_cancel(c->d, c);
}

/* The sessions are asked for first, and the appliances by them: a status is of now, not of a
 * quarter of a second ago. */
static int op_status(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	(void)ret;
	(void)e;
	r->client->on_close = status_gone;
	observe_fresh(l->driver, FRESH_MS, status_asked, r->client);
	return 1;
}

LAB_OP(status, { .name = "status", .kind = OP_INLINE, .run = op_status });

static int op_sessions(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	(void)r;
	(void)e;
	*ret = json_pack("{s:b,s:o}", "converged", observe_is_converged(l->driver), "log",
	                 observe_changes(l->driver));
	return 0;
}

LAB_OP(sessions, { .name = "sessions", .kind = OP_INLINE, .run = op_sessions });

/* For `ls`: cheap, whatever the lab's size. */
static int op_hello(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	char since[TIME_ISO_MAX];

	(void)r;
	(void)e;
	*ret = json_pack("{s:s,s:{s:i,s:s},s:i,s:s}", "name", l->name, "driver", "pid",
	                 (int)l->driver->host_pid, "version", vnetlab_version(), "nodes",
	                 (int)l->n_nodes, "since", time_iso(&l->driver->since, since));
	return 0;
}

LAB_OP(hello, { .name = "hello", .kind = OP_INLINE, .run = op_hello });

static int op_down(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	(void)ret;
	(void)e;
	conn_answer(r->client, json_pack("{s:s}", "ended", l->name));
	conn_flush(r->client, 500);
	driver_quit(l->driver);
	return 1;
}

LAB_OP(down, { .name = "down", .kind = OP_INLINE, .run = op_down });
