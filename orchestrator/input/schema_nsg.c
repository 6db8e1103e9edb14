/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups in the topology file. */
#include <netinet/in.h>

#include "azure/kind.h"
#include "azure/model.h"
#include "input/schema_topology.h"

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

const struct object_def schema_security_rule = {
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

const struct object_def schema_nsg = {
	"networkSecurityGroup", "a network security group",
	"For subnets and NICs. Azure's default rules (65000 and on) come behind its own.",
	(const struct field[]){ { .name = "securityRules",
	                          .type = T_MAP,
	                          .apart = "securityRule",
	                          .shows = SHOWS_INSIDE,
	                          .item = T_OBJECT,
	                          .object = &schema_security_rule,
	                          .help = "Rules by name." },
	                        END }
};

const struct object_def schema_asg = { "applicationSecurityGroup", "an application security group",
	                               "A name for NICs, which say that they belong to it.",
	                               (const struct field[]){ END } };

const struct kind kind_nsg = {
	.key = "networkSecurityGroups",
	.what = "network security group",
	.help = "Network security groups by name.",
	.object = &schema_nsg,
	.azure = true,
	.place = 40,
};

const struct kind kind_asg = {
	.key = "applicationSecurityGroups",
	.what = "application security group",
	.help = "Application security groups by name.",
	.object = &schema_asg,
	.azure = true,
	.place = 50,
};
