/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes what daemons, and the programs that check their configuration, say against a node's files.
 * A daemon that starts all the same runs without it: that is worth a warning.  One that does not
 * start has its reason there.  And how a start fails. */
#pragma once

#include <jansson.h>

#include "lab/proc/driver.h"

/* Adds the lines of text that are not there yet. */
void node_rejects(struct lab_node *n, const char *text);
/* The node cannot be brought up: fails the apply that is under way, else is an event. */
void node_start_failed(struct driver *d, const struct lab_node *n, const char *msg);
/* A daemon of the node has died as it started, and n->start_error says why.  If the daemon's check
 * of its configuration complained, that complaint is reported instead: it is the better reason. */
void node_did_not_start(struct driver *d, struct lab_node *n);
/* A sentence for each node that runs in spite of it, with the daemon's own words. */
json_t *rejected_json(const struct lab *l);
