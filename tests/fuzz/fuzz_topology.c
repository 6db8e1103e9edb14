/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a topology: it becomes a model or findings, never a crash. What is a model must keep
 * its promises: every NIC has an address, look-ups find what is there, subnets have routes. */
#include <assert.h>
#include <stdint.h>

#include "azure/routes.h"
#include "input/topology.h"
#include "plan/filter/firewall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promises(const struct model *m)
{
	for (size_t i = 0; i < m->n_nics; i++) {
		const struct nic *n = &m->nics[i];

		assert(!n->broken && n->subnet && n->vm && n->ip);
		assert(prefix_has(n->subnet->prefix, n->ip));
		assert(model_nic_by_ip(n->subnet->vnet, n->ip) == n);
	}
	for (size_t i = 0; i < m->n_subnets; i++) {
		_cleanup_free_ char *name =
		    xasprintf("%s/%s", m->subnets[i].vnet->name, m->subnets[i].name);

		assert(model_subnet(m, name) == &m->subnets[i]);
	}
	for (size_t i = 0; i < m->n_subnets && i < 16; i++)
		eff_table_free(effective_routes(m, &m->subnets[i], 0, NULL, NULL));
	for (size_t i = 0; i < m->n_route_servers; i++)
		assert(m->route_servers[i].vnet && m->route_servers[i].subnet);
	for (size_t i = 0; i < m->n_vms; i++)
		assert(model_vm(m, m->vms[i].name) == &m->vms[i] && m->vms[i].n_nics);
	for (size_t i = 0; i < m->n_firewalls; i++) {
		const struct firewall *fw = &m->firewalls[i];
		const struct walk_packet p = { .dst = fw->vm->nics[0]->ip, .ip_proto = 99 };
		struct filter filter;

		assert(fw->vnet && vm_firewall(fw->vm) == fw);
		assert(firewall_decide(fw, &p).act == FIREWALL_DENY);
		firewall_filter(fw, &filter);
		assert(filter.n_chains);
		filter_free(&filter);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *topology = design_parse((const char *)data, size, &f);

	if (!topology) {
		assert(f.errors);
		return 0;
	}
	json_t *files = json_pack("{s:s, s:s}", "a", "neighbor 10.0.3.4", "b", "");
	json_t *design = json_pack("{s:o, s:o, s:s}", "topology", topology, "files", files, "path",
	                           "/x/Fuzz_1.vnetlab.json");
	struct model *m = design_checked(design, &f);

	assert(!m == !!f.errors);
	if (m)
		promises(m);
	model_free(m);
	json_decref(findings_json(&f));
	json_decref(design);
	return 0;
}
