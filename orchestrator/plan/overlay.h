/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults that a lab runs and does not show (vnetlab exam --running): changes of single values that
 * lie over the design which a student has.  Pure.
 *
 * A fault is {"pointer", "member", "object", "was"?, "now"?} and what else its author wants to
 * keep. It changes `member` of what `pointer` names in the design (input/topology.h), from "was" to
 * "now"; without "now" the member goes.  `object` is what it belongs to in the topology, as a
 * pointer.  It stands while the student's design has "was" there, and until "mended" says how it
 * ended. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A new reference; now is stolen, NULL: the member goes. */
json_t *overlay_fault(json_t *design, const char *pointer, const char *member, const char *object,
                      json_t *now);
bool overlay_stands(const json_t *fault, json_t *given);
/* The design with one fault, whether it stands or not: in place. */
void overlay_apply(const json_t *fault, json_t *design);
/* The design that runs: given itself where no fault stands, else a copy.  New reference. */
json_t *overlay_design(const json_t *faults, json_t *given);
/* Faults that do not stand any more are mended: "changed". */
void overlay_settle(json_t *faults, json_t *given);
/* Those that stand and belong to an object ("/routeTables/rt", or what is within) are mended, by
 * that word; how many. */
size_t overlay_mend(json_t *faults, const char *object, const char *how);
