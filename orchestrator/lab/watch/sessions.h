/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions by name, and which are the same. */
#pragma once

#include "azure/hybrid.h"
#include "lab/watch/observe.h"

/* "vpngw/0 with dc1" */
char *hybrid_session_name(const struct hybrid_session *s);
/* Ends of two models that are one session, which BIRD has kept up. */
bool hybrid_same(const struct lab *l, const struct hybrid_session *a,
                 const struct hybrid_session *b);
/* True if the end stands for the session, of which there are two: the gateway's, the first
 * gateway's; between a circuit and a site, the MSEE's. */
bool hybrid_counted_end(const struct hybrid_session *s);
/* Why a session cannot come up: a route of GatewaySubnet leads its packets elsewhere
 * (azure-behaviour 7.9); the caller frees.  NULL: none does. */
char *hybrid_led_astray(const struct driver *d, const struct hybrid_session *s);
/* All sessions of vm, nothing known of any yet; the caller frees. */
size_t observed_of(const struct model *m, const struct node *vm, struct observed **ret);
/* The name of the session in events: "rs/nva/0", "vpngw/0-10.40.0.1". */
char *observed_name(const struct lab_node *n, const struct observed *s);
/* A row of observe_changes(): it is no longer `from`. */
json_t *observed_change(const struct observed *s, const char *at, const char *from);
