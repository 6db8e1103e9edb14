/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups as chains of the packet filter.  A group's chain returns what it allows and drops
 * the rest; NICs whose groups expand to the same share it. */
#include "azure/nsg.h"
#include "plan/fabric_priv.h"
#include "plan/filter/nsg.h"
#include "plan/filter/rule.h"
#include "plan/names.h"

const char *fabric_chain_name(const struct nsg_rules *r, char buf[CHAIN_NAME])
{
	struct filter f = { 0 };

	nft_chain_name(NSG_PREFIX, nsg_rules_chain(r, NSG_PREFIX, &f), buf);
	filter_free(&f);
	return buf;
}

/* --- ports ----------------------------------------------------------------------------------- */

/* The chain that a group became for NICs of one class; by group and direction. */
struct made {
	char chain[CHAIN_NAME];
};

static const char *chain_of_group(struct compiler *c, struct made *made, const struct nsg *g,
                                  enum nsg_direction d, const struct eff_table *t)
{
	struct made *x = &made[g->idx * 2 + d];

	if (*x->chain)
		return x->chain;
	struct filter f = { 0 };

	nft_chain_name(NSG_PREFIX, nsg_rules_chain(nsg_compile(c->m, g, d, t), NSG_PREFIX, &f),
	               x->chain);
	for (size_t i = 0; i < f.n_chains; i++) {
		struct filter_chain *new =
		    &VEC_PUSH(c->f->chains, c->f->n_chains, c->f->cap_chains);

		*new = f.chains[i];
		new->rules = arena_strdup(c->f->arena, new->rules);
	}
	filter_free(&f);
	return x->chain;
}

static void bind_port(struct compiler *c, const struct nic *n, enum fab_slot slot, const char *name)
{
	struct fab_bind *b = &VEC_PUSH(c->f->binds, c->f->n_binds, c->f->cap_binds);

	b->slot = slot;
	port_name_nic(n, b->port);
	memcpy(b->chain, name, CHAIN_NAME);
}

static void bind_nic(struct compiler *c, const struct nic *n, struct eff_cache *tables,
                     struct made **by_class)
{
	const struct nsg *own = n->nsg, *subnet = nsg_of_subnet(n);
	struct made **made = &by_class[fabric_class(c->m, nic_routes(n), nic_instance(n))];

	if (!own && !subnet)
		return;
	const struct eff_table *t =
	    eff_cache_get(tables, effective_routes_like(nic_routes(n)), nic_instance(n));

	if (!*made)
		*made = xcalloc(c->m->n_nsgs * 2, sizeof(**made));
	if (own) {
		bind_port(c, n, SLOT_NIC_OUT, chain_of_group(c, *made, own, NSG_OUT, t));
		bind_port(c, n, SLOT_NIC_IN, chain_of_group(c, *made, own, NSG_IN, t));
	}
	if (subnet) {
		bind_port(c, n, SLOT_SUBNET_OUT, chain_of_group(c, *made, subnet, NSG_OUT, t));
		bind_port(c, n, SLOT_SUBNET_IN, chain_of_group(c, *made, subnet, NSG_IN, t));
	}
}

void fabric_add_security(struct compiler *c)
{
	if (!c->m->n_nsgs)
		return;
	size_t n = c->m->n_subnets * 4 + 2; /* private endpoints have classes of their own */
	struct made **by_class = xcalloc(n, sizeof(struct made *));
	struct eff_cache *tables = eff_cache_new(c->m, c->rib, c->rt);

	for (size_t i = 0; i < c->m->n_nics; i++)
		bind_nic(c, &c->m->nics[i], tables, by_class);
	for (size_t i = 0; i < n; i++)
		free(by_class[i]);
	free(by_class);
	eff_cache_free(tables);
}
