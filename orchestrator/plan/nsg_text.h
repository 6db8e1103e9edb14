/* Security rules in the packet filter's language.  Pure. */
#pragma once

#include "azure/nsg.h"
#include "base/str.h"

/* Appends what a packet has to be for the rule ("ip saddr { 10.0.0.0/8 } meta l4proto 6 "), for a
 * verdict to follow; nothing when it is for every packet.  False: it matches nobody, and nothing
 * was appended. */
bool nsg_rule_text(const struct nsg_rule *r, struct str *ret);
/* A rule a line; "return" allows, "drop" denies. */
void nsg_rules_text(const struct nsg_rules *r, struct str *ret);
