/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewall ("Azure Firewall FAQ", "Azure Firewall forced tunneling"). */
#include "azure/check.h"
#include "azure/firewall.h"
#include "azure/hybrid.h"
#include "azure/routes.h"
#include "azure/subnet.h"
#include "base/str.h"

static void check_firewall_subnet(const struct subnet *s, struct findings *f)
{
	if (s->prefix.len > 26)
		error_at(f, "FW-SUBNET-02", NULL, s->ptr, "make it /26 or bigger",
		         "AzureFirewallSubnet of \"%s\" is %s: a firewall needs a /26",
		         s->vnet->name, PREFIX_STR(s->prefix));
	for (size_t i = 0; i < s->n_nics; i++)
		if (s->nics[i]->vm->role != VM_FIREWALL)
			error_at(
			    f, "FW-SUBNET-03", NULL, s->nics[i]->ptr, "put it into another subnet",
			    "NIC \"%s\" is in AzureFirewallSubnet, which holds the firewall only",
			    s->nics[i]->name);
	if (s->nsg)
		error_at(f, "FW-SUBNET-04", NULL, s->ptr, "remove it",
		         "AzureFirewallSubnet has network security group \"%s\": Azure takes none "
		         "there",
		         s->nsg->name);
}

static void check_one_firewall(const struct model *m, const struct firewall *fw, struct findings *f)
{
	for (size_t i = 0; i < fw->idx; i++)
		if (m->firewalls[i].vnet == fw->vnet)
			error_at(f, "FW-ONE-01", NULL, fw->ptr, "remove one of them",
			         "virtual network \"%s\" has firewall \"%s\" already, and it takes "
			         "one",
			         fw->vnet->name, m->firewalls[i].name);
}

static bool has_own_route(const struct subnet *s, struct prefix p)
{
	for (size_t i = 0; s->route_table && i < s->route_table->n_routes; i++)
		if (!s->route_table->routes[i].broken &&
		    prefix_eq(s->route_table->routes[i].prefix, p))
			return true;
	return false;
}

/* A default route by BGP takes the firewall's packets, too, unless its subnet has one of its own
 * that is as long. */
static void check_announced_default(const struct model *m, const struct firewall *fw,
                                    const struct subnet *s, struct findings *f)
{
	enum default_route form;
	_cleanup_free_ char *from = vnet_default_from(m, s->vnet, &form);
	bool halves = form == DEFAULT_HALVES;
	bool own = halves
	               ? has_own_route(s, default_halves[0]) && has_own_route(s, default_halves[1])
	               : has_own_route(s, (struct prefix){ 0, 0 });

	if (!from || own || (s->route_table && s->route_table->disable_bgp))
		return;
	const char *what = halves ? "0.0.0.0/1 and 128.0.0.0/1" : "0.0.0.0/0";
	_cleanup_free_ char *hint = xasprintf("give AzureFirewallSubnet a route table with %s to "
	                                      "Internet, or know that this is forced tunneling",
	                                      what);

	warning_at(f, "FW-ROUTE-01", NULL, s->ptr, hint,
	           "%s %s from %s, and %s what firewall \"%s\" sends to the Internet there: Azure "
	           "takes that only from a firewall with a management NIC",
	           what, halves ? "come" : "comes", from, halves ? "lead" : "leads", fw->name);
}

