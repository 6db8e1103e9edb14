/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of Azure Firewalls, in the order in which they are asked. */
#include <errno.h>

#include "azure/firewall.h"
#include "azure/prefixes.h"
#include "azure/service_tags.h"
#include "base/str.h"
#include "input/load.h"

/* --- one rule -------------------------------------------------------------------------------- */

struct reading {
	struct loader *l;
	const struct firewall *fw;
	const struct firewall_collection *c;
	const char *name, *ptr; /* of the rule; its name is "COLLECTION/RULE" */
	json_t *x;
	bool broken;
};

static const struct tag_use tag_in_rule = { "FW-TAG-01", "FW-TAG-02",
	                                    "the rule matches nothing by it" };

/* "10.0.0.4", "10.0.0.0/8", "10.0.0.4-10.0.0.9".  -EAFNOSUPPORT: IPv6. */
static int add_address(const char *s, struct prefixes *ret)
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

static bool is_any(const char *s)
{
	return streq(s, "*") || strieq(s, "Any");
}

static void read_address(struct reading *r, const char *s, const char *ptr, struct prefixes *ret)
{
	const struct service_tag *t;
	bool misspelt = false;
	int rc = add_address(s, ret);

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
	t = load_service_tag(r->l, &tag_in_rule, s, ptr, &misspelt);
	r->broken |= misspelt;
	if (t)
		load_tell_sample(r->l, t, ptr);
	for (size_t i = 0; t && i < t->n_prefixes; i++)
		prefixes_add(ret, t->prefixes[i]);
}

