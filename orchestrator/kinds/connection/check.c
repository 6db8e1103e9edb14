/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of gateways: the rules (azure-behaviour 8). */
#include "azure/check.h"
#include "azure/hybrid.h"
#include "base/str.h"

static void check_form(const struct connection *c, struct findings *f)
{
	enum gateway_type want = c->type == CONN_EXPRESSROUTE ? GW_EXPRESSROUTE : GW_VPN;
	bool other_end = c->type == CONN_IPSEC       ? c->site || c->local
	                 : c->type == CONN_VNET2VNET ? c->remote != NULL
	                                             : c->circuit != NULL;
	static const char *const keys[] = { [CONN_IPSEC] = "site\" or \"localNetworkGateway",
		                            [CONN_VNET2VNET] = "remoteGateway",
		                            [CONN_EXPRESSROUTE] = "circuit" };

	if (!other_end && !f->errors) {
		_cleanup_free_ char *hint = xasprintf("add \"%s\"", keys[c->type]);

		error_at(f, "CONN-END-01", NULL, c->ptr, hint,
		         "connection \"%s\" does not say what is at its other end", c->name);
	}
	if (c->gateway && c->gateway->type != want)
		error_at(f, "CONN-TYPE-01", NULL, c->ptr,
		         want == GW_VPN ? "use type ExpressRoute with a circuit, or a VPN gateway"
		                        : "use an ExpressRoute gateway",
		         "connection \"%s\" is of a type that %s gateway \"%s\" does not take",
		         c->name, gateway_type_str(c->gateway->type), c->gateway->name);
	if (c->remote && c->type == CONN_VNET2VNET && c->remote->type != GW_VPN)
		error_at(f, "CONN-TYPE-01", NULL, c->ptr, "name a VPN gateway",
		         "connection \"%s\" goes to \"%s\", which is an %s gateway", c->name,
		         c->remote->name, gateway_type_str(c->remote->type));
	if (c->remote && c->remote == c->gateway)
		error_at(f, "CONN-SELF-01", NULL, c->ptr, "name another gateway",
		         "connection \"%s\" connects gateway \"%s\" with itself", c->name,
		         c->gateway->name);
}

static uint32_t far_asn(const struct connection *c)
{
	if (c->type == CONN_VNET2VNET)
		return c->remote->asn;
	return c->local && c->local->asn ? c->local->asn : c->site ? c->site->asn : 0;
}

/* Checks what the local network gateway says of its other end. */
static void check_told(const struct local_gateway *l, struct findings *f)
{
	uint32_t asn = local_gateway_far_asn(l);
	ip4 ip = local_gateway_far_ip(l);
	_cleanup_free_ char *far = asn ? local_gateway_far_name(l) : NULL;

	if (asn && l->asn && l->asn != asn)
		warning_at(f, "CONN-ASN-02", NULL, l->ptr,
		           l->site ? "write the site's number" : "write the gateway's number",
		           "local network gateway \"%s\" says AS number %u, %s has %u: the session "
		           "stays down",
		           l->name, l->asn, far, asn);
	if (ip4_is_set(ip) && ip4_is_set(l->bgp_ip) && l->bgp_ip != ip)
		warning_at(
		    f, "CONN-BGP-02", NULL, l->ptr,
		    l->site ? "write the site's address" : "write the instance's address",
		    "local network gateway \"%s\" says bgpPeeringAddress %s, %s%s has %s: the "
		    "session stays down",
		    l->name, IP4_STR(l->bgp_ip), l->site ? "the router of " : "", far, IP4_STR(ip));
}

static void check_bgp(const struct connection *c, struct findings *f)
{
	if (!c->bgp || c->type == CONN_EXPRESSROUTE)
		return;
	if (c->local && !c->local->asn)
		error_at(f, "CONN-BGP-01", NULL, c->local->ptr,
		         "add bgpSettings, or set enableBgp to false",
		         "connection \"%s\" wants BGP, but local network gateway \"%s\" has no "
		         "bgpSettings",
		         c->name, c->local->name);
	else if (far_asn(c) == c->gateway->asn)
		error_at(f, "CONN-ASN-01", NULL, c->ptr, "give one of them another AS number",
		         "connection \"%s\" has AS number %u on both sides", c->name,
		         c->gateway->asn);
	if (c->local && !c->down)
		check_told(c->local, f);
}

