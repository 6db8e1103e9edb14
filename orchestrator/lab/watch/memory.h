/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes whose processes were killed because they had used up the node's memory, where nodes are
 * bounded as a whole (lab/proc/bounds.h). */
#pragma once

#include <jansson.h>

struct driver;

/* From now on each such kill becomes an event. */
void memory_watch(struct driver *d);
/* {"bounded":"node","maxBytes":N,"maxProcesses":N}, or {"bounded":"process"}; new reference. */
json_t *memory_json(const struct driver *d);
/* Appends a sentence for each node that it has happened to. */
void memory_say(const struct driver *d, json_t *list);
