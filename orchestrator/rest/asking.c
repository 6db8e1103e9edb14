/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the lab's driver. */
#include <errno.h>

#include "rest/priv.h"

enum { HAS_TIME = 0 };

void rest_ask(struct rest *r, json_t *request,
              void (*fn)(void *ctx, const json_t *answer, const struct err *e), void *ctx)
{
	struct err e = { 0 };

	if (!r->ended) {
		lab_ask(&r->asks, r->o.lab, request, HAS_TIME, fn, ctx);
		return;
	}
	json_decref(request);
	err_set(&e, ENOENT, "lab %s has ended", r->o.lab);
	fn(ctx, NULL, &e);
}

void asks_end(struct rest *r, const struct err *e)
{
	lab_asks_end(&r->asks, NULL, e);
}
