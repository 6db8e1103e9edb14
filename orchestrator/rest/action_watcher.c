/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network Watcher: the next hop, the verdict over one flow, a connection that is tried. */
#include <stdio.h>

#include "base/addr.h"
#include "base/json.h"
#include "base/str.h"
#include "input/resources.h"
#include "rest/action.h"

enum { TRIES = 10 };

static json_t *get_properties(const json_t *j)
{
	return json_object_get(j, "properties");
}

/* --- machines and their NICs
 * ---------------------------------------------------------------------- */

static json_t *find_by_id(const struct rest_call *c, const char *id)
{
	_cleanup_free_ char *key = resource_key(id ? id : "");

	return store_find(rest_store(c->rest), key);
}

static bool has_address(const json_t *nic, const char *address)
{
	const json_t *config;
	size_t i;

	json_array_foreach (json_object_get(get_properties(nic), "ipConfigurations"), i, config)
		if (streq(member_text(get_properties(config), "privateIPAddress", NULL), address))
			return true;
	return false;
}

/* The id of the NIC of a machine that has the address (NULL, or one that none has: its first one);
 * id may be that of a NIC.  NULL: there is none.  Borrowed. */
static const char *find_machine_nic(const struct rest_call *c, const char *id, const char *address)
{
	const json_t *r = find_by_id(c, id), *v;
	json_t *list = json_object_get(json_object_get(get_properties(r), "networkProfile"),
	                               "networkInterfaces");
	size_t i;

	if (json_object_get(get_properties(r), "ipConfigurations"))
		return id;
	json_array_foreach (list, i, v)
		if (address && has_address(find_by_id(c, member_text(v, "id", NULL)), address))
			return member_text(v, "id", NULL);
	return member_text(json_array_get(list, 0), "id", NULL);
}

static const char *lab_name_of(const struct rest_call *c, const char *id)
{
	_cleanup_free_ char *key = resource_key(id ? id : "");

	return rest_lab_name(c->rest, key);
}

/* The lab's name of the NIC that a question is about; NULL: answered, and c is gone. */
static const char *asked_nic(struct rest_call *c, const char *address)
{
	const char *target = member_text(c->body, "targetResourceId", NULL);
	const char *own = member_text(c->body, "targetNicResourceId", NULL);
	const char *id = own && *own ? own : find_machine_nic(c, target, address);
	const char *name = id ? lab_name_of(c, id) : NULL;

	if (!name)
		rest_fail(c, 404, "ResourceNotFound",
		          "vnetlab: targetResourceId %s is no machine of this lab that has a NIC.",
		          target ? target : "is missing, and");
	return name;
}

/* --- the next hop
 * --------------------------------------------------------------------------------- */

/* The active route with the longest prefix that has the address. */
static const json_t *best_route(const json_t *table, ip4 ip)
{
	const json_t *route, *best = NULL, *text;
	int longest = -1;
	size_t i, k;

	json_array_foreach ((json_t *)table, i, route) {
		if (!streq(member_text(route, "state", NULL), "Active"))
			continue;
		json_array_foreach (json_object_get(route, "addressPrefix"), k, text) {
			struct prefix p;

			if (prefix_parse(json_string_value(text), &p) == 0 && prefix_has(p, ip) &&
			    p.len > longest) {
				longest = p.len;
				best = route;
			}
		}
	}
	return best;
}

/* The id of the route table that the subnet of a NIC has. */
static const char *route_table_of(const struct rest_call *c, const char *nic)
{
	json_t *configs = json_object_get(get_properties(find_by_id(c, nic)), "ipConfigurations");
	json_t *subnet = json_object_get(get_properties(json_array_get(configs, 0)), "subnet");
	json_t *table = json_object_get(
	    get_properties(find_by_id(c, member_text(subnet, "id", NULL))), "routeTable");
	const char *id = member_text(table, "id", NULL);

	return id ? id : "System Route";
}

static void on_table(void *ctx, const json_t *answer, const struct err *e)
{
	struct rest_call *c = ctx;
	const char *to = member_text(c->body, "destinationIPAddress", NULL);
	const char *from = member_text(c->body, "sourceIPAddress", NULL);
	ip4 ip = IP4_NONE;

	if (e) {
		rest_fail_err(c, e);
		return;
	}
	ip4_parse(to, &ip); /* it was read before */
	const json_t *route = best_route(json_object_get(answer, "value"), ip);
	bool own = route && streq(member_text(route, "source", NULL), "User");
	const char *nic = find_machine_nic(c, member_text(c->body, "targetResourceId", NULL), from);
	json_t *hop = json_array_get(json_object_get(route, "nextHopIpAddress"), 0);
	json_t *j = json_pack("{s:s,s:s}", "nextHopType",
	                      route ? member_text(route, "nextHopType", NULL) : "None",
	                      "routeTableId", own ? route_table_of(c, nic) : "System Route");

	if (hop)
		json_object_set(j, "nextHopIpAddress", hop);
	rest_answer(c, 200, j);
}

