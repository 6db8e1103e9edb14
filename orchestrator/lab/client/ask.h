/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to labs' drivers from within an event loop, each on a connection of its own. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

struct lab_ask;
struct lab_asks { /* zero but for loop: none are under way */
	struct loop *loop;
	struct lab_ask *first;
	uint64_t asked; /* so far */
};

/* fn gets the driver's final answer, borrowed, or NULL and what went wrong: -ETIMEDOUT when it does
 * not come within timeout_ms (0: it may take as long as it likes).  A failure to ask goes the same
 * way, before this returns. */
void lab_ask(struct lab_asks *a, const char *lab, json_t *request /* stolen */, int64_t timeout_ms,
             void (*fn)(void *ctx, const json_t *answer, const struct err *e), void *ctx);
/* Those of one ctx (NULL: of all) end, with this error; e NULL: and fn is not called. */
void lab_asks_end(struct lab_asks *a, const void *ctx, const struct err *e);
