/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store becomes a design, by the importer that reads exports. */
#pragma once

#include <jansson.h>

#include "base/finding.h"
#include "rest/failure.h"
#include "rest/store.h"

struct rest_options;

struct designed {
	json_t *design;   /* for the operation apply */
	json_t *names;    /* keys of resources, and what the lab calls them */
	json_t *findings; /* a list of {"severity","rule","code"?,"id","message","hint"?} */
	json_t *left_out; /* {"KEY": true}: is in the store, and not in the lab */
};

/* *ret; -1 with *f when an error that Azure would answer is new: was is what was designed before,
 * or NULL.  Addresses of hardware that the lab has given are set in s.  Resources that an error
 * without a code of Azure is about are left out of the lab. */
int design_build(const struct rest_options *o, struct store *s, const struct designed *was,
                 struct designed *ret, struct rest_failure *f);
struct designed designed_copy(const struct designed *d); /* shares all */
void designed_done(struct designed *d);
