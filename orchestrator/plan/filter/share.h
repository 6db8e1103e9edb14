/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewalls that are several instances behind one address (azure-behaviour 6).  Part of the
 * fabric's packet filter.
 *
 * An instance translates to its own address.  An answer to that address which a route hands to the
 * address in front reaches any of them, by a hash, and those that do not know the flow drop it: so
 * the fabric does.  Flows that are not translated meet one instance both ways. */
#pragma once

#include "plan/fabric.h"

extern const struct filter_block filter_share;
void filter_add_share(const struct fabric *f, struct nft_elems *v);
bool filter_needs_share(const struct fabric *f);
