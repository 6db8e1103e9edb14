/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds that own ranges of public addresses: a row each.  Public addresses, NAT gateways and
 * load balancers take addresses from any of them, and put these rows into their tables: a further
 * kind of ranges is a row here, and none of those who take from it names it.
 *
 *   key   its map in the topology, and the list of its objects in a NAT gateway of the topology
 *   one   the property of a public address or a frontend that names one, in ARM and the topology
 *   many  the list in ARM's NAT gateways
 *   tf    azurerm's attribute that names one
 *   what  one of them in findings */
#pragma once

/* clang-format off */
#define ADDRESS_RANGES(RANGE) \
	RANGE("publicIPPrefixes", "publicIPPrefix", "publicIpPrefixes", "public_ip_prefix_id", \
	      "public IP prefix")
/* clang-format on */

/* Words of a row's `known` in the import: those that name one, those that name many. */
#define RANGE_ONE_WORD(key, one, many, tf, what) one " "
#define RANGE_MANY_WORD(key, one, many, tf, what) many " "
