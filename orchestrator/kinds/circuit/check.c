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

/* Said of each pair once: why it is not reached is in no table. */
static void tell_apart(const struct model *m, const struct connection *c, struct findings *f)
{
	for (size_t i = 0; i < c->idx; i++) {
		const struct connection *o = &m->connections[i];

		if (o->broken || o->circuit != c->circuit || o->gateway == c->gateway ||
		    gateways_exchange(o->gateway, c->gateway))
			continue;
		info_at(f, "ER-REMOTE-01", c->circuit->ptr,
		        "set it on both gateways, peer the networks, or leave it so",
		        "virtual networks \"%s\" and \"%s\" do not reach each other by circuit "
		        "\"%s\": gateway \"%s\" has allowRemoteVnetTraffic off",
		        o->gateway->vnet->name, c->gateway->vnet->name, c->circuit->name,
		        o->gateway->remote_vnets ? c->gateway->name : o->gateway->name);
	}
}

static void check_circuits(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_circuits; i++)
		check_circuit(&m->circuits[i], f);
	for (size_t i = 0; i < m->n_connections; i++)
		if (!m->connections[i].broken && m->connections[i].circuit)
			tell_apart(m, &m->connections[i], f);
}

const struct rules circuit_rules = { check_circuits };
