/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of a Route Server instance: BIRD 2 with Azure's habits (azure-behaviour 7.1 to
 * 7.9).  Pure text; the driver writes it and lets BIRD take it. */
#pragma once

#include "azure/model.h"

#define BIRD_RS_TABLE 100        /* kernel table of the instance's namespace: its selection */
#define BIRD_RS_MAX_NEXT_HOPS 16 /* of one prefix; rib.h's limit */

struct bird_how {
	bool no_enhanced_refresh; /* this BIRD can leave that capability out */
	/* The session that ends because its peer announced too many routes: BIRD takes a limit of 0
	 * routes as exceeded, and sends Cease/1.  NULL: none. */
	const struct bgp_connection *cut;
};

/* The caller frees.  instance is 0 or 1. */
char *bird_rs_config(const struct model *m, const struct route_server *rs, unsigned instance,
                     const struct bird_how *how);
/* The prefixes that it refuses, in BIRD's words: when they are others than before, BIRD asks every
 * peer for its routes anew as soon as it has the new configuration. */
char *bird_rs_refused(const struct route_server *rs);
/* Why it refuses that prefix, for people; the caller frees. */
char *bird_rs_refusal(const struct route_server *rs, struct prefix p);
/* BIRD's name for a bgpConnection: "nva_172_16_1_4". */
void bird_rs_protocol(const struct bgp_connection *c, char buf[64]);
/* hubRoutingPreference as BGP's local preference (azure-behaviour 7.10): behind the longest prefix,
 * before the length of the AS path.  ExpressRoute: ExpressRoute's routes first; VpnGateway: they
 * last; ASPath: no difference.  VPN and NVAs never differ.  Routes that are equal in all that are
 * used together where they come from NVAs (eBGP comes before iBGP, as everywhere in BGP: what Azure
 * does with a VPN gateway's and an NVA's route of one length is not known). */
enum rs_source { RS_FROM_NVA, RS_FROM_VPN, RS_FROM_EXPRESSROUTE };
unsigned bird_rs_preference(enum route_pref pref, enum rs_source from);
/* Are routes of one NVA told to the others?  azure-behaviour 7.5. */
bool bird_rs_reflects(const struct model *m, const struct route_server *rs);
