/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Azure Firewall as the packet filter of its node (azure/firewall.h).  Pure. */
#pragma once

#include "azure/firewall.h"
#include "base/str.h"

enum { FIREWALL_CHAIN = 20 };
/* The chain that says which rules a node has: named by all of what they say. */
const char *firewall_chain_name(const struct firewall *fw, char buf[FIREWALL_CHAIN]);
/* A transaction that replaces whatever rules the node had.  Flows that have passed go on: the
 * kernel's table of connections is not touched. */
void firewall_nft_text(const struct firewall *fw, struct str *ret);
