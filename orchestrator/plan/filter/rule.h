/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules in the packet filter's language.  Pure. */
#pragma once

#include "azure/nsg.h"
#include "base/str.h"

/* Appends lines that give the verdict ("drop") to what a packet has to be for the rule ("ip saddr
 * 10.0.0.0/8 meta l4proto 6 drop"); none when the rule matches nobody.  A rule that lists several
 * addresses, ports or protocols becomes a line for each combination, as long as there are no more
 * than `lines` of them; else one line with sets.  A set is an object of its own in the kernel,
 * which looks for a free name among all that there are: thousands of rules with sets take minutes.
 */
void nsg_rule_text(const struct nsg_rule *r, const char *verdict, size_t lines, struct str *ret);
/* Of all rules; "return" allows, "drop" denies. */
void nsg_rules_text(const struct nsg_rules *r, size_t lines, struct str *ret);
