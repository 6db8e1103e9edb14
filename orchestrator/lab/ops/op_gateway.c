/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `gateway`: what az network vnet-gateway prints (azure-behaviour 2.5). */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/ops/ops.h"
#include "lab/proc/node.h"
#include "lab/proc/op.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "plan/bird_hybrid.h"

enum { WEIGHT = 32768 };

static int find_gateway(const struct lab *l, struct request *r, const struct gateway **ret,
                        struct err *e)
{
	const char *name;
	int rc = op_string(r, "gateway", &name, e);

	if (rc < 0)
		return rc;
	*ret = model_gateway(l->model, name);
	if (*ret)
		return 0;
	_cleanup_str_ struct str list = { 0 };

	for (size_t i = 0; i < l->model->n_gateways; i++)
		str_printf(&list, "%s%s", i ? ", " : "", l->model->gateways[i].name);
	return err_set(e, ENOENT, "no virtual network gateway is called %s; there %s %s", name,
	               l->model->n_gateways == 1 ? "is" : "are", list.n ? str_get(&list) : "none");
}

/* The socket of an instance's BIRD; NULL while it does not run: az shows nothing of it then. */
static const struct sock_at *bird_socket_of(const struct lab *l, const struct node *vm)
{
	const struct lab_node *n = node_find(l, vm->name);

	return n && n->n_procs && n->procs[0]->state == PROC_RUNNING ? &n->procs[0]->control : NULL;
}

/* --- learned --------------------------------------------------------------------------------- */

static json_t *gateway_row_json(ip4 local, struct prefix p, json_t *next_hop, ip4 peer,
                                const char *origin, const char *path, int weight)
{
	return json_pack("{s:o,s:s,s:s,s:o,s:s,s:s,s:i}", "asPath", as_path_json(path),
	                 "localAddress", IP4_STR(local), "network", PREFIX_STR(p), "nextHop",
	                 next_hop, "origin", origin, "sourcePeer", IP4_STR(peer), "weight", weight);
}

struct own {
	json_t *rows;
	ip4 ip;
};

static void own_static(void *ctx, struct prefix p, const struct connection *c)
{
	struct own *o = ctx;

	(void)c;
	json_array_append_new(
	    o->rows, gateway_row_json(o->ip, p, json_null(), o->ip, "Network", "", WEIGHT));
}

static int learned_by(struct lab *l, const struct gateway *g, unsigned k, json_t *rows,
                      struct err *e)
{
	const struct sock_at *sock = bird_socket_of(l, g->vm[k]);
	struct own own = { rows, g->instance[k] };
	int r = 0;

	if (!sock)
		return 0;
	for (size_t i = 0; i < g->vnet->n_prefixes; i++)
		own_static(&own, g->vnet->prefixes[i], NULL);
	gateway_statics(l->model, g, own_static, &own);
	for (size_t i = 0; i < l->model->n_sessions && r == 0; i++) {
		const struct hybrid_session *s = &l->model->sessions[i];
		bool msee = s->kind == HP_MSEE;
		struct bird_path *p = NULL;
		char name[64];
		size_t n = 0;

		if (s->vm != g->vm[k])
			continue;
		bird_hybrid_protocol(s, name);
		r = bird_learned(sock, name, &p, &n, e);
		for (size_t j = 0; j < n && r == 0; j++)
			if (!p[j].filtered)
				json_array_append_new(
				    rows, gateway_row_json(
				              s->local_ip, p[j].network,
				              json_string(IP4_STR(p[j].next_hop)), s->peer_ip,
				              s->peer_asn == s->local_asn ? "IBgp" : "EBgp",
				              p[j].as_path, msee ? WEIGHT + 1 : WEIGHT));
		free(p);
	}
	return r;
}

static int op_gateway_learned(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	const struct gateway *g;
	json_t *rows = json_array();
	int rc = find_gateway(l, r, &g, e);

	for (unsigned k = 0; rc == 0 && k < g->n; k++)
		rc = learned_by(l, g, k, rows, e);
	if (rc < 0) {
		json_decref(rows);
		return rc;
	}
	*ret = json_pack("{s:o}", "value", rows);
	return 0;
}

/* --- advertised ------------------------------------------------------------------------------ */

