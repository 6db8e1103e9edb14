/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP prefixes: what of the row (publicipprefix.c) is in the other files. */
#pragma once

#include "azure/kind.h"

#define PREFIXES "publicIPPrefixes"

struct public_ip_prefix {
	RESOURCE;
	uint32_t length;     /* prefixLength */
	struct prefix range; /* ipPrefix: given, or one of ours */
	bool given;
	const char **owners; /* of each of its addresses, as findings call them; NULL: it is free */
	const char *nat;     /* the NAT gateway that has what is left of it; NULL: none */
};
size_t prefix_used(const struct public_ip_prefix *p); /* how many of its addresses are taken */
json_t *prefix_status(const struct model *m);
