/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules in the packet filter's language.  Pure. */
#pragma once

#include "azure/nsg.h"
#include "plan/filter/filter.h"

/* Appends lines that give the verdict ("drop") to what a packet has to be for the rule ("ip saddr
 * 10.0.0.0/8 meta l4proto 6 drop"); none when the rule matches nobody.  A rule that lists several
 * addresses, ports or protocols becomes a line for each combination, as long as there are no more
 * than `lines` of them; else one line with sets.  A set is an object of its own in the kernel,
 * which looks for a free name among all that there are: thousands of rules with sets take minutes.
 */
void nsg_rule_text(const struct nsg_rule *r, const char *verdict, size_t lines, struct str *ret);
/* Appends the lines of all rules; "return" allows, "drop" denies. */
void nsg_rules_text(const struct nsg_rules *r, size_t lines, struct str *ret);

/* Rules as chains of a filter; the filter's chains before a rule that changes, and behind it, stay
 * the same.  No verdict is "return". */
struct filter_rules {
	struct filter *filter;
	struct str chunk, all; /* the chain that is being made; jumps to those that are */
	size_t n;              /* rules of that chain */
};
/* A rule with more combinations than a few becomes a chain for each of its lists, where one line
 * asks for one item of it: work grows with the sum of the lists, and there are few sets.  Rules
 * with equal lists share chains. */
void filter_rules_add(struct filter_rules *rules, const struct nsg_rule *r, const char *verdict);
/* Returns the number of the chain that has all of them. */
uint64_t filter_rules_end(struct filter_rules *rules, const char *prefix);
