/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The OPEN of a Route Server instance, as nftables rules for its network namespace.  Pure text.
 *
 * Azure announces IPv4, IPv6, route refresh and 4-octet AS numbers (azure-behaviour 7.3).  BIRD
 * adds enhanced route refresh (capability 70) and, before it got `enable enhanced route refresh`,
 * cannot leave it out.  Announced, it is more than a blemish: FRR 8 answers no ROUTE-REFRESH of a
 * peer with it.  So capability 70 is overwritten on its way out with a second route refresh, which
 * says what the first said (RFC 5492: the same capability twice is the capability), and in a
 * peer's OPEN on its way in with one that BIRD does not know: so both sides refresh plainly. */
#pragma once

#include <stdbool.h>

/* by_payload: with `@ih` matches, which kernels know from 5.16 on.  Without: only what goes out is
 * changed, by the position behind a TCP header of 20 or 32 bytes.  The caller frees. */
char *bgp_open_nft(bool by_payload);
