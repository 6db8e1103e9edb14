/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connections of a VNet to elsewhere: which gateways serve it, and what these know without BGP.
 */
#include "azure/hybrid.h"

#include "azure/own_bgp.h"
#include "base/str.h"

const char *gateway_type_str(enum gateway_type t)
{
	return t == GW_VPN ? "VPN" : "ExpressRoute";
}

struct gateway *model_gateway(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n_gateways; i++)
		if (strieq(m->gateways[i].name, name))
			return &m->gateways[i];
	return NULL;
}

struct site *model_site(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n_sites; i++)
		if (strieq(m->sites[i].name, name))
			return &m->sites[i];
	return NULL;
}

static const struct gateway *get_far_gateway(const struct local_gateway *l)
{
	return !l->site && l->peer ? vm_gateway(l->peer) : NULL;
}

uint32_t local_gateway_far_asn(const struct local_gateway *l)
{
	const struct gateway *g = get_far_gateway(l);

	return l->site ? l->site->asn : g ? g->asn : 0;
}

ip4 local_gateway_far_ip(const struct local_gateway *l)
{
	const struct gateway *g = get_far_gateway(l);

	for (size_t i = 0; g && i < g->n_custom[l->peer->part.instance]; i++)
		if (g->custom[l->peer->part.instance][i] == l->bgp_ip)
			return l->bgp_ip;
	return l->site ? l->site->bgp_ip : g ? g->instance[l->peer->part.instance] : IP4_NONE;
}

char *local_gateway_far_name(const struct local_gateway *l)
{
	return l->site ? xasprintf("site \"%s\"", l->site->name)
	               : xasprintf("gateway's instance \"%s\"", l->peer->name);
}

/* azure-behaviour 8 */
ip4 gateway_address(struct prefix subnet, bool one, unsigned k)
{
	return prefix_at(subnet, one ? (uint32_t)prefix_size(subnet) - 2 : 4 + k);
}

/* azure-behaviour 8.2: a circuit hands the prefixes of one gateway to another, and takes its
 * packets, where both allow it. */
bool gateways_exchange(const struct gateway *a, const struct gateway *b)
{
	return a != b && a->remote_vnets && b->remote_vnets;
}

bool ip4_is_link_local(ip4 a)
{
	return prefix_has((struct prefix){ IP4(169, 254, 0, 0), 16 }, a);
}

bool subnet_is_gateways(const struct subnet *s)
{
	return strieq(s->name, "GatewaySubnet");
}

bool vnet_has_gateway(const struct vnet *v)
{
	return v->gateway[GW_VPN] || v->gateway[GW_EXPRESSROUTE];
}

bool peering_is_transit(const struct peering *p)
{
	return peering_connected(p) && p->allow_gateway_transit && p->reverse->use_remote_gateways;
}

void vnet_space(const struct vnet *v, vnet_space_fn *fn, void *ctx)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		fn(ctx, v->prefixes[i], false);
	for (size_t i = 0; i < v->n_peerings; i++) {
		const struct peering *p = &v->peerings[i];

		for (size_t j = 0; peering_is_transit(p) && j < peering_n_prefixes(p); j++)
			fn(ctx, peering_prefix(p, j), true);
	}
}

const struct vnet *vnet_served_by(const struct vnet *v)
{
	if (v->route_server || vnet_has_gateway(v))
		return v;
	for (size_t i = 0; i < v->n_peerings; i++) {
		const struct peering *p = &v->peerings[i];

		if (peering_connected(p) && peering_is_transit(p->reverse) &&
		    (p->remote->route_server || vnet_has_gateway(p->remote)))
			return p->remote;
	}
	return NULL;
}

const struct gateway *gateway_of_vm(const struct model *m, const struct node *vm, unsigned *ret_k)
{
	(void)m;
	if (!vm || vm->role != VM_GATEWAY)
		return NULL;
	if (ret_k)
		*ret_k = vm->part.instance;
	return vm_gateway(vm);
}

char *hybrid_session_word(const struct hybrid_session *s)
{
	const struct gateway *g = gateway_of_vm(NULL, s->vm, NULL);
	const struct connection *c = s->conn;

	/* A connection between two gateways has two objects: the gateway's own one gives the name.
	 */
	if (g && c && c->gateway != g && c->reverse)
		c = c->reverse;
	if (!g || (!c && s->kind != HP_ROUTE_SERVER))
		return NULL;
	return xasprintf("%s/%s", g->name, c ? c->name : s->rs->name);
}

