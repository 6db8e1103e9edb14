/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet filter that a namespace shall have, as data.  Pure: kernel/filter.h makes it so.
 *
 * All of it is one table, "ip vnetlab".  Its shape never changes while the namespace lives: sets,
 * maps and chains.  What the shape decides about follows the lab:
 *
 *  - elements of its sets and maps;
 *  - parts: chains that are there only while somebody needs them, since each packet pays for them;
 *  - rules, in chains that are named by what they say (a prefix and 16 digits) and that elements of
 *    maps lead to.  Such a chain never changes: other rules are another chain.  It may lead to
 *    chains whose names sort before its own.
 *
 * The same struct holds what a kernel has, so that the difference of two is what has to be done.
 * What is done comes as transactions, each of a size that the kernel takes at once from who is root
 * only within a user namespace.  After each of them the filter does all that both the old and the
 * new one do. */
#pragma once

#include "plan/filter/elems.h"

struct filter_fixed { /* a chain of the shape */
	const char *name;
	const char *hook;  /* "type filter hook input priority 0; policy drop;"; NULL: none */
	const char *rules; /* a rule a line; the last line ends, too */
	/* The chain exists while the filter has that bit, and tells the reader so; 0: it always
	 * exists. */
	unsigned part;
	unsigned with_part; /* while the filter has that bit, it has these rules instead */
	const char *rules_with;
};

struct filter_block {         /* what one subject adds to a shape */
	const char *own_sets; /* declarations of sets that the filter itself fills, or "" */
	const struct filter_fixed *chains; /* those that others lead to come first */
	size_t n_chains;
};

struct filter_shape {
	const struct nft_set *sets;
	size_t n_sets;
	const struct filter_block *const *blocks; /* NULL ends them */
};

/* The prefix of chains that take more than one transaction, until they are whole. */
#define FILTER_UNFINISHED "part_"

struct filter_chain {
	char name[CHAIN_NAME];
	const char *rules; /* a rule a line; NULL: of a chain that a kernel has, not known */
};
int filter_chain_cmp(const void *a, const void *b); /* by name */

struct filter {
	const struct filter_shape *shape;
	unsigned parts; /* bits */
	struct nft_elems elems;
	struct filter_chain *chains; /* sorted by name */
	size_t n_chains, cap_chains;
	struct arena *arena; /* of the chains' rules, or NULL: they are somebody else's */
	/* Only in a filter that was read from a kernel: parts of which a chain is missing, and
	 * chains that were never finished. */
	bool shapeless; /* a chain that is always there is gone, or the table */
	unsigned broken;
	struct filter_chain *unfinished;
	size_t n_unfinished, cap_unfinished;
};
void filter_free(struct filter *f); /* what it holds; it is empty then, and keeps its shape */

/* A chain for these rules (copied; a line each), if there is none yet; returns its number. */
uint64_t filter_add_chain(struct filter *f, const char *prefix, const char *rules);
void filter_sort(struct filter *f);
bool filter_has_chain(const struct filter *f, const char *name); /* sorted */
/* A number that differs when anything that the filter says differs. */
uint64_t filter_hash(const struct filter *f);

/* The transaction that makes the table with its shape, without parts and elements. */
void filter_make_text(const struct filter_shape *shape, struct str *ret);

/* The transactions that make want of have, in three steps; callers may have other work to do
 * between them.  room: bytes of messages that one transaction may have (nft_room()).  Each returns
 * how many chains, elements or parts it changes, and appends transactions. */
size_t filter_prepare(const struct filter *have, const struct filter *want, size_t room,
                      struct nft_texts *ret); /* adds parts and chains */
size_t filter_exchange(const struct filter *have, const struct filter *want, size_t room,
                       struct nft_texts *ret); /* elements; then removes chains */
size_t filter_settle(const struct filter *have, const struct filter *want, size_t room,
                     struct nft_texts *ret); /* removes parts */

/* Reads what a kernel has from listings of chains, maps and sets (nft's JSON, in one array).  ret
 * has a shape.  -EPROTO when an element is not what the shape says. */
int filter_parse(const json_t *listed, struct filter *ret, struct err *e);
