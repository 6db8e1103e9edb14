/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes of a PUT or a PATCH, and a resource that may be there already, the new resource. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "rest/failure.h"

/* The resource after a PUT of body to path ("/subscriptions/.../virtualNetworks/Hub", of that
 * type): what is read-only stays as it was in old (NULL: it is new), and cannot be set; children
 * that are listed replace those that were, and without a list they stay.  New reference; NULL with
 * *f. */
json_t *merge_put(const char *path, const char *type, const char *name, const json_t *old,
                  const json_t *body, json_int_t version, struct rest_failure *f);
/* RFC 7396 of "tags" and "properties", and of what else is not read-only; new reference. */
json_t *merge_patch(const json_t *old, const json_t *body);
