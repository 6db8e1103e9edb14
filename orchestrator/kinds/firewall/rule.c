/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of Azure Firewalls: what a topology says of them, and how one is read. */
#include <errno.h>
#include <netinet/in.h>

#include "azure/firewall.h"
#include "azure/prefixes.h"
#include "azure/service_tags.h"
#include "base/str.h"
#include "input/load.h"
#include "kinds/firewall/firewall.h"

static const struct enum_value firewall_protocols[] = { { "Any", 0, NULL, NULL },
	                                                { "TCP", IPPROTO_TCP, NULL, NULL },
	                                                { "UDP", IPPROTO_UDP, NULL, NULL },
	                                                { "ICMP", IPPROTO_ICMP, NULL, NULL },
	                                                END };
/* Of a NAT rule "Any" is both, and no other protocol (azure-behaviour 6). */
static const struct enum_value firewall_nat_protocols[] = { { "Any", 0, NULL, NULL },
	                                                    { "TCP", IPPROTO_TCP, NULL, NULL },
	                                                    { "UDP", IPPROTO_UDP, NULL, NULL },
	                                                    END };

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define LIST(key, where, what) { .name = key, .type = T_LIST, .item = T_TEXT, .shows = where, .help = what }
/* clang-format on */

const struct object_def network_rule_def = {
	"firewallNetworkRule", "a network rule", NULL,
	(const struct field[]){
	    { .name = "protocols",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_ENUM,
	      .values = firewall_protocols,
	      .required = true,
	      .min = 1,
	      .help = "which packets" },
	    LIST("sourceAddresses", SHOWS_IN_FILES,
	         "Addresses, prefixes, ranges (10.0.0.4-10.0.0.9), or *."),
	    LIST("destinationAddresses", SHOWS_IN_FILES, "The same, or service tags."),
	    LIST("destinationFqdns", SHOWS_AS_IT_RUNS,
	         "Names: not resolved in a lab, so they match nothing."),
	    LIST("destinationPorts", SHOWS_IN_FILES, "\"80\", \"8000-8080\" or *."),
	    END }
};

const struct object_def nat_rule_def = {
	"firewallNatRule", "a NAT rule", NULL,
	(const struct field[]){
	    { .name = "protocols",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_ENUM,
	      .values = firewall_nat_protocols,
	      .required = true,
	      .min = 1,
	      .help = "which packets" },
	    LIST("sourceAddresses", SHOWS_IN_FILES, "Addresses, prefixes, ranges, or *."),
	    LIST("destinationAddresses", SHOWS_AS_IT_RUNS,
	         "An address of the firewall: its public one, its private one, or the name of its "
	         "entry of publicIPAddresses."),
	    LIST("destinationPorts", SHOWS_IN_FILES, "The port that the firewall takes."),
	    { .name = "translatedAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_FILES,
	      .required = true,
	      .help = "who gets the packet" },
	    { .name = "translatedPort",
	      .type = T_TEXT,
	      .shows = SHOWS_IN_FILES,
	      .nullable = true,
	      .help = "On which port. Without it: the same." },
	    END }
};

static int firewall_protocol(const char *name)
{
	const struct enum_value *v = schema_enum_find(firewall_protocols, name);

	return v ? v->value : -1;
}

static const struct tag_use tag_in_firewall_rule = { "FW-TAG-01", "FW-TAG-02",
	                                             "the rule matches nothing by it" };

/* "10.0.0.4", "10.0.0.0/8", "10.0.0.4-10.0.0.9".  -EAFNOSUPPORT: IPv6. */
int firewall_add_address(const char *s, struct prefixes *ret)
{
	const char *dash = strchr(s, '-');
	_cleanup_free_ char *first = dash ? xstrndup(s, (size_t)(dash - s)) : NULL;
	struct prefix p;
	ip4 a, z;
	int r = ip4_parse(dash ? first : s, &a);

	if (r == -EAFNOSUPPORT)
		return r;
	if (dash) {
		if (r < 0 || ip4_parse(dash + 1, &z) < 0 || a > z)
			return -EINVAL;
		prefixes_add_range(ret, a, z);
		return 0;
	}
	if (r == 0)
		p = prefix_host(a);
	else
		r = prefix_parse(s, &p);
	if (r == 0)
		prefixes_add(ret, p);
	return r;
}

static bool is_any_word(const char *s)
{
	return streq(s, "*") || strieq(s, "Any");
}

static void read_address(struct firewall_reading *r, const char *s, const char *ptr,
                         struct prefixes *ret)
{
	const struct service_tag *t;
	bool misspelt = false;
	int rc = firewall_add_address(s, ret);

