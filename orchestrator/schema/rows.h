/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a topology is compared as it is written: the properties that say of themselves nowhere
 * that they show in a lab (schema/schema.h, enum field_shows).  Pure. */
#pragma once

#include "schema/schema.h"

/* Of one object and all inside of it, by its table. */
uint64_t schema_rows(const struct object_def *def, json_t *obj);
/* Of the object of the topology, which top describes, that a node comes from; pointer: its own, or
 * of something inside.
 */
uint64_t schema_rows_of_node(const struct object_def *top, json_t *topology, const char *pointer);
/* Of all objects that are no nodes. */
uint64_t schema_rows_of_rest(const struct object_def *top, json_t *topology);
