/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel side of a lab without a lab: builds the fabric, the edge and every node's links of a
 * design, runs vnetlab-router, and does what it is told, a JSON object a line:
 *
 *   {"do":"build","design":PATH}     builds, or changes what runs; the router gets the design
 *   {"do":"send","request":{...}}    to the router
 *   {"do":"kill"} {"do":"start"}     the router
 *   {"do":"overrun","node":NAME}     routes come and go while nobody reads a watch whose socket is
 * small
 *
 * Each is answered by one line: {"nodes":{NAME:PATH of its namespace},"answers":[what the router
 * said]} or {"error":"..."}.  Everything is gone when it ends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "input/topology.h"
#include "kernel/edge.h"
#include "kernel/fabric_ns.h"
#include "kernel/guest.h"
#include "kernel/nl.h"
#include "kernel/ns.h"
#include "plan/filter/firewall.h"
#include "router/proto.h"
#include "router/watch.h"

struct lab_node {
	char *name;
	int ns;
	bool wanted;
	const struct node *vm; /* of the model that is being built */
};

static struct lab_node *nodes;
static size_t n_nodes, cap_nodes;
static int fabric_ns = -1, edge_ns = -1, internet_ns = -1;
static struct plug *plug;
static struct model *model;
static json_t *design;
static size_t edge_changes;
static struct filter_memory edge_filter;
static json_int_t generation;
static pid_t router;
static int router_fd = -1;
static FILE *router_in;

static struct lab_node *find(const char *name)
{
	for (size_t i = 0; i < n_nodes; i++)
		if (strieq(nodes[i].name, name))
			return &nodes[i];
	return NULL;
}

static int add_node(const char *name, struct lab_node **ret, struct err *e)
{
	int ns, r = ns_new(&ns, e);

	if (r < 0)
		return r;
	struct lab_node *n = &VEC_PUSH(nodes, n_nodes, cap_nodes);

	n->name = xstrdup(name);
	n->ns = ns;
	n->wanted = true;
	*ret = n;
	return 0;
}

static int first(struct err *e)
{
	struct lab_node *n;
	int r = add_node("fabric", &n, e);

	fabric_ns = r == 0 ? n->ns : -1;
	if (r == 0)
		r = add_node("edge", &n, e);
	edge_ns = r == 0 ? n->ns : -1;
	if (r == 0)
		r = add_node("internet", &n, e);
	internet_ns = r == 0 ? n->ns : -1;
	if (r == 0)
		r = fabric_ns_prepare(fabric_ns, e);
	if (r == 0)
		r = plug_open(fabric_ns, &plug, e);
	return r;
}

static bool forwards(const struct node *vm)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->forwarding)
			return true;
	return false;
}

static int build_guest(int ns_fd, struct guest_plan *p /* stolen */, struct err *e)
{
	int r = guest_build(plug, ns_fd, p, e);

	guest_plan_free(p);
	return r;
}

static int set_firewall(int ns_fd, const struct firewall *fw, struct err *e)
{
	struct filter filter;

	firewall_filter(fw, &filter);
	int r = guest_filter(ns_fd, &filter, e);

	filter_free(&filter);
	return r;
}

static int apply_edge(struct err *e)
{
	struct edge_plan *p = edge_plan_make(model);
	int r = edge_apply(plug, edge_ns, internet_ns, p, &edge_filter, &edge_changes, e);

	edge_plan_free(p);
	return r;
}

static int add_new_nodes(struct err *e)
{
	struct lab_node *n;
	int r = 0;

	for (size_t i = 0; i < n_nodes; i++)
		nodes[i].wanted = i < 3;
	for (size_t i = 0; i < model->n_vms && r == 0; i++) {
		const struct node *vm = &model->vms[i];

		if (find(vm->name)) {
			find(vm->name)->wanted = true;
			continue;
		}
		r = add_node(vm->name, &n, e);
		if (r == 0)
			r = build_guest(n->ns, guest_plan_vm(vm, forwards(vm)), e);
		if (r == 0 && vm_firewall(vm))
			r = set_firewall(n->ns, vm_firewall(vm), e);
	}
	for (size_t i = 0; i < model->n_route_servers * 2 && r == 0; i++) {
		const struct route_server *rs = &model->route_servers[i / 2];
		_cleanup_free_ char *name = node_name_rs(rs, i % 2);

		if (find(name)) {
			find(name)->wanted = true;
			continue;
		}
		r = add_node(name, &n, e);
		if (r == 0)
			r = build_guest(
			    n->ns, guest_plan_rs(rs, i % 2, model->settings.route_server_ping), e);
	}
	return r;
}

