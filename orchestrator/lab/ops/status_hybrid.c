/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/status_hybrid.h"

#include "azure/hybrid.h"
#include "base/json.h"
#include "base/str.h"
#include "lab/build/converge_hybrid.h"
#include "lab/build/ledger.h"
#include "lab/watch/observe.h"

const char *node_role(const struct lab_node *n)
{
	static const char *const roles[] = {
		[VM_FIREWALL] = "azureFirewall",   [VM_GATEWAY] = "virtualNetworkGateway",
		[VM_MSEE] = "expressRouteCircuit", [VM_SITE_ROUTER] = "siteRouter",
		[VM_SITE_HOST] = "siteHost",
	};

	return n->vm ? roles[n->vm->role] : NULL;
}

static bool is_hybrid_up(struct driver *d, const struct hybrid_session *s)
{
	const struct observed *o = observed_hybrid(d, s);

	return o && o->known && streq(o->s.state, "Established");
}

static json_t *hybrid_session_json(struct driver *d, const struct hybrid_session *s)
{
	const struct observed *o = observed_hybrid(d, s);
	bool known = o && o->known;
	_cleanup_free_ char *peer =
	    s->peer ? xstrdup(s->peer->name) : xasprintf("%s/%u", s->rs->name, s->instance);
	_cleanup_free_ char *why = is_hybrid_up(d, s) ? NULL : hybrid_hopeless(d, s);

	if (!why && !is_hybrid_up(d, s))
		why = fault_of_session(d, s);
	if (!why && !is_hybrid_up(d, s))
		why = hybrid_over_limit(d, s);

	return json_pack("{s:s,s:s,s:s,s:s,s:I,s:o,s:i,s:i,s:s?,s:o}", "node", s->vm->name, "peer",
	                 peer, "address", IP4_STR(s->local_ip), "peerIp", IP4_STR(s->peer_ip),
	                 "peerAsn", (json_int_t)s->peer_asn, "state",
	                 text_json_of(known ? o->s.state : "Unknown"), "received",
	                 known ? (int)o->s.received : 0, "advertised",
	                 known ? (int)o->s.advertised : 0, "connection",
	                 s->conn ? s->conn->name : NULL, "reason", text_json_of(why));
}

/* As Azure says it: a connection with BGP is up when one of its sessions is; one without, when
 * nothing keeps it down.  Between two gateways there is an object on each side, and one session. */
static const char *get_connection_state(struct driver *d, const struct connection *c)
{
	const struct model *m = d->lab.model;

	if (c->down)
		return "NotConnected";
	for (size_t i = 0; c->bgp && i < m->n_sessions; i++)
		if (m->sessions[i].conn && is_hybrid_up(d, &m->sessions[i]) &&
		    (m->sessions[i].conn == c || m->sessions[i].conn == c->reverse))
			return "Connected";
	return c->bgp ? "Connecting" : "Connected";
}

void status_hybrid(struct driver *d, json_t *status)
{
	const struct model *m = d->lab.model;
	json_t *bgp = json_array(), *connections = json_array();

	for (size_t i = 0; m && i < m->n_sessions; i++)
		if (m->sessions[i].vm->role == VM_GATEWAY || m->sessions[i].vm->role == VM_MSEE)
			json_array_append_new(bgp, hybrid_session_json(d, &m->sessions[i]));
	for (size_t i = 0; m && i < m->n_connections; i++) {
		const struct connection *c = &m->connections[i];

		json_array_append_new(connections,
		                      json_pack("{s:s,s:s,s:s,s:s?}", "name", c->name, "gateway",
		                                c->gateway->name, "connectionStatus",
		                                get_connection_state(d, c), "reason", c->down));
	}
	json_object_set_new(status, "gatewayBgp", bgp);
	json_object_set_new(status, "connections", connections);
}
