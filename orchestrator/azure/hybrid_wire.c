/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wires and BGP sessions: what Azure and the sites' operators plug together when a connection is
 * made.  A wire's ends have no addresses of their own: each end has that of its VM, and knows the
 * other end's as /32. */
#include "azure/hybrid.h"
#include "base/str.h"

static const struct prefix SIBLING_NET = { IP4(169, 254, 251, 0), 30 };

struct pair {
	struct node *a, *b;
	bool uplink;  /* b is where a's default route leads */
	bool sibling; /* of one gateway */
	const struct connection *conn;
	const struct tunnel *tunnel;
};

struct plan {
	struct model *m;
	struct pair *pairs;
	size_t n_pairs, cap_pairs;
	struct hybrid_session *sessions;
	size_t n_sessions, cap_sessions;
};

static ip4 address(const struct node *vm)
{
	switch (vm->role) {
	case VM_GATEWAY:
		return vm_gateway(vm)->instance[vm->part.instance];
	case VM_MSEE:
		return vm_circuit(vm)->msee_ip[vm->part.instance];
	case VM_SITE_ROUTER:
		return vm_site(vm)->bgp_ip;
	case VM_SITE_HOST:
		for (size_t i = 0; i < vm_site(vm)->n_hosts; i++)
			if (vm_site(vm)->hosts[i].vm == vm)
				return vm_site(vm)->hosts[i].ip;
		return IP4_NONE;
	default:
		return IP4_NONE;
	}
}

/* The address of the BGP speaker at the other end of a VPN connection, seen from its gateway. */
static ip4 far_bgp_address(const struct connection *c)
{
	return c->local && ip4_is_set(c->local->bgp_ip) ? c->local->bgp_ip
	       : c->site                                ? c->site->bgp_ip
	                                                : 0;
}

static bool is_chosen_address(const struct connection *c, ip4 a)
{
	for (size_t i = 0; i < c->n_custom; i++)
		if (c->custom[i] == a)
			return true;
	return false;
}

/* A peer with a link-local address is spoken to from one of the instance's customBgpIpAddresses:
 * the one that the connection names, else one of the peer's /30, else the first
 * (azure-behaviour 8.1).  0: it has none. */
static ip4 custom_address(const struct node *vm, const struct connection *c)
{
	const struct gateway *g = vm_gateway(vm);
	const ip4 *v = g->custom[vm->part.instance];
	size_t n = g->n_custom[vm->part.instance];

	for (size_t i = 0; i < n; i++)
		if (is_chosen_address(c, v[i]))
			return v[i];
	for (size_t i = 0; i < n; i++)
		if (prefix_has(prefix_around(far_bgp_address(c), 30), v[i]))
			return v[i];
	return n ? v[0] : 0;
}

static bool speaks_link_local(const struct node *vm, const struct connection *c)
{
	return vm->role == VM_GATEWAY && c && c->type == CONN_IPSEC &&
	       ip4_is_link_local(far_bgp_address(c));
}

/* The address of a gateway or a VM depends on who speaks to it: of the latter it is that which the
 * local network gateway says. */
static ip4 choose_wire_address(const struct node *vm, const struct connection *c)
{
	if (speaks_link_local(vm, c) && ip4_is_set(custom_address(vm, c)))
		return custom_address(vm, c);
	if (vm_is_hybrid(vm))
		return address(vm);
	return c && c->local && ip4_is_set(c->local->bgp_ip) ? c->local->bgp_ip : vm->nics[0]->ip;
}

static uint32_t as_number(const struct node *vm)
{
	return vm_gateway(vm)        ? vm_gateway(vm)->asn
	       : vm->role == VM_MSEE ? MSEE_ASN
	       : vm_site(vm)         ? vm_site(vm)->asn
	                             : vm->guest.bgp.asn;
}

/* --- who is connected with whom -------------------------------------------------------------- */

static void wire(struct plan *p, struct node *a, struct node *b, const struct connection *c)
{
	for (size_t i = 0; i < p->n_pairs; i++)
		if ((p->pairs[i].a == a && p->pairs[i].b == b) ||
		    (p->pairs[i].a == b && p->pairs[i].b == a))
			return;
	VEC_PUSH(p->pairs, p->n_pairs, p->cap_pairs) = (struct pair){ .a = a, .b = b, .conn = c };
}

