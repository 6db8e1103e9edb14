/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Route Servers and gateways will have learned, as far as the design says: from "bgp" blocks,
 * and from sites whose routers are configured by the lab.  Pure.
 *
 * What an appliance's own files announce is read when that is asked for, and never wholly: the
 * tables of who listens to it are unknown, and whoever asks has to be silent where such a route
 * could decide. */
#pragma once

#include "azure/hybrid.h"
#include "azure/rib.h"

struct foreseen {
	const struct model *m;
	struct rib *rib;
	bool *unknown; /* by table, as in rib */
};
void foreseen_init(const struct model *m, struct foreseen *ret);
/* Adds what appliances' own files announce as far as they can be read (azure/own_bgp.h).  Who hears
 * them stays unknown: a file may announce more than what is read of it. */
void foreseen_read_files(struct foreseen *f);
/* Why nobody can say what that peer announces: a clause; NULL: its "bgp" block says it. */
const char *foreseen_unread(const struct bgp_connection *c);
void foreseen_done(struct foreseen *f);
/* No route that nobody foresees decides about packets of that subnet to dst: it learns none, or dst
 * is where system routes come before learned ones (azure-behaviour 2.3). */
bool foreseen_decides(const struct foreseen *f, const struct subnet *s, ip4 dst);
struct walk;
/* So on the whole way: no hop of w sends by a route that another one, unforeseen, could replace. */
bool foreseen_decides_walk(const struct foreseen *f, const struct walk *w);
/* True if all routes that NICs of that subnet learn are foreseen, and so their effective routes are
 * known. */
bool foreseen_knows(const struct foreseen *f, const struct subnet *s);
/* True if the design says by which NIC the guest sends: in a guest with several NICs its daemons
 * and files decide. */
bool foreseen_way_out(const struct node *vm);
