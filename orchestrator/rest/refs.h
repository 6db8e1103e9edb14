/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a resource refers to: every {"id": ...} in it that is not of a child of its own. */
#pragma once

#include <jansson.h>

/* id: as it is written.  from: the key of the resource, or of its child (rest/children.h), that
 * names it.  Both borrowed. */
typedef void ref_fn(void *ctx, const char *id, const char *from);

/* Calls fn for each reference of a resource or child with this key. */
void refs_each(const json_t *resource, const char *key, ref_fn *fn, void *ctx);
