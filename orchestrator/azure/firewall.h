/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewall: a stateful hop with rules.  Pure.
 *
 * What is not allowed is denied.  Rules for translating destinations (DNAT) come first, and let
 * pass what they translate; then network rules.  Of each kind the lowest priority decides, of a
 * policy that of the rule collection group before that of the collection; within a collection, the
 * order of its rules.  What the firewall sends outside its private ranges leaves with its own
 * address, and so does what it has translated ("Azure Firewall rule processing logic", "SNAT
 * private IP address ranges", "Azure Firewall NAT behaviors").  Application rules look at names,
 * which a lab has none of. */
#pragma once

#include "azure/nsg.h"

struct firewall_target { /* where a DNAT rule sends packets */
	ip4 ip;
	uint16_t port; /* 0: as it was */
};

struct firewall_collection { /* of rules, as written */
	const char *name, *ptr;
	uint32_t priority, group_priority; /* 0: in no group */
	bool inherited; /* of a base policy: before all that is the policy's own */
	bool deny;      /* of network rules */
	bool nat;
	bool broken;
};

struct firewall {
	RESOURCE;
	struct vnet *vnet;
	ip4 ip;          /* privateIPAddress; 0: its NIC gets one */
	struct node *vm; /* its node in the lab; the first NIC is in AzureFirewallSubnet */
	struct firewall_collection *collections; /* in the order in which they are asked */
	size_t n_collections, n_declared;        /* n_declared: rules, as written */
	/* In the order in which they are asked; the last ones match everything, and deny it. */
	struct nsg_rules nat, network;
	struct firewall_target *targets; /* of nat's rules, in step with them */
	/* privateRanges: who is there sees the true source. */
	struct prefix *private_ranges;
	size_t n_private_ranges;
	bool answers_ping, icmp_out; /* settings */
	/* The number of its public addresses that the design gives; the first one is its NIC's. */
	size_t n_public;
};

struct firewall_verdict {
	enum { FIREWALL_DENY, FIREWALL_ALLOW, FIREWALL_DNAT, FIREWALL_LOCAL } act;
	const struct security_rule *rule;     /* NULL: no rule matches */
	const struct firewall_target *target; /* FIREWALL_DNAT */
};
/* About the first packet of a flow, as it came in. */
struct firewall_verdict firewall_decide(const struct firewall *fw, const struct walk_packet *p);
/* The prefixes that the word IANAPrivateRanges stands for. */
enum { FIREWALL_IANA = 4 };
extern const struct prefix firewall_iana[FIREWALL_IANA];
/* A packet that a network rule has let pass leaves with the firewall's own address.  Private ranges
 * are for TCP and UDP; for other protocols IANA's are always the private ones. */
bool firewall_hides_source(const struct firewall *fw, const struct walk_packet *p);
/* The address that it gives to a flow whose source it hides: that of one of its instances, chosen
 * as the packet filter does (azure/lb.h), or its own.  p: with its destination translated. */
ip4 firewall_source(const struct firewall *fw, const struct walk_packet *p);
/* ... but the address translation behind it knows TCP and UDP only, so that others go nowhere
 * ("Azure Firewall known issues": rules for other protocols do not work for Internet traffic;
 * settings.azureFirewallInternetIcmp). */
bool firewall_cannot_hide(const struct firewall *fw, const struct walk_packet *p);
/* A sentence about a packet that is denied: why, and what to do.  rule: that of the verdict. */
const char *firewall_reason(struct arena *a, const struct firewall *fw, const struct walk_packet *p,
                            const struct security_rule *rule);
