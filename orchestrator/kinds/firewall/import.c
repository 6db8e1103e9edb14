/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewalls, with the rules of their own (classic) or of their policy. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

/* --- rules ----------------------------------------------------------------------------------- */

struct reading {
	struct import *im;
	const struct res *r; /* for findings: the firewall, or a group of its policy */
	const char *name;    /* of the rule */
	const json_t *from;
	json_t *to;
};

static json_t *strings_of_list(const json_t *list, const char *const *words)
{
	json_t *out = json_array(), *v;
	size_t i;

	json_array_foreach ((json_t *)list, i, v) {
		const char *s = json_string_value(v);

		if (s)
			json_array_append_new(out, json_string(words ? arm_word(s, words) : s));
		else if (json_is_integer(v))
			json_array_append_new(
			    out, json_sprintf("%lld", (long long)json_integer_value(v)));
	}
	return out;
}

static void put_list(json_t *to, const char *key, json_t *list)
{
	if (json_array_size(list))
		json_object_set(to, key, list);
	json_decref(list);
}

/* IP groups are lists of addresses by reference. */
static void add_groups(const struct reading *r, const char *key, json_t *to)
{
	json_t *v, *a;
	size_t i, k;

	json_array_foreach (arm_list(r->from, key), i, v) {
		const struct res *g = im_ref(r->im, r->r, json_string_value(v), "IP group");

		json_array_foreach (g ? arm_list(g->j, "ipAddresses") : NULL, k, a)
			if (json_is_string(a))
				json_array_append(to, a);
	}
}

/* False: there are some, and all of them are IPv6. */
static bool put_addresses(const struct reading *r, const char *key, const char *groups,
                          const char *one)
{
	json_t *list = strings_of_list(arm_list(r->from, key), NULL), *kept;
	const char *single = one ? arm_str(r->from, one) : NULL;
	size_t n, n_kept;

	if (single)
		json_array_append_new(list, json_string(single));
	add_groups(r, groups, list);
	n = json_array_size(list);
	kept = arm_only_ip4(r->im, r->r, list);
	n_kept = json_array_size(kept);
	json_decref(list);
	put_list(r->to, key, kept);
	return n_kept || !n;
}

static bool put_target(const struct reading *r)
{
	const char *port = arm_str(r->from, "translatedPort");
	json_int_t n;

	if (!arm_str(r->from, "translatedAddress")) {
		im_note(r->im, SEV_WARNING, "IMPORT-PROP-02", r->r, NULL,
		        "NAT rule \"%s\" translates to a name; it is left out", r->name);
		return false;
	}
	put_str(r->to, "translatedAddress", arm_str(r->from, "translatedAddress"));
	if (port)
		put_str(r->to, "translatedPort", port);
	else if (arm_int(r->from, "translatedPort", &n))
		json_object_set_new(r->to, "translatedPort", json_sprintf("%lld", (long long)n));
	return true;
}

/* False, and reported: the rule lacks something without which the topology does not take it.
 * Most often its IP groups are not among the resources. */
static bool is_whole(const struct reading *r)
{
	const char *lacks = !json_object_get(r->to, "protocols")          ? "protocols"
	                    : !json_object_get(r->to, "sourceAddresses")  ? "sources"
	                    : !json_object_get(r->to, "destinationPorts") ? "ports"
	                    : !json_object_get(r->to, "destinationAddresses") &&
	                            !json_object_get(r->to, "destinationFqdns")
	                        ? "destinations"
	                        : NULL;

	if (lacks)
		im_note(r->im, SEV_WARNING, "IMPORT-FORM-01", r->r,
		        "export its IP groups, too, or write the rule into the topology",
		        "rule \"%s\" has no %s that are known here; it is left out", r->name,
		        lacks);
	return !lacks;
}

