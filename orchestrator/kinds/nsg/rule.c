/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules: what a topology says of them, and how they are loaded. */
#include "kinds/nsg/nsg.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>

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

static const struct enum_value rule_protocols[] = { { "*", 0, "any", NULL },
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
	                          .values = rule_protocols,
	                          .dflt = "*",
	                          .at = AT(struct security_rule, protocol),
	                          .help = "Which packets." },
	                        SIDE("source", "source"),
	                        SIDE("destination", "destination"),
	                        END }
};

/* The names of a side's fields, for thousands of rules. */
struct side_keys {
	const char *prefix, *prefixes, *port, *ports;
};

#define SIDE_KEYS(word) \
	word "AddressPrefix", word "AddressPrefixes", word "PortRange", word "PortRanges"

static const struct side_keys source_keys = { SIDE_KEYS("source") },
                              destination_keys = { SIDE_KEYS("destination") };

struct reading { /* one side of a rule */
	struct loader *l;
	struct security_rule *rule;
	struct nsg_side *side;
	json_t *x;
	const struct side_keys *keys;
	const char *key; /* of the field that is being read */
	size_t entry;    /* of its list; NO_LIST: it is none */
};

#define NO_LIST SIZE_MAX

/* The value of a field, which is the one being read from now on. */
static json_t *get_of_side(struct reading *r, const char *key)
{
	r->key = key;
	r->entry = NO_LIST;
	return json_object_get(r->x, key);
}

/* Of what is being read; for findings, as most rules have none. */
static const char *side_ptr(const struct reading *r)
{
	return r->entry == NO_LIST
	           ? arena_printf(r->l->a, "%s/%s", r->rule->ptr, r->key)
	           : arena_printf(r->l->a, "%s/%s/%zu", r->rule->ptr, r->key, r->entry);
}

static const struct tag_use tag_in_security_rule = { "NSG-TAG-01", "NSG-TAG-02",
	                                             "the rule matches nothing by it" };

static void bad_address(const struct reading *r, const char *text)
{
	r->rule->broken = true;
	load_error(r->l, "NSG-ADDR-01", "SecurityRuleInvalidAddressPrefix", side_ptr(r),
	           "write *, an address, a prefix, or a service tag: VirtualNetwork, Internet, "
	           "AzureLoadBalancer, or one that Microsoft publishes",
	           "rule \"%s\": \"%s\" is no address, no prefix and no name of a service tag",
	           r->rule->name, text);
}

static void add_rule_prefixes(const struct reading *r, const struct prefix *p, size_t n)
{
	struct nsg_side *s = r->side;
	struct prefix *had = s->prefixes;

	s->prefixes = arena_array(r->l->a, s->n_prefixes + n, sizeof(*s->prefixes));
	if (s->n_prefixes)
		memcpy(s->prefixes, had, s->n_prefixes * sizeof(*had));
	if (n)
		memcpy(s->prefixes + s->n_prefixes, p, n * sizeof(*p));
	s->n_prefixes += n;
}

/* -EINVAL: it is no address; one of IPv6 is left out. */
static int add_rule_address(const struct reading *r, const char *text)
{
	struct prefix p = { 0 };
	ip4 ip;
	int rc = ip4_parse(text, &ip);

	if (rc == 0)
		p = prefix_host(ip);
	else if (rc != -EAFNOSUPPORT)
		rc = prefix_parse(text, &p);
	if (rc == 0)
		add_rule_prefixes(r, &p, 1);
	else if (rc == -EAFNOSUPPORT)
		finding_add(r->l->f, SEV_INFO, "NSG-IPV6-01", NULL, side_ptr(r), NULL,
		            "rule \"%s\": %s is IPv6, which is not emulated: left out",
		            r->rule->name, text);
	return rc == -EAFNOSUPPORT ? 0 : rc < 0 ? -EINVAL : 0;
}

static enum nsg_tag own_tag(const char *text)
{
	return strieq(text, "VirtualNetwork")      ? TAG_VIRTUAL_NETWORK
	       : strieq(text, "Internet")          ? TAG_INTERNET
	       : strieq(text, "AzureLoadBalancer") ? TAG_LOAD_BALANCER
	                                           : TAG_NONE;
}

static void add_service(const struct reading *r, const char *text)
{
	const struct service_tag *t;
	bool misspelt = false;

	if (!schema_tag_valid(text)) {
		bad_address(r, text);
		return;
	}
	const char *ptr = side_ptr(r);

	t = load_service_tag(r->l, &tag_in_security_rule, text, ptr, &misspelt);
	r->rule->broken |= misspelt;
	if (!t)
		return;
	load_tell_sample(r->l, t, ptr);
	add_rule_prefixes(r, t->prefixes, t->n_prefixes);
}

