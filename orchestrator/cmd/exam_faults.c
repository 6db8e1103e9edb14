/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/exam.h"

#include "base/addr.h"
#include "base/finding.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

/* The change of one member of topology/KIND/NAME[/PART/SUB]. */
static void add_change(struct exam_changes *ret, const struct exam_fault *f, const char *pointer,
                       const char *member, json_t *now, char *what /* stolen */)
{
	VEC_PUSH(ret->v, ret->n, ret->cap) = (struct exam_change){
		.fault = f->name,
		.pointer = xstrdup(pointer),
		.member = xstrdup(member),
		.now = now,
		.what = what,
	};
}

void exam_changes_free(struct exam_changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].pointer);
		free(c->v[i].member);
		free(c->v[i].file);
		free(c->v[i].slow);
		free(c->v[i].what);
		json_decref(c->v[i].now);
	}
	free(c->v);
	*c = (struct exam_changes){ 0 };
}

void exam_apply(const struct exam_change *c, json_t *design)
{
	json_t *o = c->file ? json_object_get(design, "files")
	                    : json_at_pointer(json_object_get(design, "topology"), c->pointer);
	const char *member = c->file ? c->file : c->member;

	if (c->now)
		json_object_set(o, member, c->now);
	else
		json_object_del(o, member);
}

static json_t *topology_of(json_t *design)
{
	return json_object_get(design, "topology");
}

/* ---- walks over a topology: fn for each object of a part of each object of a kind ---- */

typedef void each_part(const struct exam_fault *f, const char *pointer, const char *owner,
                       const char *name, json_t *o, struct exam_changes *ret);

static void each_of_part(const struct exam_fault *f, json_t *design, const char *kind,
                         const char *part, each_part *fn, struct exam_changes *ret)
{
	const char *owner, *name;
	json_t *object, *o;

	json_object_foreach (json_object_get(topology_of(design), kind), owner, object)
		json_object_foreach (json_object_get(object, part), name, o) {
			_cleanup_free_ char *ptr =
			    jptr_str(JPTR(JPTR(JPTR(JPTR(NULL, kind), owner), part), name));

			fn(f, ptr, owner, name, o, ret);
		}
}

/* ---- routes ---- */

static void spoil_next_hop(const struct exam_fault *f, const char *pointer, const char *owner,
                           const char *name, json_t *o, struct exam_changes *ret)
{
	const char *hop = json_string_value(json_object_get(o, "nextHopIpAddress"));
	ip4 ip;

	if (!hop || ip4_parse(hop, &ip) < 0)
		return;
	add_change(ret, f, pointer, "nextHopIpAddress", json_string(IP4_STR(ip ^ 1)),
	           xasprintf("route %s of route table %s sends to %s instead of %s", name, owner,
	                     IP4_STR(ip ^ 1), hop));
}

static void list_next_hops(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	each_of_part(f, design, "routeTables", "routes", spoil_next_hop, ret);
}

static void find_lost_route(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	const char *table, *name;
	json_t *t, *o;

	json_object_foreach (json_object_get(topology_of(design), "routeTables"), table, t)
		json_object_foreach (json_object_get(t, "routes"), name, o) {
			_cleanup_free_ char *ptr =
			    jptr_str(JPTR(JPTR(JPTR(NULL, "routeTables"), table), "routes"));

			add_change(ret, f, ptr, name, NULL,
			           xasprintf("route table %s lost route %s", table, name));
		}
}

static void find_propagation(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	const char *name;
	json_t *t;

	json_object_foreach (json_object_get(topology_of(design), "routeTables"), name, t) {
		_cleanup_free_ char *ptr = jptr_str(JPTR(JPTR(NULL, "routeTables"), name));
		bool off = json_is_true(json_object_get(t, "disableBgpRoutePropagation"));

		add_change(ret, f, ptr, "disableBgpRoutePropagation", json_boolean(!off),
		           xasprintf("route table %s has propagation of BGP's routes %s", name,
		                     off ? "on" : "off"));
	}
}

/* ---- peerings ---- */

static void lose_flags(const struct exam_fault *f, const char *pointer, const char *owner,
                       const char *name, json_t *o, struct exam_changes *ret)
{
	static const char *const flags[] = { "allowForwardedTraffic", "allowGatewayTransit",
		                             "useRemoteGateways" };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (json_is_true(json_object_get(o, flags[i])))
			add_change(ret, f, pointer, flags[i], json_false(),
			           xasprintf("peering %s of %s lost %s", name, owner, flags[i]));
	if (!json_is_false(json_object_get(o, "allowVirtualNetworkAccess")))
		add_change(
		    ret, f, pointer, "allowVirtualNetworkAccess", json_false(),
		    xasprintf("peering %s of %s lost allowVirtualNetworkAccess", name, owner));
}

static void find_flags(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	each_of_part(f, design, "virtualNetworks", "peerings", lose_flags, ret);
}

/* ---- security groups ---- */

