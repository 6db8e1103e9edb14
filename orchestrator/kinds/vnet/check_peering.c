/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VNet peerings: azure-behaviour 3. */
#include "azure/check.h"
#include "azure/hybrid.h"
#include "kinds/vnet/check.h"

static void check_gateway_flags(const struct peering *p, struct findings *f)
{
	_cleanup_free_ char *ptr = xasprintf("%s/useRemoteGateways", p->ptr);

	if (!p->use_remote_gateways)
		return;
	if (p->vnet->route_server)
		error_at(f, "PEER-GATEWAY-04", NULL, ptr,
		         "set it to false, or remove the Route Server",
		         "virtual network \"%s\" has a Route Server of its own (\"%s\") and cannot "
		         "use another VNet's",
		         p->vnet->name, p->vnet->route_server->name);
	else if (vnet_has_gateway(p->vnet))
		error_at(f, "PEER-GATEWAY-05", NULL, ptr, "set it to false, or remove the gateway",
		         "virtual network \"%s\" has a gateway of its own and cannot use another "
		         "VNet's",
		         p->vnet->name);
	if (!p->remote->route_server && !vnet_has_gateway(p->remote))
		error_at(f, "PEER-GATEWAY-02", "RemoteVnetHasNoGateways", ptr,
		         "set it to false, or put a Route Server or a gateway there",
		         "virtual network \"%s\" has no Route Server and no gateway that \"%s\" "
		         "could use",
		         p->remote->name, p->vnet->name);
	if (p->reverse && !p->reverse->allow_gateway_transit) {
		_cleanup_free_ char *hint =
		    xasprintf("set allowGatewayTransit on peering \"%s\" of \"%s\"",
		              p->reverse->name, p->remote->name);

		error_at(f, "PEER-GATEWAY-01", NULL, ptr, hint,
		         "\"%s\" wants to use the Route Server of \"%s\", but there "
		         "allowGatewayTransit is false",
		         p->vnet->name, p->remote->name);
	}
}

/* Packets that an appliance over there forwards to us: only with allowForwardedTraffic. */
static void check_forwarded(const struct model *m, const struct peering *p, struct findings *f)
{
	if (p->allow_forwarded || !m->settings.strict_forwarded || !p->use_remote_gateways ||
	    !p->remote->route_server)
		return;
	for (size_t i = 0; i < p->remote->route_server->n_conns; i++) {
		const struct bgp_connection *c = &p->remote->route_server->conns[i];

		if (!c->nic || c->nic->broken || c->nic->subnet->vnet != p->remote)
			continue;
		_cleanup_free_ char *ptr = xasprintf("%s/allowForwardedTraffic", p->ptr);

		warning_at(
		    f, "PEER-FORWARD-01", NULL, ptr, "set allowForwardedTraffic to true",
		    "\"%s\" gets routes via \"%s\" in \"%s\", but allowForwardedTraffic is "
		    "false: what that appliance forwards from others is dropped on the way in",
		    p->vnet->name, c->nic->vm->name, p->remote->name);
		return;
	}
}

/* One of them may be the half that is missing. */
static bool has_broken_peering(const struct vnet *v)
{
	for (size_t i = 0; i < v->n_peerings; i++)
		if (v->peerings[i].broken)
			return true;
	return false;
}

static void check_peering(const struct model *m, const struct peering *p, struct findings *f)
{
	if (p->remote == p->vnet) {
		error_at(f, "PEER-SELF-01", NULL, p->ptr, "name another virtual network",
		         "virtual network \"%s\" is peered with itself", p->vnet->name);
		return;
	}
	if (!p->reverse && !has_broken_peering(p->remote)) {
		_cleanup_free_ char *hint =
		    xasprintf("add a peering to \"%s\" in \"%s\"", p->vnet->name, p->remote->name);

		warning_at(f, "PEER-HALF-01", NULL, p->ptr, hint,
		           "\"%s\" has no peering back to \"%s\": the state stays Initiated and "
		           "nothing passes",
		           p->remote->name, p->vnet->name);
	}
	check_gateway_flags(p, f);
	check_forwarded(m, p, f);
}

struct span { /* an address range next to the VNet: its own, or a peer's */
	struct prefix prefix;
	const struct peering *peering; /* NULL: own */
	size_t order;
};

static int compare_spans(const void *pa, const void *pb)
{
	const struct span *a = pa, *b = pb;
	int d = prefix_cmp(a->prefix, b->prefix);

	return d ? d : (a->order > b->order) - (a->order < b->order);
}

