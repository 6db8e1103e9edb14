/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of what is BIRD but no Route Server: gateway instances, MSEEs, and routers of
 * sites that have no image of their own (azure-behaviour 7.9, 8).  And a Route Server's part of its
 * sessions with gateways.  Pure text. */
#pragma once

#include "azure/hybrid.h"
#include "base/str.h"

/* The caller frees.  vm: one that bird_hybrid_runs(). */
char *bird_hybrid_config(const struct model *m, const struct node *vm);
bool bird_hybrid_runs(const struct node *vm);
/* BIRD's name for a session: "site_10_40_0_1", "rs_10_0_3_4", "own_10_0_255_5". */
void bird_hybrid_protocol(const struct hybrid_session *s, char buf[64]);

/* The name, in a Route Server's configuration, of its session with a gateway's instance. */
void bird_rs_gateway_protocol(ip4 instance, char buf[64]);
/* Filters and sessions towards gateways. */
void bird_rs_add_gateways(struct str *b, const struct route_server *rs, unsigned instance);
/* Lines of the filter towards NVAs: gateways' routes, with branch-to-branch only. */
void bird_rs_add_to_nva(struct str *b, const struct route_server *rs);
