/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network security groups: what a topology says of them. */
#include "kinds/nsg/nsg.h"

static const struct object_def nsg = {
	"networkSecurityGroup", "a network security group",
	"For subnets and NICs. Azure's default rules (65000 and on) come behind its own.",
	(const struct field[]){ { .name = "securityRules",
	                          .type = T_MAP,
	                          .apart = "securityRule",
	                          .shows = SHOWS_INSIDE,
	                          .item = T_OBJECT,
	                          .object = &security_rule_def,
	                          .help = "Rules by name." },
	                        END }
};

const struct kind kind_nsg = {
	.key = "networkSecurityGroups",
	.what = "network security group",
	.help = "Network security groups by name.",
	.object = &nsg,
	.azure = true,
	.place = 40,
	.list = KIND_LIST(nsgs, n_nsgs),
	.load = nsg_load,
	.resolve = nsg_resolve,
};