static bool put_rule(const struct reading *r, bool nat)
{
	static const char *const protocols[] = { "Any", "TCP", "UDP", "ICMP", NULL };
	json_t *list = arm_list(r->from, "protocols");

	put_list(r->to, "protocols",
	         strings_of_list(json_array_size(list) ? list : arm_list(r->from, "ipProtocols"),
	                         protocols));
	bool source = put_addresses(r, "sourceAddresses", "sourceIpGroups", NULL);
	bool destination =
	    put_addresses(r, "destinationAddresses", "destinationIpGroups", "destinationAddress");

	put_list(r->to, "destinationPorts",
	         strings_of_list(arm_list(r->from, "destinationPorts"), NULL));
	put_list(r->to, "destinationFqdns",
	         strings_of_list(arm_list(r->from, "destinationFqdns"), NULL));
	if (!source || (!destination && !json_object_get(r->to, "destinationFqdns")))
		return false; /* a rule about IPv6: reported with its addresses */
	return is_whole(r) && (!nat || put_target(r));
}

static void put_rules(struct import *im, const struct res *r, json_t *to, const json_t *rules,
                      bool nat)
{
	json_t *v, *have;
	size_t i;

	json_array_foreach ((json_t *)rules, i, v) {
		const char *name = arm_str(v, "name");
		struct reading one = { im, r, name ? name : arena_printf(im->a, "rule %zu", i), v,
			               json_object() };

		have = json_object_get(to, "rules");
		if (json_object_get(have, one.name))
			one.name = arena_printf(im->a, "%s (%zu)", one.name, i);
		if (put_rule(&one, nat))
			im_set_in(to, "rules", one.name, json_incref(one.to));
		json_decref(one.to);
	}
}

/* --- collections ----------------------------------------------------------------------------- */

static void report_application_rules(struct import *im, const struct res *r, const char *name)
{
	im_note(im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
	        "application rules (\"%s\") look at names, which are not emulated",
	        name ? name : "");
}

/* Where collections come from.  Those of different groups may have one name. */
struct origin {
	const struct res *r;     /* for findings */
	const struct res *group; /* of a policy; NULL: the firewall's own */
	const struct res *base;  /* the base policy that the group is of, or NULL */
};

static const char *full_name(struct import *im, const struct origin *o, const char *name)
{
	if (o->base)
		return arena_printf(im->a, "%s/%s/%s", o->base->name, o->group->name, name);
	return o->group ? arena_printf(im->a, "%s/%s", o->group->name, name) : name;
}

static void add_collection(struct import *im, const struct origin *o, json_t *fw, const json_t *c,
                           bool nat)
{
	static const char *const actions[] = { "Allow", "Deny", "Dnat", NULL };
	const char *name = arm_str(c, "name"), *action = arm_str(arm_get(c, "action"), "type");
	json_t *obj = json_object();
	json_int_t n;

	if (o->base)
		json_object_set_new(obj, "inherited", json_true());
	if (arm_int(c, "priority", &n))
		json_object_set_new(obj, "priority", json_integer(n));
	if (o->group && arm_int(o->group->j, "priority", &n))
		json_object_set_new(obj, "groupPriority", json_integer(n));
	put_str(obj, "action", action ? arm_word(action, actions) : nat ? "Dnat" : NULL);
	put_rules(im, o->r, obj, arm_list(c, "rules"), nat);
	im_set_in(fw, nat ? "natRuleCollections" : "networkRuleCollections",
	          full_name(im, o, name ? name : "collection"), obj);
}

/* Three lists, as a classic firewall has them, and a group in Terraform.  A base policy's NAT
 * rules are not inherited. */
static void typed_collections(struct import *im, const struct origin *o, json_t *fw)
{
	const json_t *j = o->group ? o->group->j : o->r->j;
	json_t *c;
	size_t i;

	json_array_foreach (arm_list(j, "networkRuleCollections"), i, c)
		add_collection(im, o, fw, c, false);
	json_array_foreach (o->base ? NULL : arm_list(j, "natRuleCollections"), i, c)
		add_collection(im, o, fw, c, true);
	json_array_foreach (arm_list(j, "applicationRuleCollections"), i, c)
		report_application_rules(im, o->r, arm_str(c, "name"));
}

