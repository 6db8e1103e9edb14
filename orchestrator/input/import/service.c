/* NAT gateways, firewalls, private endpoints. */
#include "input/import/priv.h"

static void read_nat(struct import *im, struct res *r)
{
	json_t *obj = json_object(), *names = json_array(), *v;
	size_t i;

	json_array_foreach (arm_list(r->j, "publicIpAddresses"), i, v) {
		const char *name =
		    im_public(im, r, json_is_string(v) ? json_string_value(v) : arm_str(v, "id"));

		if (name)
			json_array_append_new(names, json_string(name));
	}
	for (i = 0; i < json_array_size(arm_list(r->j, "publicIpPrefixes")); i++) {
		json_array_append_new(names, json_true());
		im_note(im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
		        "NAT gateway \"%s\" has addresses from a prefix; the lab gives it one of "
		        "its own in their place",
		        r->name);
	}
	json_object_set_new(obj, "publicIPAddresses", names);
	im_put(im, "natGateways", r, obj);
}

/* --- firewalls ---------------------------------------------------------------------------------
 */

/* A list of {"name", ...} -> a map. */
static void put_rules(struct import *im, const struct res *r, json_t *to, const json_t *rules)
{
	static const char *const keys[] = {
		"protocols",        "ipProtocols",          "sourceAddresses",
		"sourceIpGroups",   "destinationAddresses", "destinationIpGroups",
		"destinationPorts", "translatedAddress",    "translatedPort",
	};
	json_t *v, *x;
	size_t i;

	json_array_foreach ((json_t *)rules, i, v) {
		const char *name = arm_str(v, "name");
		json_t *rule = json_object();

		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			if ((x = arm_get(v, keys[k])) && (!json_is_array(x) || json_array_size(x)))
				json_object_set(
				    rule, streq(keys[k], "ipProtocols") ? "protocols" : keys[k], x);
		if (arm_get(v, "sourceIpGroups") || arm_get(v, "destinationIpGroups"))
			im_note(im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
			        "rule \"%s\" speaks of IP groups by id", name ? name : "");
		im_set_in(to, "rules", arena_printf(im->a, "%s", name ? name : "rule"), rule);
	}
}

static void add_collection(struct import *im, const struct res *r, json_t *fw, const json_t *c,
                           const char *key, const json_t *rules)
{
	const char *name = arm_str(c, "name");
	const char *action = arm_str(arm_get(c, "action"), "type");
	json_t *obj = json_object();
	json_int_t n;

	if (arm_int(c, "priority", &n))
		json_object_set_new(obj, "priority", json_integer(n));
	put_str(obj, "action", action);
	put_rules(im, r, obj, rules);
	im_set_in(fw, key, name ? name : "collection", obj);
}

static void application(struct import *im, const struct res *r, const char *name)
{
	im_note(im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
	        "application rules (\"%s\") look at names, which are not emulated",
	        name ? name : "");
}

/* Those of the firewall itself, and those of its policy. */
static void classic_rules(struct import *im, const struct res *r, json_t *fw)
{
	static const char *const keys[] = { "networkRuleCollections", "natRuleCollections" };
	json_t *c;
	size_t i;

	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		json_array_foreach (arm_list(r->j, keys[k]), i, c)
			add_collection(im, r, fw, c, keys[k], arm_list(c, "rules"));
	json_array_foreach (arm_list(r->j, "applicationRuleCollections"), i, c)
		application(im, r, arm_str(c, "name"));
}

static void policy_rules(struct import *im, const struct res *policy, json_t *fw)
{
	struct res *g;
	json_t *c;
	size_t i;

	IM_EACH(im, g, NET "firewallpolicies/rulecollectiongroups")
	{
		if (g->parent != policy)
			continue;
		json_array_foreach (arm_list(g->j, "ruleCollections"), i, c) {
			json_t *rules = arm_list(c, "rules");
			const char *kind = arm_str(json_array_get(rules, 0), "ruleType");
			const char *type = arm_str(c, "ruleCollectionType");

			if (kind && strieq(kind, "ApplicationRule"))
				application(im, g, arm_str(c, "name"));
			else
				add_collection(im, g, fw, c,
				               type && str_glob("*nat*", type)
				                   ? "natRuleCollections"
				                   : "networkRuleCollections",
				               rules);
		}
	}
}

static void read_firewall(struct import *im, struct res *r)
{
	json_t *obj = json_object(), *names = json_array();
	const char *vnet = NULL, *ip = NULL;
	struct res *c;

	IM_EACH(im, c, NET "azurefirewalls/ipconfigurations")
	{
		if (c->parent != r)
			continue;
		struct res *subnet = im_ref(im, c, arm_id(c->j, "subnet"), "subnet");
		const char *public = im_public(im, c, arm_id(c->j, "publicIPAddress"));

		if (subnet && subnet->out && subnet->parent)
			vnet = subnet->parent->lab;
		if (!ip)
			ip = arm_str(c->j, "privateIPAddress");
		if (public)
			json_array_append_new(names, json_string(public));
	}
	if (!vnet) {
		json_decref(obj);
		json_decref(names);
		im_leave_out(im, r, NULL,
		             arm_id(r->j, "virtualHub") ? "it is in a hub of Virtual WAN"
		                                        : "it is not known in which virtual "
		                                          "network it is");
		return;
	}
	DESCRIBE(obj, arm_str(arm_get(r->j, "sku"), "tier"));
	put_str(obj, "virtualNetwork", vnet);
	put_str(obj, "privateIPAddress", ip);
	if (json_array_size(names))
		json_object_set(obj, "publicIPAddresses", names);
	json_decref(names);
	classic_rules(im, r, obj);
	const struct res *policy = im_ref(im, r, arm_id(r->j, "firewallPolicy"), "firewall policy");

	if (policy)
		policy_rules(im, policy, obj);
	im_put(im, "azureFirewalls", r, obj);
}

/* --- private endpoints -------------------------------------------------------------------------
 */

/* Given, or as Azure told it to names, or that of the NIC which Azure made. */
static const char *endpoint_ip(struct import *im, const struct res *r)
{
	json_t *list = arm_list(r->j, "ipConfigurations"),
	       *nics = arm_list(r->j, "networkInterfaces");
	json_t *dns = arm_list(r->j, "customDnsConfigs");
	const char *ip = arm_str(json_array_get(list, 0), "privateIPAddress");
	const char *nic = arm_str(json_array_get(nics, 0), "id");
	struct res *n = nic ? im_find(im, nic) : NULL;
	struct res *c;

	if (!ip)
		ip = json_string_value(
		    json_array_get(arm_list(json_array_get(dns, 0), "ipAddresses"), 0));
	IM_EACH(im, c, NET "networkinterfaces/ipconfigurations")
	if (!ip && n && c->parent == n)
		ip = arm_str(c->j, "privateIPAddress");
	return ip;
}

static void read_endpoint(struct import *im, struct res *r)
{
	const char *subnet = im_subnet(im, r, arm_id(r->j, "subnet"));

	if (!subnet) {
		im_leave_out(im, r, NULL, "its subnet is not in the lab");
		return;
	}
	json_t *obj = json_object();

	put_str(obj, "subnet", subnet);
	put_str(obj, "privateIPAddress", endpoint_ip(im, r));
	im_put(im, "privateEndpoints", r, obj);
}

void import_services(struct import *im)
{
	struct res *r;

	IM_EACH(im, r, NET "natgateways")
	read_nat(im, r);
	IM_EACH(im, r, NET "azurefirewalls")
	read_firewall(im, r);
	IM_EACH(im, r, NET "privateendpoints")
	read_endpoint(im, r);
}