static void tell_overlap(const struct vnet *v, const struct span *a, const struct span *b,
                         struct findings *f)
{
	const struct peering *p = b->peering ? b->peering : a->peering;
	const struct peering *q = b->peering ? a->peering : NULL;

	if (a->peering == b->peering || (q && q->remote == p->remote))
		return; /* within one VNet, or that VNet peered twice: other rules */
	if (!q)
		error_at(f, "PEER-OVERLAP-01", "VnetAddressSpacesOverlap", p->ptr,
		         "give one of them another address space",
		         "\"%s\" (%s) and \"%s\" (%s) overlap and cannot be peered", v->name,
		         PREFIX_STR(a->peering ? b->prefix : a->prefix), p->remote->name,
		         PREFIX_STR(a->peering ? a->prefix : b->prefix));
	else
		error_at(f, "PEER-OVERLAP-02", "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
		         p->ptr, "give one of them another address space",
		         "\"%s\" (%s) overlaps with \"%s\" (%s), which \"%s\" is peered with as "
		         "well",
		         p->remote->name, PREFIX_STR(b->prefix), q->remote->name,
		         PREFIX_STR(a->prefix), v->name);
}

/* Sorted, a range that overlaps any before it overlaps the last one that is not inside another. */
static void check_peer_ranges(const struct vnet *v, struct findings *f)
{
	size_t n = v->n_prefixes, cap;

	for (size_t i = 0; i < v->n_peerings; i++)
		if (!v->peerings[i].broken)
			n += peering_n_prefixes(&v->peerings[i]);
	_cleanup_free_ struct span *s = xcalloc(n, sizeof(*s));

	cap = n;
	n = 0;
	for (size_t i = 0; i < v->n_prefixes; i++, n++)
		s[n] = (struct span){ v->prefixes[i], NULL, n };
	for (size_t i = 0; i < v->n_peerings; i++) {
		const struct peering *p = &v->peerings[i];

		if (p->broken || p->remote == v)
			continue;
		/* Subnet peering: only the subnets that take part must be unique. */
		for (size_t j = 0; j < peering_n_prefixes(p) && n < cap; j++, n++)
			s[n] = (struct span){ peering_prefix(p, j), p, n };
	}
	qsort(s, n, sizeof(*s), compare_spans);
	for (size_t i = 1, last = 0; i < n; i++) {
		if (prefix_covers(s[last].prefix, s[i].prefix))
			tell_overlap(v, &s[last], &s[i], f);
		else
			last = i;
	}
}

static int compare_remotes(const void *pa, const void *pb)
{
	const struct peering *a = *(const struct peering *const *)pa,
	                     *b = *(const struct peering *const *)pb;

	if (a->remote != b->remote)
		return a->remote->idx < b->remote->idx ? -1 : 1;
	return (a > b) - (a < b); /* elements of one array */
}

static void check_same_peering(const struct vnet *v, struct findings *f)
{
	_cleanup_free_ const struct peering **s = xcalloc(v->n_peerings, sizeof(*s));
	const struct peering *gateway = NULL;
	size_t n = 0;

	for (size_t i = 0; i < v->n_peerings; i++) {
		const struct peering *p = &v->peerings[i];

		if (p->broken)
			continue;
		s[n++] = p;
		if (!p->use_remote_gateways)
			continue;
		if (gateway) {
			_cleanup_free_ char *ptr = xasprintf("%s/useRemoteGateways", p->ptr);

			error_at(f, "PEER-GATEWAY-03", NULL, ptr, "set it on one of them only",
			         "virtual network \"%s\" uses the remote gateways of \"%s\" "
			         "already; one peering of a VNet may do so",
			         v->name, gateway->remote->name);
		} else {
			gateway = p;
		}
	}
	qsort(s, n, sizeof(*s), compare_remotes);
	for (size_t i = 1; i < n; i++)
		if (s[i]->remote == s[i - 1]->remote)
			error_at(f, "PEER-TWICE-01", "AnotherPeeringAlreadyReferencesRemoteVnet",
			         s[i]->ptr, "remove one of them",
			         "peering \"%s\" of \"%s\" goes to \"%s\" already", s[i - 1]->name,
			         v->name, s[i]->remote->name);
}

void vnet_check_peerings(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];

		for (size_t j = 0; j < v->n_peerings; j++)
			if (!v->peerings[j].broken)
				check_peering(m, &v->peerings[j], f);
		check_same_peering(v, f);
		check_peer_ranges(v, f);
	}
}
