/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/foreseen.h"

#include "azure/own_bgp.h"
#include "azure/routes.h"
#include "azure/sessions.h"
#include "azure/walk.h"
#include "base/str.h"

/* ---- Route Servers ---- */

static size_t table_of_gateway(const struct model *m, const struct gateway *g)
{
	return m->n_route_servers + g->idx;
}

/* The appliance announces what its "bgp" block says, and nothing else is known to change it. */
static bool announces_its_block(const struct bgp_connection *c)
{
	const struct node *vm = c->nic ? c->nic->vm : NULL;

	return vm && vm->guest.bgp.present && !vm->guest.n_configs && !vm->guest.bgp.n_communities;
}

struct path {
	struct prefix prefix;
	uint32_t length;
	ip4 next_hop;
};

struct paths {
	struct path *v;
	size_t n, cap;
};

struct refused {
	struct prefix p;
	bool is;
};

static void note_refused(void *ctx, struct prefix space, bool is_transit)
{
	struct refused *r = ctx;

	(void)is_transit;
	r->is |= prefix_covers(space, r->p);
}

/* A Route Server discards what lies in its own VNet and in those that use it: azure-behaviour 7.6.
 */
static void add_path(const struct bgp_connection *c, struct paths *p, struct path path)
{
	struct refused r = { path.prefix, false };

	vnet_space(c->rs->vnet, note_refused, &r);
	if (!r.is)
		VEC_PUSH(p->v, p->n, p->cap) = path;
}

static void add_paths(const struct bgp_connection *c, struct paths *p)
{
	const struct bgp_block *b = &c->nic->vm->guest.bgp;

	for (size_t i = 0; i < b->n_advertise; i++)
		add_path(c, p,
		         (struct path){ b->advertise[i], b->prepend,
		                        ip4_is_set(b->next_hop) ? b->next_hop : c->peer_ip });
}

/* Adds the paths that the appliance's files certainly announce to that instance. */
static void add_read_paths(const struct bgp_connection *c, unsigned instance, struct paths *p)
{
	const struct node *vm = c->nic ? c->nic->vm : NULL;
	struct own_neighbor n;

	if (!vm || !vm->guest.own || !vm->guest.n_configs ||
	    !own_bgp_neighbor(vm, c->rs->instance[instance], &n) || n.filtered || n.muted)
		return;
	for (size_t i = 0; i < vm->guest.own->n_networks; i++)
		add_path(c, p, (struct path){ vm->guest.own->networks[i].prefix, 0, c->peer_ip });
}

static int by_prefix_and_length(const void *pa, const void *pb)
{
	const struct path *a = pa, *b = pb;
	int r = prefix_cmp(a->prefix, b->prefix);

	return r ? r : (a->length > b->length) - (a->length < b->length);
}

/* Puts the shortest paths to a prefix into t, side by side: azure-behaviour 7.7. */
static void select_paths(struct paths *p, struct rib_table t[2])
{
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_prefix_and_length);
	for (size_t i = 0, end; i < p->n; i = end) {
		ip4 hops[RIB_MAX_NEXT_HOPS] = { 0 };
		size_t n = 0;

		for (end = i; end < p->n && prefix_eq(p->v[end].prefix, p->v[i].prefix); end++)
			if (p->v[end].length == p->v[i].length && n < RIB_MAX_NEXT_HOPS)
				hops[n++] = p->v[end].next_hop;
		for (unsigned k = 0; k < 2; k++)
			rib_set(&t[k], p->v[i].prefix, hops, n);
	}
}

const char *foreseen_unread(const struct bgp_connection *c)
{
	struct own_neighbor n;

	if (announces_its_block(c))
		return NULL;
	if (!c->nic)
		return "nobody of the design is this peer: what it announces is not known";
	if (c->nic->vm->guest.bgp.present && c->nic->vm->guest.bgp.n_communities)
		return "what its communities do to its routes is not foreseen";
	if (!c->nic->vm->guest.n_configs)
		return "the peer has neither a bgp block nor a file: what it announces is not "
		       "known";
	if (!c->nic->vm->guest.own || !own_bgp_neighbor(c->nic->vm, c->rs->instance[0], &n))
		return "the peer's own file does not say plainly what it announces";
	if (n.filtered || n.muted)
		return "a filter of the peer's own file decides what it announces";
	return "of the peer's own file the plain announcements are read, and there may be more";
}

static void foresee_route_server(struct foreseen *f, const struct route_server *rs, bool files)
{
	struct paths p = { 0 };

	for (size_t i = 0; i < rs->n_conns; i++) {
		const struct bgp_connection *c = &rs->conns[i];

		/* A peer that is not in the design, or has no daemon here, still speaks in Azure.
		 */
		if (!announces_its_block(c)) {
			f->unknown[rs->idx] = true;
			if (!files)
				continue;
		}
		_cleanup_free_ char *never = connection_never(f->m, c, 0);

		if (never)
			continue;
		if (announces_its_block(c))
			add_paths(c, &p);
		else
			add_read_paths(c, 0, &p);
	}
	select_paths(&p, f->rib->tables[rs->idx]);
	free(p.v);
}

/* ---- gateways ---- */

struct learner {
	struct foreseen *f;
	const struct gateway *g;
};

static void learn(void *ctx, struct prefix p)
{
	const struct learner *x = ctx;

	for (unsigned k = 0; k < x->g->n; k++)
		rib_set(&x->f->rib->tables[table_of_gateway(x->f->m, x->g)][k], p,
		        &x->g->instance[k], 1);
}

