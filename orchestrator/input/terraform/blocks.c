/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks that several resources have. */
#include <stddef.h>

#include "input/terraform/types.h"

const struct tf_attr tf_ip_configuration[] = {
	{ "subnet_id", "subnet", TF_ID },
	{ "private_ip_address", "privateIPAddress" },
	{ "private_ip_address_allocation", "privateIPAllocationMethod" },
	{ "public_ip_address_id", "publicIPAddress", TF_ID },
	{ "primary", "primary" },
	{ "private_ip_address_version", "privateIPAddressVersion" },
	{ 0 },
};

const struct tf_attr tf_address[] = {
	{ "subnet_id", "subnet", TF_ID },
	{ "private_ip_address", "privateIPAddress" },
	{ "private_ip_address_allocation", "privateIPAllocationMethod" },
	{ "public_ip_address_id", "publicIPAddress", TF_ID },
	{ 0 },
};

static const struct tf_attr tf_peering_addresses[] = {
	{ "default_addresses", "defaultBgpIpAddresses", TF_LIST },
	{ "apipa_addresses", "customBgpIpAddresses", TF_LIST },
	{ 0 },
};

const struct tf_attr tf_bgp_settings[] = {
	{ "asn", "asn" },
	{ "bgp_peering_address", "bgpPeeringAddress" },
	{ "peering_address", "bgpPeeringAddress" },
	{ "peering_addresses", "bgpPeeringAddresses", TF_BLOCKS, tf_peering_addresses },
	{ "peer_weight", "peerWeight" },
	{ 0 },
};
