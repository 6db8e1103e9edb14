/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A matrix as a table of verdicts: a row for who sends, a column for who is asked.  Pure. */
#pragma once

#include "matrix/matrix.h"

/* {"from":[names], "to":[names], "cells":[[word]]}: a verdict, "some" where it depends on the port
 * or the machine, "" where nobody asks.  Up to GRID_EACH machines have a row each, more are one for
 * each subnet or site.  New reference. */
enum { GRID_EACH = 16 };
json_t *matrix_grid_json(const struct matrix *x);
/* matrix_lines_json() with that as "grid"; new reference. */
json_t *matrix_told_json(const struct matrix *x, bool all);
