/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules in the packet filter's language: chains of a filter.  Pure.
 *
 * A rule that lists several addresses, ports or protocols becomes a line for each combination, as
 * long as there are few; else a chain for each of its lists, where one line asks for one item of
 * it. So work grows with the sum of the lists, there are few sets, and rules with equal lists share
 * chains.  A set is an object of its own in the kernel, which looks for a free name among all that
 * there are: thousands of rules with sets take minutes.  A rule that matches nobody is no line. */
#pragma once

#include "azure/nsg.h"
#include "plan/filter/filter.h"

/* That a chain of lists allows a packet is noted as its priority, which no device of the fabric
 * asks for, and which who sent it cannot set: it is none before the rules are asked.  NSG_ALLOW, a
 * chain of the shape, takes the note back, and returns. */
#define NSG_ALLOWED "0:1"
#define NSG_ALLOW "nsg_allow"

/* One chain with all of the rules: it returns what they allow, and drops what they deny.  The
 * caller has set the packet's priority to none.  Returns its number. */
uint64_t nsg_rules_chain(const struct nsg_rules *r, const char *prefix, struct filter *f);

/* Rules as several chains; those before a rule that changes, and behind it, stay the same.  No
 * verdict is "return". */
struct filter_rules {
	struct filter *filter;
	struct str chunk, all; /* the chain that is being made; jumps to those that are */
	size_t n;              /* rules of that chain */
};
void filter_rules_add(struct filter_rules *rules, const struct nsg_rule *r, const char *verdict);
/* Returns the number of the chain that has all of them. */
uint64_t filter_rules_end(struct filter_rules *rules, const char *prefix);
