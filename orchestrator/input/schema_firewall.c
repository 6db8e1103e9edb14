/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewall in the topology file. */
#include <netinet/in.h>

#include "azure/firewall.h"
#include "azure/kind.h"
#include "input/schema_topology.h"

static const struct enum_value protocols[] = { { "Any", 0, NULL, NULL },
	                                       { "TCP", IPPROTO_TCP, NULL, NULL },
	                                       { "UDP", IPPROTO_UDP, NULL, NULL },
	                                       { "ICMP", IPPROTO_ICMP, NULL, NULL },
	                                       END };
static const struct enum_value nat_protocols[] = { { "TCP", IPPROTO_TCP, NULL, NULL },
	                                           { "UDP", IPPROTO_UDP, NULL, NULL },
	                                           END };
static const struct enum_value actions[] = { { "Allow", 0, NULL, NULL },
	                                     { "Deny", 1, "dropped, silently", NULL },
	                                     END };
static const struct enum_value nat_actions[] = { { "Dnat", 0, NULL, NULL }, END };

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define LIST(key, where, what) { .name = key, .type = T_LIST, .item = T_TEXT, .shows = where, .help = what }
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

static const struct object_def network_rule = {
	"firewallNetworkRule", "a network rule", NULL,
	(const struct field[]){
	    { .name = "protocols",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_ENUM,
	      .values = protocols,
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

static const struct object_def nat_rule = {
	"firewallNatRule", "a NAT rule", NULL,
	(const struct field[]){
	    { .name = "protocols",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_ENUM,
	      .values = nat_protocols,
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

const struct object_def schema_network_collection = {
	"firewallNetworkRuleCollection", "a collection of network rules", NULL,
	(const struct field[]){ PRIORITY,
	                        { .name = "action",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FILES,
	                          .as_bool = true,
	                          .values = actions,
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
	                          .object = &network_rule,
	                          .help = "Rules by name, asked in this order." },
	                        END }
};

const struct object_def schema_nat_collection = {
	"firewallNatRuleCollection", "a collection of NAT rules", NULL,
	(const struct field[]){ PRIORITY,
	                        { .name = "action",
	                          .type = T_ENUM,
	                          .shows = SHOWS_AS_IT_RUNS,
	                          .as_bool = true,
	                          .values = nat_actions,
	                          .dflt = "Dnat",
	                          .help = "what happens" },
	                        { .name = "rules",
	                          .type = T_MAP,
	                          .shows = SHOWS_INSIDE,
	                          .keys = KEYS_TEXT,
	                          .item = T_OBJECT,
	                          .object = &nat_rule,
	                          .help = "Rules by name, asked in this order." },
	                        END }
};

const struct object_def schema_firewall = {
	"azureFirewall", "an Azure Firewall",
	"A stateful hop in AzureFirewallSubnet that denies what no rule allows. It is a node of "
	"the "
	"lab; changed rules are taken over as it runs.",
	(const struct field[]){
	    { .name = "virtualNetwork",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .required = true,
	      .help = "whose AzureFirewallSubnet it is in" },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct nic, ip),
	      .help = "Without it: the lowest free one, which is base+4." },
	    { .name = "publicIPAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .item = T_PUBLIC_IP,
	      .help = "Its public addresses: entries of publicIPAddresses, or true for one from "
	              "20.100.0.0/16. Azure takes any of them for a flow, the lab the first." },
	    LIST("privateRanges", SHOWS_IN_FILES,
	         "Destinations that see the true source: prefixes, or IANAPrivateRanges (the "
	         "default: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10). 0.0.0.0/0: "
	         "all; 255.255.255.255/32: none."),
	    { .name = "networkRuleCollections",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .keys = KEYS_TEXT,
	      .item = T_OBJECT,
	      .object = &schema_network_collection,
	      .help = "Collections of network rules by name." },
	    { .name = "natRuleCollections",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .keys = KEYS_TEXT,
	      .item = T_OBJECT,
	      .object = &schema_nat_collection,
	      .help = "Collections of rules that translate destinations (DNAT) by name." },
	    END }
};

int firewall_protocol(const char *name)
{
	const struct enum_value *v = schema_enum_find(protocols, name);

	return v ? v->value : -1;
}

const struct kind kind_firewall = {
	.key = "azureFirewalls",
	.what = "Azure Firewall",
	.help = "Azure Firewalls by name.",
	.object = &schema_firewall,
	.nodes = true,
	.azure = true,
	.place = 140,
};
