/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Effective security rules as az prints them, and the names of rules and places. */
#include <netinet/in.h>

#include "azure/given.h"
#include "azure/nsg.h"
#include "base/str.h"

const char *nsg_rule_name(struct arena *a, const struct nsg_rule *r)
{
	return arena_printf(a, "%s_%s", r->is_default ? "DefaultRule" : "UserRule", r->rule->name);
}

const char *nsg_reason(struct arena *a, const struct nic *n, enum nsg_direction d,
                       const struct walk_packet *p, const struct nsg *g, const struct nsg_rule *r)
{
	const char *subnet =
	    arena_printf(a, "subnet %s/%s", n->subnet->vnet->name, n->subnet->name);
	const char *nic = arena_printf(a, "NIC %s", n->name);
	const char *place = n->nsg != nsg_of_subnet(n) ? (n->nsg == g ? nic : subnet)
	                                               : arena_printf(a, "%s and %s", subnet, nic);
	const char *port = p->dport ? arena_printf(a, " port %u", p->dport) : "";

	return arena_printf(a,
	                    "security rule %s (%u) of network security group %s on %s drops it on "
	                    "the way %s %s: %s to %s%s; add a rule that allows it, with a priority "
	                    "below %u",
	                    r->rule->name, r->rule->priority, g->name, place,
	                    d == NSG_IN ? "into" : "out of", n->vm->name, IP4_STR(p->src),
	                    IP4_STR(p->dst), port,
	                    r->rule->priority > 4096 ? 4097 : r->rule->priority);
}

static const char *protocol(uint32_t p)
{
	return p == IPPROTO_TCP    ? "Tcp"
	       : p == IPPROTO_UDP  ? "Udp"
	       : p == IPPROTO_ICMP ? "Icmp"
	       : p == IPPROTO_ESP  ? "Esp"
	       : p == IPPROTO_AH   ? "Ah"
	                           : "All";
}

static json_t *make_prefix_list(const struct prefix *v, size_t n, bool any)
{
	json_t *a = json_array();

	if (any)
		json_array_append_new(a, json_string("0.0.0.0/0"));
	for (size_t i = 0; !any && i < n; i++)
		json_array_append_new(a, json_string(PREFIX_STR(v[i])));
	return a;
}

/* az writes a single port as a range, and all of them as 0-65535. */
static json_t *ports(const struct nsg_side *s)
{
	json_t *a = json_array();

	for (size_t i = 0; i < s->n_ports; i++) {
		_cleanup_free_ char *text = xasprintf("%u-%u", s->ports[i].lo, s->ports[i].hi);

		json_array_append_new(a, json_string(text));
	}
	if (!s->n_ports)
		json_array_append_new(a, json_string("0-65535"));
	return a;
}

static json_t *rule_json(const struct nsg_rule *r)
{
	const struct security_rule *s = r->rule;
	_cleanup_free_ char *name =
	    xasprintf("%s/%s", r->is_default ? "defaultSecurityRules" : "securityRules", s->name);

	return json_pack(
	    "{s:s,s:i,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o}", "name", name, "priority",
	    (int)s->priority, "direction", s->direction == NSG_IN ? "Inbound" : "Outbound",
	    "access", s->deny ? "Deny" : "Allow", "protocol", protocol(s->protocol),
	    "sourceAddressPrefix", s->src.text, "destinationAddressPrefix", s->dst.text,
	    "sourcePortRanges", ports(&s->src), "destinationPortRanges", ports(&s->dst),
	    "expandedSourceAddressPrefix", make_prefix_list(r->src, r->n_src, r->any_src),
	    "expandedDestinationAddressPrefix", make_prefix_list(r->dst, r->n_dst, r->any_dst));
}

json_t *nsg_json(const struct model *m, const struct nic *n, const struct eff_table *t)
{
	const struct nsg *groups[2];
	unsigned k = nsg_of_nic(n, NSG_IN, groups);
	json_t *list = json_array();

	for (unsigned i = 0; i < k; i++) {
		json_t *rules = json_array();

		for (int d = NSG_IN; d <= NSG_OUT; d++) {
			const struct nsg_rules *x =
			    nsg_compile(m, groups[i], (enum nsg_direction)d, t);

			for (size_t j = 0; j < x->n; j++)
				json_array_append_new(rules, rule_json(&x->rules[j]));
		}
		_cleanup_free_ char *subnet =
		    xasprintf("%s/%s", n->subnet->vnet->name, n->subnet->name);
		bool of = nsg_of_subnet(n) && i == 0; /* inbound, the subnet's comes first */

		/* Ids are the lab's names; ARM's stands beside, when there is one. */
		json_array_append_new(
		    list, json_pack("{s:{s:s,s:s*},s:{s:{s:s}},s:o}", "networkSecurityGroup", "id",
		                    groups[i]->name, "armId", model_arm_id(m, groups[i]->ptr),
		                    "association", of ? "subnet" : "networkInterface", "id",
		                    of ? subnet : n->name, "effectiveSecurityRules", rules));
	}
	return list;
}

json_t *nsg_default_rules_json(void)
{
	size_t n;
	const struct security_rule *v = nsg_default_rules(&n);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    list,
		    json_pack("{s:s,s:{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:[],s:[],s:[],s:[]}}",
		              "name", v[i].name, "properties", "description", v[i].name, "protocol",
		              "*", "sourcePortRange", "*", "destinationPortRange", "*",
		              "sourceAddressPrefix", v[i].src.text, "destinationAddressPrefix",
		              v[i].dst.text, "access", v[i].deny ? "Deny" : "Allow", "priority",
		              (int)v[i].priority, "direction",
		              v[i].direction == NSG_IN ? "Inbound" : "Outbound", "sourcePortRanges",
		              "destinationPortRanges", "sourceAddressPrefixes",
		              "destinationAddressPrefixes"));
	return list;
}