	if (rc == 0)
		return;
	if (rc == -EAFNOSUPPORT) {
		finding_add(r->l->f, SEV_INFO, "FW-IPV6-01", NULL, ptr, NULL,
		            "rule \"%s\": %s is IPv6, which is not emulated: left out", r->name, s);
		return;
	}
	if (!schema_tag_valid(s)) {
		r->broken = true;
		load_error(r->l, "FW-ADDR-01", NULL, ptr,
		           "write *, an address, a prefix, a range (10.0.0.4-10.0.0.9), or a "
		           "service tag",
		           "rule \"%s\": \"%s\" is no address and no name of a service tag",
		           r->name, s);
		return;
	}
	t = load_service_tag(r->l, &tag_in_firewall_rule, s, ptr, &misspelt);
	r->broken |= misspelt;
	if (t)
		load_tell_sample(r->l, t, ptr);
	for (size_t i = 0; t && i < t->n_prefixes; i++)
		prefixes_add(ret, t->prefixes[i]);
}

/* A list of addresses; *ret_any: one of them is *. */
static void read_firewall_addresses(struct firewall_reading *r, const char *key, bool *ret_any,
                                    const struct prefix **ret, size_t *ret_n)
{
	_cleanup_prefixes_ struct prefixes v = { 0 };
	json_t *s;
	size_t i;

	json_array_foreach (json_object_get(r->x, key), i, s) {
		const char *text = json_string_value(s);

		if (text && is_any_word(text))
			*ret_any = true;
		else if (text)
			read_address(r, text, arena_printf(r->l->a, "%s/%s/%zu", r->ptr, key, i),
			             &v);
	}
	prefixes_tidy(&v);
	struct prefix *kept = arena_array(r->l->a, v.n, sizeof(*kept));

	if (v.n)
		memcpy(kept, v.v, v.n * sizeof(*kept));
	*ret = kept;
	*ret_n = v.n;
}

static void tell_bad_port(struct firewall_reading *r, const char *where, const char *text)
{
	r->broken = true;
	load_error(r->l, "FW-PORT-01", NULL, arena_printf(r->l->a, "%s/%s", r->ptr, where),
	           "write *, \"80\" or \"8000-8080\"", "rule \"%s\": \"%s\" is no port", r->name,
	           text);
}

static void read_firewall_ports(struct firewall_reading *r, struct nsg_side *side)
{
	json_t *list = json_object_get(r->x, "destinationPorts"), *v;
	bool any = false;
	size_t i;

	side->ports = arena_array(r->l->a, json_array_size(list), sizeof(*side->ports));
	json_array_foreach (list, i, v) {
		const char *s = json_string_value(v);

		if (s && is_any_word(s))
			any = true;
		else if (s && load_port_span(s, &side->ports[side->n_ports]))
			side->n_ports++;
		else if (s)
			tell_bad_port(r, arena_printf(r->l->a, "destinationPorts/%zu", i), s);
	}
	if (any)
		side->n_ports = 0;
}

/* Azure takes no rule that leaves one of these open. */
static void require_list(struct firewall_reading *r, const char *key, const char *or_key)
{
	if (json_array_size(json_object_get(r->x, key)) ||
	    (or_key && json_array_size(json_object_get(r->x, or_key))))
		return;
	r->broken = true;
	load_error(r->l, "FW-RULE-02", NULL, r->ptr, "add it; [\"*\"] is for all",
	           "rule \"%s\" has no %s", r->name, key);
}

/* The fields that both kinds of rules have, but for the destination. */
static struct nsg_rule read_common(struct firewall_reading *r, struct nsg_side *ports)
{
	struct nsg_rule out = { 0 };

	require_list(r, "sourceAddresses", NULL);
	require_list(r, "destinationAddresses", "destinationFqdns");
	require_list(r, "destinationPorts", NULL);
	read_firewall_addresses(r, "sourceAddresses", &out.any_src, &out.src, &out.n_src);
	read_firewall_ports(r, ports);
	return out;
}

static void push_single_rule(struct firewall_reading *r, struct nsg_rules *to,
                             const struct nsg_rule *rule, const struct nsg_side *ports,
                             uint32_t protocol, bool deny)
{
	struct security_rule *s = arena_alloc(r->l->a, sizeof(*s));

	s->name = r->name;
	s->ptr = r->ptr;
	s->protocol = protocol;
	s->deny = deny;
	s->src.text = s->dst.text = "";
	s->dst.ports = ports->ports;
	s->dst.n_ports = ports->n_ports;
	to->rules[to->n] = *rule;
	to->rules[to->n++].rule = s;
}

