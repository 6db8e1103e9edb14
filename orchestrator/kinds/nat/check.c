/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways: azure-behaviour 1.8. */
#include "azure/check.h"
#include "azure/nat.h"
#include "base/str.h"

static void check_nat_subnet(const struct subnet *s, struct findings *f)
{
	const struct nat_gateway *g = s->nat_gateway;
	_cleanup_free_ char *ptr = xasprintf("%s/natGateway", s->ptr);

	if (streq(s->name, "GatewaySubnet") || streq(s->name, "RouteServerSubnet"))
		error_at(f, "NATGW-SUBNET-01", NULL, ptr, "remove it",
		         "subnet \"%s\" has NAT gateway \"%s\": Azure takes none on %s", s->name,
		         g->name, s->name);
	if (g->vnet != s->vnet)
		error_at(f, "NATGW-VNET-01", NULL, ptr,
		         "make a NAT gateway for each virtual network",
		         "NAT gateway \"%s\" is that of subnets of virtual network \"%s\" already, "
		         "and serves one virtual network only",
		         g->name, g->vnet->name);
}

static void check_nat_gateways(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_subnets; i++)
		if (m->subnets[i].nat_gateway)
			check_nat_subnet(&m->subnets[i], f);
	for (size_t i = 0; i < m->n_nat_gateways; i++) {
		const struct nat_gateway *g = &m->nat_gateways[i];

		if (!g->vnet)
			info_at(f, "NATGW-USED-01", g->ptr, NULL,
			        "no subnet has NAT gateway \"%s\"", g->name);
		else if (!g->n_ips)
			warning_at(f, "NATGW-ADDR-01", NULL, g->ptr,
			           "give it one in publicIPAddresses",
			           "NAT gateway \"%s\" has no public address: its subnets do not "
			           "reach the Internet",
			           g->name);
	}
}

const struct rules nat_rules = { check_nat_gateways };