/* Reports a firewall whose packets to the Internet would go somewhere else first. */
static void check_firewall_way_out(const struct model *m, const struct firewall *fw,
                                   const struct subnet *s, struct findings *f)
{
	for (size_t i = 0; s->route_table && i < s->route_table->n_routes; i++) {
		const struct route *r = &s->route_table->routes[i];

		if (!r->broken && r->prefix.len <= 1 && r->type != NH_INTERNET)
			warning_at(f, "FW-ROUTE-01", NULL, r->ptr,
			           "make its next hop Internet, or know that this is forced "
			           "tunneling",
			           "route \"%s\" leads what firewall \"%s\" sends to the Internet "
			           "to %s: Azure takes that only from a firewall with a management "
			           "NIC",
			           r->name, fw->name, next_hop_type_str(r->type));
	}
	check_announced_default(m, fw, s, f);
	if (!fw->n_public && !s->nat_gateway)
		warning_at(f, "FW-PIP-01", NULL, fw->ptr, "give it one in publicIPAddresses",
		           "firewall \"%s\" has no public address: what it sends to the Internet "
		           "is dropped",
		           fw->name);
	if (fw->n_public > 1)
		info_at(f, "FW-PIP-02", fw->ptr, NULL,
		        "firewall \"%s\" has %zu public addresses: Azure takes any of them for a "
		        "flow, the lab the first",
		        fw->name, fw->n_public);
}

static void check_collections(const struct firewall *fw, struct findings *f)
{
	for (size_t i = 0; i + 1 < fw->n_collections; i++) {
		const struct firewall_collection *a = &fw->collections[i], *b = a + 1;

		if (a->nat == b->nat && !a->broken && !b->broken && a->priority == b->priority &&
		    a->group_priority == b->group_priority && a->inherited == b->inherited)
			error_at(f, "FW-PRIO-01", NULL, b->ptr, "give them different priorities",
			         "rule collections \"%s\" and \"%s\" of firewall \"%s\" have the "
			         "same priority %u",
			         a->name, b->name, fw->name, b->priority);
	}
	if (!fw->n_declared)
		warning_at(f, "FW-RULE-01", NULL, fw->ptr, "add networkRuleCollections",
		           "firewall \"%s\" has no rules: it drops everything", fw->name);
}

/* The instances behind the firewall's address have addresses of their own, with which they send
 * what they translate: a route that leads those addresses to the firewall's brings an answer to any
 * of them (azure-behaviour 6). */
static void check_route_over_instances(const struct model *m, const struct firewall *fw,
                                       const struct subnet *s, struct findings *f)
{
	const struct nic *n = fw->vm->nics[0];

	for (size_t i = 0; i < m->n_subnets; i++) {
		const struct subnet *from = &m->subnets[i];

		if (from == s || from->broken || !from->route_table ||
		    effective_routes_like(from) != from)
			continue;
		_cleanup_(eff_table_free_p) struct eff_table *t =
		    effective_routes_plain(m, from, 0, NULL, NULL);
		const struct eff_route *r = eff_lookup(t, subnet_last(s->prefix));

		if (!r || r->source != SRC_USER || r->n_next_hops != 1 || r->next_hops[0] != n->ip)
			continue;
		_cleanup_free_ char *hint =
		    xasprintf("add a route for %s with next hop VnetLocal, or in a peered network "
		              "make routes for just the prefixes that shall pass the firewall",
		              PREFIX_STR(s->prefix));

		warning_at(f, "FW-ROUTE-02", NULL, r->ptr, hint,
		           "route \"%s\" (%s) of subnet \"%s\" covers AzureFirewallSubnet (%s) and "
		           "leads to firewall \"%s\": it is several instances, which translate to "
		           "their own addresses there, so that answers reach any of them and flows "
		           "break",
		           r->name ? r->name : "", PREFIX_STR(r->prefix), from->name,
		           PREFIX_STR(s->prefix), fw->name);
	}
}

static void check_firewalls(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_firewalls; i++) {
		const struct firewall *fw = &m->firewalls[i];
		const struct subnet *s = fw->vm->nics[0]->subnet;

		if (fw->vm->broken)
			continue;
		if (s && !s->broken) {
			check_firewall_subnet(s, f);
			check_one_firewall(m, fw, f);
			check_firewall_way_out(m, fw, s, f);
			check_route_over_instances(m, fw, s, f);
		}
		check_collections(fw, f);
	}
}

const struct rules firewall_rules = { check_firewalls };