static void mixed_collections(struct import *im, const struct origin *o, json_t *fw)
{
	json_t *c;
	size_t i;

	json_array_foreach (arm_list(o->group->j, "ruleCollections"), i, c) {
		const char *kind = arm_str(json_array_get(arm_list(c, "rules"), 0), "ruleType");
		const char *type = arm_str(c, "ruleCollectionType");
		bool nat = type && str_glob("*nat*", type);

		if (kind && strieq(kind, "ApplicationRule"))
			report_application_rules(im, o->r, arm_str(c, "name"));
		else if (!nat || !o->base)
			add_collection(im, o, fw, c, nat);
	}
}

static void read_rule_groups(struct import *im, const struct res *policy, bool inherited,
                             json_t *fw)
{
	struct res *g;

	IM_EACH(im, g, NET "firewallpolicies/rulecollectiongroups")
	{
		const struct origin o = { g, g, inherited ? policy : NULL };

		if (g->parent != policy)
			continue;
		mixed_collections(im, &o, fw);
		typed_collections(im, &o, fw);
	}
}

/* A base policy has none itself. */
static void policy_rules(struct import *im, const struct res *policy, json_t *fw)
{
	const struct res *base = im_ref(im, policy, arm_id(policy->j, "basePolicy"), "base policy");

	if (base && base != policy)
		read_rule_groups(im, base, true, fw);
	read_rule_groups(im, policy, false, fw);
}

/* --- the firewall ---------------------------------------------------------------------------- */

/* Private ranges: a policy has a list, a classic firewall one string. */
static void put_ranges(struct import *im, const json_t *j, json_t *obj)
{
	json_t *list = strings_of_list(arm_list(j, "snat.privateRanges"), NULL), *extra, *v;
	const char *key;

	extra = arm_get(j, "additionalProperties");
	json_object_foreach (extra, key, v) {
		const char *s = json_string_value(v);

		for (; s && strieq(key, "Network.SNAT.PrivateRanges") && *s;) {
			size_t n;

			s += strspn(s, ", ");
			n = strcspn(s, ", ");
			if (n)
				json_array_append_new(
				    list, json_string(arena_printf(im->a, "%.*s", (int)n, s)));
			s += n;
		}
	}
	put_list(obj, "privateRanges", list);
}

static const char *place_firewall(struct import *im, struct res *r, const char **ret_ip,
                                  json_t *publics)
{
	const char *vnet = NULL;
	struct res *c;

	IM_EACH(im, c, NET "azurefirewalls/ipconfigurations")
	{
		if (c->parent != r)
			continue;
		struct res *subnet = im_ref(im, c, arm_id(c->j, "subnet"), "subnet");
		const char *public =
		    im_use(im, c, arm_id(c->j, "publicIPAddress"), "public address");

		if (subnet && subnet->out && subnet->parent)
			vnet = subnet->parent->lab;
		if (!*ret_ip)
			*ret_ip = arm_str(c->j, "privateIPAddress");
		if (public)
			json_array_append_new(publics, json_string(public));
	}
	return vnet;
}

static void read_firewall(struct import *im, struct res *r)
{
	json_t *obj = json_object(), *names = json_array();
	const char *ip = NULL, *vnet = place_firewall(im, r, &ip, names);

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
	put_list(obj, "publicIPAddresses", names);
	put_ranges(im, r->j, obj);
	typed_collections(im, &(struct origin){ .r = r }, obj);
	const struct res *policy = im_ref(im, r, arm_id(r->j, "firewallPolicy"), "firewall policy");

	if (policy) {
		put_ranges(im, policy->j, obj);
		policy_rules(im, policy, obj);
	}
	im_put(im, "azureFirewalls", r, obj);
}

