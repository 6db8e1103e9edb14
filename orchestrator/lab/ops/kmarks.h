/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks of the addresses that the tables of a lab's kernels send apart: for the matrix
 * (matrix/matrix.h). */
#pragma once

#include "lab/ops/kwalk.h"

struct kmarks;
/* Reads every table of the fabric and of every node, once. */
struct kmarks *kmarks_read(struct kwalk *k);
struct kmarks *kmarks_free(struct kmarks *x); /* returns NULL */
void kmarks_borders(const struct kmarks *x, void (*add)(void *arg, struct prefix p), void *arg);
uint64_t kmarks_key(const struct kmarks *x, ip4 a);
