/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that the design leaves to Azure. */
#pragma once

#include "azure/model.h"
#include "base/finding.h"

/* Private addresses of NICs: the lowest free one of the subnet from base+4 on, in the file's order,
 * never one that is given statically further down nor a Route Server's (azure-behaviour 1.3). */
void alloc_private(struct model *m, struct findings *f);
/* Before that: what NICs without a given address have already, {"NIC": "10.0.0.5"}, they keep, as
 * in Azure, where an address stays with its NIC whatever comes and goes around it.  An address
 * that is not in the NIC's subnet (any more) is forgotten, and so is one that is given to somebody
 * else by now.  kept may be NULL. */
void alloc_keep(struct model *m, const json_t *kept);

/* Public addresses, from 20.100.0.4 on.  taken: n addresses that are given, ascending; *next is
 * where the search goes on (0 at first).  0 when all are used up. */
ip4 alloc_public(const ip4 *taken, size_t n, ip4 *next);
/* A range of that length (24 to 31) for a public IP prefix, from 20.101.0.0/16: the first that
 * overlaps none of the n that are taken (length 0: does not count).  addr 0: none is left. */
struct prefix alloc_public_range(const struct prefix *taken, size_t n, unsigned length);
