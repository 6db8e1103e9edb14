/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Subnet peerings: the rules (azure-behaviour 3). */
#include "azure/check.h"
#include "kinds/vnet/check.h"

enum { MAX_SUBNETS = 200 };

static void check_subnet_lists(const struct peering *p, struct findings *f)
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

static bool is_listed(struct subnet *const *list, size_t n, const struct subnet *s)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == s)
			return true;
	return false;
}

/* A subnet that one half names and the other does not. */
static const struct subnet *find_only_here(struct subnet *const *a, size_t n_a,
                                           struct subnet *const *z, size_t n_z)
{
	for (size_t i = 0; i < n_a; i++)
		if (!is_listed(z, n_z, a[i]))
			return a[i];
	return NULL;
}

/* Told once, at the half that stands first in the file. */
static void check_subnet_halves(const struct peering *p, struct findings *f)
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
	const struct subnet *s = find_only_here(p->local_subnets, p->n_local_subnets,
	                                        r->remote_subnets, r->n_remote_subnets);

	if (!s)
		s = find_only_here(r->remote_subnets, r->n_remote_subnets, p->local_subnets,
		                   p->n_local_subnets);
	if (!s)
		s = find_only_here(p->remote_subnets, p->n_remote_subnets, r->local_subnets,
		                   r->n_local_subnets);
	if (!s)
		s = find_only_here(r->local_subnets, r->n_local_subnets, p->remote_subnets,
		                   p->n_remote_subnets);
	if (s)
		warning_at(f, "PEER-SUBNET-03", NULL, p->ptr,
		           "localSubnetNames of one half are remoteSubnetNames of the other",
		           "subnet \"%s\" of \"%s\" is named by one half of peering \"%s\" of "
		           "\"%s\" only: nothing passes from or to it",
		           s->name, s->vnet->name, p->name, p->vnet->name);
}

void vnet_check_subnet_peerings(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];

		for (size_t k = 0; k < v->n_peerings; k++)
			if (!v->peerings[k].broken) {
				check_subnet_lists(&v->peerings[k], f);
				check_subnet_halves(&v->peerings[k], f);
			}
	}
}
