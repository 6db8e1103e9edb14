/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of Azure Firewalls, in the order in which they are asked, and their private ranges. */
#include "azure/firewall.h"
#include "azure/prefixes.h"
#include "base/str.h"
#include "input/load.h"
#include "kinds/firewall/firewall.h"

static const struct enum_value firewall_actions[] = { { "Allow", 0, NULL, NULL },
	                                              { "Deny", 1, "dropped, silently", NULL },
	                                              END };
static const struct enum_value firewall_nat_actions[] = { { "Dnat", 0, NULL, NULL }, END };

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define PRIORITY \
	{ .name = "priority", \
	  .type = T_UINT, \
	  .shows = SHOWS_IN_FILES, \
	  .required = true, \
	  .min = 100, \
	  .max = 65000, \
	  .at = AT(struct firewall_collection, priority), \
	  .help = "The lowest is asked first." }, \
	{ .name = "groupPriority", \
	  .type = T_UINT, \
	  .shows = SHOWS_IN_FILES, \
	  .min = 100, \
	  .max = 65000, \
	  .at = AT(struct firewall_collection, group_priority), \
	  .help = "Of the rule collection group, in a policy: it comes before the collection's." }
/* clang-format on */

const struct object_def network_collection_def = {
	"firewallNetworkRuleCollection", "a collection of network rules", NULL,
	(const struct field[]){ PRIORITY,
	                        { .name = "action",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FILES,
	                          .as_bool = true,
	                          .values = firewall_actions,
	                          .required = true,
	                          .at = AT(struct firewall_collection, deny),
	                          .help = "what happens" },
	                        { .name = "inherited",
	                          .type = T_BOOL,
	                          .shows = SHOWS_IN_FILES,
	                          .dflt = "false",
	                          .at = AT(struct firewall_collection, inherited),
	                          .help = "Of a base policy: asked before all that are not." },
	                        { .name = "rules",
	                          .type = T_MAP,
	                          .shows = SHOWS_INSIDE,
	                          .keys = KEYS_TEXT,
	                          .item = T_OBJECT,
	                          .object = &network_rule_def,
	                          .help = "Rules by name, asked in this order." },
	                        END }
};

const struct object_def nat_collection_def = {
	"firewallNatRuleCollection", "a collection of NAT rules", NULL,
	(const struct field[]){ PRIORITY,
	                        { .name = "action",
	                          .type = T_ENUM,
	                          .shows = SHOWS_AS_IT_RUNS,
	                          .as_bool = true,
	                          .values = firewall_nat_actions,
	                          .dflt = "Dnat",
	                          .help = "what happens" },
	                        { .name = "rules",
	                          .type = T_MAP,
	                          .shows = SHOWS_INSIDE,
	                          .keys = KEYS_TEXT,
	                          .item = T_OBJECT,
	                          .object = &nat_rule_def,
	                          .help = "Rules by name, asked in this order." },
	                        END }
};

/* --- collections ----------------------------------------------------------------------------- */

static int compare_priorities(const void *pa, const void *pb)
{
	const struct firewall_collection *a = pa, *b = pb;

	if (a->inherited != b->inherited)
		return a->inherited ? -1 : 1;
	if (a->group_priority != b->group_priority)
		return a->group_priority < b->group_priority ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	return strcmp(a->ptr,
	              b->ptr); /* as good as any other: a finding says that they are equal */
}

static size_t count_single_rules(json_t *collections, bool nat)
{
	size_t n = 0;
	json_t *c, *rule;
	const char *key, *name;

	json_object_foreach (collections, key, c)
		json_object_foreach (json_object_get(c, "rules"), name, rule)
			n += firewall_count_single_rules(rule, nat);
	return n;
}

