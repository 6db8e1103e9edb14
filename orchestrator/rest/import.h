/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --from: the store begins with the resources of a design. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "rest/store.h"

/* A list as the importer's readers yield it (input/resources.h).  Their groups are made. */
int import_into(struct store *s, const json_t *resources, struct err *e);
