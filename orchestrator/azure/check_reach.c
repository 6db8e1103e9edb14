/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passes between VNets: subnet peerings, and who relies on a peering that lets
 * nothing pass (azure-behaviour 3). */
#include "azure/check_rules.h"
#include "azure/routes.h"
#include "base/str.h"

enum { MAX_SUBNETS = 200 };

/* --- subnet peering -------------------------------------------------------------------------- */

static void lists(const struct peering *p, struct findings *f)
{
	bool named = p->n_local_subnets || p->n_remote_subnets;

	if (p->complete && named) {
		error_at(f, "PEER-SUBNET-01", NULL, p->ptr,
		         "set peerCompleteVnets to false, or remove the two lists",
		         "peering \"%s\" of \"%s\" names subnets, but peerCompleteVnets is true: "
		         "the whole VNets are peered",
		         p->name, p->vnet->name);
	} else if (!p->complete && !(p->n_local_subnets && p->n_remote_subnets)) {
		_cleanup_free_ char *hint = xasprintf(
		    "add \"%s\"", p->n_local_subnets ? "remoteSubnetNames" : "localSubnetNames");

		error_at(f, "PEER-SUBNET-01", NULL, p->ptr, hint,
		         "peering \"%s\" of \"%s\" is for some subnets only (peerCompleteVnets "
		         "false), and does not name them",
		         p->name, p->vnet->name);
	}
	if (p->n_local_subnets > MAX_SUBNETS || p->n_remote_subnets > MAX_SUBNETS)
		error_at(f, "PEER-SUBNET-04", NULL, p->ptr, "peer the whole VNets instead",
		         "peering \"%s\" of \"%s\" names more than %d subnets of one side", p->name,
		         p->vnet->name, MAX_SUBNETS);
}

static bool listed(struct subnet *const *list, size_t n, const struct subnet *s)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == s)
			return true;
	return false;
}

/* A subnet that one half names and the other does not. */
static const struct subnet *only_here(struct subnet *const *a, size_t n_a, struct subnet *const *z,
                                      size_t n_z)
{
	for (size_t i = 0; i < n_a; i++)
		if (!listed(z, n_z, a[i]))
			return a[i];
	return NULL;
}

/* Told once, at the half that stands first in the file. */
static void halves(const struct peering *p, struct findings *f)
{
	const struct peering *r = p->reverse;

	if (!r || r->broken || r->vnet->idx < p->vnet->idx)
		return;
	if (p->complete != r->complete) {
		_cleanup_free_ char *ptr = xasprintf("%s/peerCompleteVnets", p->ptr);

		error_at(f, "PEER-SUBNET-02", NULL, ptr, "say the same on both sides",
		         "peering \"%s\" of \"%s\" is for %s, the other half (\"%s\" of \"%s\") "
		         "for %s",
		         p->name, p->vnet->name, p->complete ? "the whole VNets" : "some subnets",
		         r->name, r->vnet->name, r->complete ? "the whole VNets" : "some subnets");
		return;
	}
	const struct subnet *s =
	    only_here(p->local_subnets, p->n_local_subnets, r->remote_subnets, r->n_remote_subnets);

	if (!s)
		s = only_here(r->remote_subnets, r->n_remote_subnets, p->local_subnets,
		              p->n_local_subnets);
	if (!s)
		s = only_here(p->remote_subnets, p->n_remote_subnets, r->local_subnets,
		              r->n_local_subnets);
	if (!s)
		s = only_here(r->local_subnets, r->n_local_subnets, p->remote_subnets,
		              p->n_remote_subnets);
	if (s)
		warning_at(f, "PEER-SUBNET-03", NULL, p->ptr,
		           "localSubnetNames of one half are remoteSubnetNames of the other",
		           "subnet \"%s\" of \"%s\" is named by one half of peering \"%s\" of "
		           "\"%s\" only: nothing passes from or to it",
		           s->name, s->vnet->name, p->name, p->vnet->name);
}

/* --- who gets packets by a peering ----------------------------------------------------------- */

/* A session, or a user-defined route, over a peering that lets nothing of it pass. */
static void session(const struct model *m, const struct bgp_connection *c, struct findings *f)
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

static void routes_of(const struct model *m, const struct subnet *s, struct findings *f)
{
	const struct route_table *t = s->route_table;

	for (size_t i = 0; t && i < t->n_routes; i++) {
		const struct route *u = &t->routes[i];
		const struct peering *p = NULL;
		const struct nic *n = NULL;

		if (u->type == NH_VIRTUAL_APPLIANCE && !u->broken && !u->more)
			n = model_nic_by_ip(s->vnet, u->next_hop);
		if (!n || n->broken)
			continue;
		enum pair_rule r = subnet_pair_rule(m, s, n->subnet, &p);

		if (pair_drops(r) && p)
			warning_at(
			    f, "RT-HOP-09", NULL, u->ptr,
			    "use an appliance that subnet reaches, or change the peering",
			    "nothing passes from subnet \"%s/%s\" to \"%s\" (%s), which route "
			    "\"%s\" sends to: %s",
			    s->vnet->name, s->name, n->vm->name, IP4_STR(u->next_hop), u->name,
			    pair_reason(m->arena, r, p));
	}
}

void check_reach(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];

		for (size_t k = 0; k < v->n_peerings; k++)
			if (!v->peerings[k].broken) {
				lists(&v->peerings[k], f);
				halves(&v->peerings[k], f);
			}
	}
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t k = 0; k < m->route_servers[i].n_conns; k++)
			session(m, &m->route_servers[i].conns[k], f);
	for (size_t i = 0; i < m->n_subnets; i++)
		if (!m->subnets[i].broken)
			routes_of(m, &m->subnets[i], f);
}
