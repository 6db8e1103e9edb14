/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts an instance's whole configuration together. */
#include "plan/bird_rs.h"

#include <stdio.h>

#include "base/str.h"
#include "plan/bird_hybrid.h"
#include "plan/bird_text.h"

/* Peered VNets count as the Route Server's own when both sides agreed on gateway transit: they are
 * announced to NVAs, and routes equal to or inside them are refused (azure-behaviour 7.5, 7.6). */
static void add_vnet_route(void *b, struct prefix p, bool is_transit)
{
	str_printf(b, "\troute %s blackhole", PREFIX_STR(p));
	str_add(b, is_transit ? " { bgp_community.add((65518, 65518)); };\n" : ";\n");
}

static void add_instance_head(struct str *b, const struct route_server *rs, unsigned instance)
{
	str_printf(
	    b,
	    "# Route Server %s, instance %u: Azure's habits for BIRD 2. Generated.\n" BIRD_HEAD
	    "# Every next hop is on the link: a route keeps the one that its peer announced, a\n"
	    "# third-party one too, and nothing is resolved through other routes.\n"
	    "protocol static onlink4 {\n"
	    "\tipv4 { table igp4; };\n"
	    "\troute 0.0.0.0/0 via \"eth0\";\n"
	    "}\n",
	    rs->name, instance, IP4_STR(rs->instance[instance]));
}

/* The import filter of any peer: hubRoutingPreference stands before the length of the AS path, and
 * that is the only preference that a peer can express. */
static void add_import_filter(struct str *b, const char *name, const char *refused,
                              unsigned preference)
{
	str_printf(b,
	           "filter %s {\n"
	           "\tif net ~ %s\n"
	           "\t] then reject;\n"
	           "\tbgp_local_pref = %u;\n"
	           "\tbgp_origin = ORIGIN_IGP;\n"
	           "\tunset(bgp_med);\n"
	           "\taccept;\n"
	           "}\n"
	           "\n",
	           name, refused, preference);
}

static void add_nva_filters(struct str *b, const struct model *m, const struct route_server *rs)
{
	_cleanup_free_ char *refused = bird_rs_refused(rs);

	str_add(b, "\n# The VNet's address space and that of VNets peered with gateway transit.\n"
	           "protocol static vnets {\n"
	           "\tipv4;\n");
	vnet_space(rs->vnet, add_vnet_route, b);
	str_add(b, "}\n"
	           "\n"
	           "# Equal to or inside that space: refused. 65515 in the path: BIRD does that "
	           "itself.\n");
	add_import_filter(b, "from_nva", refused, bird_rs_preference(rs->preference, RS_FROM_NVA));
	str_add(b, "filter to_nva {\n"
	           "\tif source = RTS_STATIC then accept;\n");
	bird_rs_add_to_nva(b, rs);
	if (bird_rs_reflects(m, rs))
		str_add(b,
		        "\tif proto ~ \"nva_*\" then accept;   # one NVA's routes to the others\n");
	str_add(b, "\treject;\n"
	           "}\n");
}

static void add_kernel_protocol(struct str *b)
{
	str_printf(b,
	           "\n# The selection, equal paths merged, for the virtual router to read.\n"
	           "protocol kernel " BIRD_NICS " {\n"
	           "\tkernel table %d;\n"
	           "\tscan time 3600;\n"
	           "\tmerge paths on limit %d;\n"
	           "\tipv4 {\n"
	           "\t\timport none;\n"
	           "\t\texport where source = RTS_BGP;\n"
	           "\t};\n"
	           "}\n",
	           BIRD_RS_TABLE, BIRD_RS_MAX_NEXT_HOPS);
}

/* azure-behaviour 7.3.  The capabilities are those of the captured OPEN; where this BIRD cannot
 * leave out enhanced route refresh, plan/filter/bgp_open.h does.  Dialling soon and again soon is
 * ours: how often Azure dials is not known, and nobody wants to wait for it.
 *
 * Nothing of what a peer sent is kept beside the table: a changed filter makes BIRD ask for it
 * again, by ROUTE-REFRESH, or by a new session where the peer cannot (azure-behaviour 7.3, 7.2). */
static void add_nva_template(struct str *b, const struct model *m, const struct route_server *rs,
                             unsigned instance, const struct bird_how *how)
{
	_cleanup_free_ char *limit = m->settings.limit_resets
	                                 ? xstrdup("")
	                                 : xasprintf("\t\treceive limit %u action restart;\n",
	                                             m->settings.max_routes_per_peer);

	str_printf(b,
	           "\ntemplate bgp nva {\n"
	           "\tlocal %s as %u;\n"
	           "\tmultihop;\n" BIRD_TIMERS "\tlong lived graceful restart off;\n"
	           "\tenable extended messages off;\n"
	           "%s"
	           "\tipv4 {\n"
	           "\t\timport filter from_nva;\n"
	           "\t\texport filter to_nva;\n"
	           "\t\timport keep filtered on;\n"
	           "\t\tnext hop self;\n"
	           "\t\tgateway recursive;\n"
	           "\t\tigp table igp4;\n"
	           "%s"
	           "\t};\n"
	           "\tipv6 {   # announced as a capability, never used\n"
	           "\t\timport none;\n"
	           "\t\texport none;\n"
	           "\t};\n"
	           "}\n",
	           IP4_STR(rs->instance[instance]), AZURE_ASN,
	           how->no_enhanced_refresh ? "\tenable enhanced route refresh off;\n" : "", limit);
}

static void add_nva_session(struct str *b, const struct bgp_connection *c, bool cut)
{
	char name[64];

	bird_rs_protocol(c, name);
	str_printf(b,
	           "\nprotocol bgp %s from nva {   # %s\n"
	           "\tneighbor %s as %u;\n"
	           "%s"
	           "}\n",
	           name, c->name, IP4_STR(c->peer_ip), c->peer_asn,
	           cut ? "\tipv4 { receive limit 0 action restart; };\n" : "");
}

char *bird_rs_config(const struct model *m, const struct route_server *rs, unsigned instance,
                     const struct bird_how *how)
{
	struct str b = { 0 };

	add_instance_head(&b, rs, instance);
	add_nva_filters(&b, m, rs);
	add_kernel_protocol(&b);
	add_nva_template(&b, m, rs, instance, how);
	for (size_t i = 0; i < rs->n_conns; i++)
		add_nva_session(&b, &rs->conns[i], how->cut == &rs->conns[i]);
	bird_rs_add_gateways(&b, rs, instance);
	return str_take(&b);
}
