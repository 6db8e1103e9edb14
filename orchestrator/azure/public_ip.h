/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public addresses with names: publicIPAddresses. */
#pragma once

#include "azure/model.h"

struct public_ip {
	RESOURCE;
	ip4 ip;            /* 0: none yet */
	bool basic;        /* SKU Basic */
	const char *owner; /* who has it, as findings call him: NIC "web"; NULL: nobody */
};
