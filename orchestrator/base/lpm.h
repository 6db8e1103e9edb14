/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Longest prefix match over IPv4: a binary trie with compressed paths, so a look-up touches one
 * node per branching point on the way and the size grows with the prefixes only.  Values are the
 * caller's and never NULL. */
#pragma once

#include "base/addr.h"

struct lpm;
struct lpm *lpm_new(void);
struct lpm *lpm_free(struct lpm *t); /* returns NULL */
void lpm_free_p(struct lpm **t);
#define _cleanup_lpm_ _cleanup_(lpm_free_p)

/* The value that was there before, or NULL. */
void *lpm_set(struct lpm *t, struct prefix p, void *value);
void *lpm_del(struct lpm *t, struct prefix p);

void *lpm_get(const struct lpm *t, struct prefix p); /* exactly this prefix */
void *lpm_match(const struct lpm *t, ip4 a);         /* the longest prefix that has a */
/* The longest prefix that covers p (equal counts); of the covering ones, thus the nearest. */
void *lpm_cover(const struct lpm *t, struct prefix p);