static void answer_next_hop(struct rest_call *c)
{
	const char *to = member_text(c->body, "destinationIPAddress", NULL), *nic;
	ip4 ip;

	if (!to || ip4_parse(to, &ip) < 0) {
		rest_fail(c, 400, "InvalidRequestFormat",
		          "vnetlab: destinationIPAddress must be an IPv4 address.");
		return;
	}
	nic = asked_nic(c, member_text(c->body, "sourceIPAddress", NULL));
	if (nic)
		rest_ask(c->rest, json_pack("{s:s,s:s}", "op", "routes", "nic", nic), on_table, c);
}

/* --- one flow
 * ------------------------------------------------------------------------------------- */

/* "UserRule_ssh" -> "securityRules/ssh": new reference. */
static json_t *rule_path(const char *name)
{
	if (name && str_starts(name, "UserRule_"))
		return json_sprintf("securityRules/%s", name + strlen("UserRule_"));
	if (name && str_starts(name, "DefaultRule_"))
		return json_sprintf("defaultSecurityRules/%s", name + strlen("DefaultRule_"));
	return name ? json_string(name) : json_string("");
}

static void on_verdict(void *ctx, const json_t *answer, const struct err *e)
{
	struct rest_call *c = ctx;

	if (e)
		rest_fail_err(c, e);
	else
		rest_answer(c, 200,
		            json_pack("{s:O,s:o}", "access", json_object_get(answer, "access"),
		                      "ruleName",
		                      rule_path(member_text(answer, "ruleName", NULL))));
}

static char *address_and_port(const json_t *body, const char *address, const char *port)
{
	const char *a = member_text(body, address, NULL);
	const json_t *p = json_object_get(body, port);

	if (json_is_integer(p))
		return xasprintf("%s:%lld", a ? a : "", (long long)json_integer_value(p));
	return json_is_string(p) && *json_string_value(p)
	           ? xasprintf("%s:%s", a ? a : "", json_string_value(p))
	           : xstrdup(a ? a : "");
}

static void answer_ip_flow(struct rest_call *c)
{
	const char *direction = member_text(c->body, "direction", NULL);
	const char *protocol = member_text(c->body, "protocol", NULL);
	_cleanup_free_ char *local = address_and_port(c->body, "localIPAddress", "localPort");
	_cleanup_free_ char *remote = address_and_port(c->body, "remoteIPAddress", "remotePort");
	const char *nic;

	if (!direction || !protocol || !*local || !*remote) {
		rest_fail(c, 400, "InvalidRequestFormat",
		          "vnetlab: direction, protocol, localIPAddress, localPort, "
		          "remoteIPAddress and remotePort are needed.");
		return;
	}
	nic = asked_nic(c, member_text(c->body, "localIPAddress", NULL));
	if (nic)
		rest_ask(c->rest,
		         json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "op", "flow", "nic", nic,
		                   "direction", direction, "protocol", protocol, "local", local,
		                   "remote", remote),
		         on_verdict, c);
}

/* --- a connection
 * --------------------------------------------------------------------------------- */

struct connectivity {
	struct rest_call *c;
	char *from, *to;
	const char *protocol;
	json_int_t port;
	json_t *probe; /* its result */
};

static void connectivity_free(struct connectivity *x)
{
	json_decref(x->probe);
	free(x->from);
	free(x->to);
	free(x);
}

/* Each node of the way, as Network Watcher draws it. */
static json_t *hops_of(const struct connectivity *x, const json_t *path)
{
	json_t *hops = json_array(), *list = json_object_get(path, "hops"), *h;
	size_t i, n = json_array_size(list);

	json_array_foreach (list, i, h) {
		const char *node = member_text(h, "node", NULL);
		bool last = i + 1 == n;
		json_t *hop = json_pack(
		    "{s:s,s:o,s:s,s:o,s:[],s:[],s:[]}", "type",
		    i == 0 ? "Source"
		    : last ? "VirtualMachine"
		           : "VirtualAppliance",
		    "id", json_sprintf("%zu", i), "address", node ? node : "", "nextHopIds",
		    last ? json_array() : json_pack("[o]", json_sprintf("%zu", i + 1)), "issues",
		    "links", "previousLinks");
		const char *reason = member_text(h, "reason", NULL);

		if (last && reason && !json_is_true(json_object_get(x->probe, "ok")))
			json_array_append_new(json_object_get(hop, "issues"),
			                      json_pack("{s:s,s:s,s:s,s:[{s:s}]}", "origin",
			                                "Local", "severity", "Error", "type",
			                                "Unknown", "context", "reason", reason));
		json_array_append_new(hops, hop);
	}
	return hops;
}

static json_int_t milliseconds(const json_t *rtt, const char *name)
{
	double v = json_number_value(json_object_get(rtt, name));

	return v < 1 ? (v > 0 ? 1 : 0) : (json_int_t)(v + 0.5);
}

