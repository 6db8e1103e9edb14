/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/firewall.h"

#include <netinet/in.h>

#include "azure/lb.h"
#include "base/str.h"

static const struct security_rule *match_rule(const struct nsg_rules *rules,
                                              const struct walk_packet *p, size_t *ret_at)
{
	const struct nsg_rule *r = nsg_match(rules, p);

	*ret_at = (size_t)(r - rules->rules);
	return r->is_default ? NULL : r->rule;
}

struct firewall_verdict firewall_decide(const struct firewall *fw, const struct walk_packet *p)
{
	size_t at;
	const struct security_rule *r = match_rule(&fw->nat, p, &at);

	if (r)
		return (struct firewall_verdict){ FIREWALL_DNAT, r, &fw->targets[at] };
	if (p->dst == fw->vm->nics[0]->ip) { /* what is not translated stays here */
		bool ping = fw->answers_ping && p->ip_proto == IPPROTO_ICMP;

		return (struct firewall_verdict){ ping ? FIREWALL_LOCAL : FIREWALL_DENY, NULL,
			                          NULL };
	}
	r = match_rule(&fw->network, p, &at);
	bool pass = r && !r->deny && !firewall_cannot_hide(fw, p);

	return (struct firewall_verdict){ pass ? FIREWALL_ALLOW : FIREWALL_DENY, r, NULL };
}

const struct prefix firewall_iana[FIREWALL_IANA] = { { IP4(10, 0, 0, 0), 8 },
	                                             { IP4(172, 16, 0, 0), 12 },
	                                             { IP4(192, 168, 0, 0), 16 },
	                                             { IP4(100, 64, 0, 0), 10 } };

static bool packet_has_ports(const struct walk_packet *p)
{
	return p->ip_proto == IPPROTO_TCP || p->ip_proto == IPPROTO_UDP;
}

bool firewall_hides_source(const struct firewall *fw, const struct walk_packet *p)
{
	const struct prefix *v = packet_has_ports(p) ? fw->private_ranges : firewall_iana;
	size_t n = packet_has_ports(p) ? fw->n_private_ranges : FIREWALL_IANA;

	for (size_t i = 0; i < n; i++)
		if (prefix_has(v[i], p->dst))
			return false;
	return true;
}

ip4 firewall_source(const struct firewall *fw, const struct walk_packet *p)
{
	const struct node *vm = fw->vm;

	if (!vm->n_instances)
		return vm->nics[0]->ip;
	return vm->instances[lb_slot(LB_BY_FLOW, p) % vm->n_instances];
}

bool firewall_cannot_hide(const struct firewall *fw, const struct walk_packet *p)
{
	return !packet_has_ports(p) && !fw->icmp_out && firewall_hides_source(fw, p);
}

static const char *flow_text(struct arena *a, const struct walk_packet *p)
{
	if (packet_has_ports(p))
		return arena_printf(a, "%s/%u from %s to %s",
		                    p->ip_proto == IPPROTO_TCP ? "tcp" : "udp", p->dport,
		                    IP4_STR(p->src), IP4_STR(p->dst));
	return arena_printf(a, "%s from %s to %s", p->ip_proto == IPPROTO_ICMP ? "icmp" : "it",
	                    IP4_STR(p->src), IP4_STR(p->dst));
}

const char *firewall_reason(struct arena *a, const struct firewall *fw, const struct walk_packet *p,
                            const struct security_rule *rule)
{
	const char *flow = flow_text(a, p);

	if (rule && !rule->deny)
		return arena_printf(a,
		                    "rule %s of firewall %s allows %s, but the firewall gives its "
		                    "public address to TCP and UDP only; try those (the setting "
		                    "azureFirewallInternetIcmp lets all pass)",
		                    rule->name, fw->name, flow);
	if (rule)
		return arena_printf(a, "rule %s of firewall %s denies %s", rule->name, fw->name,
		                    flow);
	if (p->dst == fw->vm->nics[0]->ip)
		return arena_printf(a,
		                    "firewall %s answers nothing itself, and none of its NAT rules "
		                    "is for %s; add one to natRuleCollections",
		                    fw->name, flow);
	return arena_printf(a,
	                    "no rule of firewall %s allows %s, and it denies what none allows; "
	                    "add a rule to networkRuleCollections",
	                    fw->name, flow);
}
