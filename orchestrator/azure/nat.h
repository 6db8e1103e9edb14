/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways and default outbound access: azure-behaviour 1.8.  One serves subnets of one
 * VNet: what they send to the Internet leaves with its address, and nothing comes in by it unasked.
 */
#pragma once

#include "azure/model.h"

/* The address that the NAT gateway of n's subnet gives to a packet of that protocol; 0: there is
 * none, it does not translate the protocol, or n's own public address comes first.  Azure takes any
 * of a gateway's addresses for a flow; here it is the first. */
ip4 nat_gateway_ip(const struct nic *n, unsigned ip_proto);
/* Whether n may leave as DEFAULT_OUTBOUND_IP when it has no other way out: as its subnet says;
 * Azure Firewall has no such access. */
bool nat_default_outbound(const struct nic *n);
