/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells whether NICs have what Route Servers and gateways have selected.
 *
 * Each BIRD says with every answer how many routes it has written into the kernel table that the
 * virtual router reads, and how often it wrote.  When that has changed, the router is asked to
 * read; what BIRD wrote before its answer is then read, applied and counted when the router
 * answers.  So nothing is settled before NICs have it, whatever was lost on the way, and what does
 * not come to the same number is repaired: the router reads anew, then BIRD writes anew. */
#pragma once

#include "lab/proc/driver.h"

struct selection;

/* The design is new. */
void selection_reset(struct driver *d);
/* BIRD's answer to "show protocols all" on n. */
void selection_seen(struct driver *d, const struct lab_node *n, const char *text);
/* True when NICs have all of it; else, and when some of it can never be had, sentences are added to
 * missing and notes (both may be NULL). */
bool selection_settled(struct driver *d, json_t *missing, json_t *notes);
/* [{"routeServer"|"gateway","instance","selected":n,"read":n or null}]; new reference */
json_t *selection_json(struct driver *d);
