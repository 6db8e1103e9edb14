/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/nat.h"

#include <netinet/in.h>

ip4 nat_gateway_ip(const struct nic *n, unsigned ip_proto)
{
	const struct nat_gateway *g = n->subnet->nat_gateway;

	if (!g || !g->n_ips || (n->public_ip && !g->first))
		return 0;
	return g->icmp || ip_proto == IPPROTO_TCP || ip_proto == IPPROTO_UDP ? g->ips[0] : 0;
}

bool nat_default_outbound(const struct nic *n)
{
	return n->subnet->default_outbound && !n->vm->firewall;
}
