/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Route Server and the gateways of its VNet: azure-behaviour 7.9, 7.10. */
#include <stdio.h>

#include "plan/bird_hybrid.h"
#include "plan/bird_rs.h"
#include "plan/bird_text.h"

void bird_rs_gateway_protocol(ip4 instance, char buf[64])
{
	snprintf(buf, 64, "gw_%s", IP4_NAME(instance));
}

void bird_rs_add_to_nva(struct str *b, const struct route_server *rs)
{
	if (!vnet_has_gateway(rs->vnet))
		return;
	if (rs->branch_to_branch)
		str_add(b, "\tif proto ~ \"gw_*\" then {\n"
		           "\t\tbgp_community.add((65517, 65517));\n"
		           "\t\taccept;\n"
		           "\t}\n");
	else
		str_add(b, "\tif proto ~ \"gw_*\" then reject;   # no branch-to-branch\n");
}

/* Between gateways the Route Server reflects, with branch-to-branch; a gateway does not get back
 * what it has brought. */
static void add_gateway_filters(struct str *b, const struct route_server *rs,
                                const struct gateway *g)
{
	_cleanup_free_ char *refused = bird_rs_refused(rs);

	str_printf(b,
	           "\nfilter from_gateway_%zu {   # %s\n"
	           "\tif net ~ %s\n"
	           "\t] then reject;\n"
	           "\tbgp_local_pref = %u;\n"
	           "\tunset(bgp_med);\n"
	           "\taccept;\n"
	           "}\n"
	           "\n"
	           "filter to_gateway_%zu {\n",
	           g->idx, g->name, refused,
	           bird_rs_preference(rs->preference, g->type == GW_EXPRESSROUTE
	                                                  ? RS_FROM_EXPRESSROUTE
	                                                  : RS_FROM_VPN),
	           g->idx);
	if (rs->branch_to_branch) {
		for (unsigned k = 0; k < g->n; k++) {
			char name[64];

			bird_rs_gateway_protocol(g->instance[k], name);
			str_printf(b, "\tif proto = \"%s\" then reject;\n", name);
		}
		str_add(b, "\tif source = RTS_BGP then accept;\n");
	}
	str_add(b, "\treject;\n"
	           "}\n");
}

static void add_gateway_session(struct str *b, const struct route_server *rs, unsigned instance,
                                const struct gateway *g, unsigned k)
{
	bool internal = g->asn == AZURE_ASN;
	char name[64];

	bird_rs_gateway_protocol(g->instance[k], name);
	str_printf(b,
	           "\nprotocol bgp %s {   # %s\n"
	           "\tlocal %s as %u;\n"
	           "\tneighbor %s as %u;\n"
	           "\tmultihop;\n"
	           "%s" BIRD_TIMERS "\tlong lived graceful restart off;\n"
	           "\tipv4 {\n"
	           "\t\timport filter from_gateway_%zu;\n"
	           "\t\texport filter to_gateway_%zu;\n"
	           "\t\timport table on;\n"
	           "\t\timport keep filtered on;\n"
	           "\t\tnext hop %s;\n"
	           "\t\tgateway recursive;\n"
	           "\t\tigp table igp4;\n"
	           "\t};\n"
	           "}\n",
	           name, g->vm[k]->name, IP4_STR(rs->instance[instance]), AZURE_ASN,
	           IP4_STR(g->instance[k]), g->asn, internal ? "\trr client;\n" : "", g->idx,
	           g->idx, internal ? "keep" : "self");
}

void bird_rs_add_gateways(struct str *b, const struct route_server *rs, unsigned instance)
{
	for (unsigned t = 0; t < GW_TYPES; t++) {
		const struct gateway *g = rs->vnet->gateway[t];

		if (!g || g->broken)
			continue;
		add_gateway_filters(b, rs, g);
		for (unsigned k = 0; k < g->n; k++)
			add_gateway_session(b, rs, instance, g, k);
	}
}
