/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges of public addresses in a template (import_provider() says of which types they are): those
 * that Azure would give them, and the addresses in them (azure-behaviour 1.3). */
#pragma once

#include "base/addr.h"
#include "input/arm/run/run.h"

struct ranges {
	struct prefix *v; /* taken: given in templates, there already, or by us */
	size_t n, cap;
	bool seeded;
};

/* Notes the range that the template gives a resource; no effect for types that are none. */
void range_take_given(struct arm *a, struct ranges *all, struct inst *i);
/* Gives a range to a resource that has none: i->ips[0] is its first address. */
void range_give(struct arm *a, struct ranges *all, struct inst *i);
/* The range that the resource with that id is, in the template or there already; one is given to it
 * first.  addr 0: not known. */
struct prefix range_by_id(struct arm *a, struct ranges *all, const char *id);
void ranges_free(struct ranges *all);
/* The range in the properties of a resource that is evaluated. addr 0: none. */
struct prefix range_of(const struct inst *i);
/* Adds the range that the resource was given to its properties b. */
void range_show(struct inst *i, struct val_builder *b, const struct val *props);
/* The id of the range that a public address names in its properties; NULL: none. */
const char *range_id_of(const struct val *props);
