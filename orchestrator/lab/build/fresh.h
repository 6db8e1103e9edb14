/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `up --fresh`: nodes as the file has them, whatever was done inside.  What can be compared is
 * compared; where commands were run, or a fault was done, the node is made anew in any case, since
 * nobody knows what they left. */
#pragma once

#include "lab/build/spec.h"
#include "lab/proc/driver.h"

/* As it was built: called when it is whole. */
void fresh_note(struct lab_node *n);
/* Reads whether --fresh is asked for, and of which nodes: {"fresh":true|["NODE",...]} of a request.
 * -ENOENT: no such node. */
int fresh_read(const struct lab *l, const json_t *body, json_t **ret, struct err *e);
/* Why the node that w is about is to be made anew, the caller frees; NULL: it is as the file has
 * it.  fresh: of fresh_read(). */
char *fresh_why(const struct lab *l, const struct want *w, const json_t *fresh);
/* The faults that are no node's, but end with --fresh: of sessions.  New reference,
 * [{"node","why"}], of which "node" is the peering. */
json_t *fresh_sessions(const struct driver *d, const json_t *fresh);
/* Before wants_match(): these end, and VMs that are meant run as the design says. */
void fresh_faults(struct driver *d, const json_t *fresh);
/* Behind it: marks nodes, so that they are made anew, and ends what runs in them.  Adds
 * {"node","why"} to all. */
void fresh_mark(struct driver *d, struct want *w, size_t n, const json_t *fresh, json_t *all);
