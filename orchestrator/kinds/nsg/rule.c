/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules: what a topology says of them, and how they are loaded. */
#include "kinds/nsg/nsg.h"

#include <netinet/in.h>

#include "azure/service_tags.h"
#include "base/str.h"
#include "input/load.h"

#define ASGS "applicationSecurityGroups"

static const struct enum_value directions[] = { { "Inbound", NSG_IN, NULL, NULL },
	                                        { "Outbound", NSG_OUT, NULL, NULL },
	                                        END };

static const struct enum_value accesses[] = { { "Allow", 0, NULL, NULL },
	                                      { "Deny", 1, "dropped, silently", NULL },
	                                      END };

static const struct enum_value protocols[] = { { "*", 0, "any", NULL },
	                                       { "Tcp", IPPROTO_TCP, NULL, NULL },
	                                       { "Udp", IPPROTO_UDP, NULL, NULL },
	                                       { "Icmp", IPPROTO_ICMP, NULL, NULL },
	                                       { "Esp", IPPROTO_ESP, NULL, NULL },
	                                       { "Ah", IPPROTO_AH, NULL, NULL },
	                                       END };

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define SIDE(word, what) \
	{ .name = word "AddressPrefix", \
	  .type = T_TEXT, \
	  .shows = SHOWS_IN_FABRIC, \
	  .nullable = true, \
	  .help = "The " what ": *, a prefix, an address, or a service tag." }, \
	{ .name = word "AddressPrefixes", \
	  .type = T_LIST, \
	  .shows = SHOWS_IN_FABRIC, \
	  .item = T_TEXT, \
	  .help = "Several prefixes or addresses, instead." }, \
	{ .name = word "ApplicationSecurityGroups", \
	  .type = T_LIST, \
	  .shows = SHOWS_IN_FABRIC, \
	  .item = T_NAME, \
	  .help = "Or the NICs of these groups." }, \
	{ .name = word "PortRange", \
	  .type = T_TEXT, \
	  .shows = SHOWS_IN_FABRIC, \
	  .nullable = true, \
	  .help = "Its port: *, \"80\" or \"1024-65535\"." }, \
	{ .name = word "PortRanges", \
	  .type = T_LIST, \
	  .shows = SHOWS_IN_FABRIC, \
	  .item = T_TEXT, \
	  .help = "Several of them, instead." }
/* clang-format on */

const struct object_def security_rule_def = {
	"securityRule", "a security rule", NULL,
	(const struct field[]){ { .name = "priority",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_FABRIC,
	                          .max = 65535,
	                          .required = true,
	                          .at = AT(struct security_rule, priority),
	                          .help = "100 to 4096; the lowest that matches decides" },
	                        { .name = "direction",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FABRIC,
	                          .values = directions,
	                          .required = true,
	                          .at = AT(struct security_rule, direction),
	                          .help = "as the NIC sees it" },
	                        { .name = "access",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FABRIC,
	                          .as_bool = true,
	                          .values = accesses,
	                          .required = true,
	                          .at = AT(struct security_rule, deny),
	                          .help = "what happens" },
	                        { .name = "protocol",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FABRIC,
	                          .values = protocols,
	                          .dflt = "*",
	                          .at = AT(struct security_rule, protocol),
	                          .help = "Which packets." },
	                        SIDE("source", "source"),
	                        SIDE("destination", "destination"),
	                        END }
};

struct reading { /* one side of a rule */
	struct loader *l;
	struct security_rule *rule;
	struct nsg_side *side;
	json_t *x;
	const char *word; /* "source", "destination" */
};

static json_t *get(const struct reading *r, const char *key, const char **ret_ptr)
{
	const char *name = arena_printf(r->l->a, "%s%s", r->word, key);

	*ret_ptr = arena_printf(r->l->a, "%s/%s", r->rule->ptr, name);
	return json_object_get(r->x, name);
}

static void bad_address(const struct reading *r, const char *ptr, const char *text)
{
	r->rule->broken = true;
	load_error(r->l, "NSG-ADDR-01", "SecurityRuleInvalidAddressPrefix", ptr,
	           "write *, an address, a prefix, or a service tag: VirtualNetwork, Internet, "
	           "AzureLoadBalancer, or one of serviceTags",
	           "rule \"%s\": \"%s\" is neither an address prefix nor a known service tag",
	           r->rule->name, text);
}

static bool add_prefix(const struct reading *r, const char *text)
{
	struct prefix p;
	ip4 ip;

	if (ip4_parse(text, &ip) == 0)
		p = prefix_host(ip);
	else if (prefix_parse(text, &p) < 0)
		return false;
	r->side->prefixes[r->side->n_prefixes++] = p;
	return true;
}

static bool add_tag(const struct reading *r, const char *text)
{
	struct nsg_side *s = r->side;
	const struct service_tag *t = service_tag_find(r->l->m, text);

	if (strieq(text, "VirtualNetwork"))
		s->tag = TAG_VIRTUAL_NETWORK;
	else if (strieq(text, "Internet"))
		s->tag = TAG_INTERNET;
	else if (strieq(text, "AzureLoadBalancer"))
		s->tag = TAG_LOAD_BALANCER;
	else if (!t)
		return false;
	if (s->tag == TAG_NONE) {
		s->prefixes = arena_array(r->l->a, t->n_prefixes, sizeof(*s->prefixes));
		memcpy(s->prefixes, t->prefixes, t->n_prefixes * sizeof(*s->prefixes));
		s->n_prefixes = t->n_prefixes;
	}
	return true;
}

