/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and security rules as the lab has them: of NICs, Route Servers and gateways. */
#include "base/json.h"
#include "base/str.h"
#include "input/resources.h"
#include "rest/action.h"

/* --- of a NIC -----------------------------------------------------------------------------------
 */

static void on_value(void *ctx, const json_t *answer, const struct err *e)
{
	struct rest_call *c = ctx;

	if (e)
		rest_fail_err(c, e);
	else
		rest_answer(c, 200, json_pack("{s:O}", "value", json_object_get(answer, "value")));
}

static void answer_effective_routes(struct rest_call *c)
{
	const char *nic = action_lab_name(c);

	if (nic)
		rest_ask(c->rest, json_pack("{s:s,s:s}", "op", "routes", "nic", nic), on_value, c);
}

/* {"id": ...} of the group that something names, or NULL. */
static const char *get_group_id(const json_t *resource)
{
	return member_text(
	    json_object_get(json_object_get(resource, "properties"), "networkSecurityGroup"), "id",
	    NULL);
}

static const char *subnet_of_nic(const json_t *nic)
{
	json_t *list = json_object_get(json_object_get(nic, "properties"), "ipConfigurations");
	json_t *first = json_array_get(list, 0);

	return member_text(json_object_get(json_object_get(first, "properties"), "subnet"), "id",
	                   NULL);
}

/* The same words in each form that clients look for: a list, and the first of it. */
static void complete_rule(json_t *rule)
{
	static const char *const lists[][2] = {
		{ "sourcePortRanges", "sourcePortRange" },
		{ "destinationPortRanges", "destinationPortRange" },
	};
	static const char *const singles[][2] = {
		{ "sourceAddressPrefix", "sourceAddressPrefixes" },
		{ "destinationAddressPrefix", "destinationAddressPrefixes" },
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		json_object_set(rule, lists[i][1],
		                json_array_get(json_object_get(rule, lists[i][0]), 0));
	for (size_t i = 0; i < ARRAY_LEN(singles); i++)
		json_object_set_new(rule, singles[i][1],
		                    json_pack("[O]", json_object_get(rule, singles[i][0])));
}

/* Names of the lab become ids: of the group, and of what it hangs on. */
static json_t *group_with_ids(const struct rest_call *c, const json_t *nic, const json_t *from)
{
	json_t *group = json_deep_copy(from), *rule;
	bool of_nic = json_object_get(json_object_get(group, "association"), "networkInterface");
	const char *subnet = subnet_of_nic(nic);
	_cleanup_free_ char *key = resource_key(subnet ? subnet : "");
	const char *id = get_group_id(of_nic ? nic : store_find(rest_store(c->rest), key));
	size_t i;

	json_object_set_new(group, "association",
	                    json_pack("{s:{s:s}}", of_nic ? "networkInterface" : "subnet", "id",
	                              of_nic   ? member_text(nic, "id", NULL)
	                              : subnet ? subnet
	                                       : ""));
	if (id)
		json_object_set_new(group, "networkSecurityGroup", json_pack("{s:s}", "id", id));
	json_array_foreach (json_object_get(group, "effectiveSecurityRules"), i, rule)
		complete_rule(rule);
	json_object_set_new(group, "tagMap", json_object());
	return group;
}

static void on_security_groups(void *ctx, const json_t *answer, const struct err *e)
{
	struct rest_call *c = ctx;
	const json_t *nic = e ? NULL : rest_resource(c), *group;
	json_t *list;
	size_t i;

	if (e)
		rest_fail_err(c, e);
	if (!nic)
		return; /* gone meanwhile: answered */
	list = json_array();
	json_array_foreach (json_object_get(answer, "value"), i, group)
		json_array_append_new(list, group_with_ids(c, nic, group));
	rest_answer(c, 200, json_pack("{s:o}", "value", list));
}

static void answer_security_groups(struct rest_call *c)
{
	const char *nic = action_lab_name(c);

	if (nic)
		rest_ask(c->rest, json_pack("{s:s,s:s}", "op", "nsg", "nic", nic),
		         on_security_groups, c);
}

/* --- of a Route Server's connection
 * --------------------------------------------------------------- */

static void on_server_routes(void *ctx, const json_t *answer, const struct err *e)
{
	struct rest_call *c = ctx;

	if (e)
		rest_fail_err(c, e);
	else
		rest_answer(c, 200, json_incref(json_object_get(answer, "routes")));
}

static void ask_connection(struct rest_call *c, const char *op)
{
	const char *name = action_lab_name(c);

	if (name)
		rest_ask(c->rest, json_pack("{s:s,s:s}", "op", op, "connection", name),
		         on_server_routes, c);
}

static void answer_learned(struct rest_call *c)
{
	ask_connection(c, "learned");
}

static void answer_advertised(struct rest_call *c)
{
	ask_connection(c, "advertised");
}

/* --- of a gateway
 * --------------------------------------------------------------------------------- */

static void ask_gateway(struct rest_call *c, const char *op)
{
	const char *name = action_lab_name(c), *peer = rest_query(c, "peer");

	if (name)
		rest_ask(c->rest,
		         json_pack("{s:s,s:s,s:s*}", "op", op, "gateway", name, "peer",
		                   peer && *peer ? peer : NULL),
		         on_value, c);
}

static void answer_gateway_learned(struct rest_call *c)
{
	ask_gateway(c, "gatewayLearned");
}

static void answer_gateway_advertised(struct rest_call *c)
{
	ask_gateway(c, "gatewayAdvertised");
}

static void answer_gateway_peers(struct rest_call *c)
{
	ask_gateway(c, "gatewayPeers");
}

/* Answers with the routes of a circuit: ".../peerings/AzurePrivatePeering/routeTables/primary". */
static void answer_circuit_routes(struct rest_call *c)
{
	const char *end = strstr(c->id.key, "/peerings/");
	_cleanup_free_ char *key = xstrndup(c->id.key, end ? (size_t)(end - c->id.key) : 0);
	const char *name = rest_lab_name(c->rest, key);

	if (name)
		rest_ask(c->rest,
		         json_pack("{s:s,s:s,s:i}", "op", "circuitRoutes", "circuit", name,
		                   "instance", c->id.name && strieq(c->id.name, "secondary")),
		         on_value, c);
	else
		rest_fail(c, 404, "ResourceNotFound",
		          "vnetlab: the lab has no circuit of that name.");
}

#define NET "microsoft.network/"

const struct rest_action actions_routes[] = {
	{ "POST", NET "networkinterfaces", "effectiveroutetable", answer_effective_routes },
	{ "POST", NET "networkinterfaces", "effectivenetworksecuritygroups",
	  answer_security_groups },
	{ "POST", NET "virtualhubs/bgpconnections", "learnedroutes", answer_learned },
	{ "POST", NET "virtualhubs/bgpconnections", "advertisedroutes", answer_advertised },
	{ "POST", NET "virtualnetworkgateways", "getlearnedroutes", answer_gateway_learned },
	{ "POST", NET "virtualnetworkgateways", "getadvertisedroutes", answer_gateway_advertised },
	{ "POST", NET "virtualnetworkgateways", "getbgppeerstatus", answer_gateway_peers },
	{ "POST", NET "expressroutecircuits/peerings/routetables", NULL, answer_circuit_routes },
	{ 0 },
};