/* Reported once: its other sessions have the same reason. */
static void check_link_local(const struct model *m, const struct connection *c, struct findings *f)
{
	for (size_t i = 0; i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		if (s->conn != c || !s->down)
			continue;
		warning_at(f, "CONN-BGP-03", NULL, c->ptr,
		           "give the instance customBgpIpAddresses (bgpPeeringAddresses of the "
		           "gateway), one of 169.254.21.0 to 169.254.22.255, and the peer that "
		           "address as its neighbor",
		           "BGP of connection \"%s\" does not come up: %s", c->name, s->down);
		return;
	}
}

static bool far_away(const struct connection *c)
{
	return c->type == CONN_IPSEC && !c->site && !c->reverse;
}

static void check_connection(const struct connection *c, struct findings *f)
{
	check_form(c, f);
	if (c->broken)
		return;
	check_bgp(c, f);
	if (c->down)
		warning_at(f, far_away(c) ? "CONN-SITE-01" : "CONN-KEY-01", NULL, c->ptr,
		           far_away(c)
		               ? "give it \"site\", or an address that a site, a VPN gateway "
		                 "with a connection back, or a VM has"
		               : "write the same key on both sides",
		           "connection \"%s\" stays down: %s", c->name, c->down);
}

static const void *far_end(const struct connection *c)
{
	return c->type == CONN_IPSEC       ? c->local ? (const void *)c->local : c->site
	       : c->type == CONN_VNET2VNET ? (const void *)c->remote
	                                   : c->circuit;
}

/* One site may have several VPN devices, each with its local network gateway and connection
 * (azure-behaviour 8.1). */
static void tell_of_devices(const struct connection *a, const struct connection *b,
                            struct findings *f)
{
	info_at(
	    f, "CONN-TWICE-02", b->ptr, NULL,
	    "connections \"%s\" and \"%s\" of gateway \"%s\" lead to one site, \"%s\": Azure has "
	    "tunnels to a device for each, the lab one router there, which has one wire to each "
	    "instance",
	    a->name, b->name, b->gateway->name, b->site->name);
}

static void check_same_connection(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_connections; i++)
		for (size_t k = 0; k < i; k++) {
			const struct connection *a = &m->connections[k], *b = &m->connections[i];

			if (a->broken || b->broken || a->type != b->type ||
			    a->gateway != b->gateway)
				continue;
			if (far_end(a) == far_end(b))
				error_at(f, "CONN-TWICE-01", NULL, b->ptr, "remove one of them",
				         "connection \"%s\" is between the same ends as \"%s\"",
				         b->name, a->name);
			else if (b->site && a->site == b->site)
				tell_of_devices(a, b, f);
			else
				continue;
			break;
		}
}

/* --- limits (azure-behaviour 8.1, 8.2) ------------------------------------------------------- */

/* Counts the prefixes that the other end announces by the design alone, before it has learned
 * anything. */
static size_t announced_to(const struct hybrid_session *s)
{
	if (s->kind == HP_GATEWAY)
		return gateway_announced(vm_gateway(s->peer), NULL, NULL);
	return s->kind == HP_SITE && vm_site(s->peer) ? vm_site(s->peer)->n_prefixes : 0;
}

/* Said once, of the first instances: the others have the same. */
static void check_limit(const struct model *m, const struct hybrid_session *s, struct findings *f)
{
	uint32_t most = hybrid_session_limit(m, s);
	size_t n = most && !s->vm->part.instance && !s->peer->part.instance ? announced_to(s) : 0;
	const struct circuit *er = vm_circuit(s->vm);

	if (n <= most)
		return;
	warning_at(f, "HYBRID-LIMIT-01", NULL, er ? er->ptr : s->conn->ptr,
	           "announce fewer of them, or summaries",
	           "%s \"%s\" announces %zu prefixes to %s \"%s\", which drops a session with more "
	           "than %u",
	           s->kind == HP_SITE ? "site" : "gateway",
	           s->kind == HP_SITE ? vm_site(s->peer)->name : vm_gateway(s->peer)->name, n,
	           er ? "circuit" : "gateway", er ? er->name : vm_gateway(s->vm)->name, most);
}

static void check_gateway_connections(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_connections; i++)
		check_connection(&m->connections[i], f);
	for (size_t i = 0; i < m->n_connections; i++)
		check_link_local(m, &m->connections[i], f);
	check_same_connection(m, f);
	for (size_t i = 0; i < m->n_sessions; i++)
		check_limit(m, &m->sessions[i], f);
}

const struct rules connection_rules = { check_gateway_connections };
