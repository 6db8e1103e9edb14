/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BGP connections of Route Servers: AS numbers and peers (azure-behaviour 7.3), both instances
 * (7.4), recursion (7.3). */
#include "azure/routes.h"
#include "azure/sessions.h"
#include "azure/subnet.h"
#include "base/str.h"
#include "kinds/routeserver/check.h"

static void check_asn_of_peer(const struct bgp_connection *c, struct findings *f)
{
	uint32_t n = c->peer_asn;
	_cleanup_free_ char *ptr = xasprintf("%s/peerAsn", c->ptr);

	if (n == AZURE_ASN)
		error_at(f, "RS-ASN-01", NULL, ptr, "give the appliance another one, as 65001",
		         "peerAsn 65515 is the Route Server's own: no routes would be exchanged");
	else if (n == 8074 || n == 8075 || n == 12076 || (n >= 65517 && n <= 65520))
		error_at(
		    f, "RS-ASN-01", NULL, ptr, "use another one, as 65001",
		    "peerAsn %u is reserved by Azure (8074, 8075, 12076, 65515, 65517 to 65520)",
		    n);
	else if (n == 23456 || (n >= 64496 && n <= 64511) || (n >= 65535 && n <= 65551))
		error_at(f, "RS-ASN-02", NULL, ptr, "use another one, as 65001",
		         "peerAsn %u is reserved by IANA (23456, 64496 to 64511, 65535 to 65551)",
		         n);
	else if (n == 0)
		error_at(f, "RS-ASN-03", NULL, ptr, "use a 16-bit one, as 65001",
		         "peerAsn 0: a Route Server takes AS numbers from 1 to 65534");
	else if (n >
	         65535) /* documented so; but peers in AS 65555 were captured in 2021 and 2022 */
		warning_at(f, "RS-ASN-06", NULL, ptr, "use a 16-bit one, as 65001",
		           "peerAsn %u: Route Servers are documented to take AS numbers of 16 bits "
		           "only; one of 32 bits was seen to work",
		           n);
}

/* Somebody has the address, but out of reach. */
static const struct nic *find_nic_anywhere(const struct model *m, ip4 ip)
{
	for (size_t i = 0; i < m->n_nics; i++)
		if (m->nics[i].ip == ip && !m->nics[i].broken)
			return &m->nics[i];
	return NULL;
}

static void tell_no_peer(const struct model *m, const struct bgp_connection *c, struct findings *f)
{
	const struct nic *n = find_nic_anywhere(m, c->peer_ip);
	_cleanup_free_ char *ptr = xasprintf("%s/peerIp", c->ptr), *hint = NULL;

	if (n)
		hint = xasprintf("\"%s\" has it, in virtual network \"%s\": peer that VNet with "
		                 "\"%s\"",
		                 n->vm->name, n->subnet->vnet->name, c->rs->vnet->name);
	warning_at(f, "RS-PEER-01", NULL, ptr,
	           hint ? hint : "Azure accepts it, but the session never comes up",
	           "no NIC in \"%s\", or in a VNet that is peered with it, has %s",
	           c->rs->vnet->name, IP4_STR(c->peer_ip));
}

static bool uses_rs(const struct vnet *v, const struct route_server *rs)
{
	return vnet_programmed_by(v) == rs;
}

