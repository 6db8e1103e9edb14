/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ExpressRoute circuits: the rules (azure-behaviour 8). */
#include "azure/check.h"
#include "azure/hybrid.h"

static void check_circuit(const struct circuit *c, struct findings *f)
{
	if (c->broken || !c->site)
		return;
	if (c->peer_asn && c->peer_asn != c->site->asn)
		warning_at(f, "ER-ASN-01", NULL, c->ptr, "write the site's number",
		           "circuit \"%s\" says peerAsn %u, site \"%s\" has %u: the sessions stay "
		           "down",
		           c->name, c->peer_asn, c->site->name, c->site->asn);
	if (c->site->asn == AZURE_ASN || c->site->asn == MSEE_ASN)
		error_at(f, "ER-ASN-02", NULL, c->site->ptr, "use another one, as 65010",
		         "site \"%s\" of circuit \"%s\" has AS number %u, which is Microsoft's",
		         c->site->name, c->name, c->site->asn);
}

static void check_circuits(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_circuits; i++)
		check_circuit(&m->circuits[i], f);
}

const struct rules circuit_rules = { check_circuits };
