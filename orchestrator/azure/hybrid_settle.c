/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections find their other ends. */
#include "azure/hybrid.h"
#include "base/str.h"

static bool has_public(const struct vm *vm, ip4 a)
{
	if (vm->role == VM_GATEWAY)
		return vm->gateway->public_ip[vm->instance] == a;
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->public_ip == a)
			return true;
	return false;
}

static bool can_be_peer(const struct vm *vm)
{
	return !vm_is_hybrid(vm) ||
	       (vm->role == VM_GATEWAY && vm->gateway->type == GW_VPN && !vm->gateway->broken);
}

static void find_peer(struct model *m, struct local_gateway *l)
{
	for (size_t i = 0; i < m->n_vms && !l->site && !l->peer; i++)
		if (can_be_peer(&m->vms[i]) && l->gateway_ip &&
		    has_public(&m->vms[i], l->gateway_ip))
			l->peer = &m->vms[i];
	for (size_t i = 0; i < m->n_vms && !l->site && !l->peer; i++)
		if (can_be_peer(&m->vms[i]) && l->bgp_ip && vm_has_address(&m->vms[i], l->bgp_ip))
			l->peer = &m->vms[i];
}

/* The other side says so too: with a Vnet2Vnet object, or with a local network gateway that stands
 * for one of our instances. */
static bool answers(const struct connection *a, const struct connection *b)
{
	if (a->type != b->type || a->broken || b->broken)
		return false;
	if (a->type == CONN_VNET2VNET)
		return a->gateway == b->remote && b->gateway == a->remote;
	return a->type == CONN_IPSEC && a->local && b->local && a->local->peer && b->local->peer &&
	       a->local->peer->gateway == b->gateway && b->local->peer->gateway == a->gateway;
}

static void pair(struct model *m)
{
	for (size_t i = 0; i < m->n_connections; i++)
		for (size_t k = 0; k < m->n_connections; k++)
			if (i != k && !m->connections[i].reverse &&
			    answers(&m->connections[i], &m->connections[k]))
				m->connections[i].reverse = &m->connections[k];
}

static bool differ(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

/* Known from the design alone: what keeps it down for ever. */
static const char *why_down(struct model *m, const struct connection *c)
{
	const struct vm *peer = c->local && !c->site ? c->local->peer : NULL;

	if (c->type == CONN_IPSEC && c->local && !c->site && !peer)
		return arena_printf(m->arena, "local network gateway \"%s\" leads to no site",
		                    c->local->name);
	if (peer && peer->role == VM_GATEWAY && !c->reverse)
		return arena_printf(m->arena, "gateway \"%s\" has no connection back",
		                    peer->gateway->name);
	if (c->site && differ(c->shared_key, c->site->shared_key))
		return arena_printf(m->arena,
		                    "sharedKey of connection \"%s\" is not that of site \"%s\"",
		                    c->name, c->site->name);
	if (c->reverse && differ(c->shared_key, c->reverse->shared_key))
		return arena_printf(m->arena,
		                    "sharedKey of connection \"%s\" is not that of \"%s\", the "
		                    "other side",
		                    c->name, c->reverse->name);
	return NULL;
}

void hybrid_settle(struct model *m)
{
	for (size_t i = 0; i < m->n_local_gateways; i++)
		if (!m->local_gateways[i].broken)
			find_peer(m, &m->local_gateways[i]);
	pair(m);
	for (size_t i = 0; i < m->n_connections; i++)
		if (!m->connections[i].broken)
			m->connections[i].down = why_down(m, &m->connections[i]);
}
