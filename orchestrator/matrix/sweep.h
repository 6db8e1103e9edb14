/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges of addresses that prefixes tell apart: the space is cut at every border, and a range
 * between two borders has a key of all prefixes that it is in.  Pure. */
#pragma once

#include <stdint.h>

#include "base/addr.h"
#include "base/mem.h"

struct sweep_edge {
	ip4 at;
	uint64_t token;
};

struct sweep_atom { /* from lo to where the next one begins */
	ip4 lo, hi;
	uint64_t key;
};

struct sweep {
	struct sweep_edge *edges;
	size_t n_edges, cap_edges;
	struct sweep_atom
	    *atoms; /* after sweep_run(), ascending, from 0.0.0.0 to the last address */
	size_t n_atoms, cap_atoms;
};

uint64_t sweep_token(const void *p, size_t n, uint64_t salt); /* well mixed */
/* Addresses of p have the token in their key.  One token twice over an address: it is as if there
 * were none. */
void sweep_add(struct sweep *s, struct prefix p, uint64_t token);
void sweep_add_range(struct sweep *s, ip4 lo, ip4 hi, uint64_t token);
void sweep_run(struct sweep *s);
const struct sweep_atom *sweep_find(const struct sweep *s, ip4 a);
void sweep_done(struct sweep *s);
