/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local network gateways: the rules (azure-behaviour 8). */
#include "azure/check.h"
#include "azure/hybrid.h"
#include "base/str.h"

static void check_asn(const struct local_gateway *g, struct findings *f)
{
	_cleanup_free_ char *ptr = xasprintf("%s/bgpSettings/asn", g->ptr);

	if (g->asn == AZURE_ASN)
		warning_at(f, "LNG-ASN-01", NULL, ptr, "use another one; or Vnet2Vnet",
		           "local network gateway \"%s\" has AS number 65515, which Azure has "
		           "refused there at times",
		           g->name);
}

static void check_local_gateways(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_local_gateways; i++)
		check_asn(&m->local_gateways[i], f);
}

const struct rules local_gateway_rules = { check_local_gateways };
