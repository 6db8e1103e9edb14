#include "azure/firewall.h"

#include <netinet/in.h>

#include "base/str.h"

static const struct security_rule *match(const struct nsg_rules *rules, const struct walk_packet *p,
                                         size_t *ret_at)
{
	const struct nsg_rule *r = nsg_match(rules, p);

	*ret_at = (size_t)(r - rules->rules);
	return r->is_default ? NULL : r->rule;
}

struct firewall_verdict firewall_decide(const struct firewall *fw, const struct walk_packet *p)
{
	size_t at;
	const struct security_rule *r = match(&fw->nat, p, &at);

	if (r)
		return (struct firewall_verdict){ FIREWALL_DNAT, r, &fw->targets[at] };
	if (p->dst == fw->vm->nics[0]->ip) { /* what is not translated stays here */
		bool ping = fw->answers_ping && p->ip_proto == IPPROTO_ICMP;

		return (struct firewall_verdict){ ping ? FIREWALL_LOCAL : FIREWALL_DENY, NULL,
			                          NULL };
	}
	r = match(&fw->network, p, &at);
	return (struct firewall_verdict){ r && !r->deny ? FIREWALL_ALLOW : FIREWALL_DENY, r, NULL };
}

bool firewall_hides_source(const struct firewall *fw, ip4 dst)
{
	for (size_t i = 0; i < fw->n_private_ranges; i++)
		if (prefix_has(fw->private_ranges[i], dst))
			return false;
	return true;
}

static const char *flow_text(struct arena *a, const struct walk_packet *p)
{
	if (p->ip_proto == IPPROTO_TCP || p->ip_proto == IPPROTO_UDP)
		return arena_printf(a, "%s/%u from %s to %s",
		                    p->ip_proto == IPPROTO_TCP ? "tcp" : "udp", p->dport,
		                    IP4_STR(p->src), IP4_STR(p->dst));
	return arena_printf(a, "%s from %s to %s", p->ip_proto == IPPROTO_ICMP ? "icmp" : "it",
	                    IP4_STR(p->src), IP4_STR(p->dst));
}

const char *firewall_reason(struct arena *a, const struct firewall *fw, const struct walk_packet *p,
                            const struct security_rule *denies)
{
	const char *flow = flow_text(a, p);

	if (denies)
		return arena_printf(a, "rule %s of firewall %s denies %s", denies->name, fw->name,
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
