/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups in the fabric's packet filter (azure-behaviour 4).
 *
 * A packet that a port sends passes nsg_from, one that a port gets passes nsg_to, behind all
 * translations.  What answers a flow that has passed the port the other way passes; a new flow
 * passes when the chains of both of the port's groups return, and is remembered.  So removing a
 * rule does not end what it has let in.  Chains and the maps from ports to them follow struct
 * fabric. */
#pragma once

#include "plan/fabric.h"
#include "plan/filter/filter.h"

#define NSG_PREFIX "nsg_"

extern const struct filter_block filter_nsgs;
void filter_add_nsgs(const struct fabric *f, struct filter *ret);