static int remove_old_nodes(const struct model *old, struct err *e)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < n_nodes; i++) {
		const struct node *vm = old ? model_vm(old, nodes[i].name) : NULL;

		if (nodes[i].wanted) {
			nodes[n++] = nodes[i];
			continue;
		}
		for (size_t k = 0; vm && k < vm->n_nics && r == 0; k++) {
			char port[1][IFNAMSIZ];

			port_name_nic(vm->nics[k], port[0]);
			r = guest_unplug(plug, (const char(*)[IFNAMSIZ])port, 1, e);
		}
		close(nodes[i].ns);
		free(nodes[i].name);
	}
	n_nodes = n;
	return r;
}

/* --- the router ----------------------------------------------------------------------------- */

static int start_router(void *arg, struct err *e)
{
	int pair[2];

	(void)arg;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, errno, "socketpair");
	router = fork();
	if (router < 0)
		return err_sys(e, errno, "fork");
	if (router == 0) {
		dup2(pair[1], ROUTER_FD);
		const char *path = getenv("VNETLAB_ROUTER");

		execl(path ? path : "build/vnetlab-router", "vnetlab-router", (char *)NULL);
		perror("vnetlab-router");
		_exit(127);
	}
	close(pair[1]);
	router_fd = pair[0];
	router_in = fdopen(dup(router_fd), "r");
	return 0;
}

static void stop_router(void)
{
	if (!router)
		return;
	kill(router, SIGKILL);
	waitpid(router, NULL, 0);
	fclose(router_in);
	close(router_fd);
	router = 0;
}

/* It ends by itself when the connection does. */
static int end_router(void)
{
	int status = 0;

	fclose(router_in);
	close(router_fd);
	waitpid(router, &status, 0);
	return status ? 1 : 0;
}

/* Sends, and reads until the answer (or an error) has come. */
static int ask_router(json_t *req, const char *answer, json_t *answers, struct err *e)
{
	int fds[64];
	size_t n = 0;
	char *line = NULL;
	size_t cap = 0;

	/* Links that came and went may have made it apply meanwhile: wait for our own. */
	json_object_set_new(req, "generation", json_integer(++generation));
	if (streq(json_string_value(json_object_get(req, "op")), "model")) {
		for (; n < model->n_route_servers * 2 && n < ARRAY_LEN(fds); n++) {
			_cleanup_free_ char *name =
			    node_name_rs(&model->route_servers[n / 2], n % 2);

			fds[n] = find(name)->ns;
		}
	}
	struct peer *p = peer_new(dup(router_fd));
	int r = peer_send(p, req, fds, n, e);

	while (r == 0 && (r = peer_flush(p, e)) == 1)
		r = usleep(1000);
	peer_free(p);
	fcntl(router_fd, F_SETFL, fcntl(router_fd, F_GETFL) & ~O_NONBLOCK);
	while (r == 0) {
		if (getline(&line, &cap, router_in) < 0) {
			r = err_set(e, EPIPE, "the router has gone");
			break;
		}
		json_t *said = json_loads(line, 0, NULL);
		const char *event = json_string_value(json_object_get(said, "event"));

		json_array_append_new(answers, said);
		if (streq(event, "error") || json_object_get(said, answer) ||
		    (streq(event, answer) &&
		     json_integer_value(json_object_get(said, "generation")) == generation))
			break;
	}
	free(line);
	return r;
}

static int send_model(json_t *answers, struct err *e)
{
	return ask_router(json_pack("{s:s,s:O}", "op", "model", "design", design), "applied",
	                  answers, e);
}

/* --- what it is told ------------------------------------------------------------------------ */

static int build(const char *path, json_t *answers, struct err *e)
{
	struct findings f = { 0 };
	struct model *old = model;

	json_decref(design);
	design = design_read(path, &f, e);
	model = design ? design_checked(design, &f) : NULL;
	if (!model)
		return err_set(e, EINVAL, "%s: %s", path,
		               f.n ? f.items[0].message : "cannot be read");
	findings_free(&f);
	int r = n_nodes ? 0 : first(e);

	if (r == 0)
		r = add_new_nodes(e);
	if (r == 0)
		r = apply_edge(e);
	if (r == 0 && !router)
		r = ns_call(fabric_ns, start_router, NULL, e);
	if (r == 0)
		r = send_model(answers, e);
	if (r == 0)
		r = remove_old_nodes(old, e);
	model_free(old);
	return r;
}

/* --- a watch that hears only the beginning ---------------------------------------------------- */

enum { OVERRUN_ROUTES = 1000, OVERRUN_BUFFER = 4096 };

/* Routes from..to of 100.0.0.0/24 and so on, as BIRD writes them. */
static int write_routes(struct nl *nl, uint32_t from, uint32_t to, bool there, struct err *e)
{
	int r = 0;

	nl_batch_begin(nl);
	for (uint32_t i = from; i < to && r == 0; i++) {
		const struct nl_route route = {
			.dst = { 100u << 24 | i << 8, 24 },
			.table = RIB_TABLE,
			.type = RTN_UNICAST,
			.protocol = RIB_PROTOCOL,
			.n_hops = 1,
			.hops = { { .via = 10u << 24 | 1 << 8 | 4, .ifindex = 2, .onlink = true } },
		};

		r = (there ? nl_route_replace : nl_route_del)(nl, &route, e);
	}
	int end = nl_batch_end(nl, r < 0 ? NULL : e);

	return r < 0 ? r : end;
}

