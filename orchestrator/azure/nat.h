/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways; what they translate is in azure/outside.h. */
#pragma once

#include "azure/model.h"

struct nat_gateway {
	RESOURCE;
	struct vnet *vnet; /* of the first subnet that has it; NULL: none has */
	ip4 *ips;
	size_t n_ips;
	bool first, icmp; /* settings: before a NIC's own address; not TCP and UDP alone */
};
