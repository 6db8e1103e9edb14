/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of addresses as lists of prefixes.  Pure. */
#pragma once

#include "base/addr.h"
#include "base/mem.h"

struct prefixes {
	struct prefix *v;
	size_t n, cap;
};

void prefixes_add(struct prefixes *x, struct prefix p);
/* From lo to hi, both included: the fewest prefixes that are just that. */
void prefixes_add_range(struct prefixes *x, ip4 lo, ip4 hi);
/* Sorts, and drops what another one covers. */
void prefixes_tidy(struct prefixes *x);
/* The addresses that a tidy set lacks, as a tidy set. */
void prefixes_complement(const struct prefixes *x, struct prefixes *ret);
void prefixes_free(struct prefixes *x);
#define _cleanup_prefixes_ _cleanup_(prefixes_free)