static int read_watch(struct watch *w, struct rib_table *t, size_t *changes, struct err *e)
{
	struct watch_changes c;
	int r = watch_read(w, t, 1000000, &c, e);

	*changes += c.n;
	watch_changes_free(&c);
	return r;
}

/* Twice more is written than the socket holds; of the second time nothing is heard, not even that
 * something was lost. */
static int overrun(const struct lab_node *n, json_t *answers, struct err *e)
{
	struct rib_table t = { 0 };
	struct watch *w = NULL;
	struct nl *nl = NULL;
	int size = OVERRUN_BUFFER, r = watch_open(fcntl(n->ns, F_DUPFD_CLOEXEC, 0), &w, e);
	size_t changes = 0, missing = 0, wrong = 0;

	if (r == 0)
		r = nl_open(n->ns, &nl, e);
	if (r == 0)
		r = read_watch(w, &t, &changes, e);
	if (r == 0)
		setsockopt(watch_fd(w), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (uint32_t i = 0; i < 2 && r == 0; i++) {
		r = write_routes(nl, i * OVERRUN_ROUTES, (i + 1) * OVERRUN_ROUTES, true, e);
		if (r == 0 && i)
			r = write_routes(nl, i * 100, i * 100 + 50, false, e);
		if (r == 0)
			r = read_watch(w, &t, &changes, e);
	}
	for (uint32_t i = 0; i < OVERRUN_ROUTES * 2; i++) {
		bool there = i < 100 || i >= 150;
		const struct rib_route *have =
		    rib_get(&t, (struct prefix){ 100u << 24 | i << 8, 24 });

		missing += there && !have;
		wrong += !there && have;
	}
	json_array_append_new(answers,
	                      json_pack("{s:I,s:I,s:I,s:I}", "missing", (json_int_t)missing,
	                                "wrong", (json_int_t)wrong, "changes", (json_int_t)changes,
	                                "count", (json_int_t)watch_count(w, &t)));
	if (r == 0)
		r = write_routes(nl, 0, OVERRUN_ROUTES * 2, false, e);
	nl_close(nl);
	watch_close(w);
	free(t.routes);
	return r;
}

static int obey(const json_t *req, json_t *answers, struct err *e)
{
	const char *what = json_string_value(json_object_get(req, "do"));

	if (streq(what, "build"))
		return build(json_string_value(json_object_get(req, "design")), answers, e);
	if (streq(what, "kill")) {
		stop_router();
		return 0;
	}
	if (streq(what, "start")) {
		int r = ns_call(fabric_ns, start_router, NULL, e);

		return r < 0 ? r : send_model(answers, e);
	}
	if (streq(what, "send")) {
		json_t *r = json_object_get(req, "request");
		const char *op = json_string_value(json_object_get(r, "op"));

		return ask_router(json_incref(r),
		                  streq(op, "rib") || streq(op, "show") ? op : "applied", answers,
		                  e);
	}
	if (streq(what, "overrun"))
		return overrun(find(json_string_value(json_object_get(req, "node"))), answers, e);
	if (streq(what, "wait"))
		return ask_router(json_pack("{s:s}", "op", "rib"), "rib", answers, e);
	return err_set(e, EINVAL, "what?");
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) > 0) {
		json_t *req = json_loads(line, 0, NULL), *answers = json_array();
		struct err e = { 0 };
		struct timespec a, b;

		clock_gettime(CLOCK_MONOTONIC, &a);
		int r = obey(req, answers, &e);

		clock_gettime(CLOCK_MONOTONIC, &b);
		json_t *paths = json_object();

		for (size_t i = 0; i < n_nodes; i++) {
			_cleanup_free_ char *path =
			    xasprintf("/proc/%d/fd/%d", getpid(), nodes[i].ns);

			json_object_set_new(paths, nodes[i].name, json_string(path));
		}
		_cleanup_free_ char *edge = xasprintf("/proc/%d/fd/%d", getpid(), edge_ns);

		json_object_set_new(paths, "edge", json_string(edge));
		json_t *reply = r < 0 ? json_pack("{s:s,s:o}", "error", e.msg, "answers", answers)
		                      : json_pack("{s:o,s:o,s:I,s:f}", "nodes", paths, "answers",
		                                  answers, "edge", (json_int_t)edge_changes, "ms",
		                                  (double)(b.tv_sec - a.tv_sec) * 1e3 +
		                                      (double)(b.tv_nsec - a.tv_nsec) / 1e6);
		char *text = json_dumps(reply, JSON_COMPACT);

		puts(text);
		fflush(stdout);
		free(text);
		json_decref(reply);
		json_decref(req);
		if (r < 0)
			json_decref(paths);
	}
	free(line);
	return router ? end_router() : 0;
}
