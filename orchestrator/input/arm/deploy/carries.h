/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges what a parameter means to the network, by its name, type and description: names, secrets,
 * sizes, tags carry no packets. */
#pragma once

#include <stdbool.h>

enum carried {
	CARRIES_NOTHING,
	CARRIES_SPACE,   /* the prefix of a virtual network */
	CARRIES_SUBNET,  /* a prefix in one */
	CARRIES_ADDRESS, /* an address in a subnet */
	CARRIES_OUTSIDE, /* an address outside of Azure */
	CARRIES_DNS,     /* an address of a DNS server */
	CARRIES_ASN,
	CARRIES_PORT,
	CARRIES_COUNT,  /* how many machines */
	CARRIES_SWITCH, /* whether there is a firewall, a gateway */
	CARRIES_OTHER,  /* an array or an object: who knows what */
};

/* type: of ARM, in any case; description may be NULL. */
enum carried param_carries(const char *name, const char *type, const char *description);

/* "secondaryLocation", "peered_region": it is not where the first one is. */
bool param_is_second_place(const char *name);
