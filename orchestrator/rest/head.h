/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store as clients see it: with changes that are taken, and those that were asked for in this
 * round of the loop.  The latter become one design, together. */
#pragma once

#include "rest/change.h"
#include "rest/design.h"
#include "rest/store.h"

struct rest_options;

struct head {
	const struct rest_options *o;
	struct store *taken;  /* has a design */
	struct store *store;  /* with what was asked for since */
	struct designed will; /* the design of what is taken */
	struct changes asked; /* in store, not in taken */
	size_t n_designs;     /* that were built */
};

void head_init(struct head *h, const struct rest_options *o, const struct store *s);
void head_done(struct head *h);
/* Begins again with what is applied.  What was asked for stays so only by head_ask(). */
void head_reset(struct head *h, const struct store *s, const struct designed *is);
/* Edits the store.  -1: it cannot be, c->refused says why, and nothing has changed. */
int head_ask(struct head *h, struct change *c);
/* A design of all that was asked for; when that is refused, one of each, in their order.  Those
 * that are taken go to the end of *taken, the others, which say in refused why, to *refused. */
void head_take(struct head *h, struct changes *taken, struct changes *refused);