/* A rule that denies comes in front of one that allows. */
static void find_rule_order(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	const char *group, *name, *other;
	json_t *g, *o, *d;

	json_object_foreach (json_object_get(topology_of(design), "networkSecurityGroups"), group,
	                     g)
		json_object_foreach (json_object_get(g, "securityRules"), name, o)
			json_object_foreach (json_object_get(g, "securityRules"), other, d) {
				json_int_t allow =
				    json_integer_value(json_object_get(o, "priority"));
				json_int_t deny =
				    json_integer_value(json_object_get(d, "priority"));
				_cleanup_free_ char *ptr = jptr_str(
				    JPTR(JPTR(JPTR(JPTR(NULL, "networkSecurityGroups"), group),
				              "securityRules"),
				         name));

				if (deny <= allow || deny >= 4096 ||
				    !json_equal(json_object_get(o, "direction"),
				                json_object_get(d, "direction")) ||
				    json_equal(json_object_get(o, "access"),
				               json_object_get(d, "access")))
					continue;
				add_change(ret, f, ptr, "priority", json_integer(deny + 1),
				           xasprintf("rule %s of group %s comes behind %s", name,
				                     group, other));
			}
}

/* ---- appliances ---- */

static void find_in_vms(const struct exam_fault *f, json_t *design, struct exam_changes *ret,
                        void (*fn)(const struct exam_fault *, const char *, const char *, json_t *,
                                   struct exam_changes *))
{
	const char *name;
	json_t *vm;

	json_object_foreach (json_object_get(topology_of(design), "virtualMachines"), name, vm) {
		_cleanup_free_ char *ptr = jptr_str(JPTR(JPTR(NULL, "virtualMachines"), name));

		fn(f, ptr, name, vm, ret);
	}
}

static bool is_forwarding_machine(const json_t *vm)
{
	return json_is_true(json_object_get(json_object_get(vm, "nic"), "enableIPForwarding"));
}

static void stop_appliance(const struct exam_fault *f, const char *pointer, const char *name,
                           json_t *vm, struct exam_changes *ret)
{
	if (is_forwarding_machine(vm))
		add_change(ret, f, pointer, "powerState", json_string("deallocated"),
		           xasprintf("%s is stopped", name));
}

static void find_stopped(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	find_in_vms(f, design, ret, stop_appliance);
}

static void forget_forwarding(const struct exam_fault *f, const char *pointer, const char *name,
                              json_t *vm, struct exam_changes *ret)
{
	_cleanup_free_ char *nic = xasprintf("%s/nic", pointer);

	if (is_forwarding_machine(vm))
		add_change(ret, f, nic, "enableIPForwarding", json_false(),
		           xasprintf("the NIC of %s lost enableIPForwarding", name));
}

static void find_forwarding(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	find_in_vms(f, design, ret, forget_forwarding);
}

static void add_prepend(const struct exam_fault *f, const char *pointer, const char *name,
                        json_t *vm, struct exam_changes *ret)
{
	_cleanup_free_ char *bgp = xasprintf("%s/bgp", pointer);
	json_t *b = json_object_get(vm, "bgp");
	json_int_t had = json_integer_value(json_object_get(b, "asPathPrepend"));

	if (b && had < 30)
		add_change(ret, f, bgp, "asPathPrepend", json_integer(had + 2),
		           xasprintf("%s prepends its AS number twice more", name));
}

static void find_prepend(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	find_in_vms(f, design, ret, add_prepend);
}

/* ---- Route Servers ---- */

static void spoil_asn(const struct exam_fault *f, const char *pointer, const char *owner,
                      const char *name, json_t *o, struct exam_changes *ret)
{
	json_int_t asn = json_integer_value(json_object_get(o, "peerAsn"));

	add_change(ret, f, pointer, "peerAsn", json_integer(asn + 1),
	           xasprintf("peering %s of %s expects AS %lld", name, owner, (long long)asn + 1));
}

static void find_asn(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	each_of_part(f, design, "routeServers", "bgpConnections", spoil_asn, ret);
}

static void spoil_peer(const struct exam_fault *f, const char *pointer, const char *owner,
                       const char *name, json_t *o, struct exam_changes *ret)
{
	const char *peer = json_string_value(json_object_get(o, "peerIp"));
	ip4 ip;

	if (peer && ip4_parse(peer, &ip) == 0)
		add_change(ret, f, pointer, "peerIp", json_string(IP4_STR(ip ^ 8)),
		           xasprintf("peering %s of %s is with %s, which nobody has", name, owner,
		                     IP4_STR(ip ^ 8)));
}

static void list_peers(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	each_of_part(f, design, "routeServers", "bgpConnections", spoil_peer, ret);
}

const struct exam_fault exam_faults[] = {
	{ "next-hop", "a route sends to the wrong address", list_next_hops },
	{ "lost-route", "a route table lost a route", find_lost_route },
	{ "propagation", "a route table lets BGP's routes in, or keeps them out",
	  find_propagation },
	{ "peering-flag", "a peering lost a flag", find_flags },
	{ "rule-order", "a rule of a security group comes behind one that undoes it",
	  find_rule_order },
	{ "stopped", "an appliance is stopped", find_stopped },
	{ "forwarding", "an appliance's NIC does not forward", find_forwarding },
	{ "prepend", "an appliance prepends its AS number", find_prepend },
	{ "peer-asn", "a Route Server expects another AS number", find_asn },
	{ "peer-address", "a Route Server's peering is with nobody", list_peers },
	{ "unpeered", "an appliance's file has another address for one instance of a Route Server",
	  exam_find_unpeered },
	{ "hold-time", "an appliance's hold time is so long that its failing is noticed late",
	  exam_find_hold_times },
	{ NULL, NULL, NULL },
};
