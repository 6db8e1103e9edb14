/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/check_rules.h"
#include "base/str.h"

void azure_check(const struct model *m, struct findings *f)
{
	check_addresses(m, f);
	check_nics(m, f);
	check_route_servers(m, f);
	check_connections(m, f);
	check_advertised(m, f);
	check_peerings(m, f);
	check_reach(m, f);
	check_route_tables(m, f);
	check_hybrid(m, f);
	check_sites(m, f);
	check_nat_gateways(m, f);
	check_firewalls(m, f);
	check_load_balancers(m, f);
	check_security(m, f);
}

const struct bgp_connection *vm_connection(const struct model *m, const struct vm *vm,
                                           const struct bgp_connection *after)
{
	bool past = !after;

	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t j = 0; j < m->route_servers[i].n_conns; j++) {
			const struct bgp_connection *c = &m->route_servers[i].conns[j];

			if (past && c->nic && c->nic->vm == vm)
				return c;
			past |= c == after;
		}
	return NULL;
}