static void read_collections(struct loader *l, struct firewall *fw, json_t *map, bool nat)
{
	const struct jptr *at = JPTR(JPTR(JPTR(NULL, "azureFirewalls"), fw->name),
	                             nat ? "natRuleCollections" : "networkRuleCollections");
	struct firewall_collection *v = fw->collections + fw->n_collections;
	size_t n = 0;
	const char *key;
	json_t *x;

	json_object_foreach (map, key, x) {
		struct firewall_collection *c = &v[n++];

		c->name = arena_strdup(l->a, key);
		c->ptr = load_ptr(l, JPTR(at, key));
		c->nat = nat;
		c->broken =
		    !schema_fill(nat ? &nat_collection_def : &network_collection_def, x, l->a, c);
	}
	if (n)
		qsort(v, n, sizeof(*v), compare_priorities);
	fw->n_collections += n;
	for (size_t i = 0; i < n; i++) {
		json_t *rules = json_object_get(json_object_get(map, v[i].name), "rules");

		fw->n_declared += json_object_size(rules);
		json_object_foreach (rules, key, x) {
			struct firewall_reading r = {
				.l = l,
				.fw = fw,
				.c = &v[i],
				.name = arena_printf(l->a, "%s/%s", v[i].name, key),
				.ptr = load_ptr(l, JPTR(JPTR(JPTR(at, v[i].name), "rules"), key)),
				.x = x,
				.broken = v[i].broken
			};

			if (nat)
				firewall_read_nat_rule(&r, fw);
			else
				firewall_read_network_rule(&r, fw);
		}
	}
}

static struct nsg_rules make_room_for_rules(struct loader *l, json_t *collections, bool nat)
{
	return (struct nsg_rules){ .rules =
		                       arena_array(l->a, count_single_rules(collections, nat) + 1,
		                                   sizeof(struct nsg_rule)) };
}

static void deny_the_rest(struct nsg_rules *r)
{
	static const struct security_rule rest = { .name = "default", .deny = true };

	r->rules[r->n++] = (struct nsg_rule){
		.rule = &rest, .is_default = true, .any_src = true, .any_dst = true
	};
}

/* --- private ranges -------------------------------------------------------------------------- */

static void read_ranges(struct loader *l, struct firewall *fw, json_t *list)
{
	_cleanup_prefixes_ struct prefixes v = { 0 };
	bool defaults = !json_array_size(list);
	json_t *x;
	size_t i;

	json_array_foreach (list, i, x) {
		const char *s = json_string_value(x);

		if (s && strieq(s, "IANAPrivateRanges"))
			defaults = true;
		else if (s && firewall_add_address(s, &v) < 0)
			load_error(l, "FW-RANGE-01", NULL,
			           arena_printf(l->a, "%s/privateRanges/%zu", fw->ptr, i),
			           "write a prefix, or IANAPrivateRanges", "\"%s\" is no prefix",
			           s);
	}
	for (i = 0; defaults && i < FIREWALL_IANA; i++)
		prefixes_add(&v, firewall_iana[i]);
	prefixes_tidy(&v);
	fw->private_ranges = arena_array(l->a, v.n, sizeof(*fw->private_ranges));
	if (v.n)
		memcpy(fw->private_ranges, v.v, v.n * sizeof(*v.v));
	fw->n_private_ranges = v.n;
}

void firewall_read_rules(struct loader *l, struct firewall *fw, json_t *x)
{
	json_t *nat = json_object_get(x, "natRuleCollections");
	json_t *network = json_object_get(x, "networkRuleCollections");

	fw->collections = arena_array(l->a, json_object_size(nat) + json_object_size(network),
	                              sizeof(*fw->collections));
	fw->nat = make_room_for_rules(l, nat, true);
	fw->network = make_room_for_rules(l, network, false);
	fw->targets = arena_array(l->a, count_single_rules(nat, true) + 1, sizeof(*fw->targets));
	read_ranges(l, fw, json_object_get(x, "privateRanges"));
	read_collections(l, fw, nat, true);
	read_collections(l, fw, network, false);
	deny_the_rest(&fw->nat);
	deny_the_rest(&fw->network);
}