static enum hybrid_peer get_peer_kind(const struct node *vm)
{
	return vm->role == VM_GATEWAY ? HP_GATEWAY : vm->role == VM_MSEE ? HP_MSEE : HP_SITE;
}

/* Returns the AS number that this end is configured to expect of the other one; it may be wrong. */
static uint32_t expected_asn(const struct node *vm, const struct node *peer,
                             const struct connection *c)
{
	uint32_t told = 0;

	if (c && c->local &&
	    (!vm_is_hybrid(peer) || peer->role == VM_SITE_ROUTER ||
	     (vm_gateway(vm) && vm_gateway(vm) == c->gateway)))
		told = c->local->asn;
	else if (vm->role == VM_MSEE && peer->role == VM_SITE_ROUTER)
		told = vm_circuit(vm)->peer_asn;
	return told ? told : as_number(peer);
}

static ip4 expected_ip(const struct node *vm, const struct node *peer, const struct connection *c)
{
	bool told = c && c->local && ip4_is_set(c->local->bgp_ip) &&
	            (peer->role == VM_SITE_ROUTER || vm_gateway(vm) == c->gateway);

	return told ? c->local->bgp_ip : choose_wire_address(peer, c);
}

/* Only from a link-local address of its own does a gateway speak to a link-local one. */
static const char *why_silent(struct model *m, const struct node *vm, const struct connection *c)
{
	if (!speaks_link_local(vm, c) || ip4_is_set(custom_address(vm, c)))
		return NULL;
	return arena_printf(
	    m->arena, "its peer has the link-local address %s, and %s has no customBgpIpAddresses",
	    IP4_STR(far_bgp_address(c)), vm->name);
}

/* Two connections may lead to one router: that of a site with several devices. */
static bool has_session(const struct plan *p, const struct hybrid_session *s)
{
	for (size_t i = 0; i < p->n_sessions; i++) {
		const struct hybrid_session *o = &p->sessions[i];

		if (o->vm == s->vm && o->peer == s->peer && o->kind == s->kind &&
		    o->local_ip == s->local_ip && o->peer_ip == s->peer_ip)
			return true;
	}
	return false;
}

static void one_end(struct plan *p, const struct node *vm, const struct node *peer,
                    enum hybrid_peer kind, const struct connection *c)
{
	const struct hybrid_session s = { .vm = vm,
		                          .kind = kind,
		                          .local_ip = choose_wire_address(vm, c),
		                          .peer_ip = expected_ip(vm, peer, c),
		                          .local_asn = as_number(vm),
		                          .peer_asn = expected_asn(vm, peer, c),
		                          .peer = peer,
		                          .conn = c,
		                          .down = why_silent(p->m, vm, c) };

	if (!has_session(p, &s))
		VEC_PUSH(p->sessions, p->n_sessions, p->cap_sessions) = s;
}

static void session(struct plan *p, struct node *a, struct node *b, const struct connection *c)
{
	one_end(p, a, b, get_peer_kind(b), c);
	one_end(p, b, a, get_peer_kind(a), c);
}

static void connect(struct plan *p, const struct connection *c)
{
	const struct gateway *g = c->gateway, *far = c->remote;
	struct node *const *to = NULL;
	unsigned n = 0;
	bool two_objects = false; /* each side's connection makes its own end */

	if (c->type == CONN_IPSEC && c->site) {
		to = &c->site->vm;
		n = 1;
	} else if (c->type == CONN_IPSEC && c->local && c->local->peer) {
		to = &c->local->peer;
		n = 1;
		two_objects = c->local->peer->role == VM_GATEWAY;
	} else if (c->type == CONN_VNET2VNET && !(c->reverse && c->reverse->idx < c->idx)) {
		to = far->vm;
		n = far->n;
	} else if (c->type == CONN_EXPRESSROUTE) {
		to = c->circuit->vm;
		n = 2;
	}
	for (unsigned k = 0; k < g->n; k++)
		for (unsigned j = 0; j < n; j++) {
			if (!c->down)
				wire(p, g->vm[k], to[j], c);
			if (c->bgp && two_objects)
				one_end(p, g->vm[k], to[j], get_peer_kind(to[j]), c);
			else if (c->bgp)
				session(p, g->vm[k], to[j], c);
		}
}