/* A list of addresses; *ret_any: one of them is *. */
static void read_addresses(struct reading *r, const char *key, bool *ret_any,
                           const struct prefix **ret, size_t *ret_n)
{
	_cleanup_prefixes_ struct prefixes v = { 0 };
	json_t *s;
	size_t i;

	json_array_foreach (json_object_get(r->x, key), i, s) {
		const char *text = json_string_value(s);

		if (text && is_any(text))
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

static void bad_port(struct reading *r, const char *where, const char *text)
{
	r->broken = true;
	load_error(r->l, "FW-PORT-01", NULL, arena_printf(r->l->a, "%s/%s", r->ptr, where),
	           "write *, \"80\" or \"8000-8080\"", "rule \"%s\": \"%s\" is no port", r->name,
	           text);
}

static void read_ports(struct reading *r, struct nsg_side *side)
{
	json_t *list = json_object_get(r->x, "destinationPorts"), *v;
	bool any = false;
	size_t i;

	side->ports = arena_array(r->l->a, json_array_size(list), sizeof(*side->ports));
	json_array_foreach (list, i, v) {
		const char *s = json_string_value(v);

		if (s && is_any(s))
			any = true;
		else if (s && load_port_span(s, &side->ports[side->n_ports]))
			side->n_ports++;
		else if (s)
			bad_port(r, arena_printf(r->l->a, "destinationPorts/%zu", i), s);
	}
	if (any)
		side->n_ports = 0;
}

/* Azure takes no rule that leaves one of these open. */
static void need(struct reading *r, const char *key, const char *or_key)
{
	if (json_array_size(json_object_get(r->x, key)) ||
	    (or_key && json_array_size(json_object_get(r->x, or_key))))
		return;
	r->broken = true;
	load_error(r->l, "FW-RULE-02", NULL, r->ptr, "add it; [\"*\"] is for all",
	           "rule \"%s\" has no %s", r->name, key);
}

/* The fields that both kinds of rules have, but for the destination. */
static struct nsg_rule read_common(struct reading *r, struct nsg_side *ports)
{
	struct nsg_rule out = { 0 };

	need(r, "sourceAddresses", NULL);
	need(r, "destinationAddresses", "destinationFqdns");
	need(r, "destinationPorts", NULL);
	read_addresses(r, "sourceAddresses", &out.any_src, &out.src, &out.n_src);
	read_ports(r, ports);
	return out;
}

/* A rule of several protocols is one for each of them. */
static void push(struct reading *r, struct nsg_rules *to, const struct nsg_rule *rule,
                 const struct nsg_side *ports, bool deny)
{
	json_t *v;
	size_t i;

	json_array_foreach (json_object_get(r->x, "protocols"), i, v) {
		int protocol = json_is_string(v) ? firewall_protocol(json_string_value(v)) : -1;
		struct security_rule *s = arena_alloc(r->l->a, sizeof(*s));

		if (protocol < 0 || r->broken)
			continue;
		s->name = r->name;
		s->ptr = r->ptr;
		s->protocol = (uint32_t)protocol;
		s->deny = deny;
		s->src.text = s->dst.text = "";
		s->dst.ports = ports->ports;
		s->dst.n_ports = ports->n_ports;
		to->rules[to->n] = *rule;
		to->rules[to->n++].rule = s;
	}
}

static void read_network(struct reading *r, struct firewall *fw)
{
	struct nsg_side ports = { 0 };
	struct nsg_rule rule = read_common(r, &ports);

	read_addresses(r, "destinationAddresses", &rule.any_dst, &rule.dst, &rule.n_dst);
	if (json_array_size(json_object_get(r->x, "destinationFqdns")))
		finding_add(r->l->f, SEV_WARNING, "FW-FQDN-01", NULL,
		            arena_printf(r->l->a, "%s/destinationFqdns", r->ptr),
		            "name the addresses in destinationAddresses, too",
		            "rule \"%s\" is for names, which a lab does not resolve: it matches "
		            "nothing by them",
		            r->name);
	push(r, &fw->network, &rule, &ports, r->c->deny);
}

/* The firewall has the address: its NIC's, or the public one, by address or by name, which the
 * Internet's edge has translated to the NIC's. */
static bool is_its_own(const struct reading *r, const struct nic *n, const char *s)
{
	json_t *list = json_object_get(
	           json_object_get(json_object_get(r->l->root, "azureFirewalls"), r->fw->name),
	           "publicIPAddresses"),
	       *first = json_array_get(list, 0);
	ip4 a;

	if (is_any(s))
		return true;
	if (ip4_parse(s, &a) == 0)
		return a == n->ip || (n->public_ip && a == n->public_ip);
	return json_is_string(first) && strieq(json_string_value(first), s);
}

static void read_target(struct reading *r, struct firewall_target *ret)
{
	const char *port = json_string_value(json_object_get(r->x, "translatedPort"));
	const char *ip = json_string_value(json_object_get(r->x, "translatedAddress"));
	struct port_span span = { 0 };

	if (!ip || ip4_parse(ip, &ret->ip) < 0)
		r->broken = true; /* a finding says so already */
	if (port && !is_any(port) &&
	    (!load_port_span(port, &span) || span.lo != span.hi || !span.lo))
		bad_port(r, "translatedPort", port);
	ret->port = span.lo;
}

static void read_nat(struct reading *r, struct firewall *fw)
{
	const struct nic *n = fw->vm->nics[0];
	struct nsg_side ports = { 0 };
	struct nsg_rule rule = read_common(r, &ports);
	struct prefix *own = arena_alloc(r->l->a, sizeof(*own));
	struct firewall_target target = { 0 };
	bool mine = false;
	json_t *v;
	size_t i, before = fw->nat.n;

	read_target(r, &target);
	*own = prefix_host(n->ip);
	rule.dst = own;
	rule.n_dst = 1;
	json_array_foreach (json_object_get(r->x, "destinationAddresses"), i, v)
		mine |= json_is_string(v) && is_its_own(r, n, json_string_value(v));
	if (!mine && !r->broken) {
		finding_add(r->l->f, SEV_WARNING, "FW-NAT-01", NULL,
		            arena_printf(r->l->a, "%s/destinationAddresses", r->ptr),
		            n->public_ip
		                ? arena_printf(r->l->a, "write \"%s\"", IP4_STR(n->public_ip))
		                : "give the firewall an entry in publicIPAddresses",
		            "NAT rule \"%s\" is for no address of firewall \"%s\" that leads to it "
		            "in the lab: it matches nothing",
		            r->name, fw->name);
		return;
	}
	push(r, &fw->nat, &rule, &ports, false);
	for (; before < fw->nat.n; before++)
		fw->targets[before] = target;
}

/* --- collections ----------------------------------------------------------------------------- */

static int by_priority(const void *pa, const void *pb)
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

static size_t count_rules(json_t *collections)
{
	size_t n = 0, i;
	json_t *c, *rule, *v;
	const char *key, *name;

	json_object_foreach (collections, key, c)
		json_object_foreach (json_object_get(c, "rules"), name, rule)
			json_array_foreach (json_object_get(rule, "protocols"), i, v)
				n++;
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
		c->broken = !schema_fill(nat ? &schema_nat_collection : &schema_network_collection,
		                         x, l->a, c);
	}
	if (n)
		qsort(v, n, sizeof(*v), by_priority);
	fw->n_collections += n;
	for (size_t i = 0; i < n; i++) {
		json_t *rules = json_object_get(json_object_get(map, v[i].name), "rules");

		fw->n_declared += json_object_size(rules);
		json_object_foreach (rules, key, x) {
			struct reading r = { .l = l,
				             .fw = fw,
				             .c = &v[i],
				             .name = arena_printf(l->a, "%s/%s", v[i].name, key),
				             .ptr = load_ptr(
				                 l, JPTR(JPTR(JPTR(at, v[i].name), "rules"), key)),
				             .x = x,
				             .broken = v[i].broken };

			if (nat)
				read_nat(&r, fw);
			else
				read_network(&r, fw);
		}
	}
}

static struct nsg_rules room(struct loader *l, json_t *collections)
{
	return (struct nsg_rules){ .rules = arena_array(l->a, count_rules(collections) + 1,
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
		else if (s && add_address(s, &v) < 0)
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

void load_firewall_rules(struct loader *l)
{
	json_t *x;
	const char *key;
	size_t i = 0;

	json_object_foreach (json_object_get(l->root, "azureFirewalls"), key, x) {
		struct firewall *fw = &l->m->firewalls[i++];
		json_t *nat = json_object_get(x, "natRuleCollections");
		json_t *network = json_object_get(x, "networkRuleCollections");

		fw->answers_ping = l->m->settings.firewall_ping;
		fw->icmp_out = l->m->settings.firewall_icmp;
		fw->collections =
		    arena_array(l->a, json_object_size(nat) + json_object_size(network),
		                sizeof(*fw->collections));
		fw->nat = room(l, nat);
		fw->network = room(l, network);
		fw->targets = arena_array(l->a, count_rules(nat) + 1, sizeof(*fw->targets));
		read_ranges(l, fw, json_object_get(x, "privateRanges"));
		read_collections(l, fw, nat, true);
		read_collections(l, fw, network, false);
		deny_the_rest(&fw->nat);
		deny_the_rest(&fw->network);
	}
}
