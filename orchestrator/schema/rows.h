/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests of the properties of a topology that are compared as they are written: those whose rows
 * do not say where they show in a lab (schema/schema.h, enum field_shows).  Pure. */
#pragma once

#include "schema/schema.h"

/* The digest of one object and all inside of it, by its table. */
uint64_t schema_rows(const struct object_def *def, json_t *obj);
/* The digest of the object that a node comes from; top describes the topology; pointer is the
 * object's own, or of something inside. */
uint64_t schema_rows_of_node(const struct object_def *top, json_t *topology, const char *pointer);
/* The digest of all objects that are no nodes. */
uint64_t schema_rows_of_rest(const struct object_def *top, json_t *topology);
