/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The place at which a design has an object that a change names.  Pure. */
#pragma once

#include <jansson.h>

/* kind and name as those of struct change: "subnet", "Hub/nva".  A JSON pointer into the topology
 * of the design, "" when it has no such object; the caller frees. */
char *change_pointer(const json_t *design, const char *kind, const char *name);