static void read_one_address(const struct reading *r)
{
	const char *ptr, *text = json_string_value(get(r, "AddressPrefix", &ptr));

	if (!text || !*text)
		return;
	r->side->text = arena_strdup(r->l->a, text);
	if (streq(text, "*") || strieq(text, "Any"))
		return;
	r->side->prefixes = arena_array(r->l->a, 1, sizeof(*r->side->prefixes));
	if (!add_prefix(r, text) && !add_tag(r, text))
		bad_address(r, ptr, text);
}

static void read_addresses(const struct reading *r)
{
	const char *ptr;
	json_t *list = get(r, "AddressPrefixes", &ptr), *v;
	_cleanup_str_ struct str text = { 0 };
	size_t i;

	if (!json_array_size(list))
		return;
	r->side->prefixes = arena_array(r->l->a, json_array_size(list), sizeof(*r->side->prefixes));
	json_array_foreach (list, i, v) {
		const char *s = json_string_value(v);

		/* a list of one tag is what exports have; Azure takes no more than one */
		if (s && !add_prefix(r, s) && (json_array_size(list) > 1 || !add_tag(r, s)))
			bad_address(r, arena_printf(r->l->a, "%s/%zu", ptr, i), s);
		str_printf(&text, "%s%s", i ? "," : "", s ? s : "?");
	}
	r->side->text = arena_strdup(r->l->a, str_get(&text));
}

static void add_ports(const struct reading *r, const char *text, const char *ptr)
{
	if (load_port_span(text, &r->side->ports[r->side->n_ports])) {
		r->side->n_ports++;
		return;
	}
	r->rule->broken = true;
	load_error(r->l, "NSG-PORT-01", "SecurityRuleInvalidPortRange", ptr,
	           "write *, \"80\" or \"1024-65535\"", "rule \"%s\": \"%s\" is no range of ports",
	           r->rule->name, text);
}

static void read_ports(const struct reading *r)
{
	const char *one_ptr, *ptr, *one = json_string_value(get(r, "PortRange", &one_ptr));
	json_t *list = get(r, "PortRanges", &ptr), *v;
	size_t i;
	bool any = false;

	r->side->ports = arena_array(r->l->a, json_array_size(list) + 1, sizeof(*r->side->ports));
	if (one && *one && !streq(one, "*"))
		add_ports(r, one, one_ptr);
	json_array_foreach (list, i, v) {
		const char *s = json_string_value(v);

		any |= s && streq(s, "*");
		if (s && !streq(s, "*"))
			add_ports(r, s, arena_printf(r->l->a, "%s/%zu", ptr, i));
	}
	if (any)
		r->side->n_ports = 0;
}

static void read_side(struct loader *l, struct security_rule *rule, struct nsg_side *side,
                      json_t *x, const char *word)
{
	const struct reading r = { l, rule, side, x, word };

	side->text = "*";
	read_one_address(&r);
	read_addresses(&r);
	read_ports(&r);
}

static void load_rule(struct loader *l, struct security_rule *r, json_t *x)
{
	r->broken = !schema_fill(&security_rule_def, x, l->a, r);
	read_side(l, r, &r->src, x, "source");
	read_side(l, r, &r->dst, x, "destination");
}

void nsg_load(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct nsg *g = obj;
	json_t *rules = json_object_get(x, "securityRules"), *y;
	const struct jptr *rules_at = JPTR(at, "securityRules");
	const char *name;

	g->rules = arena_array(l->a, json_object_size(rules), sizeof(*g->rules));
	json_object_foreach (rules, name, y) {
		struct security_rule *r = &g->rules[g->n_rules++];

		r->name = arena_strdup(l->a, name);
		r->ptr = load_ptr(l, JPTR(rules_at, name));
		load_rule(l, r, y);
	}
}

/* --- application security groups ------------------------------------------------------------- */

static void find_groups(struct loader *l, json_t *list, const char *ptr, struct nsg_side *s)
{
	_cleanup_str_ struct str text = { 0 };
	size_t i;
	json_t *v;

	s->asgs = arena_array(l->a, json_array_size(list), sizeof(struct asg *));
	json_array_foreach (list, i, v) {
		const char *name = json_string_value(v);
		struct asg *g = NULL;

		str_printf(&text, "%s%s", i ? "," : "", name ? name : "?");
		if (!name || !schema_name_valid(name))
			continue;
		g = load_find(l, ASGS, name);
		if (g)
			s->asgs[s->n_asgs++] = g;
		else
			load_no_such(l, ASGS, name, arena_printf(l->a, "%s/%zu", ptr, i));
	}
	s->text = arena_strdup(l->a, str_get(&text));
}

static void resolve_rule(struct loader *l, struct security_rule *r, json_t *x)
{
	static const char *const words[] = { "source", "destination" };
	struct nsg_side *sides[] = { &r->src, &r->dst };

	for (unsigned i = 0; i < 2; i++) {
		const char *key = arena_printf(l->a, "%sApplicationSecurityGroups", words[i]);
		json_t *list = json_object_get(x, key);

		if (json_array_size(list))
			find_groups(l, list, arena_printf(l->a, "%s/%s", r->ptr, key), sides[i]);
	}
}

static void resolve_rules(struct loader *l, void *obj, json_t *x)
{
	struct nsg *g = obj;
	const char *name;
	json_t *y;
	size_t i = 0;

	json_object_foreach (json_object_get(x, "securityRules"), name, y)
		resolve_rule(l, &g->rules[i++], y);
}

void nsg_resolve(struct loader *l, const struct kind *k)
{
	load_each(l, k, resolve_rules);
}
