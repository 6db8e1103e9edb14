/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds to a resource that is made what Azure does: values that clients read, and addresses. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "rest/id.h"
#include "rest/store.h"

/* To a resource that merge_put() made, which is not in s yet. */
void defaults_add(struct store *s, const struct rest_id *id, json_t *resource, bool is_new);
/* A random one (RFC 4122, version 4); the caller frees. */
char *make_guid(void);
