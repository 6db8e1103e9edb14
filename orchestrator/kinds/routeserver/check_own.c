/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about what appliances' own files say, beside what the Route Server does: azure-behaviour
 * 7.1, 7.4. */
#include "azure/own_bgp.h"
#include "azure/sessions.h"
#include "base/str.h"
#include "kinds/routeserver/check.h"

static void own_asn(const struct bgp_connection *c, unsigned instance, struct findings *f)
{
	const struct config_file *file = NULL;
	unsigned line = 0;
	uint32_t asn = own_bgp_asn(c->nic->vm, c->rs->instance[instance], &file, &line);

	if (!asn || asn == c->peer_asn)
		return;
	_cleanup_free_ char *hint = xasprintf("make both %u", asn);

	warning_at(f, "RS-ASN-04", NULL, file->ptr, hint,
	           "%s, line %u: \"%s\" says to %s that it is AS %u, and peerAsn of \"%s\" is %u: "
	           "the session cannot come up",
	           file->path, line, c->nic->vm->name, IP4_STR(c->rs->instance[instance]), asn,
	           c->name, c->peer_asn);
}

static void own_neighbor(const struct bgp_connection *c, unsigned instance, struct findings *f)
{
	const char *ip = IP4_STR(c->rs->instance[instance]);
	struct own_neighbor n;

	if (!own_bgp_neighbor(c->nic->vm, c->rs->instance[instance], &n))
		return;
	if (n.remote_as && n.remote_as != AZURE_ASN)
		warning_at(f, "RS-ASN-07", NULL, n.file->ptr, "a Route Server is always AS 65515",
		           "%s, line %u: the neighbor %s is said to be AS %u, and Route Server "
		           "\"%s\" is AS %u: the session cannot come up",
		           n.file->path, n.remote_line, ip, n.remote_as, c->rs->name,
		           (unsigned)AZURE_ASN);
}

/* Both instances of a Route Server are in one subnet. */
static void own_multihop(const struct bgp_connection *c, struct findings *f)
{
	struct own_neighbor n;

	if (!own_bgp_neighbor(c->nic->vm, c->rs->instance[0], &n) ||
	    !own_neighbor_too_far(c->nic->vm, &n))
		return;
	warning_at(
	    f, "RS-PEER-11", NULL, n.file->ptr,
	    n.strict ? "add multihop to the neighbors of the Route Server"
	             : "add ebgp-multihop to the neighbors of the Route Server",
	    "%s: the neighbor %s is not on a link of \"%s\", and nothing says that it may be "
	    "further away: %s",
	    n.file->path, IP4_STR(c->rs->instance[0]), c->nic->vm->name,
	    n.strict ? "the session does not come up"
	             : "the session may come up, but none of its routes is valid");
}

void route_server_check_own_files(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t k = 0; k < m->route_servers[i].n_conns; k++) {
			const struct bgp_connection *c = &m->route_servers[i].conns[k];

			if (c->broken || c->rs->broken || !c->nic || c->nic->broken ||
			    c->nic->vm->broken || !c->nic->vm->guest.own ||
			    ip4_is_none(c->rs->instance[0]))
				continue;
			own_asn(c, 0, f);
			own_multihop(c, f);
			for (unsigned n = 0; n < 2; n++)
				own_neighbor(c, n, f);
		}
}