static void learn_from_site(struct learner *x, const struct site *s)
{
	if (!s->generated)
		x->f->unknown[table_of_gateway(x->f->m, x->g)] = true;
	for (size_t i = 0; i < s->n_prefixes; i++)
		learn(x, s->prefixes[i]);
}

static bool is_connection_of(const struct connection *c, const struct gateway *g)
{
	return !c->broken && !c->down && (c->gateway == g || c->remote == g);
}

static size_t count_connections(const struct model *m, const struct gateway *g)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_connections; i++)
		n += is_connection_of(&m->connections[i], g);
	return n;
}

/* Through a circuit gateways of several VNets may hear of each other. */
static bool shares_circuit(const struct model *m, const struct connection *c)
{
	for (size_t i = 0; i < m->n_connections; i++)
		if (&m->connections[i] != c && m->connections[i].circuit == c->circuit)
			return true;
	return false;
}

static void foresee_connection(struct learner *x, const struct connection *c)
{
	const struct model *m = x->f->m;
	bool *unknown = &x->f->unknown[table_of_gateway(m, x->g)];
	const struct gateway *far = c->gateway == x->g ? c->remote : c->gateway;

	if (c->type == CONN_EXPRESSROUTE) {
		*unknown |= shares_circuit(m, c);
		if (c->circuit->site)
			learn_from_site(x, c->circuit->site);
		else
			*unknown = true;
	} else if (c->bgp && c->type == CONN_VNET2VNET) {
		/* what it has from others, it passes on */
		*unknown |= count_connections(m, far) > 1 || far->vnet->route_server;
		gateway_announced(far, learn, x);
	} else if (c->bgp && c->site) {
		learn_from_site(x, c->site);
	} else if (c->bgp) {
		*unknown = true;
	}
}

/* A prefix that both bring: which one NICs get is a matter of preferences. */
static bool both_bring(const struct rib_table *a, const struct rib_table *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (rib_get(b, a->routes[i].prefix))
			return true;
	return false;
}

static void foresee_gateway(struct foreseen *f, const struct gateway *g)
{
	struct learner x = { f, g };
	const struct route_server *rs = g->vnet->route_server;
	size_t at = table_of_gateway(f->m, g);

	for (size_t i = 0; i < f->m->n_connections; i++)
		if (is_connection_of(&f->m->connections[i], g))
			foresee_connection(&x, &f->m->connections[i]);
	for (size_t i = 0; i < f->m->n_gateways; i++)
		if (i < g->idx && f->m->gateways[i].vnet == g->vnet &&
		    both_bring(&f->rib->tables[table_of_gateway(f->m, &f->m->gateways[i])][0],
		               &f->rib->tables[at][0]))
			f->unknown[at] = true;
	if (rs && both_bring(&f->rib->tables[rs->idx][0], &f->rib->tables[at][0]))
		f->unknown[at] = true;
}

/* ---- all of it ---- */

void foreseen_init(const struct model *m, struct foreseen *ret)
{
	size_t n = model_n_tables(m);

	*ret =
	    (struct foreseen){ .m = m, .rib = rib_new(n), .unknown = xcalloc(n + 1, sizeof(bool)) };
	for (size_t i = 0; i < m->n_route_servers; i++)
		foresee_route_server(ret, &m->route_servers[i], false);
	for (size_t i = 0; i < m->n_gateways; i++)
		foresee_gateway(ret, &m->gateways[i]);
}

void foreseen_read_files(struct foreseen *f)
{
	for (size_t i = 0; i < f->m->n_route_servers; i++)
		foresee_route_server(f, &f->m->route_servers[i], true);
}

void foreseen_done(struct foreseen *f)
{
	f->rib = rib_free(f->rib);
	free(f->unknown);
	f->unknown = NULL;
}

static bool learns_unknown(const struct foreseen *f, const struct subnet *s)
{
	const struct vnet *by = vnet_served_by(s->vnet);
	bool unknown = false;

	if (!by || (s->route_table && s->route_table->disable_bgp))
		return false;
	if (by->route_server)
		unknown |= f->unknown[by->route_server->idx];
	for (unsigned t = 0; t < GW_TYPES; t++)
		if (by->gateway[t])
			unknown |= f->unknown[table_of_gateway(f->m, by->gateway[t])];
	return unknown;
}

bool foreseen_knows(const struct foreseen *f, const struct subnet *s)
{
	return !learns_unknown(f, s);
}

bool foreseen_decides(const struct foreseen *f, const struct subnet *s, ip4 dst)
{
	const struct vnet *v = s->vnet;

	if (!learns_unknown(f, s) || vnet_has(v, dst))
		return true;
	for (size_t i = 0; i < v->n_peerings; i++)
		if (peering_connected(&v->peerings[i]) && vnet_has(v->peerings[i].remote, dst))
			return true;
	return false;
}

bool foreseen_decides_walk(const struct foreseen *f, const struct walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct nic *n = w->hops[i].nic;

		if (n && n->subnet && w->hops[i].route &&
		    (!foreseen_decides(f, nic_routes(n), w->sent.dst) ||
		     !foreseen_decides(f, nic_routes(n), w->arrived.dst)))
			return false;
	}
	return true;
}

bool foreseen_way_out(const struct node *vm)
{
	bool wired = false;

	if (vm->role != VM_USER)
		return vm->role != VM_SITE_ROUTER || vm_site(vm)->generated;
	for (size_t i = 0; i < vm->n_nics; i++)
		wired |= vm->nics[i]->peer != NULL;
	return (vm->n_nics == 1 && !wired) ||
	       (!vm->guest.bgp.present && !vm->guest.n_configs && !wired);
}
