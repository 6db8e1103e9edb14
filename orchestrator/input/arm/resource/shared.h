/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that templates of one folder share: what one of them got, another one must not get, but
 * the same resource gets the same again.
 *
 *	{ "pools": { "": { "20.100.0.4": false } },         public addresses, and subnets by their
 *id "owners": { "/subscriptions/...#0": "20.100.0.4" }, "given": { "/subscriptions/...#1": true } }
 *
 * true: the template gives the address; else it was a free one. */
#pragma once

#include "base/addr.h"
#include "input/arm/run/run.h"

/* Calls fn for each address that another template has in the pool ("" for public ones). */
void shared_each(struct arm *a, const char *pool, void (*fn)(void *ctx, ip4 ip), void *ctx);
/* The address that configuration k of the resource has in another template, or 0. */
ip4 shared_of(struct arm *a, const struct inst *i, uint32_t k);
void shared_keep(struct arm *a, const char *pool, const struct inst *i, uint32_t k, ip4 ip,
                 bool given);
/* Those alone that templates give; new reference. */
json_t *shared_given(const json_t *taken);
