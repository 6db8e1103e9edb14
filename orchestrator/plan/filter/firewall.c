/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/firewall.h"

#include <stdio.h>

#include "plan/filter/rule.h"

#define TABLE "vnetlab"

/* All of it goes out as one transaction, which may not become too long: sets keep it short. */
enum { RULE_LINES = 1 };

/* What comes in for the firewall itself is dropped unless it is an answer, is translated, or asks
 * for an echo. */
static const char OWN[] = "	chain own {\n"
                          "		type filter hook input priority 0; policy drop;\n"
                          "		iifname \"lo\" accept\n"
                          "		ct state established,related accept\n";

static void set_of(const struct prefix *v, size_t n, struct str *s)
{
	str_add(s, "ip daddr { ");
	for (size_t i = 0; i < n; i++)
		str_printf(s, "%s%s", i ? ", " : "", PREFIX_STR(v[i]));
	str_add(s, " } ");
}

static void targets(const struct firewall *fw, struct str *s)
{
	for (size_t i = 0; i < fw->nat.n; i++) {
		const struct firewall_target *t = &fw->targets[i];

		char verdict[64], port[8] = "";

		if (fw->nat.rules[i].is_default)
			continue;
		if (t->port)
			snprintf(port, sizeof(port), ":%u", t->port);
		snprintf(verdict, sizeof(verdict), "dnat to %s%s", IP4_STR(t->ip), port);
		nsg_rule_text(&fw->nat.rules[i], verdict, RULE_LINES, s);
	}
}

/* Behind the rules: what has no ports and would need the public address goes nowhere. */
static void no_ports(const struct firewall *fw, struct str *s)
{
	if (fw->icmp_out)
		return;
	set_of(firewall_iana, FIREWALL_IANA, s);
	str_add(s, "accept\nmeta l4proto != { 6, 17 } drop\n");
}

/* firewall_hides_source() */
static void sources(const struct firewall *fw, struct str *s)
{
	str_add(s, "meta l4proto != { 6, 17 } ");
	set_of(firewall_iana, FIREWALL_IANA, s);
	str_add(s, "accept\n");
	if (fw->n_private_ranges) {
		str_add(s, "meta l4proto { 6, 17 } ");
		set_of(fw->private_ranges, fw->n_private_ranges, s);
		str_add(s, "accept\n");
	}
	str_add(s, "masquerade\n");
}

const char *firewall_chain_name(const struct firewall *fw, char buf[FIREWALL_CHAIN])
{
	_cleanup_str_ struct str s = { 0 };

	targets(fw, &s);
	nsg_rules_text(&fw->network, RULE_LINES, &s);
	no_ports(fw, &s);
	sources(fw, &s);
	str_printf(&s, "%s %d", IP4_STR(fw->vm->nics[0]->ip), fw->answers_ping);
	snprintf(buf, FIREWALL_CHAIN, "fw_%016llx", (unsigned long long)str_hash(str_get(&s), 1));
	return buf;
}

void firewall_nft_text(const struct firewall *fw, struct str *ret)
{
	char name[FIREWALL_CHAIN];

	firewall_chain_name(fw, name);
	/* The first line is for a node that has none yet. */
	str_add(ret, "add table ip " TABLE "\ndelete table ip " TABLE "\n");
	str_printf(ret, "table ip " TABLE " {\n	chain %s {\n", name);
	nsg_rules_text(&fw->network, RULE_LINES, ret);
	str_printf(ret,
	           "	}\n	chain forward {\n"
	           "		type filter hook forward priority 0; policy drop;\n"
	           "		ct state established,related accept\n"
	           "		ct state invalid drop\n"
	           "		ct status dnat accept\n"
	           "		jump %s\n",
	           name);
	no_ports(fw, ret);
	str_printf(ret, "		accept\n	}\n%s", OWN);
	if (fw->answers_ping)
		str_add(ret, "		icmp type echo-request accept\n");
	str_add(ret, "	}\n	chain translate {\n"
	             "		type nat hook prerouting priority -100; policy accept;\n");
	targets(fw, ret);
	str_add(ret, "	}\n	chain source {\n"
	             "		type nat hook postrouting priority 100; policy accept;\n"
	             "		fib saddr type local accept\n"
	             "		ct status dnat masquerade\n");
	sources(fw, ret);
	str_add(ret, "	}\n}\n");
}
