/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BGP sessions that cannot come up, by the design alone: what the checks warn of, and what nobody
 * waits for once the lab runs.  One place for both. */
#pragma once

#include "azure/hybrid.h"

/* The VM runs something that may speak BGP: an image other than host, with a configuration. */
bool vm_speaks_bgp(const struct node *vm);
/* The connections that a NIC of this VM is the peer of, one after the other: start with NULL. */
const struct bgp_connection *vm_connection(const struct model *m, const struct node *vm,
                                           const struct bgp_connection *after);
/* True if the address or prefix stands in the VM's own files, not as a part of another one. */
bool vm_files_mention(const struct node *vm, const char *text);
/* The VM's own files name the other instance as a neighbour and not this one, by no range either
 * (azure-behaviour 7.4). */
bool connection_unnamed(const struct bgp_connection *c, unsigned instance);
/* peerAsn is not what the VM's "bgp" says. */
bool connection_asn_differs(const struct bgp_connection *c);
/* The VM reaches the Route Server by a BGP route alone, which covers the Route Server's own address
 * (azure-behaviour 7.3): it has no static route to it, in the guest's routes or in its files. */
bool connection_recursive(const struct bgp_connection *c);

/* No packet of BGP passes between the two: a peering of subnets leaves one of them out, or security
 * groups of the appliance's NIC deny tcp/179 in both directions (either end may dial).  A sentence,
 * the caller frees; NULL: some do. */
char *connection_blocked(const struct model *m, const struct bgp_connection *c, unsigned instance);

/* Why the session with that instance cannot come up however long one waits: a sentence, the caller
 * frees.  NULL: by the design it can. */
char *connection_never(const struct model *m, const struct bgp_connection *c, unsigned instance);
/* The same of a session that nobody configured. */
char *hybrid_never(const struct hybrid_session *s);
/* The NIC that each BGP connection of a Route Server is with, once addresses are final. */
void sessions_find_peers(struct model *m);