bool hybrid_session_is(const struct hybrid_session *s, const char *word)
{
	_cleanup_free_ char *name = hybrid_session_word(s);
	_cleanup_free_ char *one = name ? xasprintf("%s/%u", name, s->vm->part.instance) : NULL;

	return name && (strieq(name, word) || strieq(one, word));
}

typedef void static_fn(void *ctx, struct prefix p, const struct connection *c);

static void local_statics(const struct connection *c, static_fn *fn, void *ctx)
{
	const struct local_gateway *l = c->local;

	if (c->gateway->default_site == l)
		fn(ctx, (struct prefix){ 0, 0 }, c);
	for (size_t i = 0; i < l->n_prefixes; i++)
		fn(ctx, l->prefixes[i], c);
	if (c->bgp && ip4_is_set(l->bgp_ip))
		fn(ctx, prefix_host(l->bgp_ip), c);
}

static void site_statics(const struct connection *c, static_fn *fn, void *ctx)
{
	if (c->bgp) {
		fn(ctx, prefix_host(c->site->bgp_ip), c);
		return;
	}
	for (size_t i = 0; i < c->site->n_prefixes; i++)
		fn(ctx, c->site->prefixes[i], c);
}

static void vnet_statics(const struct connection *c, const struct gateway *far, static_fn *fn,
                         void *ctx)
{
	if (c->bgp) {
		for (unsigned k = 0; k < far->n; k++)
			fn(ctx, prefix_host(far->instance[k]), c);
		return;
	}
	for (size_t i = 0; i < far->vnet->n_prefixes; i++)
		fn(ctx, far->vnet->prefixes[i], c);
}

void gateway_statics(const struct model *m, const struct gateway *g, static_fn *fn, void *ctx)
{
	for (size_t i = 0; i < g->n_pools; i++)
		fn(ctx, g->pools[i], NULL);
	for (size_t i = 0; i < m->n_connections; i++) {
		const struct connection *c = &m->connections[i];

		if (c->broken)
			continue;
		if (c->type == CONN_IPSEC && c->gateway == g) {
			if (c->local)
				local_statics(c, fn, ctx);
			else
				site_statics(c, fn, ctx);
		} else if (c->type == CONN_VNET2VNET && c->gateway == g) {
			vnet_statics(c, c->remote, fn, ctx);
		} else if (c->type == CONN_VNET2VNET && c->remote == g && !c->reverse) {
			vnet_statics(c, c->gateway, fn, ctx);
		}
	}
}

/* --- default routes -------------------------------------------------------------------------- */

const struct prefix default_halves[2] = { { 0, 1 }, { 0x80000000, 1 } };

/* Who must not announce 0.0.0.0/0, or wants to be longer than it, announces its halves. */
static enum default_route find_default(const struct prefix *v, size_t n)
{
	enum default_route found = DEFAULT_NONE;
	unsigned halves = 0;

	for (size_t i = 0; i < n; i++) {
		if (!v[i].len)
			found = DEFAULT_WHOLE;
		else if (v[i].len == 1)
			halves |= prefix_eq(v[i], default_halves[0]) ? 1 : 2;
	}
	return halves == 3 ? DEFAULT_HALVES : found;
}

static const struct site *get_connection_site(const struct connection *c)
{
	return c->type == CONN_EXPRESSROUTE ? c->circuit->site : c->site;
}

/* By what its local network gateway says, or by what its site announces. */
static enum default_route find_connection_default(const struct connection *c)
{
	const struct site *s = get_connection_site(c);
	enum default_route found = DEFAULT_NONE;

	if (c->local)
		found = find_default(c->local->prefixes, c->local->n_prefixes);
	if (!found && c->local && c->gateway->default_site == c->local)
		found = DEFAULT_WHOLE;
	return found || !s || (!c->bgp && c->local) ? found
	                                            : find_default(s->prefixes, s->n_prefixes);
}

static enum default_route find_appliance_default(const struct node *vm, ip4 peer)
{
	const struct bgp_block *b = &vm->guest.bgp;
	enum default_route found = find_default(b->advertise, b->n_advertise);

	if (found)
		return found;
	if (own_bgp_announces(vm, peer, default_halves[0]) &&
	    own_bgp_announces(vm, peer, default_halves[1]))
		return DEFAULT_HALVES;
	return own_bgp_announces(vm, peer, (struct prefix){ 0, 0 }) ? DEFAULT_WHOLE : DEFAULT_NONE;
}