static void check_peer(const struct bgp_connection *c, struct findings *f)
{
	const struct nic *n = c->nic;
	const struct node *vm = n->vm;
	_cleanup_free_ char *ptr = xasprintf("%s/peerIp", c->ptr);

	if (vm->broken)
		return;
	/* With a next hop of its own choice, the packets go elsewhere. */
	if (!n->forwarding && !(vm->guest.bgp.present && ip4_is_set(vm->guest.bgp.next_hop) &&
	                        vm->guest.bgp.next_hop != n->ip))
		warning_at(f, "RS-PEER-05", NULL, n->ptr, "add \"enableIPForwarding\": true",
		           "NIC \"%s\" peers with Route Server \"%s\" but enableIPForwarding is "
		           "false: packets that the routes bring to it are dropped",
		           n->name, c->rs->name);
	if (vm->deallocated)
		warning_at(f, "RS-PEER-07", NULL, ptr, "start it, or expect the session to be down",
		           "\"%s\" (%s) is deallocated: the session does not come up", vm->name,
		           IP4_STR(c->peer_ip));
	else if (!vm_speaks_bgp(vm))
		warning_at(f, "RS-PEER-06", NULL, ptr,
		           "give it an image as \"frr\" or \"bird\", and \"bgp\" or \"config\"",
		           "\"%s\" (%s) runs no BGP: the session does not come up", vm->name,
		           IP4_STR(c->peer_ip));
	if (connection_asn_differs(c)) {
		_cleanup_free_ char *asn_ptr = xasprintf("%s/peerAsn", c->ptr),
		                    *hint = xasprintf("make both %u", vm->guest.bgp.asn);

		error_at(f, "RS-ASN-04", NULL, asn_ptr, hint,
		         "peerAsn is %u, but \"%s\" says it is AS %u: the session cannot come up",
		         c->peer_asn, vm->name, vm->guest.bgp.asn);
	}
	if (n->subnet->vnet != c->rs->vnet && !uses_rs(n->subnet->vnet, c->rs))
		warning_at(
		    f, "RS-PEER-08",
		    "HubBgpConnectionMustReferenceFullyProvisionedHubVirtualNetworkConnection", ptr,
		    "set useRemoteGateways and allowGatewayTransit on that peering",
		    "\"%s\" is in virtual network \"%s\", which does not use this Route "
		    "Server: Route Servers of before 2026 accept that, newer ones refuse it",
		    vm->name, n->subnet->vnet->name);
}

/* Security groups; a peering that lets nothing pass is RS-PEER-09's. */
static void check_not_blocked(const struct model *m, const struct bgp_connection *c,
                              struct findings *f)
{
	const struct peering *p = NULL;

	if (!c->rs->subnet || ip4_is_none(c->rs->instance[0]) || c->nic->subnet->broken ||
	    pair_drops(subnet_pair_rule(m, c->rs->subnet, c->nic->subnet, &p)))
		return;
	_cleanup_free_ char *why = connection_blocked(m, c, 0);

	if (why)
		warning_at(f, "RS-PEER-10", NULL, c->nic->ptr,
		           "allow tcp/179 from RouteServerSubnet, inbound",
		           "the session of Route Server \"%s\" with \"%s\" does not come up: %s",
		           c->rs->name, c->nic->vm->name, why);
}

/* The user's own files name one instance only: azure-behaviour 7.4. */
static void check_both_instances(const struct bgp_connection *c, struct findings *f)
{
	const struct route_server *rs = c->rs;
	const struct node *vm = c->nic->vm;
	unsigned lacks = connection_unnamed(c, 1);

	if (!lacks && !connection_unnamed(c, 0))
		return;
	_cleanup_free_ char *ptr = xasprintf("%s/config", vm->ptr),
	                    *hint = xasprintf("add a neighbour %s", IP4_STR(rs->instance[lacks]));

	warning_at(
	    f, "RS-INSTANCE-01", NULL, ptr, hint,
	    "the files of \"%s\" name %s but not %s: with one instance peered, about half of "
	    "the NICs do not get its routes",
	    vm->name, IP4_STR(rs->instance[!lacks]), IP4_STR(rs->instance[lacks]));
}

static void check_recursion(const struct bgp_connection *c, struct findings *f)
{
	const struct route_server *rs = c->rs;
	const struct node *vm = c->nic->vm;

	/* These put what they learn into the guest's table; the others only pass it on. */
	if (!rs->subnet || rs->subnet->broken || !vm_speaks_bgp(vm) ||
	    (!strieq(vm->guest.image, "frr") && !strieq(vm->guest.image, "bird") &&
	     !strieq(vm->guest.image, "bird1")))
		return;
	if (!connection_recursive(c))
		return;
	_cleanup_free_ char *hint = xasprintf(
	    "add to its routes: { \"prefix\": \"%s\", \"via\": \"%s\" }",
	    PREFIX_STR(rs->subnet->prefix), IP4_STR(subnet_gateway(c->nic->subnet->prefix)));

	warning_at(
	    f, "RS-RECURSION-01", NULL, vm->ptr, hint,
	    "\"%s\" has no static route to RouteServerSubnet (%s): the Route Server announces "
	    "the VNet's prefix with itself as next hop, so that its own address resolves via "
	    "itself; routes stay unusable or the session flaps",
	    vm->name, PREFIX_STR(rs->subnet->prefix));
}