static void with_route_server(struct plan *p, const struct gateway *g)
{
	const struct route_server *rs = g->vnet->route_server;

	for (unsigned k = 0; rs && rs->subnet && k < g->n; k++)
		for (unsigned i = 0; i < 2; i++)
			VEC_PUSH(p->sessions, p->n_sessions, p->cap_sessions) =
			    (struct hybrid_session){ .vm = g->vm[k],
				                     .kind = HP_ROUTE_SERVER,
				                     .local_ip = g->instance[k],
				                     .peer_ip = rs->instance[i],
				                     .local_asn = g->asn,
				                     .peer_asn = AZURE_ASN,
				                     .rs = rs,
				                     .instance = i };
}

static void wire_gateway_inside(struct plan *p, const struct gateway *g)
{
	const struct gateway *other = g->vnet->gateway[1 - g->type];

	with_route_server(p, g);
	if (g->n == 2) {
		wire(p, g->vm[0], g->vm[1], NULL);
		p->pairs[p->n_pairs - 1].sibling = true;
		/* Those of an ExpressRoute gateway list neither the other one as a peer nor its
		 * routes (azure-behaviour 7.9, and captured). */
		if (g->type == GW_VPN) {
			one_end(p, g->vm[0], g->vm[1], HP_SIBLING, NULL);
			one_end(p, g->vm[1], g->vm[0], HP_SIBLING, NULL);
		}
	}
	for (unsigned k = 0; other && k < g->n; k++)
		for (unsigned j = 0; j < other->n; j++)
			one_end(p, g->vm[k], other->vm[j], HP_COEXISTING, NULL);
}

static void collect_wires(struct plan *p)
{
	struct model *m = p->m;

	for (size_t i = 0; i < m->n_sites; i++)
		for (size_t k = 0; k < m->sites[i].n_hosts && !m->sites[i].broken; k++) {
			wire(p, m->sites[i].hosts[k].vm, m->sites[i].vm, NULL);
			p->pairs[p->n_pairs - 1].uplink = true;
		}
	for (size_t i = 0; i < m->n_gateways; i++)
		if (!m->gateways[i].broken &&
		    m->gateways[i].vnet->gateway[m->gateways[i].type] == &m->gateways[i])
			wire_gateway_inside(p, &m->gateways[i]);
	for (size_t i = 0; i < m->n_circuits; i++)
		for (unsigned k = 0; m->circuits[i].site && !m->circuits[i].broken && k < 2; k++) {
			wire(p, m->circuits[i].vm[k], m->circuits[i].site->vm, NULL);
			session(p, m->circuits[i].vm[k], m->circuits[i].site->vm, NULL);
		}
	for (size_t i = 0; i < m->n_connections; i++)
		if (!m->connections[i].broken)
			connect(p, &m->connections[i]);
}

static void tunnels(struct plan *p)
{
	for (size_t i = 0; i < p->m->n_tunnels; i++) {
		const struct tunnel *t = &p->m->tunnels[i];

		if (!t->broken && t->end[0].vm != t->end[1].vm && t->end[0].vm->n_nics &&
		    t->end[1].vm->n_nics)
			VEC_PUSH(p->pairs, p->n_pairs, p->cap_pairs) =
			    (struct pair){ .a = t->end[0].vm, .b = t->end[1].vm, .tunnel = t };
	}
}

static void set_tunnel_end(struct nic *n, const struct tunnel *t, unsigned k)
{
	n->tunnel = t;
	n->name = t->name;
	n->ip = t->end[k].address;
	n->wire_len = t->end[k].len;
}

/* --- into the model -------------------------------------------------------------------------- */