/* Inside one AS nobody puts a number in front. */
static const char *as_sent(const struct hybrid_session *s, const char *path)
{
	const char *rest = strchr(path, ' ');

	if (s->local_asn != s->peer_asn)
		return path;
	return rest ? rest + 1 : "";
}

static int advertised_on(struct lab *l, const struct hybrid_session *s, json_t *rows, struct err *e)
{
	const struct sock_at *sock = bird_socket_of(l, s->vm);
	struct bird_path *p = NULL;
	char name[64];
	size_t n = 0;

	if (!sock)
		return 0;
	bird_hybrid_protocol(s, name);
	int r = bird_advertised(sock, name, &p, &n, e);

	for (size_t j = 0; j < n && r == 0; j++)
		json_array_append_new(rows, json_pack("{s:o,s:s,s:s,s:s,s:s,s:n,s:i}", "asPath",
		                                      as_path_json(as_sent(s, p[j].as_path)),
		                                      "localAddress", IP4_STR(s->local_ip),
		                                      "network", PREFIX_STR(p[j].network),
		                                      "nextHop", IP4_STR(p[j].next_hop), "origin",
		                                      "Igp", "sourcePeer", "weight", 0));
	free(p);
	return r;
}

static int op_gateway_advertised(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	const char *peer = json_string_value(json_object_get(r->body, "peer"));
	const struct gateway *g;
	json_t *rows = json_array();
	_cleanup_str_ struct str peers = { 0 };
	bool any = false;
	ip4 ip = IP4_NONE;
	int rc = find_gateway(l, r, &g, e);

	if (rc == 0 && peer && ip4_parse(peer, &ip) < 0)
		rc = err_set(e, EINVAL, "%s: a peer is named by its address", peer);
	for (size_t i = 0; i < l->model->n_sessions && rc == 0; i++) {
		const struct hybrid_session *s = &l->model->sessions[i];

		if (vm_gateway(s->vm) != g)
			continue;
		if (peer && s->peer_ip != ip) {
			if (!strstr(str_get(&peers), IP4_STR(s->peer_ip)))
				str_printf(&peers, "%s%s", peers.n ? ", " : "",
				           IP4_STR(s->peer_ip));
			continue;
		}
		any = true;
		rc = advertised_on(l, s, rows, e);
	}
	if (rc == 0 && peer && !any)
		rc = err_set(e, ENOENT, "gateway %s has no peer %s; there %s", g->name, peer,
		             peers.n ? str_get(&peers) : "is none");
	if (rc < 0) {
		json_decref(rows);
		return rc;
	}
	*ret = json_pack("{s:o}", "value", rows);
	return 0;
}

/* --- BGP peers ------------------------------------------------------------------------------- */