size_t firewall_count_single_rules(json_t *rule, bool nat)
{
	size_t n = 0, i;
	json_t *v;

	json_array_foreach (json_object_get(rule, "protocols"), i, v)
		n += nat && json_is_string(v) && !firewall_protocol(json_string_value(v)) ? 2 : 1;
	return n;
}

/* A rule of several protocols is one for each of them. */
static void push_rule(struct firewall_reading *r, struct nsg_rules *to, const struct nsg_rule *rule,
                      const struct nsg_side *ports, bool nat, bool deny)
{
	json_t *v;
	size_t i;

	json_array_foreach (json_object_get(r->x, "protocols"), i, v) {
		int protocol = json_is_string(v) ? firewall_protocol(json_string_value(v)) : -1;

		if (protocol < 0 || r->broken)
			continue;
		if (nat && !protocol) {
			push_single_rule(r, to, rule, ports, IPPROTO_TCP, deny);
			protocol = IPPROTO_UDP;
		}
		push_single_rule(r, to, rule, ports, (uint32_t)protocol, deny);
	}
}

void firewall_read_network_rule(struct firewall_reading *r, struct firewall *fw)
{
	struct nsg_side ports = { 0 };
	struct nsg_rule rule = read_common(r, &ports);

	read_firewall_addresses(r, "destinationAddresses", &rule.any_dst, &rule.dst, &rule.n_dst);
	if (json_array_size(json_object_get(r->x, "destinationFqdns")))
		finding_add(r->l->f, SEV_WARNING, "FW-FQDN-01", NULL,
		            arena_printf(r->l->a, "%s/destinationFqdns", r->ptr),
		            "name the addresses in destinationAddresses, too",
		            "rule \"%s\" is for names, which a lab does not resolve: it matches "
		            "nothing by them",
		            r->name);
	push_rule(r, &fw->network, &rule, &ports, false, r->c->deny);
}

/* The firewall has the address: its NIC's, or the public one, by address or by name, which the
 * Internet's edge has translated to the NIC's. */
static bool is_address_of_firewall(const struct firewall_reading *r, const struct nic *n,
                                   const char *s)
{
	json_t *list = json_object_get(
	           json_object_get(json_object_get(r->l->root, "azureFirewalls"), r->fw->name),
	           "publicIPAddresses"),
	       *first = json_array_get(list, 0);
	ip4 a;

	if (is_any_word(s))
		return true;
	if (ip4_parse(s, &a) == 0)
		return a == n->ip || (ip4_is_set(n->public_ip) && a == n->public_ip);
	return json_is_string(first) && strieq(json_string_value(first), s);
}

static void read_rule_target(struct firewall_reading *r, struct firewall_target *ret)
{
	const char *port = json_string_value(json_object_get(r->x, "translatedPort"));
	const char *ip = json_string_value(json_object_get(r->x, "translatedAddress"));
	struct port_span span = { 0 };

	if (!ip || ip4_parse(ip, &ret->ip) < 0)
		r->broken = true; /* a finding says so already */
	if (port && !is_any_word(port) &&
	    (!load_port_span(port, &span) || span.lo != span.hi || !span.lo))
		tell_bad_port(r, "translatedPort", port);
	ret->port = span.lo;
}

void firewall_read_nat_rule(struct firewall_reading *r, struct firewall *fw)
{
	const struct nic *n = fw->vm->nics[0];
	struct nsg_side ports = { 0 };
	struct nsg_rule rule = read_common(r, &ports);
	struct prefix *own = arena_alloc(r->l->a, sizeof(*own));
	struct firewall_target target = { 0 };
	bool mine = false;
	json_t *v;
	size_t i, before = fw->nat.n;

	read_rule_target(r, &target);
	*own = prefix_host(n->ip);
	rule.dst = own;
	rule.n_dst = 1;
	json_array_foreach (json_object_get(r->x, "destinationAddresses"), i, v)
		mine |= json_is_string(v) && is_address_of_firewall(r, n, json_string_value(v));
	if (!mine && !r->broken) {
		finding_add(r->l->f, SEV_WARNING, "FW-NAT-01", NULL,
		            arena_printf(r->l->a, "%s/destinationAddresses", r->ptr),
		            ip4_is_set(n->public_ip)
		                ? arena_printf(r->l->a, "write \"%s\"", IP4_STR(n->public_ip))
		                : "give the firewall an entry in publicIPAddresses",
		            "NAT rule \"%s\" is for no address of firewall \"%s\" that leads to it "
		            "in the lab: it matches nothing",
		            r->name, fw->name);
		return;
	}
	push_rule(r, &fw->nat, &rule, &ports, true, false);
	for (; before < fw->nat.n; before++)
		fw->targets[before] = target;
}
