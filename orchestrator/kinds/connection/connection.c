/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of gateways: what a topology says of them, and what is at their other ends. */
#include "azure/hybrid.h"
#include "azure/kind.h"
#include "base/str.h"
#include "input/load.h"

static const struct enum_value connection_types[] = {
	{ "IPsec", CONN_IPSEC, "to a site", NULL },
	{ "Vnet2Vnet", CONN_VNET2VNET, "to a VPN gateway of another VNet", NULL },
	{ "ExpressRoute", CONN_EXPRESSROUTE, "to a circuit", NULL },
	END
};

static const struct object_def connection = {
	"connection", "a connection",
	"One object stands for a Vnet2Vnet connection, or one on each side, as in Azure.",
	(const struct field[]){
	    { .name = "gateway",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .required = true,
	      .ref = "virtualNetworkGateways",
	      .at = AT(struct connection, gateway),
	      .help = "the gateway" },
	    { .name = "type",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .values = connection_types,
	      .required = true,
	      .at = AT(struct connection, type),
	      .help = "what is at the other end" },
	    { .name = "site",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .ref = "sites",
	      .at = AT(struct connection, site),
	      .help = "IPsec: the site; or" },
	    { .name = "localNetworkGateway",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .ref = "localNetworkGateways",
	      .at = AT(struct connection, local),
	      .help = "IPsec: what describes it." },
	    { .name = "remoteGateway",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .ref = "virtualNetworkGateways",
	      .at = AT(struct connection, remote),
	      .help = "Vnet2Vnet: the other VPN gateway." },
	    { .name = "circuit",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .ref = "expressRouteCircuits",
	      .at = AT(struct connection, circuit),
	      .help = "ExpressRoute: the circuit." },
	    { .name = "enableBgp",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct connection, bgp),
	      .help =
	          "Exchange routes; without it prefixes are static. ExpressRoute always does." },
	    { .name = "gatewayCustomBgpIpAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .item = T_IP,
	      .help = "IPsec: which of the gateway's customBgpIpAddresses BGP is spoken from, one "
	              "for each instance. Without it: one of the peer's /30, or the first." },
	    { .name = "sharedKey",
	      .type = T_TEXT,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .at = AT(struct connection, shared_key),
	      .help = "The key of this side. When both sides have one and the two differ, the "
	              "connection stays down." },
	    END }
};

static const struct field connection_settings[] = {
	{ .name = "vnet2vnetRouteServerRoutes",
	  .type = T_BOOL,
	  .shows = SHOWS_IN_FILES,
	  .dflt = "true",
	  .at = AT(struct settings, vnet2vnet_rs),
	  .help = "A gateway passes what it learned from a Route Server on by VNet-to-VNet "
	          "connections too, as by IPsec ones.",
	  .source = "two captures of August 2026 show it; another lab of that month says that "
	            "they do not pass",
	  .confidence = "M" },
	END
};

static void load_connection(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct connection *c = obj;

	(void)at;
	c->bgp |= c->type == CONN_EXPRESSROUTE;
	c->n_custom =
	    load_addresses(l, json_object_get(x, "gatewayCustomBgpIpAddresses"), &c->custom);
}

static bool circuit_broken(const struct circuit *c)
{
	return !c || c->broken || (c->site && c->site->broken);
}

static void resolve_connections(struct loader *l, const struct kind *k)
{
	(void)k;
	for (size_t i = 0; i < l->m->n_connections; i++) {
		struct connection *c = &l->m->connections[i];

		if (c->local && !c->site)
			c->site = c->local->site;
		c->broken |= !c->gateway || c->gateway->broken;
		c->broken |= c->type == CONN_IPSEC && !c->site && !c->local;
		c->broken |= (c->site && c->site->broken) || (c->local && c->local->broken);
		c->broken |= c->type == CONN_VNET2VNET && (!c->remote || c->remote->broken);
		c->broken |= c->type == CONN_EXPRESSROUTE && circuit_broken(c->circuit);
	}
}

/* The other side says so too: with a Vnet2Vnet object, or with a local network gateway that stands
 * for one of our instances. */
static bool is_answered_by(const struct connection *a, const struct connection *b)
{
	if (a->type != b->type || a->broken || b->broken)
		return false;
	if (a->type == CONN_VNET2VNET)
		return a->gateway == b->remote && b->gateway == a->remote;
	return a->type == CONN_IPSEC && a->local && b->local && a->local->peer && b->local->peer &&
	       vm_gateway(a->local->peer) == b->gateway && vm_gateway(b->local->peer) == a->gateway;
}

/* The object of the other side, of several one that is nobody's yet. */
static struct connection *find_reverse(struct model *m, const struct connection *c)
{
	struct connection *any = NULL;

	for (size_t i = 0; i < m->n_connections; i++) {
		struct connection *o = &m->connections[i];

		if (o == c || !is_answered_by(c, o))
			continue;
		if (!o->reverse || o->reverse == c)
			return o;
		any = any ? any : o;
	}
	return any;
}

static void pair_connections(struct model *m)
{
	for (size_t i = 0; i < m->n_connections; i++) {
		struct connection *c = &m->connections[i];

		if (!c->reverse)
			c->reverse = find_reverse(m, c);
		if (c->reverse && !c->reverse->reverse)
			c->reverse->reverse = c;
	}
}

static bool differ_in_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

/* Known from the design alone: what keeps it down for ever. */
static const char *why_down(struct model *m, const struct connection *c)
{
	const struct node *peer = c->local && !c->site ? c->local->peer : NULL;

	if (c->type == CONN_IPSEC && c->local && !c->site && !peer)
		return arena_printf(m->arena, "local network gateway \"%s\" leads to no site",
		                    c->local->name);
	if (peer && peer->role == VM_GATEWAY && !c->reverse)
		return arena_printf(m->arena, "gateway \"%s\" has no connection back",
		                    vm_gateway(peer)->name);
	if (c->site && differ_in_text(c->shared_key, c->site->shared_key))
		return arena_printf(m->arena,
		                    "sharedKey of connection \"%s\" is not that of site \"%s\"",
		                    c->name, c->site->name);
	if (c->reverse && differ_in_text(c->shared_key, c->reverse->shared_key))
		return arena_printf(m->arena,
		                    "sharedKey of connection \"%s\" is not that of \"%s\", the "
		                    "other side",
		                    c->name, c->reverse->name);
	return NULL;
}

/* Local network gateways know who is there. */
static void settle_connections(struct loader *l, const struct kind *k)
{
	struct model *m = l->m;

	(void)k;
	pair_connections(m);
	for (size_t i = 0; i < m->n_connections; i++)
		if (!m->connections[i].broken)
			m->connections[i].down = why_down(m, &m->connections[i]);
}

const struct kind kind_connection = {
	.key = "connections",
	.what = "connection",
	.help = "Connections of gateways by name.",
	.object = &connection,
	.azure = true,
	.place = 120,
	.list = KIND_LIST(connections, n_connections),
	.settings = connection_settings,
	.load = load_connection,
	.resolve = resolve_connections,
	.settle = settle_connections,
};
