/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounds what the nodes of a lab may write, together: their /etc, /run, /var and /tmp are in one
 * tmpfs, which is memory of this machine. */
#pragma once

#include <jansson.h>

#include "base/err.h"

struct driver;

/* Options of mount(2) for a tmpfs of a lab of n nodes; mib 0: the default, which grows with them
 * and is at most half of the memory. */
void disk_options(unsigned mib, size_t n, char *buf, size_t cap);
/* Fits it to what disk_mib of the room says and to n nodes; what is full already does not become
 * smaller. */
void disk_resize(struct driver *d, size_t n);
/* From now on its filling up becomes an event, which names the node that has most of it. */
void disk_watch(struct driver *d);
/* {"sizeBytes","usedBytes","full"}; new reference. */
json_t *disk_json(const struct driver *d);
/* The sentence that says that it is full, and what to do; NULL: it is not.  The caller frees. */
char *disk_full(const struct driver *d);