static const struct tf_attr tf_firewall_rule[] = {
	{ "protocols", "protocols", TF_LIST },
	{ "source_addresses", "sourceAddresses", TF_LIST },
	{ "source_ip_groups", "sourceIpGroups", TF_LIST },
	{ "destination_addresses", "destinationAddresses", TF_LIST },
	{ "destination_address", "destinationAddress" },
	{ "destination_ip_groups", "destinationIpGroups", TF_LIST },
	{ "destination_fqdns", "destinationFqdns", TF_LIST },
	{ "destination_ports", "destinationPorts", TF_LIST },
	{ "translated_address", "translatedAddress" },
	{ "translated_fqdn", "translatedFqdn" },
	{ "translated_port", "translatedPort" },
	{ 0 },
};

/* Of a policy's group as blocks, and of a firewall as resources of their own. */
static const struct tf_attr tf_firewall_collection[] = {
	{ "priority", "priority" },
	{ "action", "action.type" },
	{ "rule", "rules", TF_BLOCKS, tf_firewall_rule },
	{ 0 },
};

static const struct tf_type tf_firewalls[] = {
	{ "azurerm_firewall", ARM_NET "azureFirewalls",
	  .attrs = TF_ATTRS{ { "sku_name", "sku.name" },
	                     { "sku_tier", "sku.tier" },
	                     { "ip_configuration", "ipConfigurations", TF_BLOCKS, tf_address },
	                     { "firewall_policy_id", "firewallPolicy", TF_ID },
	                     { "private_ip_ranges", "snat.privateRanges", TF_LIST },
	                     { 0 } } },
	{ "azurerm_firewall_network_rule_collection",
	  ARM_NET "azureFirewalls/networkRuleCollections", .parent_name = "azure_firewall_name",
	  .fold = "networkRuleCollections", .attrs = tf_firewall_collection },
	{ "azurerm_firewall_nat_rule_collection", ARM_NET "azureFirewalls/natRuleCollections",
	  .parent_name = "azure_firewall_name", .fold = "natRuleCollections",
	  .attrs = tf_firewall_collection },
	{ "azurerm_firewall_application_rule_collection",
	  ARM_NET "azureFirewalls/applicationRuleCollections", .parent_name = "azure_firewall_name",
	  .fold = "applicationRuleCollections",
	  .attrs = TF_ATTRS{ { "priority", "priority" }, { 0 } } },
	{ "azurerm_firewall_policy", ARM_NET "firewallPolicies",
	  .attrs = TF_ATTRS{ { "sku", "sku.tier" },
	                     { "base_policy_id", "basePolicy", TF_ID },
	                     { "private_ip_ranges", "snat.privateRanges", TF_LIST },
	                     { 0 } } },
	{ "azurerm_firewall_policy_rule_collection_group",
	  ARM_NET "firewallPolicies/ruleCollectionGroups", .parent_id = "firewall_policy_id",
	  .attrs = TF_ATTRS{ { "priority", "priority" },
	                     { "network_rule_collection", "networkRuleCollections", TF_BLOCKS,
	                       tf_firewall_collection },
	                     { "nat_rule_collection", "natRuleCollections", TF_BLOCKS,
	                       tf_firewall_collection },
	                     { "application_rule_collection", "applicationRuleCollections",
	                       TF_BLOCKS, tf_firewall_collection },
	                     { 0 } } },
	{ "azurerm_ip_group", ARM_NET "ipGroups",
	  .attrs = TF_ATTRS{ { "cidrs", "ipAddresses", TF_LIST }, { 0 } } },
	{ 0 },
};

const struct import_type firewall_imports[] = {
	{ IMPORT_READ(NET "azurefirewalls", "azureFirewalls"), .terraform = tf_firewalls,
	  .read = read_firewall,
	  .lists = LISTS{ { "ipConfigurations", "ipconfigurations" }, { 0 } } },
	{ IMPORT_PART(NET "azurefirewalls/ipconfigurations", "firewall") },
	{ IMPORT_PART(NET "firewallpolicies", "firewall") },
	{ IMPORT_PART(NET "firewallpolicies/rulecollectiongroups", "firewall") },
	{ IMPORT_PART(NET "ipgroups", "firewall") },
	{ 0 },
};