static void on_path(void *ctx, const json_t *answer, const struct err *e)
{
	struct connectivity *x = ctx;
	const json_t *rtt = json_object_get(x->probe, "rttMs");
	json_int_t sent = json_integer_value(json_object_get(x->probe, "sent"));
	json_int_t got = json_integer_value(json_object_get(x->probe, "received"));
	json_t *j = json_pack("{s:o,s:s,s:I,s:I}", "hops",
	                      e ? json_array() : hops_of(x, json_object_get(answer, "path")),
	                      "connectionStatus", got ? "Reachable" : "Unreachable", "probesSent",
	                      sent, "probesFailed", sent - got);

	if (got) {
		json_object_set_new(j, "avgLatencyInMs", json_integer(milliseconds(rtt, "avg")));
		json_object_set_new(j, "minLatencyInMs", json_integer(milliseconds(rtt, "min")));
		json_object_set_new(j, "maxLatencyInMs", json_integer(milliseconds(rtt, "max")));
	}
	rest_answer(x->c, 200, j);
	connectivity_free(x);
}

static void on_probe(void *ctx, const json_t *answer, const struct err *e)
{
	struct connectivity *x = ctx;

	if (e) {
		rest_fail_err(x->c, e);
		connectivity_free(x);
		return;
	}
	x->probe = json_incref(json_array_get(json_object_get(answer, "results"), 0));
	json_t *ask = json_pack("{s:s,s:s,s:s,s:s}", "op", "path", "from", x->from, "to", x->to,
	                        "protocol", x->protocol);

	if (x->port)
		json_object_set_new(ask, "port", json_integer(x->port));
	rest_ask(x->c->rest, ask, on_path, x);
}

/* The name in the lab of an end of a connection: a machine, or an address.  The caller frees. */
static char *end_name(const struct rest_call *c, const json_t *end)
{
	const char *id = member_text(end, "resourceId", NULL),
	           *address = member_text(end, "address", NULL);
	const char *name = id ? lab_name_of(c, id) : NULL;

	return name ? xstrdup(name) : !id && address ? xstrdup(address) : NULL;
}

static void answer_connectivity(struct rest_call *c)
{
	const json_t *to = json_object_get(c->body, "destination");
	const char *protocol = member_text(c->body, "protocol", NULL);
	struct connectivity *x = xcalloc(1, sizeof(*x));

	x->c = c;
	x->from = end_name(c, json_object_get(c->body, "source"));
	x->to = end_name(c, to);
	x->port = json_integer_value(json_object_get(to, "port"));
	x->protocol = protocol && strieq(protocol, "Icmp")   ? "icmp"
	              : protocol && strieq(protocol, "Http") ? "http"
	              : x->port                              ? "tcp"
	                                                     : "icmp";
	if (streq(x->protocol, "icmp"))
		x->port = 0;
	if (!x->from || !x->to) {
		rest_fail(c, 404, "ResourceNotFound",
		          "vnetlab: the %s is no machine of this lab%s.",
		          x->from ? "destination" : "source", x->from ? " and no address" : "");
		connectivity_free(x);
		return;
	}
	json_t *probe = json_pack("{s:s,s:s,s:s,s:i,s:i}", "from", x->from, "to", x->to, "protocol",
	                          x->protocol, "count", TRIES, "intervalMs", 5);

	if (x->port)
		json_object_set_new(probe, "port", json_integer(x->port));
	rest_ask(c->rest, json_pack("{s:s,s:[o]}", "op", "probe", "probes", probe), on_probe, x);
}

/* --- which there are
 * ------------------------------------------------------------------------------ */

/* Azure makes one for each region by itself. */
static json_t *watcher_json(const char *subscription, const char *location)
{
	_cleanup_free_ char *name = xasprintf("NetworkWatcher_%s", location);

	return json_pack("{s:o,s:s,s:s,s:s,s:{s:s,s:[]}}", "id",
	                 json_sprintf("/subscriptions/%s/resourceGroups/NetworkWatcherRG/providers/"
	                              "Microsoft.Network/networkWatchers/%s",
	                              subscription, name),
	                 "name", name, "type", "Microsoft.Network/networkWatchers", "location",
	                 location, "properties", "provisioningState", "Succeeded",
	                 "runningOperationIds");
}

static void list_watchers(struct rest_call *c)
{
	const struct store *s = rest_store(c->rest);
	json_t *list = json_array(), *seen = json_object(), *r;
	const char *key;

	json_object_foreach (s->resources, key, r) {
		const char *where = member_text(r, "location", NULL);

		if (!where || json_object_get(seen, where))
			continue;
		json_object_set_new(seen, where, json_true());
		json_array_append_new(list, watcher_json(c->id.subscription, where));
	}
	json_decref(seen);
	rest_answer(c, 200, json_pack("{s:o}", "value", list));
}

static void get_watchers(struct rest_call *c)
{
	const char *at = c->id.name ? strchr(c->id.name, '_') : NULL;

	if (!c->id.name)
		list_watchers(c);
	else
		rest_answer(c, 200, watcher_json(c->id.subscription, at ? at + 1 : c->id.name));
}

#define WATCHER "microsoft.network/networkwatchers"

const struct rest_action actions_watcher[] = {
	{ "POST", WATCHER, "nexthop", answer_next_hop },
	{ "POST", WATCHER, "ipflowverify", answer_ip_flow },
	{ "POST", WATCHER, "connectivitycheck", answer_connectivity },
	{ "GET", WATCHER, NULL, get_watchers },
	{ 0 },
};