static void check_peer_once(const struct bgp_connection *c, struct findings *f)
{
	for (size_t i = 0; i < c->idx; i++) {
		const struct bgp_connection *o = &c->rs->conns[i];

		if (o->broken || o->peer_ip != c->peer_ip)
			continue;
		_cleanup_free_ char *ptr = xasprintf("%s/peerIp", c->ptr);

		error_at(f, "RS-PEER-04", NULL, ptr, "remove one of them",
		         "connection \"%s\" has the peer %s already", o->name, IP4_STR(o->peer_ip));
		return;
	}
}

static void check_same_asn(const struct route_server *rs, struct findings *f)
{
	for (size_t i = 1; i < rs->n_conns; i++)
		for (size_t j = 0; j < i; j++) {
			const struct bgp_connection *a = &rs->conns[j], *b = &rs->conns[i];

			if (a->broken || b->broken || a->peer_asn != b->peer_asn ||
			    a->peer_ip == b->peer_ip)
				continue;
			info_at(f, "RS-ASN-05", b->ptr,
			        "legal and common; give them different AS numbers if they are to "
			        "learn from each other",
			        "\"%s\" and \"%s\" are both AS %u: they do not take each other's "
			        "routes from the Route Server",
			        a->name, b->name, a->peer_asn);
			break;
		}
}

/* A session over a peering that lets nothing of it pass. */
static void check_session_in_reach(const struct model *m, const struct bgp_connection *c,
                                   struct findings *f)
{
	const struct peering *p = NULL;

	if (!c->nic || c->nic->broken || !c->rs->subnet)
		return;
	enum pair_rule r = subnet_pair_rule(m, c->rs->subnet, c->nic->subnet, &p);

	if (pair_drops(r) && p)
		warning_at(f, "RS-PEER-09", NULL, c->ptr,
		           "peer RouteServerSubnet and the appliance's subnet, on both sides",
		           "nothing passes between Route Server \"%s\" and \"%s\": %s", c->rs->name,
		           c->nic->vm->name, pair_reason(m->arena, r, p));
}

static void check_connection_of(const struct model *m, const struct bgp_connection *c,
                                struct findings *f)
{
	check_asn_of_peer(c, f);
	check_peer_once(c, f);
	if (c->rs->broken)
		return;
	if (c->rs->subnet && !c->rs->subnet->broken &&
	    prefix_has(c->rs->subnet->prefix, c->peer_ip)) {
		_cleanup_free_ char *ptr = xasprintf("%s/peerIp", c->ptr);

		error_at(f, "RS-PEER-02", NULL, ptr, "put the appliance into another subnet",
		         "%s is in RouteServerSubnet (%s)", IP4_STR(c->peer_ip),
		         PREFIX_STR(c->rs->subnet->prefix));
	} else if (!c->nic) {
		tell_no_peer(m, c, f);
	} else if (!c->nic->broken) {
		check_peer(c, f);
		check_both_instances(c, f);
		check_not_blocked(m, c, f);
		check_recursion(c, f);
	}
}

void route_server_check_connections(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_route_servers; i++) {
		const struct route_server *rs = &m->route_servers[i];

		for (size_t j = 0; j < rs->n_conns; j++)
			if (!rs->conns[j].broken)
				check_connection_of(m, &rs->conns[j], f);
		for (size_t j = 0; j < rs->n_conns; j++)
			check_session_in_reach(m, &rs->conns[j], f);
		check_same_asn(rs, f);
	}
}
