/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a list of rows contain what a check asks for?  Pure.  As docs/interfaces.md, section 2 says:
 * objects match as subsets; lists of scalars are equal as sets; a scalar matches a list that is
 * just it; AS paths may be written with dashes or blanks. Strings compare without case, as Azure's
 * names and values do. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/str.h"

bool match_subset(const json_t *want, const json_t *row);

/* Index of the first row that matches, -1 when none does. */
long match_find(const json_t *want, const json_t *rows);

/* The row that whoever wrote `want` probably means: the same prefix (addressPrefix, network),
 * then the most equal properties.  -1 when nothing is near. */
long match_nearest(const json_t *want, const json_t *rows);

/* "nextHopType is Internet, not None; ..." of every property that differs. */
void match_difference(const json_t *want, const json_t *row, struct str *out);

/* {"addressPrefix": ["0.0.0.0/0"], ...} in one line, for explanations. */
void match_show(const json_t *row, struct str *out);
