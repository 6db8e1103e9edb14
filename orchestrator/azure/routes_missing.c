/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prefixes that a gateway of the VNet might bring and does not: each has a line that says why
 * (azure-behaviour 8.1, 8.2).  What is there, or has a line already, is left alone. */
#include "azure/hybrid.h"
#include "azure/routes_build.h"

static bool has_row(const struct build *b, struct prefix p)
{
	for (size_t i = 0; i < b->t->n; i++)
		if (b->t->routes[i].source == SRC_VNG && prefix_eq(b->t->routes[i].prefix, p))
			return true;
	for (size_t i = 0; i < b->t->n_hidden; i++)
		if (b->t->hidden[i].source == SRC_VNG && prefix_eq(b->t->hidden[i].prefix, p))
			return true;
	return false;
}

/* --- of a site ------------------------------------------------------------------------------- */

static void say_site_prefix(struct build *b, const struct connection *c, const struct site *s,
                            struct prefix p)
{
	const struct vnet *v = lpm_cover(b->local, p);

	if (has_row(b, p))
		return;
	if (c->down)
		build_hide(b, p, SRC_VNG,
		           TEXT(b, "site %s has it, and connection %s stays down: %s", s->name,
		                c->name, c->down));
	else if (v)
		build_hide(
		    b, p, SRC_VNG,
		    TEXT(b,
		         "site %s announces it, and gateway %s takes no prefix that is equal "
		         "to or inside the address space of %s",
		         s->name, c->gateway->name, v->name));
	else if (b->rs && gateway_has_peer(b->m, c->gateway, p))
		build_hide(
		    b, p, SRC_VNG,
		    TEXT(b,
		         "it is the BGP address of site %s, which gateway %s knows; NICs get it "
		         "only where no Route Server is, and here is %s",
		         s->name, c->gateway->name, b->rs->name));
	else
		build_hide(b, p, SRC_VNG,
		           TEXT(b,
		                "site %s has it, and gateway %s has not learned it: what its "
		                "sessions are says vnetlab gateway bgp-peers %s",
		                s->name, c->gateway->name, c->gateway->name));
}

/* Notes that the site's own configuration announces something that is not known. */
static void say_site(struct build *b, const struct connection *c)
{
	const struct site *s = c->type == CONN_EXPRESSROUTE ? c->circuit->site : c->site;

	if (!s || s->broken || !s->generated || (c->type != CONN_EXPRESSROUTE && !c->bgp))
		return;
	for (size_t i = 0; i < s->n_prefixes; i++)
		say_site_prefix(b, c, s, s->prefixes[i]);
}

/* --- of other gateways on its circuit -------------------------------------------------------- */

struct other {
	struct build *b;
	const struct connection *ours, *theirs;
};

static void say_other_prefix(void *ctx, struct prefix p)
{
	struct other *o = ctx;
	const struct gateway *g = o->ours->gateway, *far = o->theirs->gateway;
	const char *lacks =
	    !g->remote_vnets && !far->remote_vnets
	        ? "neither has it"
	        : TEXT(o->b, "%s has it not", g->remote_vnets ? far->name : g->name);

	if (!has_row(o->b, p))
		build_hide(
		    o->b, p, SRC_VNG,
		    TEXT(o->b,
		         "gateway %s announces it to circuit %s, which hands it to gateway %s "
		         "only where both have allowRemoteVnetTraffic: %s",
		         far->name, o->ours->circuit->name, g->name, lacks));
}

static void say_circuit(struct build *b, const struct connection *c)
{
	for (size_t i = 0; i < b->m->n_connections; i++) {
		const struct connection *o = &b->m->connections[i];
		struct other x = { b, c, o };

		if (!o->broken && o->type == CONN_EXPRESSROUTE && o->circuit == c->circuit &&
		    o->gateway != c->gateway && !o->gateway->broken &&
		    !gateways_exchange(c->gateway, o->gateway))
			gateway_announced(o->gateway, say_other_prefix, &x);
	}
}

/* Only who knows what was learned can say what is missing. */
void build_missing(struct build *b)
{
	for (size_t i = 0; b->by && b->rib && !b->plain && i < b->m->n_connections; i++) {
		const struct connection *c = &b->m->connections[i];

		if (c->broken || c->gateway->broken || c->gateway->vnet != b->by)
			continue;
		say_site(b, c);
		if (c->type == CONN_EXPRESSROUTE)
			say_circuit(b, c);
	}
}
