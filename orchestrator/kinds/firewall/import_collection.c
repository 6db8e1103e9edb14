/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collections of rules: a firewall's own (classic), its policy's, and those of the base policy. */
#include "kinds/firewall/import.h"

static void report_application_rules(struct import *im, const struct res *r, const char *name)
{
	im_note(im, SEV_INFO, "IMPORT-PROP-03", r, NULL,
	        "application rules (\"%s\") look at names, which are not emulated",
	        name ? name : "");
}

/* The origin of collections.  Those of different groups may have one name. */
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
	firewall_put_rules(im, o->r, obj, arm_list(c, "rules"), nat);
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
void firewall_put_policy(struct import *im, const struct res *policy, json_t *fw)
{
	const struct res *base = im_ref(im, policy, arm_id(policy->j, "basePolicy"), "base policy");

	if (base && base != policy)
		read_rule_groups(im, base, true, fw);
	read_rule_groups(im, policy, false, fw);
}

void firewall_put_own(struct import *im, const struct res *r, json_t *fw)
{
	typed_collections(im, &(struct origin){ .r = r }, fw);
}