char *vnet_default_from(const struct model *m, const struct vnet *v, enum default_route *ret)
{
	const struct vnet *by = vnet_served_by(v);
	const struct route_server *rs = by ? by->route_server : NULL;

	for (size_t i = 0; by && i < m->n_connections; i++) {
		const struct connection *c = &m->connections[i];

		if (!c->broken && !c->down && c->gateway->vnet == by &&
		    (*ret = find_connection_default(c)))
			return xasprintf("%s \"%s\", by connection \"%s\"",
			                 get_connection_site(c) ? "site" : "local network gateway",
			                 get_connection_site(c) ? get_connection_site(c)->name
			                                        : c->local->name,
			                 c->name);
	}
	for (size_t i = 0; rs && i < rs->n_conns; i++) {
		const struct node *vm = rs->conns[i].nic ? rs->conns[i].nic->vm : NULL;

		if (vm && (*ret = find_appliance_default(vm, rs->instance[0])))
			return xasprintf("appliance \"%s\", by Route Server \"%s\"", vm->name,
			                 rs->name);
	}
	*ret = DEFAULT_NONE;
	return NULL;
}

bool gateway_has_peer(const struct model *m, const struct gateway *g, struct prefix p)
{
	for (size_t i = 0; p.len == 32 && i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		if (s->conn && vm_gateway(s->vm) == g && s->peer_ip == p.addr)
			return true;
	}
	return false;
}

size_t model_n_tables(const struct model *m)
{
	return m->n_route_servers + m->n_gateways;
}

const char *model_table_name(const struct model *m, size_t table)
{
	return table < m->n_route_servers ? m->route_servers[table].name
	                                  : m->gateways[table - m->n_route_servers].name;
}

const char *model_table_kind(const struct model *m, size_t table)
{
	return table < m->n_route_servers ? "routeServer" : "gateway";
}

bool model_speaks(const struct model *m, size_t table, unsigned instance)
{
	return table < m->n_route_servers || instance < m->gateways[table - m->n_route_servers].n;
}

int model_table(const struct model *m, const char *kind, const char *name)
{
	for (size_t i = 0; name && i < model_n_tables(m); i++)
		if (streq(model_table_kind(m, i), kind) && strieq(model_table_name(m, i), name))
			return (int)i;
	return -1;
}

ip4 tunnel_outer_ip(const struct nic *n)
{
	const struct tunnel_end *e = &n->tunnel->end[n->tunnel->end[0].vm == n->vm ? 0 : 1];

	return ip4_is_set(e->outer) ? e->outer : e->nic ? e->nic->ip : n->vm->nics[0]->ip;
}

const struct nic *vm_tunnel_to(const struct node *vm, ip4 a)
{
	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *n = vm->nics[i];

		if (n->tunnel && n->wire_len && prefix_has(prefix_around(n->ip, n->wire_len), a))
			return n;
	}
	return NULL;
}

/* --- what it announces, and how much a session bears ------------------------------------------ */

/* summarizedGatewayPrefixes: captured of ExpressRoute gateways; overlaps are not looked at. */
static bool summarized(const struct gateway *g, struct prefix p)
{
	const struct vnet *v = g->vnet;

	if (g->type != GW_EXPRESSROUTE || !v->n_summaries)
		return false;
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_eq(v->prefixes[i], p))
			return true;
	for (size_t i = 0; i < v->n_summaries; i++)
		if (prefix_covers(v->summaries[i], p))
			return true;
	return false;
}

struct announced {
	const struct gateway *g;
	void (*fn)(void *ctx, struct prefix p);
	void *ctx;
	size_t n;
};

static void announce(void *ctx, struct prefix p, bool transit)
{
	struct announced *a = ctx;

	(void)transit;
	if (summarized(a->g, p))
		return;
	a->n++;
	if (a->fn)
		a->fn(a->ctx, p);
}

size_t gateway_announced(const struct gateway *g, void (*fn)(void *ctx, struct prefix p), void *ctx)
{
	const struct vnet *v = g->vnet;
	struct announced a = { g, fn, ctx, g->type == GW_EXPRESSROUTE ? v->n_summaries : 0 };

	for (size_t i = 0; fn && i < a.n; i++)
		fn(ctx, v->summaries[i]);
	vnet_space(v, announce, &a);
	return a.n;
}

uint32_t hybrid_session_limit(const struct model *m, const struct hybrid_session *s)
{
	if (s->vm->role == VM_MSEE && s->kind == HP_SITE)
		return vm_circuit(s->vm)->premium ? m->settings.max_from_premium
		                                  : m->settings.max_from_circuit;
	if (s->vm->role == VM_MSEE)
		return m->settings.max_to_circuit;
	if (s->vm->role == VM_GATEWAY && vm_gateway(s->vm)->type == GW_VPN &&
	    (s->kind == HP_SITE || s->kind == HP_GATEWAY))
		return m->settings.max_from_vpn_peer;
	return 0;
}