/* "to-vpngw-0": in "dc1/to-vpngw-0" there is one slash that matters. */
static const char *wire_name(struct plan *p, const struct node *peer)
{
	char *name = arena_printf(p->m->arena, "to-%s", peer->name);

	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '-';
	return name;
}

static struct nic *add_wire_end(struct plan *p, struct node *vm, const struct node *peer,
                                const struct connection *c)
{
	struct nic *n = arena_alloc(p->m->arena, sizeof(*n));

	n->name = wire_name(p, peer);
	n->ptr = vm->ptr;
	n->index = vm->n_nics;
	n->vm = vm;
	n->ip = choose_wire_address(vm, c);
	n->forwarding = vm_is_hybrid(vm) ? vm->role != VM_SITE_HOST : vm->nics[0]->forwarding;
	vm->nics[vm->n_nics++] = n;
	return n;
}

static void make_room(struct plan *p)
{
	_cleanup_free_ size_t *degree = xcalloc(p->m->n_vms + 1, sizeof(*degree));

	for (size_t i = 0; i < p->n_pairs; i++) {
		degree[p->pairs[i].a->idx]++;
		degree[p->pairs[i].b->idx]++;
	}
	for (size_t i = 0; i < p->m->n_vms; i++) {
		struct node *vm = &p->m->vms[i];
		struct nic **all;

		if (!degree[i])
			continue;
		all = arena_array(p->m->arena, vm->n_nics + degree[i], sizeof(struct nic *));
		if (vm->n_nics)
			memcpy(all, vm->nics, vm->n_nics * sizeof(struct nic *));
		vm->nics = all;
	}
}

/* A host's way out is its site's router. */
static void default_route(struct plan *p, struct node *host, const struct node *router)
{
	host->guest.routes = arena_array(p->m->arena, 1, sizeof(*host->guest.routes));
	host->guest.n_routes = 1;
	host->guest.routes[0] = (struct guest_route){ .ptr = host->ptr, .via = address(router) };
}

static const struct nic *wire_between(const struct node *a, const struct node *b)
{
	for (size_t i = 0; i < a->n_nics; i++)
		if (a->nics[i]->peer && !a->nics[i]->tunnel && a->nics[i]->peer->vm == b)
			return a->nics[i];
	return NULL;
}

void hybrid_wire(struct model *m)
{
	struct plan p = { .m = m };

	collect_wires(&p);
	tunnels(&p);
	make_room(&p);
	for (size_t i = 0; i < p.n_pairs; i++) {
		const struct connection *c = p.pairs[i].conn;
		struct nic *a = add_wire_end(&p, p.pairs[i].a, p.pairs[i].b, c),
		           *b = add_wire_end(&p, p.pairs[i].b, p.pairs[i].a, c);

		a->peer = b;
		b->peer = a;
		a->ipsec = b->ipsec = c && c->type != CONN_EXPRESSROUTE;
		if (p.pairs[i].sibling) {
			/* Their own addresses are on the fabric, where their session runs. */
			a->ip = prefix_at(SIBLING_NET, 1);
			b->ip = prefix_at(SIBLING_NET, 2);
			a->wire_len = b->wire_len = SIBLING_NET.len;
		}
		if (p.pairs[i].tunnel) {
			set_tunnel_end(a, p.pairs[i].tunnel, 0);
			set_tunnel_end(b, p.pairs[i].tunnel, 1);
		}
		if (p.pairs[i].uplink)
			default_route(&p, p.pairs[i].a, p.pairs[i].b);
	}
	m->sessions = arena_array(m->arena, p.n_sessions, sizeof(*m->sessions));
	m->n_sessions = p.n_sessions;
	for (size_t i = 0; i < p.n_sessions; i++) {
		m->sessions[i] = p.sessions[i];
		m->sessions[i].idx = i;
		/* Between instances of one VNet they run over the fabric. */
		if (p.sessions[i].peer && p.sessions[i].kind != HP_COEXISTING &&
		    p.sessions[i].kind != HP_SIBLING)
			m->sessions[i].nic = wire_between(p.sessions[i].vm, p.sessions[i].peer);
	}
	free(p.pairs);
	free(p.sessions);
}