static bool is_any(const char *text)
{
	return streq(text, "*") || strieq(text, "Any");
}

/* The only one of its side. */
static void add_sole(const struct reading *r, const char *text)
{
	if (is_any(text))
		return;
	r->side->named = true;
	r->side->tag = own_tag(text);
	if (r->side->tag != TAG_NONE || add_rule_address(r, text) == 0)
		return;
	add_service(r, text);
}

/* One of several.  azure-behaviour 2.6 has the source of what Azure answers to tags there. */
static void add_one_of(const struct reading *r, const char *text)
{
	r->side->named = true;
	if (own_tag(text) != TAG_NONE || is_any(text)) {
		r->rule->broken = true;
		load_error(r->l, "NSG-ADDR-03", "SecurityRuleParameterContainsUnsupportedValue",
		           side_ptr(r), "make it a rule of its own",
		           "rule \"%s\": %s stands in a list with others", r->rule->name, text);
	} else if (add_rule_address(r, text) < 0) {
		add_service(r, text);
		if (!r->rule->broken)
			finding_add(r->l->f, SEV_WARNING, "NSG-ADDR-04", NULL, side_ptr(r),
			            "make it a rule of its own",
			            "rule \"%s\": service tag %s stands in a list with others, "
			            "which Azure has refused",
			            r->rule->name, text);
	}
}

static void read_one_address(struct reading *r)
{
	const char *text = json_string_value(get_of_side(r, r->keys->prefix));

	if (!text || !*text)
		return;
	r->side->text = arena_strdup(r->l->a, text);
	add_sole(r, text);
}

static void read_rule_addresses(struct reading *r)
{
	json_t *list = get_of_side(r, r->keys->prefixes), *v;
	_cleanup_str_ struct str text = { 0 };
	size_t i;

	if (!json_array_size(list))
		return;
	json_array_foreach (list, i, v) {
		const char *s = json_string_value(v);

		r->entry = i;
		if (s && json_array_size(list) == 1) /* exports have a list of one tag */
			add_sole(r, s);
		else if (s)
			add_one_of(r, s);
		str_printf(&text, "%s%s", i ? "," : "", s ? s : "?");
	}
	r->side->text = arena_strdup(r->l->a, str_get(&text));
}

static void add_rule_ports(const struct reading *r, const char *text)
{
	if (load_port_span(text, &r->side->ports[r->side->n_ports])) {
		r->side->n_ports++;
		return;
	}
	r->rule->broken = true;
	load_error(r->l, "NSG-PORT-01", "SecurityRuleInvalidPortRange", side_ptr(r),
	           "write *, \"80\" or \"1024-65535\"", "rule \"%s\": \"%s\" is no range of ports",
	           r->rule->name, text);
}

static void read_rule_ports(struct reading *r)
{
	json_t *list = json_object_get(r->x, r->keys->ports), *v;
	const char *one = json_string_value(get_of_side(r, r->keys->port));
	size_t i;
	bool any = false;

	r->side->ports = arena_array(r->l->a, json_array_size(list) + 1, sizeof(*r->side->ports));
	if (one && *one && !streq(one, "*"))
		add_rule_ports(r, one);
	r->key = r->keys->ports;
	json_array_foreach (list, i, v) {
		const char *s = json_string_value(v);

		any |= s && streq(s, "*");
		r->entry = i;
		if (s && !streq(s, "*"))
			add_rule_ports(r, s);
	}
	if (any)
		r->side->n_ports = 0;
}

static void read_side(struct loader *l, struct security_rule *rule, struct nsg_side *side,
                      json_t *x, const struct side_keys *keys)
{
	struct reading r = { .l = l, .rule = rule, .side = side, .x = x, .keys = keys };

	side->text = "*";
	read_one_address(&r);
	read_rule_addresses(&r);
	read_rule_ports(&r);
}

static void load_rule(struct loader *l, struct security_rule *r, json_t *x)
{
	r->broken = !schema_fill(&security_rule_def, x, l->a, r);
	read_side(l, r, &r->src, x, &source_keys);
	read_side(l, r, &r->dst, x, &destination_keys);
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
	static const char *const keys[] = { "sourceApplicationSecurityGroups",
		                            "destinationApplicationSecurityGroups" };
	struct nsg_side *sides[] = { &r->src, &r->dst };

	for (unsigned i = 0; i < 2; i++) {
		json_t *list = json_object_get(x, keys[i]);

		if (json_array_size(list))
			find_groups(l, list, arena_printf(l->a, "%s/%s", r->ptr, keys[i]),
			            sides[i]);
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
