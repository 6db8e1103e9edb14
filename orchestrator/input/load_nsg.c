/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups with their rules. */
#include <stdio.h>

#include "azure/service_tags.h"
#include "base/str.h"
#include "input/load.h"

/* --- one rule -------------------------------------------------------------------------------- */

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

static bool port_number(const char *s, char **end, unsigned long *ret)
{
	if (*s < '0' || *s > '9')
		return false;
	*ret = strtoul(s, end, 10);
	return *ret <= 65535;
}

bool load_port_span(const char *text, struct port_span *ret)
{
	unsigned long lo = 0, hi;
	char *end = NULL;
	bool ok = port_number(text, &end, &lo);

	hi = lo;
	if (ok && *end == '-')
		ok = port_number(end + 1, &end, &hi);
	if (!ok || *end || lo > hi)
		return false;
	*ret = (struct port_span){ (uint16_t)lo, (uint16_t)hi };
	return true;
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
	r->broken = !schema_fill(&schema_security_rule, x, l->a, r);
	read_side(l, r, &r->src, x, "source");
	read_side(l, r, &r->dst, x, "destination");
}

/* --- groups ---------------------------------------------------------------------------------- */

void load_security(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "networkSecurityGroups"), *x, *y;
	json_t *groups = json_object_get(l->root, "applicationSecurityGroups");
	const struct jptr *at = JPTR(NULL, "networkSecurityGroups");
	const struct jptr *groups_at = JPTR(NULL, "applicationSecurityGroups");
	const char *key, *name;

	m->nsgs = arena_array(l->a, json_object_size(map), sizeof(*m->nsgs));
	json_object_foreach (map, key, x) {
		struct nsg *g = &m->nsgs[m->n_nsgs];
		json_t *rules = json_object_get(x, "securityRules");
		const struct jptr *here = JPTR(at, key), *rules_at = JPTR(here, "securityRules");

		g->idx = m->n_nsgs++;
		g->name = arena_strdup(l->a, key);
		g->ptr = load_ptr(l, here);
		g->rules = arena_array(l->a, json_object_size(rules), sizeof(*g->rules));
		json_object_foreach (rules, name, y) {
			struct security_rule *r = &g->rules[g->n_rules++];

			r->name = arena_strdup(l->a, name);
			r->ptr = load_ptr(l, JPTR(rules_at, name));
			load_rule(l, r, y);
		}
	}
	m->asgs = arena_array(l->a, json_object_size(groups), sizeof(*m->asgs));
	json_object_foreach (groups, key, x) {
		struct asg *g = &m->asgs[m->n_asgs];

		g->idx = m->n_asgs++;
		g->name = arena_strdup(l->a, key);
		g->ptr = load_ptr(l, JPTR(groups_at, key));
	}
}

/* --- references ------------------------------------------------------------------------------ */

static struct nsg *find_nsg(struct loader *l, json_t *x, const char *ptr)
{
	const char *name = json_string_value(json_object_get(x, "networkSecurityGroup"));

	if (!name || !schema_name_valid(name))
		return NULL;
	for (size_t i = 0; i < l->m->n_nsgs; i++)
		if (strieq(l->m->nsgs[i].name, name))
			return &l->m->nsgs[i];
	load_no_such(l, "networkSecurityGroups", name,
	             arena_printf(l->a, "%s/networkSecurityGroup", ptr));
	return NULL;
}

/* Calls fn for each application security group that a list names.  ptr NULL: those that do not
 * exist were reported before. */
static void each_asg(struct loader *l, json_t *list, const char *ptr,
                     void (*fn)(struct asg *g, void *arg), void *arg)
{
	size_t i, k;
	json_t *v;

	json_array_foreach (list, i, v) {
		const char *name = json_string_value(v);

		if (!name || !schema_name_valid(name))
			continue;
		for (k = 0; k < l->m->n_asgs && !strieq(l->m->asgs[k].name, name); k++)
			;
		if (k < l->m->n_asgs)
			fn(&l->m->asgs[k], arg);
		else if (ptr)
			load_no_such(l, "applicationSecurityGroups", name,
			             arena_printf(l->a, "%s/%zu", ptr, i));
	}
}

static void count_member(struct asg *g, void *arg)
{
	(void)arg;
	g->n_nics++;
}

static void add_member(struct asg *g, void *arg)
{
	g->nics[g->n_nics++] = arg;
}

static void add_group(struct asg *g, void *arg)
{
	struct nsg_side *s = arg;

	s->asgs[s->n_asgs++] = g;
}

/* All NICs in the order of the file, with their JSON. */
static void each_nic(struct loader *l, void (*fn)(struct loader *l, struct nic *n, json_t *x))
{
	json_t *vm, *y;
	const char *key, *name;
	size_t i = 0;

	json_object_foreach (json_object_get(l->root, "virtualMachines"), key, vm) {
		json_t *one = json_object_get(vm, "nic");

		if (one)
			fn(l, &l->m->nics[i++], one);
		json_object_foreach (json_object_get(vm, "nics"), name, y)
			fn(l, &l->m->nics[i++], y);
	}
}

static void first_pass(struct loader *l, struct nic *n, json_t *x)
{
	n->nsg = find_nsg(l, x, n->ptr);
	each_asg(l, json_object_get(x, "applicationSecurityGroups"),
	         arena_printf(l->a, "%s/applicationSecurityGroups", n->ptr), count_member, NULL);
}

static void second_pass(struct loader *l, struct nic *n, json_t *x)
{
	each_asg(l, json_object_get(x, "applicationSecurityGroups"), NULL, add_member, n);
}

static void resolve_rule(struct loader *l, struct security_rule *r, json_t *x)
{
	static const char *const words[] = { "source", "destination" };
	struct nsg_side *sides[] = { &r->src, &r->dst };

	for (unsigned i = 0; i < 2; i++) {
		const char *key = arena_printf(l->a, "%sApplicationSecurityGroups", words[i]);
		json_t *list = json_object_get(x, key), *v;
		_cleanup_str_ struct str text = { 0 };
		size_t k;

		if (!json_array_size(list))
			continue;
		sides[i]->asgs = arena_array(l->a, json_array_size(list), sizeof(struct asg *));
		each_asg(l, list, arena_printf(l->a, "%s/%s", r->ptr, key), add_group, sides[i]);
		json_array_foreach (list, k, v)
			str_printf(&text, "%s%s", k ? "," : "",
			           json_is_string(v) ? json_string_value(v) : "?");
		sides[i]->text = arena_strdup(l->a, str_get(&text));
	}
}

void resolve_security(struct loader *l)
{
	struct model *m = l->m;
	json_t *x, *y;
	const char *key, *name;
	size_t i = 0, k;

	json_object_foreach (json_object_get(l->root, "virtualNetworks"), key, x) {
		struct vnet *v = &m->vnets[i++];

		k = 0;
		json_object_foreach (json_object_get(x, "subnets"), name, y) {
			struct subnet *s = v->subnets[k++];

			s->nsg = find_nsg(l, y, s->ptr);
		}
	}
	each_nic(l, first_pass);
	for (i = 0; i < m->n_asgs; i++) {
		m->asgs[i].nics = arena_array(l->a, m->asgs[i].n_nics, sizeof(struct nic *));
		m->asgs[i].n_nics = 0;
	}
	each_nic(l, second_pass);
	i = 0;
	json_object_foreach (json_object_get(l->root, "networkSecurityGroups"), key, x) {
		struct nsg *g = &m->nsgs[i++];

		k = 0;
		json_object_foreach (json_object_get(x, "securityRules"), name, y)
			resolve_rule(l, &g->rules[k++], y);
	}
}
