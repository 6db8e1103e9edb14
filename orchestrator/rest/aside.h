/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that may wait for the network is done in a process of its own: others are answered
 * meanwhile. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/loop.h"

struct aside;

struct asides { /* those that work */
	struct aside *first;
};

/* work is called in a forked child, which sees what was there and changes nothing here; done gets
 * what it returned, borrowed, or NULL when it has died. -errno: there is no process, and done is
 * not called. */
int aside_start(struct asides *all, struct loop *l, json_t *(*work)(void *ctx),
                void (*done)(void *ctx, const json_t *result), void *ctx, struct err *e);
/* Ends them; done is called with NULL. */
void asides_end(struct asides *all);
