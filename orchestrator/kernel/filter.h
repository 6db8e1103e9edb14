/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a namespace's packet filter what it should be (plan/filter/filter.h), and reads it. */
#pragma once

#include "kernel/nft.h"
#include "plan/filter/filter.h"

/* The table with its shape and nothing else, in place of one that is there. */
int filter_make(struct nft *nft, const struct filter_shape *shape, struct err *e);
/* Reads what the kernel has; *ret has a shape.  Rules are not read: chains are named by them. */
int filter_read(struct nft *nft, struct filter *ret, struct err *e);

/* One of filter_prepare(), filter_exchange() and filter_settle(): what it says is done.  changes is
 * increased. After an error have is no longer what the kernel has: read it again. */
typedef size_t filter_step_fn(const struct filter *have, const struct filter *want, size_t room,
                              struct nft_texts *ret);
int filter_step(struct nft *nft, filter_step_fn *step, const struct filter *have,
                const struct filter *want, size_t *changes, struct err *e);
/* All three.  The caller frees have and want. */
int filter_apply(struct nft *nft, const struct filter *have, const struct filter *want,
                 size_t *changes, struct err *e);

/* The filter that a namespace was given last, and the kernel's count of transactions then.  While
 * the count stays, nobody changed it, and it is not read again: with thousands of elements reading
 * takes longer than all the rest of an update.  All zero: nothing is known. */
struct filter_memory {
	struct filter have;
	uint32_t generation;
};
void filter_memory_forget(struct filter_memory *m);
/* Makes the filter of namespace ns_fd, which nft is bound to, equal to want, which is emptied.
 * changes is increased by how many chains, elements and parts were changed. */
int filter_update(struct nft *nft, int ns_fd, struct filter_memory *m, struct filter *want,
                  size_t *changes, struct err *e);