/* "1.02:03:04.5000000", as .NET prints a time span. */
static void span_json(const char *since, char buf[48])
{
	struct tm tm = { .tm_isdst = -1 };
	long s = 0;

	if (strptime(since, "%Y-%m-%dT%H:%M:%S", &tm))
		s = (long)difftime(time(NULL), mktime(&tm));
	if (s < 0)
		s = 0;
	if (s >= 86400)
		snprintf(buf, 48, "%ld.%02ld:%02ld:%02ld", s / 86400, s / 3600 % 24, s / 60 % 60,
		         s % 60);
	else
		snprintf(buf, 48, "%02ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}

static json_t *peer_row(const struct hybrid_session *s, const struct bird_session *b)
{
	bool up = b && streq(b->state, "Established");
	char since[48] = "";

	if (up)
		span_json(b->since, since);
	return json_pack("{s:I,s:o,s:s,s:s,s:i,s:s}", "asn", (json_int_t)s->peer_asn,
	                 "connectedDuration", up ? json_string(since) : json_null(), "localAddress",
	                 IP4_STR(s->local_ip), "neighbor", IP4_STR(s->peer_ip), "routesReceived",
	                 up ? (int)b->accepted : 0, "state", up ? "Connected" : "Connecting");
}

static int peers_of(struct lab *l, const struct gateway *g, unsigned k, const ip4 *only,
                    json_t *rows, struct err *e)
{
	const struct sock_at *sock = bird_socket_of(l, g->vm[k]);
	struct bird_session *b = NULL;
	size_t n = 0;
	int r = sock ? bird_sessions(sock, &b, &n, e) : 0;

	for (size_t i = 0; i < l->model->n_sessions && r == 0 && sock; i++) {
		const struct hybrid_session *s = &l->model->sessions[i];
		const struct bird_session *mine = NULL;
		char name[64];

		if (s->vm != g->vm[k] || (only && *only != s->peer_ip))
			continue;
		bird_hybrid_protocol(s, name);
		for (size_t j = 0; j < n; j++)
			if (streq(b[j].protocol, name))
				mine = &b[j];
		json_array_append_new(rows, peer_row(s, mine));
	}
	/* Azure lists the instance itself, too. */
	if (r == 0 && sock && !only)
		json_array_append_new(rows, json_pack("{s:I,s:n,s:s,s:s,s:i,s:s}", "asn",
		                                      (json_int_t)g->asn, "connectedDuration",
		                                      "localAddress", IP4_STR(g->instance[k]),
		                                      "neighbor", IP4_STR(g->instance[k]),
		                                      "routesReceived", 0, "state", "Unknown"));
	free(b);
	return r;
}

static int op_peers(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	const char *peer = json_string_value(json_object_get(r->body, "peer"));
	const struct gateway *g;
	json_t *rows = json_array();
	ip4 ip = IP4_NONE;
	int rc = find_gateway(l, r, &g, e);

	if (rc == 0 && peer && ip4_parse(peer, &ip) < 0)
		rc = err_set(e, EINVAL, "%s: a peer is named by its address", peer);
	for (unsigned k = 0; rc == 0 && k < g->n; k++)
		rc = peers_of(l, g, k, peer ? &ip : NULL, rows, e);
	if (rc == 0 && peer && !json_array_size(rows))
		rc = err_set(e, ENOENT, "gateway %s has no peer %s", g->name, peer);
	if (rc < 0) {
		json_decref(rows);
		return rc;
	}
	*ret = json_pack("{s:o}", "value", rows);
	return 0;
}

/* --- circuits -------------------------------------------------------------------------------- */

/* Adds the rows of what one of a circuit's two routers has heard, of its side and of Azure's. */
static int heard_by(const struct lab *l, const struct node *vm, json_t *rows, struct err *e)
{
	const struct sock_at *sock = bird_socket_of(l, vm);
	int r = 0;

	for (size_t i = 0; i < l->model->n_sessions && r == 0 && sock; i++) {
		const struct hybrid_session *s = &l->model->sessions[i];
		struct bird_path *p = NULL;
		char name[64];
		size_t n = 0;

		if (s->vm != vm)
			continue;
		bird_hybrid_protocol(s, name);
		r = bird_learned(sock, name, &p, &n, e);
		for (size_t j = 0; j < n && r == 0; j++)
			if (!p[j].filtered)
				json_array_append_new(
				    rows, json_pack("{s:s,s:s,s:s,s:i,s:s}", "network",
				                    PREFIX_STR(p[j].network), "nextHop",
				                    IP4_STR(p[j].next_hop), "locPrf", "", "weight",
				                    0, "path", p[j].as_path));
		free(p);
	}
	return r;
}

static int op_circuit(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	json_int_t instance = json_integer_value(json_object_get(r->body, "instance"));
	json_t *rows = json_array();
	const char *name;
	bool there = false;
	int rc = op_string(r, "circuit", &name, e);

	for (size_t i = 0; rc == 0 && i < l->model->n_circuits; i++) {
		const struct circuit *x = &l->model->circuits[i];

		if (!strieq(x->name, name))
			continue;
		there = true;
		if (x->vm[instance == 1])
			rc = heard_by(l, x->vm[instance == 1], rows, e);
	}
	if (rc == 0 && !there)
		rc = err_set(e, ENOENT, "no ExpressRoute circuit is called %s", name);
	if (rc < 0) {
		json_decref(rows);
		return rc;
	}
	*ret = json_pack("{s:o}", "value", rows);
	return 0;
}

LAB_OP(gateway_learned, { .name = "gatewayLearned", .kind = OP_WORKER, .run = op_gateway_learned });
LAB_OP(gateway_advertised,
       { .name = "gatewayAdvertised", .kind = OP_WORKER, .run = op_gateway_advertised });
LAB_OP(gateway_peers, { .name = "gatewayPeers", .kind = OP_WORKER, .run = op_peers });
LAB_OP(circuit_routes, { .name = "circuitRoutes", .kind = OP_WORKER, .run = op_circuit });
