/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects the parties that send to one another: one of each subnet and one of each site; and the
 * ports that they send to. */
#include <netinet/in.h>

#include "azure/asymmetry_priv.h"
#include "azure/firewall.h"
#include "base/str.h"

#define TEXT(x, ...) arena_printf((x)->result->arena, __VA_ARGS__)

const struct eff_table *asym_table(const struct asym_search *x, const struct nic *n)
{
	return eff_cache_get(x->tables, effective_routes_like(nic_routes(n)), 0);
}

const struct nic *asym_stand_in(void *ctx, const struct vnet *v, ip4 a)
{
	const struct asym_search *x = ctx;

	return stand_ins_find(&x->stand_ins, v, a);
}

/* ---- who ---- */

static bool is_plain_nic(const struct nic *n)
{
	return n->vm->role == VM_USER && n->vm->n_nics == 1 && !n->forwarding &&
	       !n->vm->deallocated;
}

static void add_party(struct asym_search *x, const struct asym_party *p)
{
	if (p->nic && x->n_parties < ASYM_MAX_PARTIES)
		VEC_PUSH(x->parties, x->n_parties, x->cap_parties) = *p;
}

static void add_subnet(struct asym_search *x, const struct subnet *s)
{
	const char *name = TEXT(x, "%s/%s", s->vnet->name, s->name);
	const struct nic *n = NULL, *endpoint = NULL;

	for (size_t i = 0; i < s->n_nics; i++) {
		if (!n && is_plain_nic(s->nics[i]))
			n = s->nics[i];
		if (s->nics[i]->vm->role == VM_ENDPOINT)
			endpoint = s->nics[i];
	}
	if (!n && !endpoint)
		n = stand_ins_add(&x->stand_ins, s, name);
	if (n)
		add_party(x, &(struct asym_party){ name, n, s, NULL, n->ip, false });
	if (endpoint)
		add_party(x, &(struct asym_party){ endpoint->vm->name, endpoint, s, NULL,
		                                   endpoint->ip, true });
}

/* Counts the gateways that a site's router could choose from. */
static size_t count_gateways(const struct model *m, const struct site *s)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_connections; i++) {
		const struct connection *c = &m->connections[i];

		n += c->site == s || (c->circuit && c->circuit->site == s);
	}
	return n;
}

/* A router of the lab's with one way out: of others nobody knows by which they send. */
static void add_site_party(struct asym_search *x, const struct site *s)
{
	const struct node *vm = s->n_hosts ? s->hosts[0].vm : s->vm;

	if (!s->generated || !vm || !vm->n_nics || count_gateways(x->m, s) != 1)
		return;
	add_party(x, &(struct asym_party){ vm->name, vm->nics[0], NULL, s,
	                                   s->n_hosts ? s->hosts[0].ip : s->bgp_ip, false });
}

/* ---- by whom ---- */

static void add_forwarder(struct asym_search *x, const struct nic *n)
{
	const struct eff_table *t = n->subnet ? asym_table(x, n) : NULL;

	for (size_t i = 0; i < x->n_forwarders && t; i++)
		if (asym_table(x, x->forwarders[i]) == t)
			t = NULL;
	if (t && x->n_forwarders < ASYM_MAX_FORWARDERS)
		x->forwarders[x->n_forwarders++] = n;
}

/* ---- which packets ---- */

static void add_port(struct asym_search *x, uint32_t port)
{
	for (size_t i = 0; i < x->n_ports; i++)
		if (x->ports[i] == port)
			return;
	if (port && x->n_ports < ASYM_PORTS)
		x->ports[x->n_ports++] = (uint16_t)port;
}

static void add_ports_of(struct asym_search *x, const struct security_rule *r)
{
	for (size_t i = 0; r && !r->deny && i < r->dst.n_ports; i++)
		if (!r->protocol || r->protocol == IPPROTO_TCP)
			add_port(x, r->dst.ports[i].lo);
}

/* Those that somebody allows; the usual ones first. */
static void choose_ports(struct asym_search *x)
{
	static const uint16_t usual[] = { 443, 80, 22, 3389, 1433 };
	const struct model *m = x->m;

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		add_port(x, usual[i]);
	for (size_t i = 0; i < m->n_firewalls; i++)
		for (size_t k = 0; k < m->firewalls[i].network.n; k++)
			add_ports_of(x, m->firewalls[i].network.rules[k].rule);
	for (size_t i = 0; i < m->n_nsgs; i++)
		for (size_t k = 0; k < m->nsgs[i].n_rules; k++)
			add_ports_of(x, &m->nsgs[i].rules[k]);
}

void asym_search_init(struct asym_search *x, const struct model *m, struct asymmetries *result)
{
	x->m = m;
	x->result = result;
	x->stand_ins = (struct stand_ins){ .m = m, .arena = result->arena };
	foreseen_init(m, &x->foreseen);
	x->tables = eff_cache_new(m, x->foreseen.rib, NULL);
	x->env = (struct walk_env){ .m = m,
		                    .rib = x->foreseen.rib,
		                    .ctx = x,
		                    .tables = x->tables,
		                    .guest = asym_guest,
		                    .ecmp_choice = asym_ecmp,
		                    .stand_in = asym_stand_in };
	for (size_t i = 0; i < m->n_subnets; i++)
		if (!subnet_is_azures(&m->subnets[i]))
			add_subnet(x, &m->subnets[i]);
	for (size_t i = 0; i < m->n_sites; i++)
		add_site_party(x, &m->sites[i]);
	for (size_t i = 0; i < m->n_nics; i++)
		if (m->nics[i].forwarding)
			add_forwarder(x, &m->nics[i]);
	choose_ports(x);
}

void asym_search_done(struct asym_search *x)
{
	eff_cache_free(x->tables);
	foreseen_done(&x->foreseen);
	free(x->parties);
	stand_ins_done(&x->stand_ins);
}
